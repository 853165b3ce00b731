"""The SQL of the bulk path for words: each is folded once, and looked up among those that we know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from etl.extract.portal_words import APART, APOSTROPHES, PORTAL_PHRASES
from etl.extract.profiles.document_terms import IGNORED_PATTERN, PORTAL_STATUSES, SAME_LETTERS, SHOWN
from etl.warehouse.engine import literal

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
    """An expression for a text as a folded word: as `document_terms.fold_term` has it."""
    quick = " ".join(f"when {text} = {literal(way)} then {literal(way.lower())}" for way in _COMMON_WORDS)
    rest = f"regexp_replace({lowered(text)}, {literal(IGNORED_PATTERN)}, '', 'g')"
    return f"case {quick} else {rest} end"


def lowered(text: str) -> str:
    """An expression for a text in lower case: as `document_terms.lower` has it."""
    lower = f"lower({text})"
    for written, same in SAME_LETTERS:
        lower = f"replace({lower}, {literal(written)}, {literal(same)})"
    return lower


def with_said(rows: str) -> str:
    """Rows of a portal's list with `said_portal_status`: what its word or phrase says, null where nobody knows it.

    A text is spaced once, and only where it is no word that we know.

    Args:
        rows: a select with `text_portal_status` and `word_portal_status`.
    """
    bare = f"regexp_replace({lowered('text_portal_status')}, {literal(APOSTROPHES)}, '', 'g')"
    spaced = f"trim(regexp_replace({bare}, {literal(APART)}, ' ', 'g'), ' ')"
    known = look_up("portal_status", PORTAL_STATUSES)
    phrases = " ".join(
        f"when regexp_matches({'written' if is_written else 'words'}, {literal(like)}) then {literal(ours)}"
        for is_written, like, ours in PORTAL_PHRASES
    )
    looked_up = f"select *, {known} as known_portal_status from ({rows}) as folded"
    words = f"case when known_portal_status is null then {spaced} end as words"
    written = f"case when known_portal_status is null then {lowered('text_portal_status')} end as written"
    said = f"case when known_portal_status is not null then known_portal_status else case {phrases} end end"
    return (
        f"select *, {said} as said_portal_status from (select *, {words}, {written} from ({looked_up}) as looked_up)"
        " as spaced"
    )


PORTAL_STATUS: Final = f"nullif(said_portal_status, {literal(SHOWN)})"
"""What the portal says is owed, as `portal_words.portal_status` has it, over the rows of `with_said`."""
