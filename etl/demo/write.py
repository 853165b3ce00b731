"""Write an invented service provider and the truth about it: the people at once, the invoices as a stream."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from pathlib import Path

import polars as pl

from etl.demo import accounting, connectwise, portal, texts
from etl.demo.calendar import Calendar
from etl.demo.cast import Population
from etl.demo.chance import Chance
from etl.demo.configuration import settings_text
from etl.demo.ledger import Ledger, Slice
from etl.demo.plan import DemoPlan
from etl.demo.truth import causes, differences, verdicts

Progress = Callable[[int, int], None]
"""Called with the number of invoices written, and of all invoices."""


def write_demo(out: Path, plan: DemoPlan, progress: Progress | None = None) -> None:
    """Write every file of the plan into a folder.

    Args:
        out: made when missing; files of the same names are replaced.
        plan: sizes, seed, shape.
        progress: called after each slice of invoices.
    """
    out.mkdir(parents=True, exist_ok=True)
    chance, calendar = Chance(plan.seed), Calendar.of(plan)
    cast = Population.of(plan, chance)
    (out / "billsight.toml").write_text(settings_text(plan, calendar), encoding="utf-8", newline="\n")
    connectwise.write_people(out, cast)
    accounting.write_customers(out, cast, plan.shape)
    texts.write_table(out / "portal_mappings.csv", portal.mappings(cast))
    texts.write_table(out / "sync_runs.csv", calendar.sync_runs())
    texts.write_table(out / "judgements.csv", portal.judgements(cast, calendar))
    truth = cast.customers.select(customer_id_acct="customer_id", company_id_cw="company_id", mapping_state="state")
    texts.write_table(out / "truth_mappings.csv", truth)
    _write_invoices(out, Ledger(plan, cast, calendar, chance), progress or _silent)


def _silent(done: int, total: int) -> None:
    del done, total


def _write_invoices(out: Path, ledger: Ledger, progress: Progress) -> None:
    plan = ledger.plan
    # what has no accounting document comes last, so that slices leave no trace in the files; it is a few in a thousand
    strays: list[dict[str, pl.DataFrame]] = []
    with ExitStack() as stack:
        books = stack.enter_context(closing(accounting.open_invoices(out, plan.shape)))
        tables = {
            name: stack.enter_context(closing(texts.TableFile(out / f"{name}.csv")))
            for name in ("connectwise_invoices", "truth_invoices", "truth_unposted", *_portal_tables(plan))
        }
        for invoices in ledger.slices() if plan.invoices else (ledger.slice(0, 0),):
            frame = accounting.invoices(invoices, ledger.cast, plan.shape)
            is_table = plan.shape == "table"
            books.add(frame if is_table else accounting.with_people(frame, invoices.customer, ledger.cast))
            _add(tables, _beside(invoices, ledger))
            strays.append(_strays(invoices, ledger))
            progress(invoices.stop, plan.invoices)
        for rows in strays:
            _add(tables, rows)


def _portal_tables(plan: DemoPlan) -> tuple[str, ...]:
    return ("portal_invoices", "truth_portal_only", "truth_amounts") if plan.with_portal_list else ()


def _add(tables: Mapping[str, texts.TableFile], rows: Mapping[str, pl.DataFrame]) -> None:
    for name, frame in rows.items():
        tables[name].add(frame)


def _beside(invoices: Slice, ledger: Ledger) -> dict[str, pl.DataFrame]:
    """What the other files hold of a slice of accounting documents."""
    plan, cast = ledger.plan, ledger.cast
    found = verdicts(causes(invoices, ledger))
    ids = texts.invoice_ids(invoices.at, plan.shape).alias("invoice_id_acct")
    tables = {
        "connectwise_invoices": connectwise.invoices(invoices, cast),
        "truth_invoices": found.insert_column(0, ids),
    }
    if plan.with_portal_list:
        tables["portal_invoices"] = portal.invoices(invoices, cast, plan.shape)
        tables["truth_portal_only"] = portal.recreated(invoices)
        tables["truth_amounts"] = differences(invoices, ledger)
    return tables


def _strays(invoices: Slice, ledger: Ledger) -> dict[str, pl.DataFrame]:
    """Rows of the other files that no accounting document belongs to, and the truth about them."""
    unposted, unposted_truth = connectwise.unposted(invoices, ledger)
    tables = {"connectwise_invoices": unposted, "truth_unposted": unposted_truth}
    if ledger.plan.with_portal_list:
        ghosts = portal.ghosts(invoices, ledger.cast, ledger.plan.shape)
        truth_rows = ghosts.select(portal_invoice_id="portal_id", cause=pl.lit("PORTAL_GHOST"))
        tables |= {"portal_invoices": ghosts, "truth_portal_only": truth_rows}
    return tables
