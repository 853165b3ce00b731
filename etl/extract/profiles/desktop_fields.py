"""What the files of QuickBooks Desktop have in common: addresses in lines, parents in names, amounts as texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from etl.extract.formats.powershell import UnreadableError, shown

_PLACE: Final = re.compile(r"(?P<city>[^,\d]+),? (?P<state>[A-Z]{2}),? +(?P<postal_code>\d{5}(?:-\d{4})?)")


@dataclass(frozen=True)
class AddressLines:
    """What the lines of an address say; empty where they do not say it in the usual way.

    Attributes:
        street: the first line with a number: the first of all is often the name.
    """

    street: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""


def read_address(lines: Sequence[object]) -> AddressLines:
    """Street, and city, state and ZIP code of the United States."""
    texts = [line.strip() for line in lines if isinstance(line, str) and line.strip()]
    for at, text in enumerate(texts):
        place = _PLACE.fullmatch(text)
        if place:
            return AddressLines(_street(texts[:at]), place["city"].strip(), place["state"], place["postal_code"])
    return AddressLines(_street(texts))


def read_amount(value: object, name: str) -> Decimal | None:
    """An amount such as 15,345.94; null where there is none.

    Raises:
        UnreadableError: it is something else.
    """
    if value is None or value == "":
        return None
    text = value.strip() if isinstance(value, str) else ""
    try:
        amount = (
            Decimal(text.replace(",", "")) if re.fullmatch(r"-?(?:\d+|\d{1,3}(?:,\d{3})+)?(?:\.\d+)?", text) else None
        )
    except InvalidOperation:
        amount = None
    if amount is None:
        message = f"{name} is {shown(value)}, not an amount"
        raise UnreadableError(message)
    return amount


def parent_of(path: object) -> str | None:
    """`Acme` of `Acme:Branch`; null where a name has no parent."""
    above = path.rpartition(":")[0].strip() if isinstance(path, str) else ""
    return above or None


def _street(texts: Sequence[str]) -> str:
    return next((text for text in texts if any(sign.isdigit() for sign in text)), "")
