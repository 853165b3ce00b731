"""Write an invented service provider and the truth about it: the people at once, the invoices as a stream."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import polars as pl

from etl.demo import accounting, connectwise, portal, texts
from etl.demo.calendar import Calendar
from etl.demo.cast import Cast
from etl.demo.chance import Chance
from etl.demo.ledger import Ledger, Slice
from etl.demo.plan import DemoPlan
from etl.demo.settings import settings_text
from etl.demo.truth import causes, verdicts

Progress = Callable[[int, int], None]
"""Is told how many invoices are written, and how many there will be."""


def write_demo(out: Path, plan: DemoPlan, progress: Progress | None = None) -> None:
    """Write every file of the plan into a folder.

    Args:
        out: made when missing; files of the same names are replaced.
        plan: sizes, seed, shape.
        progress: called after each slice of invoices.
    """
    out.mkdir(parents=True, exist_ok=True)
    chance, calendar = Chance(plan.seed), Calendar.of(plan)
    cast = Cast.of(plan, chance)
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
    with ExitStack() as stack:
        books = stack.enter_context(closing(accounting.open_invoices(out, plan.shape)))
        tables = {
            name: stack.enter_context(closing(texts.TableFile(out / f"{name}.csv")))
            for name in ("connectwise_invoices", "truth_invoices", "truth_unposted", *_portal_tables(plan))
        }
        slices = ledger.slices() if plan.invoices else iter([ledger.slice(0, 0)])
        for invoices in slices:
            frame = accounting.invoices(invoices, ledger.cast, plan.shape)
            is_table = plan.shape == "table"
            books.add(frame if is_table else accounting.with_people(frame, invoices.customer, ledger.cast))
            for name, rows in _beside(invoices, ledger).items():
                tables[name].add(rows)
            progress(invoices.stop, plan.invoices)


def _portal_tables(plan: DemoPlan) -> tuple[str, ...]:
    return ("portal_invoices", "truth_portal_only") if plan.with_portal_list else ()


def _beside(invoices: Slice, ledger: Ledger) -> dict[str, pl.DataFrame]:
    """What the other files hold of a slice of accounting documents."""
    plan, cast = ledger.plan, ledger.cast
    unposted, unposted_truth = connectwise.unposted(invoices, cast)
    found = verdicts(causes(invoices, ledger), with_portal_list=plan.with_portal_list)
    ids = texts.invoice_ids(invoices.at, plan.shape).alias("invoice_id_acct")
    tables = {
        "connectwise_invoices": pl.concat((connectwise.invoices(invoices, cast), unposted)),
        "truth_invoices": found.insert_column(0, ids),
        "truth_unposted": unposted_truth,
    }
    if plan.with_portal_list:
        ghosts = portal.ghosts(invoices, cast, plan.shape)
        tables["portal_invoices"] = pl.concat((portal.invoices(invoices, cast, plan.shape), ghosts))
        tables["truth_portal_only"] = portal.only_here(invoices, ghosts)
    return tables
