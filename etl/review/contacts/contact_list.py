"""What people decided about contacts, told: where each company stands; and taking decisions back."""

from __future__ import annotations

from typing import Any

import polars as pl

from etl.config import Settings
from etl.domain import DATABASE, LATEST
from etl.errors import NotFoundError
from etl.review.contacts.contact_states import NOBODY, SNOOZED, STATES, TO_DECIDE, TO_DO, UNSURE
from etl.review.import_decisions import ImportOptions
from etl.review.register import Import
from etl.review.site.backups import back_up_or_warn
from etl.review.site.site_state import open_contacts
from etl.safe_text import text_table
from etl.warehouse.engine import published

_NEXT = {"approved": TO_DO, "nobody": NOBODY, "unsure": UNSURE, "snoozed": SNOOZED}


def list_contacts(settings: Settings, state: str | None) -> str:
    """Where each company stands: by the latest run, and by what was decided since.

    Args:
        settings: the configuration.
        state: only companies in this state.
    """
    of_run = {row["company_id_cw"]: row for row in _latest(settings).iter_rows(named=True)}
    held = {row["company_id_cw"]: row for row in open_contacts(settings).current().to_dicts()}
    found = [_line(company, of_run.get(company), held.get(company)) for company in sorted({*of_run, *held})]
    rows = [row for row in found if row[1] is not None and state in {None, row[1]}]
    if not rows:
        return "No companies." if state is None else f"No companies: {state}."
    rows.sort(key=lambda row: (STATES.index(row[1]), row[0]))
    return text_table([("company", "state", "contact", "by", "import", "why"), *rows])


def _latest(settings: Settings) -> pl.DataFrame:
    """The states of the latest run; nothing where no run can be asked."""
    try:
        with published(settings.out / LATEST / DATABASE) as engine:
            has_states = engine.has("marts.contact_states")
            return engine.frame("from marts.contact_states") if has_states else pl.DataFrame()
    except NotFoundError:
        return pl.DataFrame()


def _line(company: str, run: dict[str, Any] | None, held: dict[str, Any] | None) -> tuple[Any, ...]:
    """One line; what was decided or taken back after the latest run is told as such."""
    run = run or {}
    state, detail = run.get("state"), run.get("state_detail") or ""
    if (held or {}).get("import_id") != run.get("import_id"):
        if held is None:
            state, detail = TO_DECIDE if run.get("is_closed") else None, "its decision was reverted"
        else:
            until = f" until {held['snoozed_until']}" if held["snoozed_until"] else ""
            state = _NEXT[held["decision"]]
            detail = f"{held['decision']}{until} {held['decided_at']:%Y-%m-%d}, after the latest run"
    held = held or {}
    contact = held.get("contact_id_cw")
    asked = f"; asked by {held['asked_by']} on {held['asked_on']}" if held.get("asked_by") else ""
    named = f" {run['company_name']}" if run.get("company_name") else ""
    who, import_id = held.get("decided_by") or "", held.get("import_id") or ""
    return f"CW-{company}{named}", state, f"CW-{contact}" if contact else "", who, import_id, f"{detail}{asked}"


def revert_contacts(settings: Settings, import_id: str, act: ImportOptions) -> str:
    """Take an import of decisions about contacts back, and say whom that concerns.

    Nothing changes in ConnectWise: access that somebody has been given since stays until it is taken away there.

    Args:
        settings: the configuration.
        import_id: the import, or the revert, that is taken back.
        act: who does this, and when.

    Raises:
        RegisterError: there is no such import, it was taken back before, or a later one concerns its companies.
    """
    register = open_contacts(settings)
    undoing = Import(register.next_import_id(), act.at, act.login or "unknown", claimed_by=act.who)
    companies = register.revert(import_id, undoing)
    count = "1 company is" if len(companies) == 1 else f"{len(companies)} companies are"
    warning = back_up_or_warn(settings.register_path, act.at)
    return (
        f"{import_id} was reverted ({undoing.import_id}): {count} as before it. The next run uses it."
        " Nothing was changed in ConnectWise: access that was given there since stays."
        + (f"\n{warning}" if warning else "")
    )
