"""The files that the accounting package gives, in each of the shapes that a demonstration can have."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Protocol

import polars as pl

from etl.demo import accounting_json, documents, texts, words
from etl.demo.cast import Population
from etl.demo.chance import Indices
from etl.demo.documents import When
from etl.demo.identities import Identity
from etl.demo.ledger import FIRST_NUMBER, Slice
from etl.demo.plan import Shape

INVOICE_CAPTIONS: Final = {
    "invoice_id_acct": "Id", "invoice_number": "DocNumber", "customer_id_acct": "CustomerId", "invoice_date": "TxnDate",
    "due_date": "DueDate", "total_amount": "TotalAmt", "balance_amount": "Balance", "currency_code": "Currency",
    "document_status": "Status", "document_type": "Type", "created_at": "CreatedAt", "modified_at": "ModifiedAt",
}  # fmt: skip
"""Our column -> the table's caption."""
CUSTOMER_CAPTIONS: Final = {
    "customer_id_acct": "Id", "customer_name": "Name", "full_name": "FullName", "parent_customer_id_acct": "ParentId",
    "is_active": "Active", "merged_into_customer_id_acct": "MergedInto", "account_number": "AccountNumber",
    "tax_identifier": "TaxId", "email": "Email", "phone_number": "Phone", "website": "Website",
    "address_line1": "Street", "city": "City", "state": "Region", "postal_code": "PostalCode", "country": "Country",
    "currency_code": "Currency",
}  # fmt: skip


class Accounting(Protocol):
    """Where the accounting documents of one shape go."""

    def add(self, frame: pl.DataFrame) -> None:
        """Append documents, under our column names and with `customer_name` and `bill_email`."""
        ...

    def close(self) -> None:
        """Let go of the files."""
        ...


def invoices(invoices_: Slice, cast: Population, shape: Shape) -> pl.DataFrame:
    """The accounting documents of a slice under our column names."""
    customers = cast.customers
    number = "INV-" + pl.Series(invoices_.number_at + FIRST_NUMBER).cast(pl.String)
    is_dated = pl.Series(invoices_.when != When.NEVER)
    created, changed = texts.instants(invoices_.created), texts.instants(invoices_.changed)
    times = pl.DataFrame({"created_at": created, "modified_at": changed})
    return pl.DataFrame(
        {
            "invoice_id_acct": texts.invoice_ids(invoices_.at, shape),
            "invoice_number": number,
            "customer_id_acct": customers["customer_id"].gather(invoices_.customer),
            "invoice_date": texts.days(invoices_.day),
            "due_date": texts.days(invoices_.due_day),
            "total_amount": texts.money(invoices_.total),
            "balance_amount": texts.money(invoices_.balance),
            "currency_code": customers["currency"].gather(invoices_.customer),
            "document_status": pl.Series(documents.STATUSES).gather(invoices_.kind),
            "document_type": pl.Series(documents.TYPES).gather(invoices_.kind),
            **{name: times.select(pl.when(is_dated).then(name).alias(name)).to_series() for name in times.columns},
        }
    )


def with_people(frame: pl.DataFrame, customer: Indices, cast: Population) -> pl.DataFrame:
    """Add what API answers repeat of the customer on each document."""
    return frame.with_columns(
        customer_name=cast.customers["name"].gather(customer), bill_email=cast.customers["email"].gather(customer)
    )


def customers(cast: Population, shape: Shape) -> pl.DataFrame:
    """The customers of the extract, under our column names: one of them the extract has missed."""
    rows = cast.customers
    identity = pl.col("identity")
    is_merged = identity == int(Identity.MERGED)
    has_account, has_details = pl.col("has_account"), pl.col("has_details")
    is_child = pl.col("parent_id").is_not_null()
    survivor = rows["customer_id"].first()

    # QuickBooks Online has no account number: connectors put it behind the name
    name = _with_account("name", "account") if shape == "quickbooks_online" else pl.col("name")
    parent = _with_account("parent_name", "parent_account") if shape == "quickbooks_online" else pl.col("parent_name")
    extracted = rows.filter(identity != int(Identity.NOT_IN_EXTRACT)).with_columns(
        shown=pl.when(is_child).then("depot").when(has_account).then(name).otherwise("name"), above=parent
    )

    details = {
        "tax_identifier": pl.col("tax_id"), "phone_number": pl.col("phone"), "address_line1": pl.col("street"),
        "city": pl.col("city"), "state": pl.col("region"), "postal_code": pl.col("postal_code"),
        "website": pl.concat_str(pl.lit("https://www."), "domain"),
        "country": pl.col("currency").replace_strict(words.COUNTRIES),
    }  # fmt: skip
    return extracted.select(
        "email",
        customer_id_acct="customer_id",
        customer_name="shown",
        full_name=pl.when(is_child).then(pl.concat_str("above", "shown", separator=":")),
        parent_customer_id_acct="parent_id",
        is_active=~(is_merged | (identity == int(Identity.INACTIVE))),
        merged_into_customer_id_acct=pl.when(is_merged).then(pl.lit(survivor)),
        account_number=pl.when(has_account).then("account"),
        currency_code="currency",
        **{column: pl.when(has_details).then(value) for column, value in details.items()},
    )


def _with_account(name: str, account: str) -> pl.Expr:
    return pl.format("{} ({})", name, account)


class _RawTable:
    def __init__(self, out: Path) -> None:
        self._file = texts.TableFile(out / "accounting_invoices.csv")

    def add(self, frame: pl.DataFrame) -> None:
        self._file.add(frame.select(pl.col(name).alias(caption) for name, caption in INVOICE_CAPTIONS.items()))

    def close(self) -> None:
        self._file.close()


def open_invoices(out: Path, shape: Shape) -> Accounting:
    """Begin the accounting invoices."""
    if shape == "quickbooks_online":
        return accounting_json.QuickBooksOnline(out, INVOICE_CAPTIONS)
    return accounting_json.Xero(out) if shape == "xero" else _RawTable(out)


def write_customers(out: Path, cast: Population, shape: Shape) -> None:
    """Write the customers."""
    frame = customers(cast, shape)
    if shape == "table":
        columns = [pl.col(name).alias(caption) for name, caption in CUSTOMER_CAPTIONS.items()]
        texts.write_table(out / "accounting_customers.csv", frame.select(columns))
    elif shape == "quickbooks_online":
        accounting_json.write_quickbooks_customers(out, frame)
    else:
        accounting_json.write_xero_contacts(out, frame)
