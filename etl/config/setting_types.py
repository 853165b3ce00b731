"""Kinds of values in `billsight.toml` that have rules of their own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        message = "an IANA time zone such as America/New_York"
        raise ValueError(message)
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]


_ADDRESS: Final = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:/")


def _no_address(path: Path) -> Path:
    # a path has lost one of the two slashes; C:\ has none
    if _ADDRESS.match(path.as_posix()) and len(path.parts[0]) > len("C:"):
        message = "the path of a file: write the address into the file, and name the file here"
        raise ValueError(message)
    return path


def _no_addresses(paths: str | list[str]) -> str | list[str]:
    if any("://" in path for path in ([paths] if isinstance(paths, str) else paths)):
        message = "a file, glob or folder: nothing is downloaded"
        raise ValueError(message)
    return paths


def _no_user(link: str) -> str:
    rest = link.partition("://")[2] or link
    before_query = re.split(r"[?#]", rest, maxsplit=1)[0]
    # without a path, a ? or # may be a character of the password
    if "@" in (before_query if "/" in before_query else rest):
        message = "an address without user and password: every recipient sees it"
        raise ValueError(message)
    return link


InvoicesCsv = Literal["auto", "all", "blocked", "none"]
Places = Annotated[str | list[str], AfterValidator(_no_addresses)]
Link = Annotated[str, AfterValidator(_no_user)]
SecretFile = Annotated[Path, AfterValidator(_no_address)]
