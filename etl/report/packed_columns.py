"""Columns of a frame as the page carries them: small before they are compressed, and read back by position.

Each column becomes an object with one of these keys, which `reports/page/columns.js` reads:

- `d`, `i`: the distinct texts, and for each row the place of its text; -1 for none.
- `p`, `w`, `x`: texts that are one prefix and a whole number (of `w` digits, 0 for any): differences between rows.
- `t`: texts as they are, for a column in which hardly one occurs twice.
- `s`, `v`: numbers; each is to be divided by ten to the power of `s`. A missing one is null.
- `s`, `y`: the same as differences between rows, where that takes less room.

Texts that resemble each other within a row stand side by side, under `together`: so they compress.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

import polars as pl

EPOCH: Final = date(1970, 1, 1)
_MOST_DIGITS: Final = 15
"""Whole numbers of more digits are no longer exact in a browser."""
_FINEST: Final = 4
_RARE: Final = 0.6

Column = dict[str, Any]


def columns(frame: pl.DataFrame, together: Sequence[str] = ()) -> dict[str, Any]:
    """The frame by columns, with its number of rows.

    Args:
        frame: any frame of texts, numbers, amounts, dates and booleans.
        together: columns of texts that resemble each other within a row.
    """
    apart = {name: column(frame[name]) for name in frame.columns if name not in together}
    beside = [text for row in frame.select(together).iter_rows() for text in row] if together else []
    return {"rows": frame.height, **apart, "together": {"names": list(together), "t": beside}}


def column(values: pl.Series) -> Column:
    """One column, in the form that takes least room.

    Locality: whole.
    """
    kind = values.dtype
    if kind == pl.String:
        return _texts(values)
    if kind.is_decimal():
        return _amounts(values.to_list())
    if kind == pl.Date:
        return _numbers(values.cast(pl.Int32).to_list())
    if kind == pl.Boolean:
        return {"s": 0, "v": values.cast(pl.Int8).to_list()}
    if kind.is_float():
        return _amounts([None if number is None else Decimal(f"{number:.4f}") for number in values.to_list()])
    return _numbers(values.to_list())


def packed(content: object) -> str:
    """JSON, compressed, in letters that no markup is made of; the same content gives the same text."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode("utf-8", "replace"), compresslevel=9, mtime=0)).decode()


def _texts(values: pl.Series) -> Column:
    distinct = values.drop_nulls().unique(maintain_order=True)
    if not values.null_count() and distinct.len() > _RARE * values.len():
        texts = values.to_list()
        return _numbered(texts) or {"t": texts}
    places = pl.DataFrame({"text": distinct, "place": range(distinct.len())}, schema_overrides={"text": pl.String})
    found = pl.DataFrame({"text": values}).join(places, on="text", how="left", maintain_order="left")
    return {"d": distinct.to_list(), "i": found["place"].fill_null(-1).to_list()}


def _numbers(numbers: Sequence[int | None]) -> Column:
    """Whole numbers, or the differences between them where those are shorter."""
    known = [number for number in numbers if number is not None]
    steps = _steps(known)
    if len(known) == len(numbers) and sum(map(abs, steps)) < sum(map(abs, known)) / 10:
        return {"s": 0, "y": steps}
    return {"s": 0, "v": list(numbers)}


def _steps(numbers: Sequence[int]) -> list[int]:
    return [after - before for before, after in zip([0, *numbers], numbers, strict=False)]


def _numbered(texts: Sequence[str]) -> Column | None:
    """`INV-0042`, `INV-0043` as a prefix and differences; null where they are not all written so."""
    prefix = re.sub(r"[0-9]+\Z", "", _beginning(texts))
    rests = [text[len(prefix) :] for text in texts]
    if not all(rest.isascii() and rest.isdigit() and len(rest) <= _MOST_DIGITS for rest in rests):
        return None
    is_padded = any(len(rest) > 1 and rest.startswith("0") for rest in rests)
    widths = {len(rest) for rest in rests}
    if is_padded and len(widths) > 1:
        return None
    return {"p": prefix, "w": widths.pop() if is_padded else 0, "x": _steps([int(rest) for rest in rests])}


def _beginning(texts: Sequence[str]) -> str:
    """What all of them begin with: that of the first and the last in order is everybody's."""
    first, last = min(texts), max(texts)
    same = next((place for place, letter in enumerate(first) if letter != last[place : place + 1]), len(first))
    return first[:same]


def _amounts(amounts: Sequence[Decimal | None]) -> Column:
    """Exact whole numbers of the smallest unit that all of them need, at most ten-thousandths."""
    scale = max((_places(amount) for amount in amounts if amount is not None), default=0)
    return {"s": scale, "v": [None if amount is None else int(amount.scaleb(scale)) for amount in amounts]}


def _places(amount: Decimal) -> int:
    exponent = amount.normalize().as_tuple().exponent
    return min(max(-exponent, 0), _FINEST) if isinstance(exponent, int) else 0
