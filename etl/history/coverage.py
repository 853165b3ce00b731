"""What may be fewer from run to run without being lost: paid invoices of an open-only list, and customers just made."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import polars as pl

from etl.config import Settings, Source
from etl.domain import DATABASE, LATEST, FileReport
from etl.errors import NotFoundError
from etl.history.store import PastRun
from etl.warehouse.engine import Engine, published

_WITH_BALANCES: Final = ("accounting_invoices", "portal_invoices")
_FEWEST_BALANCES: Final = 50
"""So many balances without a zero among them are those of a list of what is open."""
_OPEN_BEFORE: Final = """
    select invoice_id_acct, upper(invoice_number) as number
    from accepted.accounting_invoices where balance_amount > 0"""
_STILL_OPEN: Final = """
    with gone as (
        select before.* from ctl.open_before as before
        anti join accepted.accounting_invoices as now on before.invoice_id_acct = now.invoice_id_acct
    ),
    shown as (
        select invoice_id_acct, upper(invoice_number) as number from accepted.portal_invoices where balance_amount > 0
    )
    select count(*) from gone
    where invoice_id_acct in (select invoice_id_acct from shown where invoice_id_acct is not null)
        or number in (select number from shown where number is not null)"""
_COVERAGE: Final = """
    with owing as (
        select customer_id_acct, currency_code, sum(balance_amount) as amount from staging.accounting__invoices
        where coalesce(document_type, 'invoice') = 'invoice' and balance_amount > 0
            and coalesce(document_status, 'unknown') not in ('voided', 'deleted', 'draft')
        group by all
    ),
    mapped as (
        select mappings.customer_id_acct, owing.currency_code, owing.amount,
            mappings.mapping_state in ('mapped', 'excluded') as is_settled
        from matching.mappings as mappings left join owing using (customer_id_acct)
        {where}
    ),
    shares as (
        select count(*) as customers,
            coalesce(sum(amount) filter (is_settled), 0)::double / sum(amount)::double as share
        from mapped where amount is not null group by currency_code
    )
    select (select sum(customers * share) / sum(customers) from shares),
        (select count(*) filter (is_settled) / nullif(count(*), 0) from mapped),
        (select count(*) from mapped)"""


@dataclass(frozen=True)
class Balances:
    """How many rows of a list have a balance, and how many of these are zero."""

    rows: int
    zeros: int


@dataclass(frozen=True)
class Vanished:
    """What was open in the last run and is in no file now.

    Attributes:
        before: how many invoices were open.
        still_open: how many of those that are gone the portal still shows with a balance.
    """

    before: int
    still_open: int


@dataclass(frozen=True)
class Coverage:
    """The share of the open money whose customers are settled, each currency by its customers.

    Attributes:
        share: of the customers where nothing is open; null where there are none.
    """

    share: float | None
    customers: int


def balances(engine: Engine) -> dict[str, Balances]:
    """The balances of the lists that may be open-only."""
    marks = ("balance_amount is not null", "abs(balance_amount) <= no_money()")
    return {
        name: Balances(*(engine.count(f"accepted.{name} where {mark}") for mark in marks)) for name in _WITH_BALANCES
    }


def stated(sources: Sequence[Source]) -> Source:
    """What the sources of one relation state together: of `scope` and `is_complete` the first that says something."""
    names = ("scope", "is_complete")
    said = {name: next((v for one in sources if (v := getattr(one, name)) is not None), None) for name in names}
    return sources[0].model_copy(update=said)


def is_open_only(now: Balances, past: Sequence[PastRun], relation: str, settings: Settings) -> bool:
    """Whether a list holds only what is open: as its scope says, else no zero among its balances, now and before."""
    scope = stated(settings.sources_of(relation)).scope if settings.sources_of(relation) else None
    if scope is not None:
        return scope == "open"
    known = [run.facts.get("sources", {}).get(relation, {}).get("balances") for run in past]
    before = [Balances(*one) for one in known if one]
    return sum(one.zeros for one in (now, *before)) == 0 and sum(one.rows for one in (now, *before)) >= _FEWEST_BALANCES


def is_open_by_shape(files: Sequence[FileReport], relation: str, settings: Settings) -> bool:
    """Whether the shapes of all files of a relation list only what is open, and no setting says otherwise."""
    own = [file for file in files if file.relation == relation]
    is_stated = any(source.scope for source in settings.sources_of(relation))
    return bool(own) and not is_stated and all(file.is_open_only for file in own)


def vanished(engine: Engine, settings: Settings) -> Vanished | None:
    """Compare the keys of what was open in the last run with this one; null where the last run cannot be read."""
    before = _of_last_run(settings, _OPEN_BEFORE)
    if before is None:
        return None
    engine.write("ctl.open_before", before)
    still_open = int(engine.rows(_STILL_OPEN)[0][0])
    engine.run("drop table ctl.open_before")
    return Vanished(before.height, still_open)


def coverage(engine: Engine) -> Coverage:
    """How much of the open money is mapped."""
    return _coverage(engine, "")


def coverage_of_known(engine: Engine, settings: Settings) -> Coverage:
    """How much of the open money of the customers that the last run knew is mapped."""
    known = _of_last_run(settings, "select customer_id_acct from matching.mappings")
    if known is None:
        return coverage(engine)
    engine.write("ctl.customers_before", known)
    found = _coverage(engine, "semi join ctl.customers_before using (customer_id_acct)")
    engine.run("drop table ctl.customers_before")
    return found


def _coverage(engine: Engine, where: str) -> Coverage:
    of_money, of_customers, customers = engine.rows(_COVERAGE.format(where=where))[0]
    share = of_customers if of_money is None else of_money
    return Coverage(None if share is None else round(float(share), 4), int(customers))


def _of_last_run(settings: Settings, query: str) -> pl.DataFrame | None:
    with suppress(NotFoundError), published(settings.out / LATEST / DATABASE) as last:
        return last.frame(query)
    return None
