"""Xero API answers saved as XML: the same records as in JSON, but their times say no zone and are in UTC."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

from etl.extract.formats.xml_layouts import XeroLayout
from etl.extract.profiles import xero_json
from etl.extract.profiles.profile import XERO_XML
from etl.extract.profiles.record_fields import at

_WITHOUT_ZONE: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?")
_changed = at("UpdatedDateUTC")


def _changed_in_utc(record: dict[str, Any], entity: str) -> object:
    value = _changed(record, entity)
    return f"{value}Z" if isinstance(value, str) and _WITHOUT_ZONE.fullmatch(value.strip()) else value


def _bill(record: dict[str, Any]) -> str | None:
    """What the provider owes is nothing that a client could see."""
    kind = str(record.get("Type") or "").upper()
    return kind if kind.startswith("ACCPAY") else None


PROFILES: Final = tuple(
    replace(
        profile,
        shape=XERO_XML,
        title=profile.title.replace("JSON", "XML"),
        fields={**profile.fields, "modified_at": _changed_in_utc},
        is_strict=True,
        format=XeroLayout.name,
        left_out=_bill,
    )
    for profile in xero_json.PROFILES
)
