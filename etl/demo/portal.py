"""The files that the portal gives: its invoices, its mappings, its sync log; and what people judged."""

from __future__ import annotations

import numpy as np
import polars as pl

from etl.demo import texts
from etl.demo.calendar import Calendar
from etl.demo.cast import Cast
from etl.demo.documents import Seen
from etl.demo.identities import Identity
from etl.demo.ledger import FIRST_NUMBER, Slice
from etl.demo.plan import Shape

_GHOST_EACH, _GHOST_PLACE, _GHOST_NUMBER = 500, 3, 900_000_000


def invoices(invoices_: Slice, cast: Cast, shape: Shape) -> pl.DataFrame:
    """The portal's rows for a slice of the accounting documents."""
    kept = np.flatnonzero(invoices_.seen != Seen.NOT)
    at, seen = invoices_.at[kept], invoices_.seen[kept]
    has_id, is_old = pl.Series(seen == Seen.BY_ID), pl.Series(seen == Seen.UNDER_OLD_ID)
    digits = pl.Series(invoices_.number_at[kept] + FIRST_NUMBER).cast(pl.String)
    customer = invoices_.customer[kept]
    ids, old_ids = texts.invoice_ids(at, shape), texts.invoice_ids(at, shape, is_old=True)
    ours = pl.when(has_id).then(ids).when(is_old).then(old_ids)
    number = pl.when(pl.Series(seen == Seen.BY_OTHER_SPELLING)).then("inv 00" + digits).otherwise("INV-" + digits)
    owner = pl.when(pl.Series(seen != Seen.BY_TOTAL)).then(cast.customers["customer_id"].gather(customer))
    return pl.DataFrame({"portal_id": "P" + pl.Series(at).cast(pl.String)}).select(
        "portal_id",
        ours.alias("invoice_id"),
        number.alias("invoice_number"),
        owner.alias("customer_id"),
        cast.customers["company_id"].gather(customer),
        texts.money(invoices_.total[kept]).alias("total"),
        texts.money(invoices_.portal_balance[kept]).alias("balance"),
        cast.customers["currency"].gather(customer),
    )


def ghosts(invoices_: Slice, cast: Cast, shape: Shape) -> pl.DataFrame:
    """Rows that the portal kept of invoices which accounting no longer has."""
    standing = cast.standing
    chosen = (invoices_.at % _GHOST_EACH == _GHOST_PLACE) & standing.is_transport_reached[invoices_.customer]
    at, customer = invoices_.at[chosen], invoices_.customer[chosen]
    cents = texts.money(9_900 + at % 331 * 100)
    return pl.DataFrame(
        {
            "portal_id": "G" + pl.Series(at).cast(pl.String),
            "invoice_id": texts.invoice_ids(at, shape, is_old=True),
            "invoice_number": "INV-" + pl.Series(at + _GHOST_NUMBER).cast(pl.String),
            "customer_id": cast.customers["customer_id"].gather(customer),
            "company_id": cast.customers["company_id"].gather(customer),
            "total": cents,
            "balance": cents,
            "currency": cast.customers["currency"].gather(customer),
        }
    )


def recreated(invoices_: Slice) -> pl.DataFrame:
    """The truth about portal rows under an id that accounting no longer has, because the document was made again."""
    at = pl.Series(invoices_.at[invoices_.seen == Seen.UNDER_OLD_ID])
    return pl.DataFrame({"portal_invoice_id": "P" + at.cast(pl.String)}).with_columns(cause=pl.lit("RECREATED_ID"))


def mappings(cast: Cast) -> pl.DataFrame:
    """The portal's list of mappings: some customers are listed without a company, some not at all."""
    companies = cast.companies.select("company_id", company_name="name")
    listed = cast.customers.filter(pl.col("listed_id").is_not_null() | (pl.col("at") % 2 == 0))
    named = listed.select("customer_id", pl.col("name").alias("customer_name"), company_id="listed_id").join(
        companies, on="company_id", how="left", maintain_order="left"
    )
    return named.select("customer_id", "customer_name", "company_id", "company_name")


def judgements(cast: Cast, calendar: Calendar) -> pl.DataFrame:
    """What people decided, for the register."""
    is_excluded = pl.col("state") == "excluded"
    early, late = (pl.lit(instant) for instant in calendar.judged_at)
    judged_at = pl.when(pl.col("identity") == int(Identity.JUDGED_LATE)).then(late).otherwise(early)
    return cast.customers.filter(is_excluded | pl.col("is_judged")).select(
        customer_id_acct="customer_id",
        company_id_cw=pl.when(~is_excluded).then("company_id"),
        decision=pl.when(is_excluded).then(pl.lit("excluded")).otherwise(pl.lit("approved")),
        judged_at=pl.from_epoch(judged_at, time_unit="s"),
        judged_by=pl.lit("r.okafor"),
    )
