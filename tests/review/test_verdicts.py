"""What becomes of a row: only what was decided on this run's evidence, by one voice, about what is there, applies."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

import polars as pl
import pytest

from etl.review.decision_file import Line, lines_of
from etl.review.mapping_decisions import MAPPINGS
from etl.review.precedence import Importing, Precedence
from etl.review.register import CURRENT, LOG
from etl.review.row_verdict import Verdict
from etl.review.verdicts import PublishedEvidence, judge

HEADER = ["run_id", "row_fp", "decision", "acct_customer_id", "cw_company_id"]
PRINTS: dict[str, dict[str, str | None]] = {
    "007": {"FP-0000000000000710": "10", "FP-0000000000000711": "11", "FP-0000000000000712": "12"},
    "8": {"FP-0000000000000810": "10"},
    "a&b": {"FP-0000000000000a10": "10"},
    "A&B": {"FP-0000000000000b10": "10"},
    "6": {"FP-0000000000000600": None},
}
ROWS = {
    company: {
        "cw_company_name": f"Company {company}", "cw_company_identifier": "", "score": f"{rank + 1}.5",
        "rank": str(rank), "certainty": f"0.{9 - rank}", "lead": "",
        "evidence": f"name +{rank} (x = \u00fc{rank})",
    }
    for rank, company in enumerate(("10", "11", "12"), 1)
}  # fmt: skip
FORGED = "FP-ffffffffffffffff"


def _was_written(run_id: str, customer: str, fingerprint: str) -> bool | None:
    """This run's files are known, Monday's too, all others are gone."""
    monday: dict[str, dict[str, str | None]] = {"007": {"FP-1111111111111111": "10"}}
    written = {"tonight": PRINTS, "monday": monday}.get(run_id)
    return None if written is None else fingerprint in written.get(customer, {})


TONIGHT = PublishedEvidence(
    run_id="tonight",
    as_of_date=date(2026, 11, 22),
    customers=frozenset({"007", "8", "9", "a&b", "A&B", "6"}),
    companies={"10": False, "11": False, "12": True, "0013": False},
    candidates={
        "007": frozenset({"10", "11", "12"}), "8": frozenset({"10"}),
        "a&b": frozenset({"10"}), "A&B": frozenset({"10"}),
    },
    fingerprints=PRINTS,
    was_written=_was_written,
    rows_of=lambda customer: ROWS if customer == "007" else {},
)  # fmt: skip


def own_print(customer: str, company: str) -> str:
    """The fingerprint of the customer's row of this company; where there is none, of its first row."""
    own = PRINTS.get(customer, {FORGED: None})
    return next((row_fp for row_fp, known in own.items() if known == company), next(iter(own)))


def rows(*decisions: tuple[str, str, str], run_id: str = "tonight", row_fp: str | None = None) -> list[Line]:
    """Rows `decision, customer, company`, with the fingerprint that the run wrote."""
    table = [
        [run_id, row_fp if row_fp is not None else own_print(customer, company), decision, f"ACCT-{customer}",
         f"CW-{company}" if company else ""]
        for decision, customer, company in decisions
    ]  # fmt: skip
    return list(lines_of(enumerate([HEADER, *table], 1), "f.csv", MAPPINGS))


def held(*judgements: tuple[str, str | None, str]) -> pl.DataFrame:
    """What the register holds."""
    known = ("customer_id_acct", "company_id_cw", "decision")
    blank = dict.fromkeys(CURRENT) | {"judged_at": datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)}
    return pl.DataFrame([blank | dict(zip(known, one, strict=True)) for one in judgements], schema=CURRENT)


def verdicts(lines: list[Line], current: pl.DataFrame | None = None, *, may_override: bool = False) -> list[Verdict]:
    """The verdicts on these rows."""
    importing = Importing(datetime(2026, 11, 22, tzinfo=UTC), lambda _: "kim", is_settled=True)
    before = Precedence(held() if current is None else current, pl.DataFrame(schema=LOG), importing)
    return judge(lines, TONIGHT, before, may_override=may_override)


def kinds(lines: list[Line], current: pl.DataFrame | None = None, *, may_override: bool = False) -> list[str]:
    """Only their kinds."""
    return [verdict.kind for verdict in verdicts(lines, current, may_override=may_override)]


def told(verdict: Verdict) -> str:
    """Why a row is not applied."""
    assert verdict.problem is not None
    return str(verdict.problem)


@pytest.mark.parametrize("decisions", [("reject",), ("approve", "reject")], ids=["rejected", "contradicted"])
def test_a_customer_with_very_many_rows_is_judged_soon(decisions: tuple[str, ...]) -> None:
    """Whoever fills a file with them does not hold up the run: no row is compared with all others."""
    many = [(decisions[at % len(decisions)], "007", str(at // len(decisions))) for at in range(20_000)]
    began = time.process_time()
    assert set(kinds(rows(*many))) == {"error"}
    assert time.process_time() - began < 20


def test_each_decision_can_be_applied() -> None:
    """On the evidence of in this run."""
    for decision in ("approve", "reject", "exclude", "unsure", "snooze:2026-12-01"):
        assert kinds(rows((decision, "007", "10"))) == ["apply"], decision


def test_reject_all_is_to_reject_every_candidate() -> None:
    """Each row is about its pair, and they agree with each other; the customer is then without a company."""
    assert kinds(rows(("reject", "007", "10"), ("reject", "007", "11"), ("reject", "007", "12"))) == ["apply"] * 3
    assert kinds(rows(("reject", "007", "10"), ("approve", "007", "11"))) == ["apply"] * 2
    assert kinds(rows(("reject", "007", "10"), ("exclude", "007", ""))) == ["apply"] * 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("approve", "10"), ("approve", "11")),
        (("approve", "10"), ("reject", "10")),
        (("approve", "10"), ("exclude", "")),
        (("exclude", ""), ("unsure", "")),
        (("snooze:2026-12-01", ""), ("snooze:2026-12-02", "")),
        (("snooze:2026-12-01", ""), ("approve", "10")),
        (("override", "0013"), ("approve", "10")),
        (("override", "10"), ("reject", "10")),
    ],
)
def test_two_rows_that_contradict_each_other_refuse_both(one: tuple[str, str], other: tuple[str, str]) -> None:
    """Whichever comes first; nobody knows which was meant, and the rows of others are taken."""
    for first, second in ((one, other), (other, one)):
        found = verdicts(
            rows((first[0], "007", first[1]), ("approve", "8", "10"), (second[0], "007", second[1])), may_override=True
        )
        assert [verdict.kind for verdict in found] == ["error", "apply", "error"]
        assert "line 4" in told(found[0])
        assert "line 2" in told(found[2])


def test_what_contradicts_itself_over_two_files_is_refused_in_both() -> None:
    """Two people decided differently on one evening."""
    mine = rows(("approve", "007", "10"))
    yours = [Line("other.csv", line.line, line.cells) for line in rows(("exclude", "007", ""))]
    found = verdicts(mine + yours)
    assert [verdict.kind for verdict in found] == ["error", "error"]
    assert "other.csv, line 2" in told(found[0])


def test_what_is_said_twice_is_done_once() -> None:
    """The page writes a decision about a customer on each of its rows."""
    assert kinds(rows(("exclude", "007", "10"), ("exclude", "007", "11"))) == ["apply", "no-op"]
    assert kinds(rows(("approve", "007", "10"), ("override", "007", "10"))) == ["apply", "no-op"]


def test_what_the_register_holds_already_is_no_news() -> None:
    """However old the file is by now: the evidence has long moved on."""
    current = held(("007", "10", "approved"), ("8", "10", "rejected"), ("9", None, "excluded"))
    lines = rows(("approve", "007", "10"), ("reject", "8", "10"), ("exclude", "9", ""), row_fp=FORGED)
    assert kinds(lines, current) == ["no-op"] * 3
    assert kinds(rows(("approve", "007", "11")), current) == ["apply"]


@pytest.mark.parametrize(
    ("run_id", "row_fp", "kind"),
    [
        ("tonight", own_print("007", "10"), "apply"),
        ("monday", own_print("007", "10"), "apply"),  # the evidence is what it was
        ("", own_print("007", "10"), "apply"),
        ("monday", "FP-1111111111111111", "stale"),
        ("long ago", "FP-2222222222222222", "stale"),
        ("monday", FORGED, "error"),  # Monday's run never wrote that
        ("tonight", FORGED, "error"),
        ("tonight", own_print("8", "10"), "error"),  # the fingerprint of another customer
        ("tonight", "", "error"),
        ("tonight", "FP-7", "error"),
        ("tonight", "7", "error"),
    ],
)
def test_a_row_that_was_not_decided_on_tonights_evidence_is_never_applied(run_id: str, row_fp: str, kind: str) -> None:
    """Stale where the evidence has changed since, an error where no run ever wrote such a row."""
    assert kinds(rows(("approve", "007", "10"), run_id=run_id, row_fp=row_fp)) == [kind]


def test_a_customer_that_no_longer_asks_is_stale() -> None:
    """Mapped in the portal since, say."""
    (found,) = verdicts(rows(("approve", "9", "10"), run_id="long ago"))
    assert found.kind == "stale"
    assert "no longer asks" in told(found)


@pytest.mark.parametrize(
    ("decision", "customer", "company", "reason"),
    [
        ("approve", "77", "10", "ACCT-77, which the latest run does not know"),
        ("exclude", "7", "", "leading zeros are lost, ACCT-007 is meant"),
        ("approve", "007", "99", "CW-99, which the latest run does not know"),
        ("override", "007", "13", "leading zeros are lost, CW-0013 is meant"),
        ("approve", "007", "12", "deleted in ConnectWise"),
        ("override", "007", "12", "deleted in ConnectWise"),
        ("approve", "007", "0013", "a company that was proposed"),
        ("reject", "007", "0013", "a company that was proposed"),
        ("override", "007", "0013", "--allow-override"),
    ],
)
def test_a_target_that_cannot_be_is_refused(decision: str, customer: str, company: str, reason: str) -> None:
    """Nobody is mapped to a company that is unknown, gone, or was never looked at."""
    (found,) = verdicts(rows((decision, customer, company)))
    assert found.kind == "error"
    assert reason in told(found)


def test_a_company_that_was_not_proposed_needs_two_words() -> None:
    """The row says override, and whoever imports allows it; the company must exist in any case."""
    assert kinds(rows(("override", "007", "0013")), may_override=True) == ["apply"]
    assert kinds(rows(("approve", "007", "0013")), may_override=True) == ["error"]
    assert kinds(rows(("override", "007", "99")), may_override=True) == ["error"]
    assert kinds(rows(("override", "007", "10"))) == ["apply"], "it was proposed: nothing is overridden"


def test_to_reject_a_deleted_company_is_fine() -> None:
    """It was proposed, and it is the wrong one."""
    assert kinds(rows(("reject", "007", "12"))) == ["apply"]


def test_a_snooze_that_is_over_is_stale() -> None:
    """It would come back at once."""
    assert kinds(rows(("snooze:2026-11-22", "007", ""))) == ["stale"]
    assert kinds(rows(("snooze:2026-11-23", "007", ""))) == ["apply"]


def test_a_customer_is_decided_as_a_whole() -> None:
    """Half of a decision may be the wrong half: with one bad row none of the customer's rows is taken."""
    found = verdicts(rows(("reject", "007", "10"), ("aprove", "007", "11"), ("approve", "8", "10")))
    assert [verdict.kind for verdict in found] == ["error", "error", "apply"]
    assert "line 3" in told(found[0])


def test_every_problem_is_told_with_its_place_and_what_to_do() -> None:
    """File and line, what was found, what was expected, what to do."""
    found = verdicts(rows(("approve", "77", "10"), ("aprove", "8", "10"), ("approve", "007", "12")))
    for number, verdict in enumerate(found, 2):
        assert told(verdict).startswith(f"f.csv, line {number}: found ")
        assert verdict.problem is not None
        assert verdict.problem.remedy.endswith((".", "of the file."))


def row(**cells: str) -> Line:
    """The row of 007 and 11 as the run wrote it, approved, with some cells changed."""
    whole = {"row_id": "ACCT-007/CW-11", "row_fp": own_print("007", "11"), "decision": "approve"}
    whole |= {"acct_customer_id": "ACCT-007", "cw_company_id": "CW-11", "run_id": "tonight", **ROWS["11"], **cells}
    (found,) = lines_of([(1, list(whole)), (2, list(whole.values()))], "f.csv", MAPPINGS)
    return found


@pytest.mark.parametrize("decision", ["approve", "reject", "override", "exclude", "unsure", "snooze:2026-12-01"])
@pytest.mark.parametrize(
    "cells",
    [
        {"cw_company_id": "CW-10"},
        {"row_fp": own_print("007", "10")},
        {"row_id": "ACCT-007/CW-10"},
        {"row_id": "ACCT-007/CW-10", "cw_company_id": "CW-10"},
        {"row_id": "ACCT-007/CW-10", "row_fp": own_print("007", "10")},
        {"cw_company_id": "CW-10", "row_fp": own_print("007", "12")},
    ],
)
def test_a_row_decides_on_its_own_company_only(decision: str, cells: dict[str, str]) -> None:
    """One company's row with the id of another is nobody's decision, whichever of its cells was moved."""
    assert kinds([row(decision=decision)], may_override=True) == ["apply"]
    (found,) = verdicts([row(decision=decision, **cells)], may_override=True)
    assert found.kind == "error"
    assert "fresh copy" in told(found)


@pytest.mark.parametrize("column", [column for column, text in ROWS["10"].items() if text])
def test_a_column_that_was_sorted_by_itself_is_noticed(column: str) -> None:
    """What the person saw beside the company was said of another one."""
    (found,) = verdicts([row(**{column: ROWS["10"][column]})])
    assert found.kind == "error"
    assert f"the {column} of CW-10 in the row of CW-11" in told(found)


@pytest.mark.parametrize(
    "cells",
    [
        {"score": "3,50"}, {"score": "3.5E+00"}, {"rank": "2,0"}, {"rank": ""}, {"certainty": "70 %"},
        {"evidence": "name +2 (x = ?2)"}, {"evidence": "cut"}, {"cw_company_name": "COMPANY  11 (mine)"},
    ],
)  # fmt: skip
def test_what_a_spreadsheet_wrote_in_another_form_is_no_sign_of_sorting(cells: dict[str, str]) -> None:
    """Numbers of another locale, letters that an encoding lost, texts that were cut."""
    assert kinds([row(**cells)]) == ["apply"]


def test_an_override_may_stand_on_any_row_of_the_customer() -> None:
    """The company has no row of its own; of a customer without candidates there is one row."""
    assert kinds([row(decision="override", cw_company_id="CW-0013", cw_company_name="X")], may_override=True) == [
        "apply"
    ]
    assert kinds(rows(("override", "6", "0013")), may_override=True) == ["apply"]
    assert kinds([row(decision="exclude", cw_company_id="")]) == ["apply"]
    assert kinds(rows(("exclude", "6", "10"))) == ["error"]


def test_a_refused_row_concerns_its_own_customer_only() -> None:
    """A&B is not a&b; only the case of the prefix is nobody's."""
    assert kinds(rows(("aprove", "A&B", "10"), ("approve", "a&b", "10"))) == ["error", "apply"]
    lines = rows(("aprove", "a&b", "10"), ("exclude", "a&b", "10"))
    spoilt = Line("f.csv", 2, {**lines[0].cells, "acct_customer_id": "acct-a&b"})
    assert kinds([spoilt, lines[1]]) == ["error", "error"]
