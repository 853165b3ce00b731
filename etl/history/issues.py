"""What became of every issue since the last run. Nothing is called resolved by a run that did not look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import polars as pl

from etl.causes import AGREE, BY_CODE, CAUSES, DOCUMENTS, NO_LONGER, NOT_YET, SHOWN_WRONG, SYNCED, bits, bits_where
from etl.domain import CauseClass, MappingSource, MappingState, Stage, State, Subject

Complete = frozenset[str]
"""Relations that a run was given and read completely."""
_ALL_SOURCES: Final = frozenset[str]().union(*(cause.needs for cause in CAUSES))
LAST: Final = ""
"""Stands for the last published run, whatever its id."""


@dataclass(frozen=True)
class SourceCoverage:
    """What was read in this run, and before.

    Attributes:
        complete: relations that were read completely in this run.
        absent: relations that are configured, but of which there was nothing to read, or nothing recent.
        before: what was read completely when an issue was last seen, by `unseen_since`.
        given: relations that are configured.
        runs: what was read completely in earlier runs, by their id; by `LAST` in the last of them.
    """

    complete: Complete
    absent: Complete = frozenset()
    before: Mapping[int | None, Complete] = field(default_factory=dict)
    given: Complete = frozenset()
    runs: Mapping[str, Complete] = field(default_factory=dict)

    def can_end(self, code: str, unseen_since: int | None = None) -> bool:
        """Whether this run had everything that showed this cause when it was last seen."""
        return needed(code) & self.before.get(unseen_since, frozenset()) <= self.complete

    def can_begin(self, code: str) -> bool:
        """Whether nothing is absent, or was given to the last run only, that may be all that makes this cause show."""
        taken_away = self.runs.get(LAST, frozenset()) - self.given
        return not needed(code) & (self.absent | taken_away)

    def is_compared(self, code: str, run_id: str) -> bool:
        """Whether this run and an earlier one read the same of what decides this cause, and all that is configured.

        Where one of them lacked a source, the answers differ because of that, and perhaps for nothing else.
        """
        then = self.runs.get(run_id, frozenset())
        return self.had_enough(code, run_id) and needed(code) & (then | self.given) <= self.complete

    def had_enough(self, code: str, run_id: str) -> bool:
        """Whether an earlier run had read all that decides this cause and was read in this one."""
        return needed(code) & self.complete <= self.runs.get(run_id, frozenset())


class Change(StrEnum):
    """What one run did to an issue."""

    NEW = "new"
    REOPENED = "reopened"
    OPEN = "open"
    NOT_CHECKED = "not_checked"
    RESOLVED = "resolved"


_RESOLVED_AS: Final = {cause.code: cause.resolved_as for cause in CAUSES}
_EXPECTED: Final = {cause.code: cause.resolved_as for cause in CAUSES if cause.kind is CauseClass.EXPECTED}
"""Why an invoice that is rightly absent is no longer an issue."""
_BY_MAPPING: Final = frozenset(cause.code for cause in CAUSES if cause.subject is Subject.MAPPING)
"""Causes that a mapping resolves: the reason says whose it is."""
_MAPPED: Final = {
    MappingSource.JUDGEMENT: "mapping approved",
    MappingSource.PORTAL: "mapped in the portal",
    MappingSource.CERTAINTY: "mapped with certainty",
}
GONE: Final = "gone from the extract"
OTHER_CAUSE: Final = "another cause"
NOTHING_OPEN: Final = "nothing of it is blocked"
_TRANSPORT_MASK: Final = bits_where(lambda cause: cause.stage is Stage.TRANSPORT)
_AMOUNT_MASK: Final = bits(SHOWN_WRONG)
_NOT_YET_MASK: Final = bits(NOT_YET)
_STILL_SHOWN: Final = tuple(cause.code for cause in CAUSES if cause.figure == "shown_not_owed")
"""What the portal shows: that the document was paid, voided or deleted does not end it."""
_ACCESS_MASK: Final = bits_where(lambda cause: cause.stage is Stage.ACCESS)
_ONE_AFTER_THE_OTHER: Final = (
    frozenset({"NO_LOGIN_EMAIL", "BAD_EMAIL"}),
    frozenset({"LEVEL_MISSING", "LEVEL_INVALID", "LEVEL_TOO_LOW"}),
)
"""Causes of which a contact has one at a time: one that gives way to the next is not resolved."""


def needed(code: str) -> Complete:
    """The relations without which nobody can say that this cause is gone; one that is not known needs them all."""
    return BY_CODE[code].needs if code in BY_CODE else _ALL_SOURCES


def freed_because(code: str, state: str | None, primary_cause: str | None, mapping_source: str | None) -> str:
    """Why an invoice that was blocked no longer is.

    Args:
        code: what blocked it.
        state: its state in this run; None if it is no longer extracted.
        primary_cause: its primary cause in this run.
        mapping_source: who maps its customer in this run.
    """
    if state is None:
        return GONE
    if state == State.EXPECTED:
        return _EXPECTED.get(primary_cause or "", NO_LONGER)
    if code in _BY_MAPPING:
        return _MAPPED.get(MappingSource(mapping_source or MappingSource.NOBODY), NO_LONGER)
    return _RESOLVED_AS.get(code, NO_LONGER)


def judge(facts: pl.DataFrame, reading: SourceCoverage) -> pl.DataFrame:
    """Say of every issue that is not simply as it was what became of it.

    Locality: row.

    Args:
        facts: rows of intermediate.issue_facts, with `was_ended`: whether the issue was there once, and ended.
        reading: what was read.

    Returns:
        `facts` with `change` (of Change) and `reason`, in words, of what is resolved.
    """
    looked = _looked_at(facts, reading)
    read = facts.join(looked, on=["code", "unseen_since"], how="left", nulls_equal=True, maintain_order="left")
    is_unknown = (pl.col("unknown") & pl.col("mask")) != 0
    reasons = (
        pl.when(kind="invoice").then(_of_invoice())
        .when(kind="customer").then(_of_customer())
        .otherwise(_of_contact())
    )  # fmt: skip
    is_expected = (pl.col("invoice_state") == State.EXPECTED).fill_null(value=False)
    is_decided_by_documents = is_expected & ~pl.col("code").is_in(_STILL_SHOWN)
    is_sure = pl.when(is_decided_by_documents).then("are_documents_read").otherwise(pl.col("can_end") & ~is_unknown)
    gone = pl.when(~pl.col("is_set_aside")).then(pl.lit(GONE))
    reason = pl.when(is_sure).then(pl.when("has_subject").then(reasons).otherwise(gone))
    change = (
        pl.when(pl.col("is_there") & pl.col("was_open")).then(pl.lit(Change.OPEN.value))
        # what only shows because a source is missing is no finding
        .when(pl.col("is_there") & ~pl.col("can_begin")).then(pl.lit(Change.NOT_CHECKED.value))
        .when(pl.col("is_there") & pl.col("was_ended")).then(pl.lit(Change.REOPENED.value))
        .when("is_there").then(pl.lit(Change.NEW.value))
        .when(reason.is_null()).then(pl.lit(Change.NOT_CHECKED.value))
        .otherwise(pl.lit(Change.RESOLVED.value))
    )  # fmt: skip
    return read.with_columns(change=change, reason=pl.when(~pl.col("is_there")).then(reason))


def _looked_at(facts: pl.DataFrame, reading: SourceCoverage) -> pl.DataFrame:
    pairs = facts.select("code", "unseen_since").unique(maintain_order=True)
    keys = list(pairs.iter_rows())
    return pairs.with_columns(
        can_end=pl.Series([reading.can_end(*pair) for pair in keys], dtype=pl.Boolean),
        can_begin=pl.Series([reading.can_begin(code) for code, _ in keys], dtype=pl.Boolean),
        are_documents_read=pl.lit(reading.complete >= DOCUMENTS),
    )


def _of_invoice() -> pl.Expr:
    """Null where this run cannot say: for example the portal's checks were not reached."""
    is_elsewhere = (pl.col("failed") & pl.lit(_TRANSPORT_MASK, dtype=pl.UInt64)) != 0
    is_failing = (pl.col("failed") & pl.col("mask")) != 0
    return (
        pl.when(pl.col("code").is_in(_STILL_SHOWN)).then(_of_amount())
        .when(pl.col("invoice_state") == State.EXPECTED).then(_word("invoice_cause", _EXPECTED))
        .when(pl.col("code").is_in(SHOWN_WRONG)).then(_of_amount())
        # a number that others have, for example, hides nothing once the portal's list shows the invoice
        .when(is_failing & (pl.col("invoice_state") != State.BLOCKED)).then(pl.lit(NOTHING_OPEN))
        .when(pl.col("is_set_aside") & (pl.col("code") == "DUPLICATE_NUMBER")).then(None)
        .when(pl.col("stage") != Stage.TRANSPORT).then(_word("code", _RESOLVED_AS))
        .when("is_present").then(pl.lit(SYNCED))
        .when(is_elsewhere).then(pl.lit(OTHER_CAUSE))
    )  # fmt: skip


def _of_amount() -> pl.Expr:
    """Null while a payment is on its way, the portal has had no time to catch up, or its list cannot tell."""
    failed = pl.col("failed")
    is_settled_and_gone = (pl.col("code") == "PORTAL_SHOWS_SETTLED") & ~pl.col("is_present")
    return (
        pl.when((failed & pl.lit(_AMOUNT_MASK, dtype=pl.UInt64)) != 0).then(pl.lit(OTHER_CAUSE))
        .when((failed & pl.lit(_NOT_YET_MASK, dtype=pl.UInt64)) != 0).then(None)
        .when(pl.col("is_set_aside") | ~pl.col("can_tell_amounts")).then(None)
        .when(pl.col("is_present") | is_settled_and_gone).then(pl.lit(AGREE))
    )  # fmt: skip


def _of_customer() -> pl.Expr:
    is_failing = (pl.col("failed") & pl.col("mask")) != 0
    is_mapped = pl.col("mapping_state") == MappingState.MAPPED
    mapped = _word("mapping_source", {str(source): word for source, word in _MAPPED.items()})
    resolved_as = {code: reason for code, reason in _RESOLVED_AS.items() if code not in _BY_MAPPING}
    fixed = pl.col("code").replace_strict(resolved_as, default=None, return_dtype=pl.String)
    return (
        pl.when(is_failing).then(pl.when(~pl.col("is_set_aside")).then(pl.lit(NOTHING_OPEN)))
        .when(pl.col("mapping_state") == MappingState.EXCLUDED).then(pl.lit(_EXPECTED["CUSTOMER_EXCLUDED"]))
        # nobody looks who can see the invoices of a customer without a company
        .when((pl.col("stage") == Stage.ACCESS) & ~pl.col("is_access_reached")).then(None)
        .when(~is_mapped | _has_another()).then(pl.lit(OTHER_CAUSE))
        .otherwise(pl.coalesce(fixed, mapped))
    )  # fmt: skip


def _has_another() -> pl.Expr:
    """The company is gone now, or somebody is there now and cannot look into the portal, either."""
    in_its_place = (
        pl.when(pl.col("stage") == Stage.ACCESS).then(pl.lit(_ACCESS_MASK, dtype=pl.UInt64))
        .otherwise(pl.lit(bits(["TARGET_MISSING"]), dtype=pl.UInt64))
    )  # fmt: skip
    return (pl.col("failed") & in_its_place) != 0


def _has_another_of_its_kind() -> pl.Expr:
    masks = {code: bits(codes) for codes in _ONE_AFTER_THE_OTHER for code in codes}
    return (pl.col("failed") & pl.col("code").replace_strict(masks, default=0, return_dtype=pl.UInt64)) != 0


def _of_contact() -> pl.Expr:
    is_failing = (pl.col("failed") & pl.col("mask")) != 0
    return (
        pl.when(~is_failing & _has_another_of_its_kind()).then(pl.lit(OTHER_CAUSE))
        .when(~is_failing).then(_word("code", _RESOLVED_AS))
        .when(pl.col("can_anyone_see").fill_null(value=False)).then(pl.lit("another contact can see them"))
        .when(~pl.col("is_proposed")).then(pl.lit("no longer proposed"))
        .otherwise(pl.lit(NOTHING_OPEN))
    )  # fmt: skip


def _word(column: str, words: Mapping[str, str]) -> pl.Expr:
    return pl.col(column).replace_strict(words, default=NO_LONGER, return_dtype=pl.String)
