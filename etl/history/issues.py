"""What became of every issue since the last run. Nothing is called resolved by a night that did not look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import polars as pl

from etl.causes import BY_CODE, CAUSES, NOT_YET, PREDICTED, SHOWN_WRONG, bits
from etl.domain import MappingSource, MappingState, Stage, State

DOCUMENTS: Final = frozenset({"accounting_invoices"})
_IDENTITY: Final = DOCUMENTS | {
    "accounting_customers", "connectwise_companies", "connectwise_contacts", "connectwise_statuses",
    "connectwise_invoices", "portal_mappings",
}  # fmt: skip
_NEEDED: Final = {
    Stage.EXISTENCE: DOCUMENTS,
    Stage.IDENTITY: _IDENTITY,
    Stage.TRANSPORT: _IDENTITY | {"portal_invoices", "sync_runs"},
    Stage.ACCESS: _IDENTITY,
}
_AMOUNTS: Final = DOCUMENTS | {
    "accounting_customers", "connectwise_companies", "portal_mappings", "portal_invoices", "sync_runs",
}  # fmt: skip
"""What tells that an amount differs, and what the portal's row of an invoice is found by."""
_SEEN_IN_THE_PORTAL: Final = (*PREDICTED, "MAPPING_CONFLICT")
"""Causes that the portal's list confirms or refutes: what is shown is not blocked by them."""

Complete = frozenset[str]
"""Relations that a night was given and read completely."""
LAST: Final = ""
"""Stands for the last published run, whatever its id."""


@dataclass(frozen=True)
class SourceCoverage:
    """What was read tonight, and before.

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
        """Whether tonight had everything that showed this cause when it was last seen."""
        return needed(code) & self.before.get(unseen_since, frozenset()) <= self.complete

    def can_begin(self, code: str) -> bool:
        """Whether nothing is absent, or was given to the last run only, that may be all that makes this cause show."""
        taken_away = self.runs.get(LAST, frozenset()) - self.given
        return not needed(code) & (self.absent | taken_away)

    def is_compared(self, code: str, run_id: str) -> bool:
        """Whether tonight and an earlier run read the same of what decides this cause, and all that is configured.

        Where one of them lacked a source, the answers differ because of that, and perhaps for nothing else.
        """
        then = self.runs.get(run_id, frozenset())
        return self.had_enough(code, run_id) and needed(code) & (then | self.given) <= self.complete

    def had_enough(self, code: str, run_id: str) -> bool:
        """Whether an earlier run had read all that decides this cause and was read tonight."""
        return needed(code) & self.complete <= self.runs.get(run_id, frozenset())


class Change(StrEnum):
    """What one night did to an issue."""

    NEW = "new"
    REOPENED = "reopened"
    OPEN = "open"
    NOT_CHECKED = "not_checked"
    RESOLVED = "resolved"


_EXPECTED: Final = {
    "PAID_IN_FULL": "paid",
    "VOIDED": "voided",
    "DELETED": "deleted",
    "CUSTOMER_EXCLUDED": "customer excluded",
    "NEGATIVE_BALANCE": "credited",
    "ZERO_TOTAL": "total set to zero",
    "NOT_AN_INVOICE": "no invoice any more",
}
"""Why an invoice that is rightly absent is no longer an issue."""
_MENDED: Final = {
    "DRAFT": "approved in accounting",
    "DUPLICATE_NUMBER": "renumbered",
    "CUSTOMER_INACTIVE": "customer reactivated",
    "TARGET_MISSING": "company is there",
    "TARGET_DELETED": "company restored",
    "TARGET_INACTIVE": "company reactivated",
    "TARGET_HIDDEN": "company no longer hidden",
    "BILL_TO_ELSEWHERE": "mapped to the bill-to company",
    "LEVEL_MISSING": "level raised",
    "LEVEL_INVALID": "level raised",
    "LEVEL_TOO_LOW": "level raised",
    "LOGIN_DISABLED": "login allowed",
    "NO_LOGIN_EMAIL": "e-mail added",
    "BAD_EMAIL": "e-mail corrected",
    "DUPLICATE_LOGIN_EMAIL": "e-mail made unique",
    "NO_PORTAL_PROFILE": "profile assigned",
    "NO_CONTACT": "a contact can see them",
    "ONLY_INACTIVE_CONTACTS": "a contact can see them",
    "CONTACT_AT_PARENT_OR_CHILD": "a contact can see them",
}
_MAPPED: Final = {
    MappingSource.JUDGEMENT: "mapping approved",
    MappingSource.PORTAL: "mapped in the portal",
    MappingSource.CERTAINTY: "mapped with certainty",
}
SYNCED: Final = "synced"
GONE: Final = "gone from the extract"
OTHER_CAUSE: Final = "another cause"
AGREE: Final = "the portal and the books agree"
NOTHING_OPEN: Final = "nothing of it is blocked"
_NO_LONGER: Final = "no longer found"
_TRANSPORT_MASK: Final = bits(cause.code for cause in CAUSES if cause.stage is Stage.TRANSPORT)
_AMOUNT_MASK: Final = bits(SHOWN_WRONG)
_NOT_YET_MASK: Final = bits(NOT_YET)
_STILL_SHOWN: Final = ("STALE_AMOUNT", "PORTAL_SHOWS_SETTLED")
"""What the portal shows: that the document was paid, voided or deleted does not end it."""
_ACCESS_MASK: Final = bits(cause.code for cause in CAUSES if cause.stage is Stage.ACCESS)
_ONE_AFTER_THE_OTHER: Final = (
    frozenset({"NO_LOGIN_EMAIL", "BAD_EMAIL"}),
    frozenset({"LEVEL_MISSING", "LEVEL_INVALID", "LEVEL_TOO_LOW"}),
)
"""Causes of which a contact has one at a time: one that gives way to the next is not mended."""


def needed(code: str) -> Complete:
    """The relations without which nobody can tell that this cause is gone."""
    cause = BY_CODE.get(code)
    if cause is None:
        return _NEEDED[Stage.TRANSPORT]
    if code in SHOWN_WRONG:
        return _AMOUNTS
    return _NEEDED[cause.stage] | ({"portal_invoices"} if code in _SEEN_IN_THE_PORTAL else frozenset())


def freed_because(code: str, state: str | None, primary_cause: str | None, mapping_source: str | None) -> str:
    """Why an invoice that was blocked no longer is.

    Args:
        code: what blocked it.
        state: its state in this run; null where it is no longer extracted.
        primary_cause: its primary cause in this run.
        mapping_source: who maps its customer in this run.
    """
    if state is None:
        return GONE
    if state == State.EXPECTED:
        return _EXPECTED.get(primary_cause or "", _NO_LONGER)
    if code in _MENDED:
        return _MENDED[code]
    stage = BY_CODE[code].stage if code in BY_CODE else None
    if stage is Stage.IDENTITY:
        return _MAPPED.get(MappingSource(mapping_source or MappingSource.NOBODY), _NO_LONGER)
    return SYNCED if stage is Stage.TRANSPORT else _NO_LONGER


def judge(facts: pl.DataFrame, reading: SourceCoverage) -> pl.DataFrame:
    """Say of every issue that is not simply as it was what became of it.

    Locality: row.

    Args:
        facts: rows of marts.issue_facts, with `was_ended`: whether the issue was there once, and ended.
        reading: what was read.

    Returns:
        `facts` with `change` (of Change) and `reason`, in words, of what is resolved.
    """
    looked = _looked_at(facts, reading)
    told = facts.join(looked, on=["code", "unseen_since"], how="left", nulls_equal=True, maintain_order="left")
    is_unknown = (pl.col("unknown") & pl.col("mask")) != 0
    reasons = (
        pl.when(kind="invoice").then(_of_invoice())
        .when(kind="customer").then(_of_customer())
        .otherwise(_of_contact())
    )  # fmt: skip
    is_expected = (pl.col("invoice_state") == State.EXPECTED).fill_null(value=False)
    is_told_by_documents = is_expected & ~pl.col("code").is_in(_STILL_SHOWN)
    is_sure = pl.when(is_told_by_documents).then("are_documents_read").otherwise(pl.col("can_end") & ~is_unknown)
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
    return told.with_columns(change=change, reason=pl.when(~pl.col("is_there")).then(reason))


def _looked_at(facts: pl.DataFrame, reading: SourceCoverage) -> pl.DataFrame:
    pairs = facts.select("code", "unseen_since").unique(maintain_order=True)
    told = list(pairs.iter_rows())
    return pairs.with_columns(
        can_end=pl.Series([reading.can_end(*pair) for pair in told], dtype=pl.Boolean),
        can_begin=pl.Series([reading.can_begin(code) for code, _ in told], dtype=pl.Boolean),
        are_documents_read=pl.lit(reading.complete >= DOCUMENTS),
    )


def _of_invoice() -> pl.Expr:
    """Null where tonight could not tell: for example the portal's gates were not reached."""
    is_elsewhere = (pl.col("failed") & pl.lit(_TRANSPORT_MASK, dtype=pl.UInt64)) != 0
    is_failing = (pl.col("failed") & pl.col("mask")) != 0
    return (
        pl.when(pl.col("code").is_in(_STILL_SHOWN)).then(_of_amount())
        .when(pl.col("invoice_state") == State.EXPECTED).then(_word("invoice_cause", _EXPECTED))
        .when(pl.col("code").is_in(SHOWN_WRONG)).then(_of_amount())
        # a number that others have, for example, hides nothing once the portal's list shows the invoice
        .when(is_failing & (pl.col("invoice_state") != State.BLOCKED)).then(pl.lit(NOTHING_OPEN))
        .when(pl.col("is_set_aside") & (pl.col("code") == "DUPLICATE_NUMBER")).then(None)
        .when(pl.col("stage") != Stage.TRANSPORT).then(_word("code", _MENDED))
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
    mended = pl.col("code").replace_strict(_MENDED, default=None, return_dtype=pl.String)
    return (
        pl.when(is_failing).then(pl.when(~pl.col("is_set_aside")).then(pl.lit(NOTHING_OPEN)))
        .when(pl.col("mapping_state") == MappingState.EXCLUDED).then(pl.lit(_EXPECTED["CUSTOMER_EXCLUDED"]))
        # nobody looks who can see the invoices of a customer without a company
        .when((pl.col("stage") == Stage.ACCESS) & ~pl.col("is_access_reached")).then(None)
        .when(~is_mapped | _has_another()).then(pl.lit(OTHER_CAUSE))
        .otherwise(pl.coalesce(mended, mapped))
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
        .when(~is_failing).then(_word("code", _MENDED))
        .when(pl.col("can_anyone_see").fill_null(value=False)).then(pl.lit("another contact can see them"))
        .when(~pl.col("is_proposed")).then(pl.lit("no longer proposed"))
        .otherwise(pl.lit(NOTHING_OPEN))
    )  # fmt: skip


def _word(column: str, words: Mapping[str, str]) -> pl.Expr:
    return pl.col(column).replace_strict(words, default=_NO_LONGER, return_dtype=pl.String)
