"""API answers of accounting packages: QuickBooks Online and Xero."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from etl.demo.texts import PageFiles, TableFile, json_lines, number_mark

_OFFICE: Final = "America/Los_Angeles"


class QuickBooksOnline:
    """Invoices and credit memos, each in pages of its own; drafts, which the package does not know, in a table beside.

    Args:
        out: folder.
        captions: our column -> the table's caption.
    """

    def __init__(self, out: Path, captions: Mapping[str, str]) -> None:
        self._captions = captions
        self._drafts = TableFile(out / "accounting_drafts.csv")
        self._pages = {
            "invoice": PageFiles(out / "accounting_invoices", '{"QueryResponse":{"Invoice":', "}}"),
            "credit_memo": PageFiles(out / "accounting_credit_memos", '{"QueryResponse":{"CreditMemo":', "}}"),
        }

    def add(self, frame: pl.DataFrame) -> None:
        """Append documents."""
        is_draft = pl.col("document_status") == "draft"
        drafts = frame.filter(is_draft)
        self._drafts.add(drafts.select(pl.col(name).alias(caption) for name, caption in self._captions.items()))
        for kind, pages in self._pages.items():
            documents = frame.filter(~is_draft & (pl.col("document_type") == kind))
            open_amount = "Balance" if kind == "invoice" else "RemainingCredit"
            pages.add(json_lines(_quickbooks_document(documents, open_amount)).to_list())

    def close(self) -> None:
        """Write the last pages."""
        self._drafts.close()
        for pages in self._pages.values():
            pages.close()


def _quickbooks_document(frame: pl.DataFrame, open_amount: str) -> pl.DataFrame:
    status = pl.col("document_status")
    return frame.select(
        pl.col("invoice_id_acct").alias("Id"),
        pl.col("invoice_number").alias("DocNumber"),
        pl.col("invoice_date").cast(pl.String).alias("TxnDate"),
        pl.col("due_date").cast(pl.String).alias("DueDate"),
        pl.struct(value="customer_id_acct", name="customer_name").alias("CustomerRef"),
        number_mark(pl.col("total_amount")).alias("TotalAmt"),
        number_mark(pl.col("balance_amount")).alias(open_amount),
        pl.struct(value="currency_code").alias("CurrencyRef"),
        pl.struct(Address="bill_email").alias("BillEmail"),
        pl.when(status == "voided").then(pl.lit("Voided")).alias("PrivateNote"),
        pl.when(status == "deleted").then(pl.lit("Deleted")).alias("status"),
        pl.struct(CreateTime=_offset("created_at"), LastUpdatedTime=_offset("modified_at")).alias("MetaData"),
    )


def _offset(name: str) -> pl.Expr:
    """An instant as the office's clock shows it, with its offset."""
    local = pl.col(name).dt.replace_time_zone("UTC").dt.convert_time_zone(_OFFICE)
    return local.dt.strftime("%Y-%m-%dT%H:%M:%S%:z")


def write_quickbooks_customers(out: Path, frame: pl.DataFrame) -> None:
    """Write customers in pages."""
    shown = pl.col("customer_name")
    # an inactive customer's name says so
    name = pl.when("is_active").then(shown).otherwise(pl.concat_str(shown, pl.lit(" (deleted)")))
    pages = PageFiles(out / "accounting_customers", '{"QueryResponse":{"Customer":', "}}")
    records = frame.select(
        pl.col("customer_id_acct").alias("Id"),
        name.alias("DisplayName"),
        pl.coalesce("full_name", "customer_name").alias("FullyQualifiedName"),
        pl.when(pl.col("parent_customer_id_acct").is_not_null())
        .then(pl.struct(value="parent_customer_id_acct"))
        .alias("ParentRef"),
        pl.col("parent_customer_id_acct").is_not_null().alias("Job"),
        pl.col("is_active").alias("Active"),
        pl.struct(Address="email").alias("PrimaryEmailAddr"),
        pl.struct(FreeFormNumber="phone_number").alias("PrimaryPhone"),
        pl.struct(URI="website").alias("WebAddr"),
        pl.struct(
            Line1="address_line1",
            City="city",
            CountrySubDivisionCode="state",
            PostalCode="postal_code",
            Country="country",
        ).alias("BillAddr"),
        pl.col("tax_identifier").alias("PrimaryTaxIdentifier"),
        pl.struct(value="currency_code").alias("CurrencyRef"),
    )
    pages.add(json_lines(records).to_list())
    pages.close()


_XERO_STATUS: Final = {"open": "AUTHORISED", "paid": "PAID", "draft": "DRAFT", "voided": "VOIDED", "deleted": "DELETED"}


class Xero:
    """Invoices and credit notes, each in pages of its own.

    Args:
        out: folder.
    """

    def __init__(self, out: Path) -> None:
        self._pages = {
            "Invoice": PageFiles(out / "accounting_invoices", '{"Status":"OK","Invoices":', "}"),
            "CreditNote": PageFiles(out / "accounting_credit_notes", '{"Status":"OK","CreditNotes":', "}"),
        }

    def add(self, frame: pl.DataFrame) -> None:
        """Append documents."""
        is_credit = pl.col("document_type") == "credit_memo"
        self._pages["Invoice"].add(json_lines(_xero_document(frame.filter(~is_credit), "Invoice")).to_list())
        self._pages["CreditNote"].add(json_lines(_xero_document(frame.filter(is_credit), "CreditNote")).to_list())

    def close(self) -> None:
        """Write the last pages."""
        for pages in self._pages.values():
            pages.close()


def _xero_document(frame: pl.DataFrame, entity: str) -> pl.DataFrame:
    is_invoice = entity == "Invoice"
    return frame.select(
        pl.lit("ACCREC" if is_invoice else "ACCRECCREDIT").alias("Type"),
        pl.col("invoice_id_acct").alias(f"{entity}ID"),
        pl.col("invoice_number").alias(f"{entity}Number"),
        pl.struct(ContactID="customer_id_acct", Name="customer_name", EmailAddress="bill_email").alias("Contact"),
        _xero_time(pl.col("invoice_date").cast(pl.Datetime("us"))).alias("Date"),
        _xero_time(pl.col("due_date").cast(pl.Datetime("us"))).alias("DueDate"),
        pl.col("document_status").replace_strict(_XERO_STATUS, return_dtype=pl.String).alias("Status"),
        number_mark(pl.col("total_amount")).alias("Total"),
        number_mark(pl.col("balance_amount")).alias("AmountDue" if is_invoice else "RemainingCredit"),
        pl.col("currency_code").alias("CurrencyCode"),
        _xero_time(pl.col("modified_at")).alias("UpdatedDateUTC"),
    )


def _xero_time(instant: pl.Expr) -> pl.Expr:
    return pl.format("/Date({}+0000)/", instant.dt.timestamp("ms"))


def write_xero_contacts(out: Path, frame: pl.DataFrame) -> None:
    """Write contacts in pages."""
    phone = pl.col("phone_number").str.extract_groups(r"^\((?<area>\d+)\) (?<number>.+)$")
    pages = PageFiles(out / "accounting_customers", '{"Status":"OK","Contacts":', "}")
    status = pl.when("is_active").then(pl.lit("ACTIVE")).otherwise(pl.lit("ARCHIVED"))
    records = frame.select(
        pl.col("customer_id_acct").alias("ContactID"),
        pl.col("customer_name").alias("Name"),
        pl.col("account_number").alias("AccountNumber"),
        status.alias("ContactStatus"),
        pl.col("merged_into_customer_id_acct").alias("MergedToContactID"),
        pl.col("email").alias("EmailAddress"),
        pl.col("tax_identifier").alias("TaxNumber"),
        pl.col("website").alias("Website"),
        pl.concat_list(
            pl.struct(
                AddressType=pl.lit("POBOX"), AddressLine1="address_line1", City="city", Region="state",
                PostalCode="postal_code", Country="country",
            )
        ).alias("Addresses"),
        pl.concat_list(
            pl.struct(
                PhoneType=pl.lit("DEFAULT"), PhoneAreaCode=phone.struct.field("area"),
                PhoneNumber=phone.struct.field("number"),
            )
        ).alias("Phones"),
        pl.col("currency_code").alias("DefaultCurrency"),
    )  # fmt: skip
    pages.add(json_lines(records).to_list())
    pages.close()
