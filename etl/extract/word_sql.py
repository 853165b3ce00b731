"""The SQL of the bulk path for words: each is folded once, and looked up among those that we know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from etl.engine import literal
from etl.extract.invoice_terms import IGNORED_PATTERN

WORDS: Final = ("document_type", "document_status", "portal_status")
"""Columns of words that are folded before they are looked up."""
_COMMON_WORDS: Final = (
    "Invoice", "invoice", "Standard", "Agreement", "Open", "open", "Paid", "paid", "CreditMemo", "Overdue", "Voided",
)  # fmt: skip
"""What most rows of an extract call a document or its state: told without folding, which costs more."""
_FEW: Final = 6
"""Words that are looked up one after another."""


def look_up(name: str, known: Mapping[str, str]) -> str:
    """An expression for ours of the word of a column; null where there is none, or one that nobody knows.

    Args:
        name: one of `WORDS`; `word_<name>` is its folded word.
        known: folded word -> ours.
    """
    # in the order in which DuckDB compares texts
    return _looked_up(f"word_{name}", sorted(known.items(), key=lambda entry: entry[0].encode()))


def _looked_up(word: str, known: Sequence[tuple[str, str]]) -> str:
    """A search by halves: a list of hundreds of words, one after another, costs more than reading the file.

    No `in` and no map: DuckDB makes a join of the one, and behind a join the rows are no longer in the order of the
    file; it searches the other word by word.
    """
    if len(known) <= _FEW:
        cases = " ".join(f"when {literal(one)} then {literal(ours)}" for one, ours in known)
        return f"case {word} {cases} end"
    middle = len(known) // 2
    lower, upper = (_looked_up(word, half) for half in (known[:middle], known[middle:]))
    return f"case when {word} < {literal(known[middle][0])} then {lower} else {upper} end"


def folded(text: str) -> str:
    """An expression for a text as a folded word: as `invoice_terms.fold_term` has it."""
    quick = " ".join(f"when {text} = {literal(way)} then {literal(way.lower())}" for way in _COMMON_WORDS)
    rest = f"regexp_replace(lower({text}), {literal(IGNORED_PATTERN)}, '', 'g')"
    return f"case {quick} else {rest} end"
