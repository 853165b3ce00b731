"""What became of an issue: never called resolved by a run that did not look."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.causes import CAUSES, bits
from etl.history.issues import SourceCoverage, freed_because, judge, needed
from etl.schemas import RELATIONS

ALL = frozenset(RELATIONS)
STAGES = {cause.code: str(cause.stage) for cause in CAUSES}
NOTHING: dict[str, Any] = {
    "kind": "invoice", "subject_id": "1", "code": "DRAFT", "stage": "existence", "was_open": True, "is_there": False,
    "was_ended": False, "unseen_since": None, "has_subject": True, "is_set_aside": False, "failed": 0, "unknown": 0,
    "mask": 0, "invoice_state": None, "invoice_cause": None, "is_present": False, "mapping_state": None,
    "mapping_source": None, "is_access_reached": False, "is_proposed": False, "can_anyone_see": None,
    "can_tell_amounts": True,
}  # fmt: skip
TYPES = {
    **dict.fromkeys(("failed", "unknown", "mask"), pl.UInt64),
    **dict.fromkeys(("invoice_state", "invoice_cause", "mapping_state", "mapping_source"), pl.String),
    "unseen_since": pl.Int64,
    "can_anyone_see": pl.Boolean,
}


def _judged(tonight: frozenset[str] = ALL, **fact: Any) -> tuple[str, str | None]:
    code = fact.get("code", "DRAFT")
    row = {**NOTHING, "stage": STAGES[code], "mask": bits([code]), **fact}
    facts = pl.DataFrame([row], schema_overrides=TYPES)
    reading = SourceCoverage(tonight, ALL - tonight, {None: ALL, 5: ALL})
    found = judge(facts, reading).row(0, named=True)
    return found["change"], found["reason"]


PAID = {"invoice_state": "expected", "invoice_cause": "PAID_IN_FULL"}
STILL_SHOWN = ("STALE_AMOUNT", "PORTAL_SHOWS_SETTLED")
MAPPED = {"kind": "customer", "mapping_state": "mapped"}
FAILING = {code: {"code": code, "failed": bits([code])} for code in ("TARGET_DELETED", "LEVEL_TOO_LOW")}
RESOLVED = [
    ({"invoice_state": "expected", "invoice_cause": "PAID_IN_FULL"}, "paid"),
    ({"invoice_state": "expected", "invoice_cause": "VOIDED"}, "voided"),
    ({"code": "MISSED_IN_WINDOW", "invoice_state": "visible", "is_present": True}, "synced"),
    ({"code": "MISSED_IN_WINDOW", "invoice_state": "expected", "invoice_cause": "PAID_IN_FULL"}, "paid"),
    ({"code": "MISSED_IN_WINDOW", "invoice_state": "blocked", "failed": bits(["SYNC_STALLED"])}, "another cause"),
    ({"invoice_state": "visible"}, "approved in accounting"),
    ({"has_subject": False}, "gone from the extract"),
    ({**MAPPED, "code": "UNMAPPED_PROBABLE", "mapping_source": "judgement"}, "mapping approved"),
    ({**MAPPED, "code": "UNMAPPED_CERTAIN", "mapping_source": "portal"}, "mapped in the portal"),
    ({"kind": "customer", "code": "UNMAPPED_AMBIGUOUS", "mapping_state": "excluded"}, "customer excluded"),
    ({"kind": "customer", "code": "UNMAPPED_AMBIGUOUS", "mapping_state": "review"}, "another cause"),
    ({**MAPPED, "code": "TARGET_DELETED"}, "company restored"),
    ({**MAPPED, **FAILING["TARGET_DELETED"]}, "nothing of it is blocked"),
    ({"kind": "contact", "code": "LEVEL_TOO_LOW"}, "level raised"),
    ({"kind": "contact", "code": "LOGIN_DISABLED"}, "login allowed"),
    ({"kind": "contact", **FAILING["LEVEL_TOO_LOW"], "can_anyone_see": True}, "another contact can see them"),
    ({"kind": "contact", **FAILING["LEVEL_TOO_LOW"]}, "no longer proposed"),
    ({"code": "STALE_AMOUNT", "invoice_state": "visible", "is_present": True}, "the portal and the books agree"),
    ({"code": "PAYMENT_NOT_POSTED", "invoice_state": "visible", "is_present": True}, "the portal and the books agree"),
    ({"code": "PAYMENT_NOT_POSTED", **PAID}, "paid"),
    ({"code": "PORTAL_SHOWS_SETTLED", "is_present": True, **PAID}, "the portal and the books agree"),
    ({"code": "PORTAL_SHOWS_SETTLED", **PAID}, "the portal and the books agree"),
    ({"code": "STALE_AMOUNT", "failed": bits(["PORTAL_SHOWS_SETTLED"]), **PAID}, "another cause"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("fact", "reason"), RESOLVED, ids=[f"{number}-{why}" for number, (_, why) in enumerate(RESOLVED)]
)
def test_what_is_resolved_says_why(fact: dict[str, Any], reason: str) -> None:
    """The reasons that people know: mapping approved, synced, paid, voided, level raised."""
    assert _judged(**fact) == ("resolved", reason)


@pytest.mark.parametrize(
    "fact", [fact for fact, _ in RESOLVED], ids=[f"{n}-{why}" for n, (_, why) in enumerate(RESOLVED)]
)
@given(lacking=st.sampled_from(sorted(ALL)))
def test_nothing_is_resolved_by_a_night_that_lacks_what_would_show_it(fact: dict[str, Any], lacking: str) -> None:
    """Each source that the cause needs, taken away alone; what a document says itself needs the documents only."""
    # that it was paid says nothing of what the portal still shows
    is_told_by_itself = fact.get("invoice_state") == "expected" and fact.get("code") not in STILL_SHOWN
    relations = needed("DRAFT") if is_told_by_itself else needed(fact.get("code", "DRAFT"))
    change, reason = _judged(ALL - {lacking}, **fact)
    assert (change == "resolved") == (lacking not in relations)
    assert (reason is not None) == (change == "resolved")


@pytest.mark.parametrize(
    "fact",
    [
        {"code": "MISSED_IN_WINDOW", "invoice_state": "blocked"},
        {"code": "MISSED_IN_WINDOW", "invoice_state": "unknown", "unknown": bits(["MISSED_IN_WINDOW"])},
        {
            "kind": "customer",
            "code": "TARGET_INACTIVE",
            "mapping_state": "mapped",
            "unknown": bits(["TARGET_INACTIVE"]),
        },
        {"kind": "customer", "code": "NO_CONTACT", "mapping_state": "review"},
        {"kind": "contact", "code": "LOGIN_DISABLED", "unknown": bits(["LOGIN_DISABLED"])},
        {"has_subject": False, "is_set_aside": True},
        {"code": "PORTAL_SHOWS_SETTLED", "is_present": True, "failed": bits(["PORTAL_NOT_CAUGHT_UP"]), **PAID},
        {"code": "STALE_AMOUNT", "is_present": True, "failed": bits(["PAYMENT_IN_TRANSIT"])},
        {"code": "PORTAL_SHOWS_SETTLED", "can_tell_amounts": False, **PAID},
        {"code": "PORTAL_SHOWS_SETTLED", "is_set_aside": True, **PAID},
        {"code": "PAYMENT_NOT_POSTED", "invoice_state": "unknown"},
    ],
    ids=[
        "gate not reached",
        "gate unknown",
        "status unknown",
        "access not reached",
        "login unknown",
        "quarantined",
        "no time to catch up",
        "payment on its way",
        "list without amounts",
        "portal row quarantined",
        "left the list",
    ],
)
def test_what_the_night_cannot_tell_is_not_checked(fact: dict[str, Any]) -> None:
    """Every source was read; it is the gate that says nothing of this one."""
    assert _judged(**fact) == ("not_checked", None)


def test_what_is_there_is_new_or_back_or_still_open() -> None:
    """Whatever else was read; but what only shows where something is absent is no finding."""
    here = {"is_there": True, "code": "MISSED_IN_WINDOW"}
    assert _judged(**here, was_open=False) == ("new", None)
    assert _judged(**here, was_open=False, was_ended=True) == ("reopened", None)
    assert _judged(frozenset(), **here, unseen_since=5) == ("open", None)
    assert _judged(ALL - {"portal_mappings"}, **here, was_open=False) == ("not_checked", None)
    assert _judged(ALL - {"portal_mappings"}, is_there=True, was_open=False) == ("new", None)


def test_a_source_that_was_never_given_is_not_waited_for() -> None:
    """Who has no portal list in this run, and had none when the issue was seen, sees as much as then."""
    without = ALL - {"portal_invoices"}
    assert not SourceCoverage(without, before={None: ALL}).can_end("MISSED_IN_WINDOW")
    assert SourceCoverage(without, before={None: without}).can_end("MISSED_IN_WINDOW")


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (("UNMAPPED_PROBABLE", "visible", None, "judgement"), "mapping approved"),
        (("MISSED_IN_WINDOW", "visible", None, "portal"), "synced"),
        (("LEVEL_TOO_LOW", "visible", None, "portal"), "level raised"),
        (("LEVEL_TOO_LOW", "expected", "PAID_IN_FULL", "portal"), "paid"),
        (("DRAFT", None, None, None), "gone from the extract"),
    ],
    ids=str,
)
def test_an_invoice_is_freed_by_what_freed_it(
    told: tuple[str, str | None, str | None, str | None], reason: str
) -> None:
    """From what blocked it, and what it is now."""
    assert freed_because(*told) == reason
