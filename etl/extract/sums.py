"""Which rows of a list are sums of the rows above: by their amounts, in any language, else by a word that says so."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

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


@dataclass
class _Above:
    """The rows above, each column's amounts added up; null where one cannot be read."""

    sums: list[Decimal | None] = field(default_factory=list)
    rows: int = 0
    has_lone: bool = False

    def add(self, amounts: Sequence[Decimal | None], *, is_lone: bool) -> None:
        """Count one more row."""
        before = self.sums or [Decimal(0)] * len(amounts)
        self.sums = [None if a is None or b is None else a + b for a, b in zip(before, amounts, strict=True)]
        self.rows += 1
        self.has_lone |= is_lone

    def is_equal(self, amounts: Sequence[Decimal | None], filled: Sequence[bool]) -> bool:
        """Whether every amount that is filled is the sum of its column; nothing but zeros says nothing."""
        pairs = [(one, there) for one, there, is_there in zip(self.sums, amounts, filled, strict=False) if is_there]
        return bool(pairs) and any(there for _, there in pairs) and all(one == there for one, there in pairs)

    def is_comparable(self, amounts: Sequence[Decimal | None], filled: Sequence[bool]) -> bool:
        """Whether every amount that is filled can be read, and so can its column; all zeros equal all zeros."""
        pairs = [(one, there) for one, there, is_there in zip(self.sums, amounts, filled, strict=False) if is_there]
        return bool(pairs) and None not in [one for pair in pairs for one in pair] and any(map(any, pairs))


def begins_like_sum(label: str) -> bool:
    """Whether a label without digits begins with a sum's word: `Total outstanding`."""
    return bool(_BEGINS.match(label.casefold())) and not re.search(r"\d", label)


def is_sum_word(label: str) -> bool:
    """Whether a label says that its row is a sum, and can be no document's number."""
    return bool(_LABEL.search(label.casefold()))


def sums_by_amounts(
    columns: Sequence[Sequence[str | None]], lone: Mapping[int, str]
) -> tuple[dict[int, bool], set[int]]:
    """The rows whose amounts are the sums of the rows above, or of those since the last sum.

    Args:
        columns: the amounts of a list, as text.
        lone: row -> its label, of the rows with one text.

    Returns:
        row -> whether it is certainly a sum: its label has no digits and at least two rows above have more than one
        text, and none has one; and the rows that can be read as a sum and equal no rows above.
    """
    found: dict[int, bool] = {}
    differ: set[int] = set()
    for comma in (False, True):
        everything, since = _Above(), _Above()
        for at, texts in enumerate(zip(*columns, strict=True)):
            amounts = [_amount(text, comma=comma) for text in texts]
            filled = [text is not None for text in texts]
            if at in lone and any(filled):
                equal = [one for one in (everything, since) if one.rows and one.is_equal(amounts, filled)]
                is_certain = any(one.rows >= _ENOUGH and not one.has_lone for one in equal)
                if not equal and everything.is_comparable(amounts, filled):
                    differ.add(at)
                if equal:
                    found[at] = found.get(at, False) or (is_certain and not re.search(r"\d", lone[at]))
                if found.get(at) or is_sum_word(lone[at]):
                    since = _Above()
                    continue
            for above in (everything, since):
                above.add(amounts, is_lone=at in lone)
    return found, differ - found.keys()


def said_count(label: str) -> int | None:
    """How many rows a sum's label says that it adds up: `Total (12)`, `Total: 12 invoices`; null where it says none."""
    numbers = re.findall(NUMBER, unicodedata.normalize("NFKC", label))
    return number_of(numbers[0]) if len(numbers) == 1 else None


def _amount(text: str | None, *, comma: bool) -> Decimal | None:
    """An amount whose decimals stand behind a point, or a comma; nothing is zero, and null what cannot be read so."""
    if text is None:
        return Decimal(0)
    digits = re.sub(r"[^0-9.,()\-]", "", text)
    is_negative = digits.startswith(("-", "(")) or digits.endswith("-")
    plain = digits.strip("()-").replace("." if comma else ",", "").replace(",", ".")
    if not re.fullmatch(r"\d+(?:\.\d*)?|\.\d+", plain):
        return None
    return -Decimal(plain) if is_negative else Decimal(plain)
