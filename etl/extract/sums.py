"""Which rows of a list are sums of the rows above: by their amounts, in any language, else by a word that says so."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from operator import add, sub
from typing import Final

import polars as pl

from etl.extract.page_counters import NUMBER, number_of

_SUM: Final = (
    "(?:grand|sub|page|report|overall|sum)?[ -]?totals?|sum|summe|summa|suma|soma|somme|gesamt|insgesamt"
    "|(?:gesamt|zwischen|end)(?:summe|betrag)|(?:sub|eind)?totaal|(?:sub)?totale|totaux|total g[eé]n[eé]ral"
    "|total geral|sous-total|i alt|totalt|yhteensä|razem|celkem|spolu|összesen|ukupno|skupaj|toplam|genel toplam"
    "|σύνολο|итого|всего|разом|合計|総計|小計|合计|总计|小计|總計|합계|총계|الإجمالي|המחיר הכולל|tổng cộng"
)
_ROWS: Final = (
    "rows?|records?|invoices?|items?|entries|results?|documents?|rechnungen|zeilen|einträge|factures?|lignes?|facturas?"
    "|filas|facturen|rijen|fatture|righe"
)
_CURRENCIES: Final = "usd|eur|gbp|cad|aud|nzd|chf|sek|nok|dkk|pln|czk|huf|jpy|cny|inr|zar|mxn|brl|sgd|hkd|ils|aed"
_LABEL: Final = re.compile(
    rf"^\W*(?:{_SUM})(?:\s*:?\s*\(\s*\d[\d.,]*(?:\s+\w+)?\s*\)|[\s:]+(?:(?:of|for)\s+)?\d[\d.,]*\s+(?:{_ROWS})"
    rf"|[\s:(]+(?:{_CURRENCIES})\)?)?\W*$"
)
"""A sum in small letters: `Subtotal`, `Gesamtsumme`, `Total (12)`, `Total for 12 invoices`, `Total USD`. What has a
number behind it may be a document: `TOTAL-77`."""
_BEGINS: Final = re.compile(rf"\W*(?:{_SUM})\b")
_ENOUGH: Final = 2
"""The sum of one row says nothing: it equals that row."""
PERHAPS: Final = "only one text: a sum of the rows above, or a document or a customer of that name"


_WHOLE, _DECIMALS = 18, 18
"""How many digits of an amount are read before and behind its decimal sign: spreadsheets write up to 18 decimals."""
_COMMA_DECIMALS: Final = r",[0-9]{1,2}\)?-?$"
_POINT_DECIMALS: Final = r"\.[0-9]{1,2}\)?-?$"
_Tally = tuple[int, ...]
"""Of some rows: how many there are, and with one text; then the sum of each column, and how many cells are unread."""


def begins_like_sum(label: str) -> bool:
    """Whether a label without digits begins with a sum's word: `Total outstanding`."""
    return bool(_BEGINS.match(label.casefold())) and not re.search(r"\d", label)


def is_sum_word(label: str) -> bool:
    """Whether a label says that its row is a sum, and can be no document's number."""
    return bool(_LABEL.search(label.casefold()))


def sums_by_amounts(amounts: pl.DataFrame, lone: Mapping[int, str]) -> tuple[dict[int, bool], set[int]]:
    """The rows whose amounts are the sums of the rows above, or of those since the last sum.

    Args:
        amounts: the columns of amounts of a list, as text.
        lone: row -> its label, of the rows with one text, in their order.

    Returns:
        row -> whether it is certainly a sum: its label has no digits and at least two rows above have more than one
        text, and none has one; and the rows that can be read as a sum and equal no rows above.
    """
    found: dict[int, bool] = {}
    differ: set[int] = set()
    has_amount = amounts[list(lone)].select(pl.all().is_not_null()).rows()
    for comma in (False, True):
        tallies = _tallies(amounts, list(lone), comma=comma)
        out = last = (0,) * (2 + 2 * amounts.width)
        for (at, label), filled, (own, above) in zip(lone.items(), has_amount, tallies, strict=True):
            if not any(filled):
                continue
            everything, since = _minus(above, out), _minus(above, last)
            pairs = _pairs(everything, own, filled)
            equal = [one for one in (everything, since) if _is_equal(_pairs(one, own, filled))]
            if equal:
                is_certain = any(rows >= _ENOUGH and not lone_rows for rows, lone_rows, *_ in equal)
                found[at] = found.get(at, False) or (is_certain and not re.search(r"\d", label))
            elif _is_comparable(pairs):
                differ.add(at)
            if found.get(at) or is_sum_word(label):
                out, last = _plus(out, own), _plus(above, own)
    return found, differ - found.keys()


def said_count(label: str) -> int | None:
    """How many rows a sum's label says that it adds up: `Total (12)`, `Total: 12 invoices`; null where it says none."""
    numbers = re.findall(NUMBER, unicodedata.normalize("NFKC", label))
    return number_of(numbers[0]) if len(numbers) == 1 else None


def _tallies(amounts: pl.DataFrame, lone: Sequence[int], *, comma: bool) -> list[tuple[_Tally, _Tally]]:
    """Of each row with one text: its own tally, and that of all rows above it."""
    parsed = [units(pl.col(name), comma=comma).alias(name) for name in amounts.columns]
    cells = amounts.select(parsed).select(
        pl.lit(1).alias("rows"),
        pl.int_range(pl.len()).is_in(list(lone)).cast(pl.Int64).alias("lone"),
        *(pl.col(name).fill_null(0) for name in amounts.columns),
        *(pl.col(name).is_null().cast(pl.Int64).alias(f"unread {name}") for name in amounts.columns),
    )
    own, with_own = cells[list(lone)].rows(), cells.select(pl.all().cum_sum())[list(lone)].rows()
    return [(one, _minus(both, one)) for one, both in zip(own, with_own, strict=True)]


def is_decimal_comma(texts: pl.Series) -> bool:
    """Whether amounts have their decimals behind a comma."""
    return bool(texts.str.contains(_COMMA_DECIMALS).any()) and not texts.str.contains(_POINT_DECIMALS).any()


def units(text: pl.Expr, *, comma: bool) -> pl.Expr:
    """An amount in its smallest units, its decimals behind a point or a comma; no text is zero, and unread is null."""
    digits = text.str.replace_all(r"[^0-9.,()\-]", "")
    sign = pl.when(digits.str.contains("^[-(]|-$")).then(pl.lit("-")).otherwise(pl.lit(""))
    plain = digits.str.strip_chars("()-").str.replace_all("." if comma else ",", "", literal=True)
    parts = plain.str.extract_groups(rf"^0*([0-9]{{0,{_WHOLE}}})(?:[.,]([0-9]{{0,{_DECIMALS}}})0*)?$")
    decimals = parts.struct[1].fill_null("").str.pad_end(_DECIMALS, "0")
    units = pl.concat_str(sign, parts.struct[0], decimals).cast(pl.Int128, strict=False)
    return pl.when(text.is_null()).then(0).when(plain.str.contains("[0-9]")).then(units)


def _minus(one: _Tally, other: _Tally) -> _Tally:
    return tuple(map(sub, one, other))


def _plus(one: _Tally, other: _Tally) -> _Tally:
    return tuple(map(add, one, other))


def _pairs(above: _Tally, own: _Tally, filled: Sequence[bool]) -> list[tuple[int | None, int | None]]:
    """The sum above and the amount of each column that is filled, null where one is unread; none without rows above."""
    sums, amounts = _amounts(above), _amounts(own)
    pairs = zip(sums, amounts, filled, strict=True) if above[0] else ()
    return [(there, one) for there, one, is_there in pairs if is_there]


def _amounts(tally: _Tally) -> list[int | None]:
    cells = tally[2:]
    middle = len(cells) // 2
    return [None if unread else units for units, unread in zip(cells[:middle], cells[middle:], strict=True)]


def _is_equal(pairs: Sequence[tuple[int | None, int | None]]) -> bool:
    """Whether every amount is the sum of its column; nothing but zeros says nothing."""
    return any(one for _, one in pairs) and all(there == one for there, one in pairs)


def _is_comparable(pairs: Sequence[tuple[int | None, int | None]]) -> bool:
    """Whether every amount can be read, and so can its column; all zeros equal all zeros."""
    return any(map(any, pairs)) and all(None not in pair for pair in pairs)
