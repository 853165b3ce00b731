"""What people decided, told: what holds, the history of a customer, the whole register as a file; and taking back."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any, Final

import polars as pl

from etl.config import Settings
from etl.csv_guard import write_csv
from etl.domain import DATABASE, LATEST
from etl.errors import NotFoundError
from etl.files import output_errors
from etl.review.fix_files import prefixed
from etl.review.import_decisions import ImportOptions
from etl.review.register import Import, Register
from etl.review.site.backups import back_up_or_warn
from etl.review.site.site_state import last_run, open_register
from etl.safe_text import text_table
from etl.warehouse.engine import published

STATES: Final = ("approved", "rejected", "excluded", "unsure", "snoozed", "conflict")


def list_judgements(settings: Settings, state: str | None) -> str:
    """The judgements that hold, one line each, and what the latest run has against them.

    Args:
        settings: the configuration.
        state: only judgements of this kind; conflict: only those that the latest run contradicts.
    """
    register = open_register(settings)
    current = register.current()
    shown = current.join(_conflicts(settings), on="customer_id_acct", how="left", maintain_order="left")
    shown = shown.with_columns(conflict=pl.when(pl.col("decision") == "approved").then(pl.col("conflict")))
    if state is not None:
        wanted = pl.col("conflict").is_not_null() if state == "conflict" else pl.col("decision") == state
        shown = shown.filter(wanted)
    if shown.is_empty():
        return "No judgements." if state is None else f"No judgements: {state}."
    actors = register.log().unique("import_id").select("import_id", "imported_by")
    rows = [
        (
            f"ACCT-{row['customer_id_acct']}", _decision(row), f"{row['judged_at']:%Y-%m-%d}", row["judged_by"],
            row["imported_by"], row["import_id"],
            f"CONFLICT: {row['conflict']}" if row["conflict"] else row["note"] or "",
        )
        for row in shown.join(actors, on="import_id", how="left", maintain_order="left").iter_rows(named=True)
    ]  # fmt: skip
    return text_table([("customer", "decision", "on", "said to be by", "imported by", "import", "note"), *rows])


def _conflicts(settings: Settings) -> pl.DataFrame:
    """Judged customers whose evidence has turned; nothing where no run can be asked."""
    try:
        with published(settings.out / LATEST / DATABASE) as engine:
            return engine.frame("from report.judgement_conflicts")
    except NotFoundError:
        return pl.DataFrame(schema={"customer_id_acct": pl.String, "conflict": pl.String})


def history(settings: Settings, customer: str) -> str:
    """Everything that was decided about one customer, in its order, and what of it holds.

    Args:
        settings: the configuration.
        customer: its id, with or without the prefix.

    Raises:
        NotFoundError: nothing was ever decided about it.
    """
    log = _read_log(open_register(settings))
    named = {customer, customer.removeprefix("ACCT-")}
    concerned = set(log.filter(pl.col("customer_id_acct").is_in(list(named)))["import_id"])
    if not concerned:
        message = f"Nothing was ever decided about the customer {customer!r}. Ask by its id, as ACCT-00123."
        raise NotFoundError(message)
    rows = []
    for row in log.iter_rows(named=True):
        at = f"{row['imported_at']:%Y-%m-%d %H:%M}"
        if row["reverts"] in concerned:
            concerned.add(row["import_id"])
            rows.append((at, row["import_id"], f"reverted {row['reverts']}, by {_actor(row)}", ""))
        elif row["customer_id_acct"] in named:
            rows.append((at, row["import_id"], _said(row), "holds" if row["holds"] else ""))
    return text_table([("imported (UTC)", "import", "what", ""), *rows])


def _said(row: dict[str, Any]) -> str:
    by, login = row["judged_by"], row["imported_by"]
    if by != login:
        by = f"{by} via {login if row['claimed_by'] == by else _actor(row)}"
    note = f": {row['note']}" if row["note"] else ""
    return f"{_decision(row)} by {by} on {row['judged_at']:%Y-%m-%d}, from {row['source']}{note}"


def _actor(row: dict[str, Any]) -> str:
    """The login; and the name that it gave, where it gave one."""
    claimed = row["claimed_by"]
    return row["imported_by"] if claimed in {None, row["imported_by"]} else f"{row['imported_by']} as {claimed}"


def _read_log(register: Register) -> pl.DataFrame:
    """The log, and what of it holds."""
    key = ["customer_id_acct", "company_id_cw", "decision", "import_id"]
    held = register.current().select(*key, holds=True).unique()
    return register.log().join(held, on=key, how="left", maintain_order="left", nulls_equal=True)


def _decision(row: dict[str, Any]) -> str:
    company = f" CW-{row['company_id_cw']}" if row["company_id_cw"] else ""
    until = f" until {row['snoozed_until']}" if row["snoozed_until"] else ""
    return f"{row['decision']}{company}{until}"


def revert(settings: Settings, import_id: str, act: ImportOptions) -> str:
    """Take an import back, and say whom that concerns, and what to do in the portal, which knows nothing of it.

    Args:
        settings: the configuration.
        import_id: the import, or the revert, that is taken back.
        act: who does this, and when.

    Raises:
        RegisterError: there is no such import, it was taken back before, or a later one concerns its customers.
    """
    register = open_register(settings)
    undoing = Import(register.next_import_id(), act.at, act.login or "unknown", claimed_by=act.who)
    before = _approved(register)
    customers = register.revert(import_id, undoing)
    after = _approved(register)
    count = "1 customer is" if len(customers) == 1 else f"{len(customers)} customers are"
    lines = [f"{import_id} was reverted ({undoing.import_id}): {count} as before it. The next run uses it."]
    last = last_run(settings)
    if last and last.register and register.imports_at(last.register) >= _place(register, import_id):
        lines.append(f"The run {last.run_id} used it: run billsight once before you decide on these customers again.")
    lines += _in_the_portal(settings, before - after, after - before)
    warning = back_up_or_warn(settings.register_path, act.at)
    return "\n".join([*lines, *([warning] if warning else [])])


def _approved(register: Register) -> set[tuple[str, str]]:
    """Customers and the companies that people approved for them."""
    approved = register.current().filter(pl.col("decision") == "approved")
    return set(approved.select("customer_id_acct", "company_id_cw").iter_rows())


def _place(register: Register, import_id: str) -> int:
    return register.log()["import_id"].unique(maintain_order=True).to_list().index(import_id) + 1


def _in_the_portal(settings: Settings, gone: set[tuple[str, str]], back: set[tuple[str, str]]) -> list[str]:
    """What a person has to change in ConnectBooster, where the client of a mapping still sees the invoices."""
    try:
        with published(settings.out / LATEST / DATABASE) as engine:
            listed = set(engine.columns("staging.portal__mappings", "customer_id_acct", "company_id_cw").iter_rows())
    except NotFoundError:
        listed = set()
    lines = []
    if gone:
        lines.append("In ConnectBooster these mappings must go, or the companies keep seeing the customers' invoices:")
        lines += [
            f"  ACCT-{customer} -> CW-{company}: "
            + ("the latest run saw it in the portal" if (customer, company) in listed else "if it was entered")
            for customer, company in sorted(gone)
        ]
    if back:
        lines.append("These hold again, and must be in ConnectBooster:")
        lines += [f"  ACCT-{customer} -> CW-{company}" for customer, company in sorted(back)]
    return lines


def export(settings: Settings, file: Path) -> str:
    """Write the whole register as CSV: every judgement that was ever added, and whether it holds.

    Args:
        settings: the configuration.
        file: where to write it.

    Raises:
        OutputError: the file cannot be written.
    """
    written = _written(settings)
    with output_errors(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        write_csv(written, file)
    return f"Wrote {written.height} lines to {file}."


def exported(settings: Settings) -> bytes:
    """What `export` writes to a file."""
    stream = BytesIO()
    write_csv(_written(settings), stream)
    return stream.getvalue()


def _written(settings: Settings) -> pl.DataFrame:
    log = _read_log(open_register(settings))
    return log.select(
        "import_id", "imported_at", "imported_by", "claimed_by", "file_name", "reverts",
        acct_customer_id=prefixed("customer_id_acct", "ACCT"),
        cw_company_id=prefixed("company_id_cw", "CW"),
        decision="decision",
        snoozed_until="snoozed_until",
        judged_at="judged_at",
        judged_by="judged_by",
        note="note",
        row_fp="evidence_fingerprint",
        source="source",
        holds=pl.col("holds").fill_null(value=False),
    ).with_columns(pl.selectors.datetime().dt.strftime("%Y-%m-%dT%H:%M:%SZ"))  # fmt: skip
