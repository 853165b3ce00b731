"""Columns that flag a row: deleted or void in the books, hidden from clients in the portal."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import polars as pl

from etl.domain import FALSE_WORDS, TRUE_WORDS
from etl.extract.portal_words import said_status
from etl.extract.profiles.document_terms import SHOWN

DELETED: Final[Mapping[str, tuple[str, ...]]] = {
    "_fivetran_deleted": ("_fivetran_deleted",),
    "_sdc_deleted_at": ("_sdc_deleted_at",),
    "_ab_cdc_deleted_at": ("_ab_cdc_deleted_at",),
    "_dlt_valid_to": ("_dlt_valid_to",),
    "_fivetran_active": ("_fivetran_active",),
    "_hevo_deleted": ("__hevo__marked_deleted",),
    "_deleted": ("is_deleted", "Deleted", "deleted_at", "deleted_flag", "deleted_on", "deleted_date"),
}
"""Columns in which loaders flag what was deleted, each with its captions."""
VOIDED: Final[Mapping[str, tuple[str, ...]]] = {
    "_voided": (
        "Voided", "Void", "is_voided", "is_void", "voided_at", "voided_on", "void_date", "voided_date",
        "Cancelled", "Canceled", "is_cancelled", "is_canceled", "cancelled_at", "canceled_at", "cancelled_on",
        "canceled_on",
    ),
}  # fmt: skip
"""The column of a list in which a document is flagged as void, with its captions."""
_HIDDEN, _VISIBLE = "_hidden", "_visible"
"""Columns of a portal's list that say of a row whether clients see it."""
_VISIBLE_CAPTION: Final = re.compile(
    r"visib|viewable|publish|released?\b|accessible|\b(?:client|customer|contact|portal|user) (?:access|view)\b"
    r"|^(?:is )?show(?:n|s|ing)?$|\bshow(?:n|s|ing)? (?:in|on|to|at|client|customer|portal)\b"
    r"|\bdisplay(?:ed|s)? (?:in|on|to|at)\b|\b(?:client|customer|portal) (?:can )?(?:see|show|display)"
    r"|\bsichtbar|\bfreigegeben|\bveröffentlicht|\bpublié|\bvisto por"
)
_HIDDEN_CAPTION: Final = re.compile(
    r"\bhid(?:e|es|den|ing)\b|\barchived?\b|\bis draft\b|^drafts?$|\bsuppress|\bunpublish|\binvisib|\bwithheld\b"
    r"|\bvoid(?:ed)?\b|\bcancell?ed\b|\bdeleted?\b|\bremoved\b|^(?:is )?private$|^(?:is )?internal(?: only)?$"
    r"|\bstaff only\b|\bversteckt|\bausgeblendet|\bverborgen|\bstorniert|\bgelöscht|\barchiviert|^entwurf$"
    r"|\bmasqué|\bannulé|\bsupprimé|\bbrouillon\b|\bocult[oa]|\banulad[oa]"
)
_WORDS: Final = re.compile(r"[\W_]+|(?<=[a-z])(?=[A-Z])")
_KEPT_FLAG: Final = "_fivetran_active"
"""A loader's flag that says yes of what is still there."""
_GONE: Final = (
    "x", "d", "del", "delete", "deleted", "remove", "removed", "gone", "erased", "purged", "trashed", "gelöscht",
    "supprimé", "supprimée", "eliminado", "eliminada", "eliminato", "eliminata", "excluído", "verwijderd",
    "v", "void", "voided", "cancelled", "canceled",
)  # fmt: skip
_NOT_GONE: Final = (
    *FALSE_WORDS, "null", "none", "nil", "nan", "n/a", "-", "active", "live", "current", "not deleted", "undeleted",
    "never", "not void", "not voided", "not hidden",
)  # fmt: skip
_ONE, _ZERO = r"^[-+]?1(?:[.,]0+)?$", r"^[-+]?0+(?:[.,]0+)?$"
_DAY: Final = (
    r"(?:^|[^0-9])20[0-9]{2}(?:[^0-9]|$)|^20[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9]"
    r"|^[0-3]?[0-9][-/.][0-3]?[0-9][-/.][0-9]{2}\b|^1[0-9]{9}(?:[0-9]{3})?$|^4[0-9]{4}(?:[.][0-9]+)?$"
)
"""A day of this century, in any form; 0000-00-00 and 1970-01-01 stand for no day."""
_NO_DAY: Final = r"(?:^|[^0-9:])0?0[-/.]0?0(?:[^0-9:]|$)"
_NOT_YET: Final = r"\b(?:not|never|no|until|before|undeleted|pending|scheduled|will|due)\b"
_NEVER: Final = (
    r"^(?:0000|0001|1899|1900|1970|9999)-[0-9]{2}-[0-9]{2}(?:[^0-9]|$)"
    r"|^[0-9]{1,2}[-/.][0-9]{1,2}[-/.](?:0000|0001|1899|1900|1970|9999)(?:[^0-9]|$)"
)
"""Days that stand for none."""
_WITH_LOADERS: Final = frozenset({"accounting_invoices", "accounting_customers"})


def find_flags(cells: Sequence[str], relation: str, taken: Collection[int]) -> dict[str, int]:
    """The columns of a table that flag its rows: they mean the same whatever reads it.

    Args:
        cells: the captions.
        relation: what the rows are.
        taken: positions that are read as something else.

    Returns:
        Column -> position; a column is called by what it flags and its position, such as `_voided:7`.
    """
    free = [(at, caption_words(cell)) for at, cell in enumerate(cells) if cell and at not in taken]
    if relation == "portal_invoices":
        hidden = {f"{_HIDDEN}:{at}": at for at, words in free if _HIDDEN_CAPTION.search(words)}
        shown = {f"{_VISIBLE}:{at}": at for at, words in free if _VISIBLE_CAPTION.search(words)}
        return {**hidden, **{name: at for name, at in shown.items() if at not in hidden.values()}}
    if relation not in _WITH_LOADERS:
        return {}
    return {
        f"{_FLAG_OF[caption]}:{at}": at
        for at, words in free
        if (caption := words.replace(" ", "")) in _FLAG_OF
        and (relation != "accounting_customers" or _FLAG_OF[caption] in DELETED)
    }


def caption_words(caption: str) -> str:
    """The words of a caption in lower case, one blank between two of them: `isVoided` is `is voided`."""
    return _WORDS.sub(" ", caption).casefold().strip()


_FLAG_OF: Final = {
    caption_words(caption).replace(" ", ""): name
    for name, captions in {**DELETED, **VOIDED}.items()
    for caption in captions
}
"""Caption in small letters, without blanks -> the flag that it is."""


def _kind(column: str) -> str:
    """What a column flags: `_voided:7` is `_voided` at position 7."""
    return column.partition(":")[0]


def is_flagged(frame: pl.DataFrame, flags: Collection[str] = DELETED) -> pl.Expr:
    """Whether one of the flags says that the row is gone, by a word or by the time at which it went.

    Args:
        frame: with a column for each flag that its file has.
        flags: the columns that are asked.

    Locality: row.
    """
    said = [_is_gone(name) for name in frame.columns if _kind(name) in flags]
    return pl.any_horizontal(said).fill_null(value=False) if said else pl.lit(value=False)


def is_hidden(frame: pl.DataFrame) -> pl.Expr:
    """Whether a flag of a portal's list says that clients do not see the row.

    Locality: row.
    """
    return is_flagged(frame, (_HIDDEN, _VISIBLE))


def with_known_flags(frame: pl.DataFrame) -> pl.DataFrame:
    """A row whose flag says neither that it is gone nor that it is not is set aside.

    Locality: row; a list of the portal, whole.
    """
    for name in sorted(name for name in frame.columns if _meaning(name)):
        problem = pl.format(_meaning(name), pl.col(name).fill_null(""))
        is_strange = pl.col(name).is_not_null() & ~_is_gone(name) & ~_is_kept(name)
        if _kind(name) == _VISIBLE:
            # where others are shown, a row of which nobody says so may not be
            is_strange = is_strange | (pl.col(name).is_null() & pl.col(name).is_not_null().any())
        frame = frame.with_columns(read_problem=pl.coalesce("read_problem", pl.when(is_strange).then(problem)))
    return frame


def _meaning(name: str) -> str:
    """What is wrong with a value of a flag that nobody understands; empty where the column is no flag."""
    if _kind(name) in DELETED:
        return "deletion flag: '{}' says neither that the row was deleted nor that it was not"
    if _kind(name) in VOIDED:
        return "void flag: '{}' says neither that the document is void nor that it is not"
    if _kind(name) in {_HIDDEN, _VISIBLE}:
        return "flag: '{}' says neither that clients see the invoice nor that they do not"
    return ""


def _is_gone(name: str) -> pl.Expr:
    flag, kind = pl.col(name).str.to_lowercase(), _kind(name)
    if kind == _KEPT_FLAG:
        return flag.is_in(FALSE_WORDS) | flag.str.contains(_ZERO)
    if kind == _VISIBLE:
        return flag.is_in([*FALSE_WORDS, "nobody", "none", "never"]) | flag.str.contains(_ZERO) | _says(name, "gone")
    is_said = flag.is_in([*TRUE_WORDS, *_GONE]) | flag.str.contains(_ONE) | _is_day(flag)
    return is_said | _says(name, "gone") if kind == _HIDDEN else is_said


def _is_kept(name: str) -> pl.Expr:
    flag, kind = pl.col(name).str.to_lowercase(), _kind(name)
    is_true = flag.is_in(TRUE_WORDS) | flag.str.contains(_ONE)
    if kind == _KEPT_FLAG:
        return is_true
    if kind == _VISIBLE:
        return is_true | _is_day(flag) | _says(name, SHOWN)
    return flag.is_in(_NOT_GONE) | flag.str.contains(_ZERO) | flag.str.contains(_NO_DAY) | flag.str.contains(_NEVER)


def _is_day(flag: pl.Expr) -> pl.Expr:
    return flag.str.contains(_DAY) & ~flag.str.contains(_NO_DAY) & ~flag.str.contains(_NOT_YET)


def _says(name: str, word: str) -> pl.Expr:
    """Whether the portal's words for an invoice say so."""
    return (said_status(name) == word).fill_null(value=False)
