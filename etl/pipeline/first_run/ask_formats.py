"""The formats of a file that is to have a shape: what its values leave open is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from itertools import product
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from etl import extract
from etl.config import Source
from etl.domain import FORMATS_BY_FILE, DateOrder, ShapeFormats
from etl.errors import InputError
from etl.pipeline.first_run.column_values import cut
from etl.pipeline.first_run.questions import Ask, ask_number
from etl.safe_text import readable
from etl.schemas import RELATIONS, ColumnKind
from etl.validate import Formats, settle_formats
from etl.validate.dates import MAY_NEED_ORDER, ORDERS

_Choice = TypeVar("_Choice")
_ZONE: Final = ZoneInfo("UTC")
_ORDERS: Final[Mapping[DateOrder, str]] = {"mdy": "month first", "dmy": "day first", "ymd": "year first"}
_SIGNS: Final = {False: "a point is the decimal sign", True: "a comma is the decimal sign"}
_DAYS: Final = {ColumnKind.DATE: MAY_NEED_ORDER, ColumnKind.INSTANT: MAY_NEED_ORDER}
_AMOUNTS: Final = {ColumnKind.MONEY: "[.,]"}


def ask_formats(ask: Ask, found: extract.Extract, relation: str, name: str) -> ShapeFormats:
    """The order of dates and the decimal sign of a file, as its values or a person say.

    Args:
        ask: asks the person.
        found: the file as text.
        relation: what its rows are.
        name: of the file.

    Raises:
        InputError: no order and no sign reads all of its values.
    """
    if _can_settle(found, relation, name, FORMATS_BY_FILE):
        settled = _settled(found, relation, name, FORMATS_BY_FILE)
        return ShapeFormats(settled.date_order, settled.decimal_comma or None)
    every = (ShapeFormats(*pair) for pair in product((None, *ORDERS), (None, *_SIGNS)))
    working = [one for one in every if _can_settle(found, relation, name, one)]
    if not working:
        _settled(found, relation, name, FORMATS_BY_FILE)
        return FORMATS_BY_FILE
    question = f"In which order are the dates in {readable(name)}, such as {_first(found, relation, _DAYS)}?"
    order = _chosen(ask, question, _ORDERS, (one.date_order for one in working))
    question = f"What does {_first(found, relation, _AMOUNTS)} mean in {readable(name)}?"
    sign = _chosen(ask, question, _SIGNS, (one.decimal_comma for one in working))
    settled = _settled(found, relation, name, ShapeFormats(order, sign))
    return ShapeFormats(settled.date_order, settled.decimal_comma or sign)


def _chosen(
    ask: Ask, question: str, words: Mapping[_Choice, str], working: Iterable[_Choice | None]
) -> _Choice | None:  # fmt: skip
    """The only choice that works, or the one of the person; null where the file shows it."""
    left = set(working)
    choices = [one for one in words if one in left]
    if None in left or len(choices) < 2:  # noqa: PLR2004 - a choice is of two
        return None if None in left else choices[0]
    listed = "\n".join(f"  {at}  {words[one]}" for at, one in enumerate(choices, 1))
    return choices[ask_number(ask, f"{question}\n{listed}\nNumber", len(choices), "1") - 1]


def _first(found: extract.Extract, relation: str, kinds: Mapping[ColumnKind, str]) -> str:
    """The first value of some kinds of columns that may be read in several ways."""
    for column in RELATIONS[relation].columns:
        if column.kind in kinds:
            values = found.frame.get_column(column.name).drop_nulls()
            first = values.filter(values.str.contains(kinds[column.kind])).head(1).to_list()
            if first:
                return cut(first[0])
    return "the first"


def _can_settle(found: extract.Extract, relation: str, name: str, formats: ShapeFormats) -> bool:
    """Whether every date and amount can be read so; dates that would be left out cannot."""
    with suppress(InputError):
        return not _settled(found, relation, name, formats).unread_columns
    return False


def _settled(found: extract.Extract, relation: str, name: str, formats: ShapeFormats) -> Formats:
    source = Source.model_validate({"path": name})
    return settle_formats(found.frame, RELATIONS[relation], source, _ZONE, formats)
