"""Domains on which many firms have an address or a page: mail providers, internet access, site and shop builders.

Half of the providers of the world are in no list. So a list takes domains away, and never makes one a firm's own.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

FOLDER: Final = Path(str(files("etl.match").joinpath("domains")))
SUFFIX: Final = ".txt"
ANYWHERE: Final = ".*"
"""Stands for every suffix: `yahoo.*` is the provider's in each country."""


@cache
def shared_domains() -> frozenset[str]:
    """All the lists together."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob(f"*{SUFFIX}")))
    return frozenset(word for text in texts for word in re.sub("#.*", "", text).split())
