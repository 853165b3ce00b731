"""A run whose customers are called by every sign there is, and known by these names only, as in a QuickBooks report."""

from __future__ import annotations

import string
from dataclasses import dataclass, replace
from decimal import Decimal

import polars as pl

from etl.report.inputs import FRAMES, ReportInputs
from etl.report.page import render
from etl.report.page_data import WORK_FRAMES, pack
from etl.report.summary import summarise
from tests.report.sample import _frame, sample_facts
from tests.report.sample_work import sample_work

NAMES = (
    "Harlan & Pike LLP", "St. Alban's Academy", *(f"Acme {sign} {sign}Sons{sign}" for sign in string.punctuation),
    "A&B", "A&amp;B", "A&#38;B", "a&b", "A<B", "A&lt;B", 'A"B', "A&quot;B", "A'B", "A&#39;B", "A&apos;B",
    "two  blanks", "two blanks", "line\u2028end", "next\u2029end", "right\u202e\u200fto left", "שלום & עולם",
    "mark at the end\u200f", "'s Gravenhage", "@Home", "=Equal", "-5 Degrees", "A/R/CW-1 & co",
    "cafe\u0301", "caf\u00e9", "क\u094dष <b>", "emoji \U0001f469\u200d\U0001f373 & co", "__proto__", "constructor",
    "0", "1", "ACCT-7", "CW-7", "null",
)  # fmt: skip
"""Each is the id and the name of one customer."""


@dataclass(frozen=True)
class Candidate:
    """A company that is proposed: whether a question comes before its approval, and whether it is deleted."""

    company_id: str
    certainty: float
    asks: bool = False
    contradicts: bool = False
    is_deleted: bool = False


KINDS: tuple[tuple[Candidate, ...], ...] = (
    (Candidate("1", 0.97),),
    (Candidate("2", 0.45, asks=True), Candidate("3", 0.44, asks=True)),
    (),
    (Candidate("4", 0.96), Candidate("5", 0.02, asks=True)),
    (Candidate("6", 0.3, asks=True),),
    (Candidate("7", 0.98, asks=True, contradicts=True),),
    (Candidate("8", 0.95, asks=True, is_deleted=True),),
)
"""Strong, a tie, none, strong and a rival, weak, contradicted, in the recycle bin."""
TIE, ALONE = KINDS[1], KINDS[0]


def kind_of(place: int) -> tuple[Candidate, ...]:
    """The candidates of the customer at a place of the list; each has companies of its own."""
    return tuple(replace(each, company_id=f"{place}0{each.company_id}") for each in KINDS[place % len(KINDS)])


def named_facts(names: tuple[str, ...] = NAMES) -> ReportInputs:
    """A run with these customers to decide, in this order."""
    queue = [
        {
            "queue_rank": place + 1, "customer_id_acct": name, "customer_name": name, "currency_code": "USD",
            "primary_cause": "UNMAPPED_PROBABLE", "mapping_state": "review", "mapping_source": "nobody",
            "candidate_count": len(kind_of(place)), "reason": "only the name agrees", "invoices": 1,
            "amount": Decimal(9000 - place), "unknown_invoices": 0, "oldest_days_past_due": 3,
        }
        for place, name in enumerate(names)
    ]  # fmt: skip
    candidates = [
        _candidate(name, place, rank) for place, name in enumerate(names) for rank in range(len(kind_of(place)))
    ]
    facts = sample_facts()
    owners = pl.Series([names[place % len(names)] for place in range(facts.invoices.height)])
    return replace(
        facts,
        queue=_frame("queue", [{**dict.fromkeys(FRAMES["queue"]), **row} for row in queue]),
        candidates=_frame("candidates", candidates),
        invoices=facts.invoices.with_columns(customer_id_acct=owners, customer_name=owners),
    )


def _candidate(name: str, place: int, rank: int) -> dict[str, object]:
    given = kind_of(place)[rank]
    others = [each.certainty for each in kind_of(place) if each != given]
    score = 8.0 if given.contradicts else 9.0
    parts = [{"kind": "name", "points": 9.0, "verdict": "agrees", "detail": f"{name} = {name}"}]
    if given.contradicts:
        parts.append({"kind": "account_number", "points": -1.0, "verdict": "contradicts", "detail": "A-1, A-2"})
    return {
        "customer_id_acct": name, "rank": rank + 1, "company_id_cw": given.company_id,
        "company_identifier": f"Id{given.company_id}", "company_name": f"{name} Inc",
        "company_city": f"Town {given.company_id}", "is_inactive": False, "is_deleted": given.is_deleted,
        "certainty": given.certainty, "score": score,
        "lead": given.certainty - max(others, default=0.0), "evidence": parts,
    }  # fmt: skip


def named_page(names: tuple[str, ...] = NAMES, *, allow_override: bool = False) -> str:
    """The page of that run."""
    facts = named_facts(names)
    others = pl.DataFrame(
        [("999", "Elsewhere", "Somewhere Else", "Reno", None, False, False),
         ("998", "Gone", "Gone Long Since", None, None, False, True)],
        schema=WORK_FRAMES["companies"], orient="row",
    )  # fmt: skip
    work = sample_work(facts)
    work = replace(work, companies=pl.concat([work.companies, others]), allow_override=allow_override)
    return render(summarise(facts), pack(facts, work))
