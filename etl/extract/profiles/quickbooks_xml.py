"""QuickBooks Online API answers saved as XML: the same entities as in JSON.

A reference is a text with a name attribute, as in <CustomerRef name="Acme">2</CustomerRef>.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from etl.extract.formats.xml_layouts import IntuitLayout
from etl.extract.profiles import quickbooks_json
from etl.extract.profiles.profile import QUICKBOOKS_ONLINE_XML

PROFILES: Final = tuple(
    replace(
        profile,
        shape=QUICKBOOKS_ONLINE_XML,
        title=profile.title.replace("JSON", "XML"),
        format=IntuitLayout.name,
    )
    for profile in quickbooks_json.PROFILES
)
