"""The report's lists of things to do: mappings, contacts, gaps, invoices, and what the sources got wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from etl.causes import BY_CODE, FIXED_BY_DATE, FIXED_BY_RESYNC, PORTAL_ONLY
from etl.domain import State
from etl.report.filters import mask_email, mask_emails, plain
from etl.report.inputs import ReportInputs
from etl.schemas import RELATIONS

Rows = list[dict[str, Any]]

SHOWN_CUSTOMERS: Final = 50
"""Customers in the table for paper and for readers without script; the page works on all of them."""
SHOWN_COMPANIES: Final = 100
SHOWN_GAPS: Final = 60
SHOWN_CLIENTS: Final = 100
SHOWN_RESYNCS: Final = 50
LONGEST_VALUE: Final = 600
"""Most characters of a quarantined row on the page; quarantine.csv has all of it."""

_OF_CONTACT: Final = ("contact_id_cw", "contact_name", "contact_email", "contact_role", "level_now", "change")
_DECIDED: Final = (
    "company_id_cw", "company_name", "state", "state_detail", "approved_contact_id_cw", "import_id", "decided_by",
    "decided_at",
)  # fmt: skip

UNPOSTED_TITLES: Final = {
    "CW_NOT_CLOSED": "Not closed in ConnectWise",
    "CW_NO_ACCOUNT_ID": "Company has no Account ID",
    "CW_NOT_BATCHED": "Closed, but not in a GL batch yet",
    "CW_NOT_RECEIVED": "Closed, but accounting never received it",
    "CW_WAITING": "Waiting for the next batch",
    "CW_STATUS_UNKNOWN": "Not known whether it is closed",
    "CW_PERHAPS_PAID": "Not open in accounting: paid?",
    "OUTSIDE_EXTRACT_WINDOW": "Older than the accounting extract",
    "CW_CREDIT": "Credit",
    "CW_ZERO_TOTAL": "Zero total",
}
UNPOSTED_MISSING: Final = ("CW_NOT_CLOSED", "CW_NO_ACCOUNT_ID", "CW_NOT_BATCHED", "CW_NOT_RECEIVED")
"""What is known to be missing in accounting; the rest waits, is not known, or is listed apart."""
NOT_OPEN: Final = "NOT_OPEN_IN_ACCOUNTING"
NUMBER_FORMS: Final = {
    1: "with a word before them, or without the word that accounting has",
    2: "with or without leading zeros",
    3: "with other separators, or without them",
}
"""How the portal's list may write its invoice numbers, by intermediate.portal_form.number_form."""


def plain_row(row: dict[str, Any]) -> dict[str, Any]:
    """A row of a frame as JSON holds it."""
    return {key: plain(value) for key, value in row.items()}


def cause_words(code: str) -> dict[str, str]:
    """A cause in the taxonomy's words."""
    cause = BY_CODE[code]
    return {
        "code": code,
        "number": cause.number,
        "title": cause.title,
        "stage": cause.stage.value,
        "kind": cause.kind.value,
        "who": cause.who,
        "fix_current": cause.fix_current,
        "fix_legacy": cause.fix_legacy,
    }


def mapping(facts: ReportInputs, order: Sequence[str]) -> dict[str, Any]:
    """Customers whose invoices their mapping blocks, largest first, with candidates and the evidence for each."""
    ids = facts.queue.sort("queue_rank")["customer_id_acct"].unique(maintain_order=True)
    shown = facts.queue.filter(pl.col("queue_rank") <= SHOWN_CUSTOMERS)
    candidates = facts.candidates.partition_by("customer_id_acct", as_dict=True) if facts.candidates.height else {}
    customers = [
        _customer(part.to_dicts(), candidates.get((key[0],)), order)
        for key, part in shown.sort("queue_rank").partition_by(
            "customer_id_acct", as_dict=True, maintain_order=True
        ).items()
    ]  # fmt: skip
    return {"customers": len(ids), "shown": len(customers), "queue": customers}


_CUSTOMER_AMOUNTS: Final = ("currency_code", "invoices", "amount", "unknown_invoices")


def _customer(rows: Rows, candidates: pl.DataFrame | None, order: Sequence[str]) -> dict[str, Any]:
    rows = sorted(rows, key=lambda row: order.index(row["currency_code"]))
    first, ages = rows[0], [row["oldest_days_past_due"] for row in rows if row["oldest_days_past_due"] is not None]
    kept = (
        "customer_id_acct", "customer_name", "mapping_state", "mapping_source", "company_id_cw", "company_name",
        "conflict_company_id_cw", "conflict_company_name", "certainty", "best_lead", "reason",
    )  # fmt: skip
    listed = [] if candidates is None else candidates.sort("rank", "company_id_cw").to_dicts()
    return {
        **{key: plain(first[key]) for key in kept},
        "cause": cause_words(first["primary_cause"]),
        "invoices": sum(row["invoices"] for row in rows),
        "oldest_days_past_due": max(ages, default=None),
        "amounts": [plain_row({key: row[key] for key in _CUSTOMER_AMOUNTS}) for row in rows],
        "candidates": [_candidate(row) for row in listed],
    }


def _candidate(row: dict[str, Any]) -> dict[str, Any]:
    kept = (
        "rank", "company_id_cw", "company_identifier", "company_name", "company_city", "is_inactive", "is_deleted",
        "certainty", "score", "lead",
    )  # fmt: skip
    evidence = sorted(row["evidence"] or [], key=lambda part: (-part["points"], part["kind"], part["detail"] or ""))
    masked = [{**plain_row(part), "detail": mask_emails(part["detail"] or "")} for part in evidence]
    return {**{key: plain(row[key]) for key in kept}, "evidence": masked}


def contacts(facts: ReportInputs) -> dict[str, Any]:
    """Companies that nobody can look into, each with the one person to enable, and what was decided about them.

    Companies that are to have no login, and those that are snoozed, are counted apart: no advice is repeated.
    """
    states = facts.contact_states
    decided = states.select("company_id_cw", "state", "state_detail", *_OF_CONTACT)
    closed = facts.access.filter(~pl.col("can_anyone_see"))
    asked = closed.join(decided, on="company_id_cw", how="left", maintain_order="left").filter(
        ~pl.col("state").is_in(["nobody", "snoozed"]).fill_null(value=False)
    )
    is_waiting = pl.col("blocked_invoices") > 0
    waiting = asked.filter(is_waiting).sort("blocked_invoices", "company_id_cw", descending=[True, False])
    companies = []
    for row in map(_as_approved, waiting.head(SHOWN_COMPANIES).to_dicts()):
        codes = [code for code in (row["access_causes"] or "").split() if code in BY_CODE]
        entry = plain_row({**row, "proposed_contact_email": mask_email(row["proposed_contact_email"])})
        is_raise = not _is_enough(row["proposed_level"], row["level_needed"])
        companies.append({**entry, "is_raise": is_raise, "causes": [cause_words(code) for code in codes]})
    return {
        "companies": waiting.height,
        "shown": len(companies),
        "without_blocked_invoices": asked.height - waiting.height,
        "closed": closed.height,
        "listed": states.filter("is_listed").height,
        "nobody": states.filter(state="nobody").height,
        "snoozed": states.filter(state="snoozed").height,
        "states": dict(states.group_by("state").len().sort("state").iter_rows()),
        "decided": [plain_row({name: row[name] for name in _DECIDED}) for row in _decided(states).to_dicts()],
        "queue": companies,
    }


def _decided(states: pl.DataFrame) -> pl.DataFrame:
    return states.filter(pl.col("import_id").is_not_null()).sort("company_id_cw")


def _as_approved(row: dict[str, Any]) -> dict[str, Any]:
    """The person who was approved stands where the proposed one would; nobody is asked about another."""
    kept = {name: value for name, value in row.items() if name not in _OF_CONTACT}
    if row["state"] not in {"to do", "not checked"}:
        return kept
    of_contact = {f"proposed_{name}": row[name] for name in _OF_CONTACT if name.startswith("contact_")}
    return {**kept, **of_contact, "proposed_level": row["level_now"], "fixes": row["change"]}


def _is_enough(level: str | None, needed: int | None) -> bool:
    """Whether a level as written is one of the six and at or above what is needed; null is not permission."""
    return level in {"1", "2", "3", "4", "5", "6"} and needed is not None and int(level) >= needed


def sync(facts: ReportInputs) -> dict[str, Any]:
    """The date to set, what each other date would do, the gaps and why they came about."""
    options = [plain_row(row) for row in facts.backfill.sort("option_rank").to_dicts()]
    gaps = facts.gaps.sort("invoices", "gap_id", descending=[True, False])
    recommended = next((option for option in options if option["is_recommended"]), None)
    planned = dict(facts.missed_plan.select("is_held_back", "invoices").iter_rows())
    left_over = recommended["left_over"] if recommended else planned.get(False, 0) - facts.resyncs.height
    return {
        "recommended": recommended,
        "arrivals": _arrivals(facts.arrivals),
        "held_back": planned.get(True, 0),
        "left_over": left_over,
        "options": options,
        "gaps": gaps.height,
        "gap_invoices": int(gaps["invoices"].sum()),
        "gaps_shown": min(gaps.height, SHOWN_GAPS),
        "gap_list": [plain_row(row) for row in gaps.head(SHOWN_GAPS).to_dicts()],
        "resyncs": facts.resyncs.height,
        "resync_list": [plain_row(row) for row in facts.resyncs.head(SHOWN_RESYNCS).to_dicts()],
        "missed_days": [plain_row(row) for row in facts.missed_days.sort("created_date").to_dicts()],
        "fix": cause_words(FIXED_BY_DATE.code),
        "resync_fix": cause_words(FIXED_BY_RESYNC.code),
    }


def _arrivals(rows: pl.DataFrame) -> dict[str, Any]:
    """Whom a sync from the recommended date mails and charges: overdue ones first, sums per currency."""
    sums = rows.group_by("currency_code").agg(
        pl.col("invoices", "unknown_invoices", "amount", "overdue_invoices", "overdue_amount").sum()
    ).sort("invoices", "currency_code", descending=[True, False])  # fmt: skip
    return {
        "clients": rows["customer_id_acct"].n_unique(),
        "invoices": int(rows["invoices"].sum()),
        "overdue_invoices": int(rows["overdue_invoices"].sum()),
        "amounts": [plain_row(row) for row in sums.to_dicts()],
        "shown": min(rows.height, SHOWN_CLIENTS),
        "rows": rows.height,
        "list": [plain_row(row) for row in rows.head(SHOWN_CLIENTS).to_dicts()],
    }


def invoices(facts: ReportInputs) -> dict[str, Any]:
    """The largest invoices that are not known to be visible, each with its chain of causes."""
    hidden = (State.BLOCKED, State.WAITING, State.UNKNOWN)
    of_all = facts.cells.filter(pl.col("state").is_in([state.value for state in hidden]))
    listed = []
    for row in facts.invoices.to_dicts():
        codes = (row["causes"] or "").split()
        listed.append(
            {
                **plain_row({key: value for key, value in row.items() if key in _INVOICE_COLUMNS}),
                "causes": codes,
                "unknown_checks": (row["unknown_checks"] or "").split(),
                "is_freed_alone": row["freed_amount"] is None or row["freed_amount"] > 0,
            }
        )
    named = {code for row in listed for code in (*row["causes"], *row["unknown_checks"]) if code in BY_CODE}
    return {
        "not_visible": int(of_all["invoices"].sum()),
        "shown": len(listed),
        "list": listed,
        "causes": {code: cause_words(code) for code in sorted(named)},
    }


_INVOICE_COLUMNS: Final = (
    "invoice_id_acct", "invoice_number", "customer_id_acct", "customer_name", "company_id_cw", "company_name",
    "state", "primary_cause", "currency_code", "balance_amount", "freed_amount", "invoice_date", "due_date",
    "days_past_due",
)  # fmt: skip


def unposted(facts: ReportInputs) -> dict[str, Any]:
    """ConnectWise invoices that are not in accounting: those that are missing first, then those that may not be."""
    listing = _listing(facts.unposted, facts.unposted_counts, UNPOSTED_TITLES)
    missing = sum(row["invoices"] for row in listing["counts"] if row["cause"] in UNPOSTED_MISSING)
    order = list(UNPOSTED_TITLES)
    counts = sorted(listing["counts"], key=lambda row: order.index(row["cause"]))
    return {**listing, "invoices": missing, "counts": counts}


def portal_only(facts: ReportInputs) -> dict[str, Any]:
    """Portal invoices that accounting does not have."""
    titles = {code: title for code, (title, _) in PORTAL_ONLY.items()}
    listing = _listing(facts.portal_only, facts.portal_only_counts, titles)
    return {**listing, "list": [{**row, "fix": PORTAL_ONLY[row["cause"]][1]} for row in listing["list"]]}


def _listing(rows: pl.DataFrame, counts: pl.DataFrame, titles: dict[str, str]) -> dict[str, Any]:
    return {
        "invoices": int(counts["invoices"].sum()),
        "listed": int(counts["invoices"].sum()),
        "shown": rows.height,
        "counts": [{**plain_row(row), "title": titles.get(row["cause"], row["cause"])} for row in counts.to_dicts()],
        "list": [{**plain_row(row), "title": titles.get(row["cause"], row["cause"])} for row in rows.to_dicts()],
    }


def scopes(facts: ReportInputs) -> Rows:
    """What each list holds, as of when, and whether it is whole, each with the reason."""
    return [{**plain_row(row), "title": RELATIONS[row["relation"]].help} for row in facts.scopes.to_dicts()]


def quality(facts: ReportInputs) -> dict[str, Any]:
    """What each source held, which rows were set aside, and under which rules."""
    rules = facts.quarantine_rules.sort("rows", "relation", "rule", descending=[True, False, False])
    examples = [
        plain_row({**row, "row_values": mask_emails(row["row_values"] or "")[:LONGEST_VALUE]})
        for row in facts.quarantine_examples.to_dicts()
    ]
    return {
        "rows_extracted": int(facts.sources["rows_extracted"].sum()),
        "rows_quarantined": int(facts.sources["rows_quarantined"].sum()),
        "sources": [plain_row(row) for row in facts.sources.sort("relation", "file").to_dicts()],
        "number_forms": [
            {"rows": row["rows_equal"], "form": NUMBER_FORMS[row["number_form"]]}
            for row in facts.portal_form.to_dicts()
        ],
        "rules": [plain_row(row) for row in rules.to_dicts()],
        "examples": examples,
        "contradictions": {
            "counts": [plain_row(row) for row in facts.contradiction_counts.to_dicts()],
            "rows": [plain_row(row) for row in facts.contradictions.to_dicts()],
        },
    }
