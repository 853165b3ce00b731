"""Xero's exported lists: the sales-invoice CSV (a row per line item, the totals repeated) and the contacts CSV."""

from __future__ import annotations

from typing import Final

import polars as pl

from etl.extract.profiles.invoice_keys import finish_customers, finish_invoices
from etl.extract.profiles.profile import XERO_CSV, TableProfile

_REPEATED: Final = ("total_amount", "balance_amount", "currency_code", "document_status", "invoice_date")
"""What every line item of one invoice says alike."""


def collapse(frame: pl.DataFrame) -> pl.DataFrame:
    """One row per invoice: summing its line items' totals would multiply the debt.

    Line items that disagree leave one row, with the reason why it cannot be trusted.

    Locality: group: contact, number and type.
    """
    if frame.is_empty():
        return finish_invoices(frame)
    repeated = [name for name in _REPEATED if name in frame.columns]
    # An invoice without a number is told apart by everything that its line items repeat.
    unnumbered = [pl.when(pl.col("invoice_number").is_null()).then(name).alias(f"_{name}") for name in repeated]
    keys = [name for name in ("customer_name", "invoice_number", "document_type") if name in frame.columns]
    keyed = frame.with_columns(unnumbered)
    groups = keyed.group_by([*keys, *(f"_{name}" for name in repeated)], maintain_order=True)
    disagreements = [
        pl.when(pl.col(name).n_unique() > 1)
        .then(
            pl.concat_str(
                pl.lit(f"the line items of the invoice disagree on {name}: "),
                pl.col(name).unique().sort().str.join(", "),
            )
        )
        .alias(f"_on_{name}")
        for name in repeated
    ]
    others = [name for name in frame.columns if name not in (*keys, "read_problem")]
    problem = pl.col("read_problem").drop_nulls().first()
    collapsed = groups.agg(pl.col(others).first(), problem, *disagreements)
    told = pl.concat_str("read_problem", *(f"_on_{name}" for name in repeated), separator="; ", ignore_nulls=True)
    return finish_invoices(collapsed.with_columns(read_problem=pl.when(told != "").then(told)).select(frame.columns))


PROFILES: Final = (
    TableProfile(
        XERO_CSV,
        "accounting_invoices",
        "Xero sales invoices (CSV)",
        {
            "customer_name": ("ContactName",),
            "invoice_number": ("InvoiceNumber",),
            "reference": ("Reference",),
            "invoice_date": ("InvoiceDate",),
            "due_date": ("DueDate",),
            "total_amount": ("Total",),
            "balance_amount": ("InvoiceAmountDue",),
            "currency_code": ("Currency",),
            "document_type": ("Type",),
            "document_status": ("Status",),
            "bill_email": ("EmailAddress",),
        },
        (("customer_name",), ("invoice_number",), ("invoice_date",), ("total_amount",)),
        finish=collapse,
        is_starred_refused=True,
    ),
    TableProfile(
        XERO_CSV,
        "accounting_customers",
        "Xero contacts (CSV)",
        {
            "customer_name": ("ContactName",),
            "company_name": ("LegalName",),
            "account_number": ("AccountNumber",),
            "tax_identifier": ("TaxNumber",),
            "email": ("EmailAddress",),
            "phone_number": ("PhoneNumber", "MobileNumber"),
            "website": ("Website",),
            "address_line1": ("POAddressLine1", "SAAddressLine1"),
            "city": ("POCity", "SACity"),
            "state": ("PORegion", "SARegion"),
            "postal_code": ("POPostalCode", "SAPostalCode"),
            "country": ("POCountry", "SACountry"),
        },
        (("customer_name",), ("email",), ("account_number", "tax_identifier", "phone_number")),
        refused={"InvoiceNumber": ("a list of invoices", "Give it as accounting_invoices.")},
        finish=finish_customers,
    ),
)
