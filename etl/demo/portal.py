"""The files that the portal gives: its invoices, its mappings, its sync log; and what people judged."""

from __future__ import annotations

import numpy as np
import polars as pl

from etl.demo import documents, texts
from etl.demo.calendar import Calendar
from etl.demo.cast import Population
from etl.demo.documents import PortalView
from etl.demo.identities import Identity
from etl.demo.ledger import FIRST_NUMBER, Slice
from etl.demo.plan import Shape

_GHOST_EACH, _GHOST_PLACE, _GHOST_NUMBER = 500, 3, 900_000_000


def invoices(invoices_: Slice, cast: Population, shape: Shape) -> pl.DataFrame:
    """The portal's rows for a slice of the accounting documents."""
    kept = np.flatnonzero(invoices_.seen != PortalView.NOT)
    at, seen, kind = invoices_.at[kept], invoices_.seen[kept], invoices_.kind[kept]
    digits = pl.Series(invoices_.number_at[kept] + FIRST_NUMBER).cast(pl.String)
    is_respelt = pl.Series(np.isin(seen, (PortalView.BY_OTHER_SPELLING, PortalView.UNDECIDED)))

    # a row that a screen shows holds no ids, no date and no total
    is_card = pl.Series(np.isin(seen, (PortalView.BY_CARD, PortalView.UNDECIDED)))
    is_unnamed, is_undecided = pl.Series(seen == PortalView.BY_TOTAL), pl.Series(seen == PortalView.UNDECIDED)

    ids, old_ids = texts.invoice_ids(at, shape), texts.invoice_ids(at, shape, is_old=True)
    whom = cast.owners[invoices_.customer[kept]]

    return pl.DataFrame({"portal_id": "P" + pl.Series(at).cast(pl.String)}).select(
        "portal_id",
        pl.when(pl.Series(seen == PortalView.BY_ID))
        .then(ids)
        .when(pl.Series(seen == PortalView.UNDER_OLD_ID))
        .then(old_ids)
        .alias("invoice_id"),
        pl.when(is_respelt).then("inv 00" + digits).otherwise("INV-" + digits).alias("invoice_number"),
        pl.when(~is_unnamed & ~is_card).then(whom["customer_id"]).alias("customer_id"),
        pl.when(~is_unnamed).then(whom["card_name"]).alias("card_name"),
        pl.when(~is_unnamed & ~is_card).then(whom["shown_id"]).alias("company_id"),
        pl.when(~is_card).then(pl.Series(documents.WORDS).gather(kind)).alias("status"),
        pl.when(~is_card).then(texts.days(invoices_.day[kept])).alias("date"),
        texts.days(invoices_.due_day[kept]).alias("due_date"),
        pl.when(~is_card).then(texts.money(invoices_.portal_total[kept])).alias("total"),
        pl.when(~is_undecided).then(texts.money(invoices_.portal_balance[kept])).alias("balance"),
        pl.when(~is_card).then(whom["currency"]).alias("currency"),
    )


def ghosts(invoices_: Slice, cast: Population, shape: Shape) -> pl.DataFrame:
    """Rows that the portal kept of invoices which accounting no longer has."""
    standing = cast.standing
    chosen = (invoices_.at % _GHOST_EACH == _GHOST_PLACE) & standing.is_transport_reached[invoices_.customer]
    at, day = invoices_.at[chosen], invoices_.day[chosen]
    whom = cast.owners[invoices_.customer[chosen]]
    cents = texts.money(9_900 + at % 331 * 100)
    return pl.DataFrame(
        {
            "portal_id": "G" + pl.Series(at).cast(pl.String),
            "invoice_id": texts.invoice_ids(at, shape, is_old=True),
            "invoice_number": "INV-" + pl.Series(at + _GHOST_NUMBER).cast(pl.String),
            "customer_id": whom["customer_id"],
            "card_name": whom["card_name"],
            "company_id": whom["shown_id"],
            "status": pl.repeat("Open", len(at), eager=True),
            "date": texts.days(day),
            "due_date": texts.days(invoices_.due_day[chosen]),
            "total": cents,
            "balance": cents,
            "currency": whom["currency"],
        }
    )


def recreated(invoices_: Slice) -> pl.DataFrame:
    """The truth about portal rows under an id that accounting no longer has, because the document was made again."""
    at = pl.Series(invoices_.at[invoices_.seen == PortalView.UNDER_OLD_ID])
    return pl.DataFrame({"portal_invoice_id": "P" + at.cast(pl.String)}).with_columns(cause=pl.lit("RECREATED_ID"))


def mappings(cast: Population) -> pl.DataFrame:
    """The portal's list of mappings: some customers are listed without a company, some not at all."""
    companies = cast.companies.select("company_id", company_name="name")
    listed = cast.customers.filter(pl.col("listed_id").is_not_null() | (pl.col("at") % 2 == 0))
    named = listed.select("customer_id", pl.col("name").alias("customer_name"), company_id="listed_id").join(
        companies, on="company_id", how="left", maintain_order="left"
    )
    return named.select("customer_id", "customer_name", "company_id", "company_name")


def judgements(cast: Population, calendar: Calendar) -> pl.DataFrame:
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
