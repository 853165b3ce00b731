"""The files that ConnectWise gives: companies, contacts and statuses as REST answers, invoices flattened to CSV."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from etl.demo import texts, words
from etl.demo.cast import Population
from etl.demo.chance import Indices
from etl.demo.documents import Billed, Document
from etl.demo.ledger import FIRST_NUMBER, Ledger, Slice

STATUSES: Final = ("Active", "Inactive", "Former Client", "Prospect", "On Hold", "Not Approved")
_STATUS_IDS: Final = {caption: number for number, caption in enumerate(STATUSES, 1)}
_TYPE_IDS: Final = {"Client": 1, "Prospect": 2, "Vendor": 3}
DECOY: Final = "never-read-"
"""Every invented portal password begins so: it must show up nowhere but in the contacts' own file."""
_UPDATED: Final = "2026-11-20T14:05:00Z"
_UNPOSTED_EACH, _UNPOSTED_PLACE = 400, 7
_UNPOSTED_NUMBER: Final = 800_000_000
BATCH_DAYS: Final = 3
"""Days in which an invoice comes from ConnectWise to accounting."""
_FIRST_INVOICE: Final = 70_001


def write_people(out: Path, cast: Population) -> None:
    """Companies, contacts and statuses."""
    texts.write_records(out / "connectwise_companies.json", _companies(cast), _company_records)
    texts.write_records(out / "connectwise_contacts.json", cast.contacts.sort("contact_id"), _contact_records)
    rows = [
        {"id": number, "name": caption, "defaultFlag": caption == "Active", "inactiveFlag": caption == "Inactive"}
        for caption, number in _STATUS_IDS.items()
    ]
    texts.write_records(out / "connectwise_statuses.json", pl.DataFrame(rows), lambda statuses: statuses)


def _companies(cast: Population) -> pl.DataFrame:
    """Every company with the companies and contacts that it points to."""
    frame = cast.companies.sort("company_id")
    contacts = cast.contacts.filter(~pl.col("is_leaver"))
    for role in ("billing", "default"):
        named = contacts.filter(pl.col("role") == role).select("company_id", _person().alias(f"{role}_contact"))
        frame = frame.join(named, on="company_id", how="left", maintain_order="left")
    related = cast.companies.select("company_id", related=_reference())
    for link in ("bill_to", "parent"):
        named = related.select(pl.col("company_id").alias(f"{link}_id"), pl.col("related").alias(link))
        frame = frame.join(named, on=f"{link}_id", how="left", maintain_order="left")
    return frame


def _company_records(companies: pl.DataFrame) -> pl.DataFrame:
    return companies.select(
        pl.col("company_id").alias("id"),
        "identifier",
        "name",
        _reference_by_name("status", _STATUS_IDS).alias("status"),
        _types().alias("types"),
        pl.col("street").alias("addressLine1"),
        "city",
        pl.col("region").alias("state"),
        pl.col("postal_code").alias("zip"),
        pl.struct(name=pl.col("currency").replace_strict(words.COUNTRIES)).alias("country"),
        pl.col("phone").alias("phoneNumber"),
        pl.concat_str(pl.lit("https://www."), "domain").alias("website"),
        pl.col("account_number").alias("accountNumber"),
        pl.col("tax_id").alias("taxIdentifier"),
        (pl.col("type") == "Vendor").alias("isVendorFlag"),
        pl.col("bill_to").alias("billToCompany"),
        pl.col("parent").alias("parentCompany"),
        pl.col("billing_contact").alias("billingContact"),
        pl.col("default_contact").alias("defaultContact"),
        pl.col("is_deleted").alias("deletedFlag"),
        pl.struct(lastUpdated=pl.lit(_UPDATED)).alias("_info"),
    )


def _reference() -> pl.Expr:
    return pl.struct(id="company_id", identifier="identifier", name="name")


def _person() -> pl.Expr:
    return pl.struct(id="contact_id", name=pl.concat_str("first_name", "last_name", separator=" "))


def _types() -> pl.Expr:
    names = ("type", "second_type")
    both = [pl.when(pl.col(name).is_not_null()).then(_reference_by_name(name, _TYPE_IDS)) for name in names]
    return pl.concat_list(both).list.drop_nulls()


def _reference_by_name(name: str, ids: Mapping[str, int]) -> pl.Expr:
    return pl.struct(id=pl.col(name).replace_strict(ids, return_dtype=pl.Int64), name=name)


def _contact_records(contacts: pl.DataFrame) -> pl.DataFrame:
    is_here = ~pl.col("is_leaver")
    return contacts.select(
        pl.col("contact_id").alias("id"),
        pl.col("first_name").alias("firstName"),
        pl.col("last_name").alias("lastName"),
        "title",
        pl.when(is_here).then(_reference()).alias("company"),
        pl.col("is_inactive").alias("inactiveFlag"),
        pl.col("level").alias("portalSecurityLevel"),
        pl.col("is_disabled").alias("disablePortalLoginFlag"),
        (pl.col("role") == "default flag").alias("defaultFlag"),
        (pl.col("role") == "default billing flag").alias("defaultBillingFlag"),
        pl.concat_str(pl.lit(DECOY), "contact_id").alias("portalPassword"),
        pl.col("phone").alias("defaultPhoneNbr"),
        _items().alias("communicationItems"),
        pl.struct(lastUpdated=pl.lit(_UPDATED)).alias("_info"),
    )


def _items() -> pl.Expr:
    """E-mail addresses live here; the login is the one marked as default."""

    def item(kind: tuple[int, str], value: pl.Expr, is_default: pl.Expr, medium: str) -> pl.Expr:
        name = pl.struct(id=pl.lit(kind[0]), name=pl.lit(kind[1]))
        return pl.struct(
            id=pl.col("contact_id") * 10 + kind[0],
            type=name,
            value=value,
            defaultFlag=is_default,
            communicationType=pl.lit(medium),
        )

    address = pl.col("address")
    email = pl.when(address.is_not_null()).then(item((1, "Email"), address, pl.col("is_default_address"), "Email"))
    phone = item((2, "Direct"), pl.col("phone"), pl.lit(value=True), "Phone")
    return pl.concat_list(phone, email).list.drop_nulls()


def invoices(invoices_: Slice, cast: Population) -> pl.DataFrame:
    """The ConnectWise invoices of a slice, under flattened captions."""
    kept = np.flatnonzero(invoices_.billed != Billed.NOT)
    at, kind = invoices_.at[kept], invoices_.kind[kept]
    is_bare = pl.Series(invoices_.billed[kept] == Billed.OTHERWISE)
    digits = pl.Series(at + FIRST_NUMBER).cast(pl.String)
    number = pl.select(pl.when(is_bare).then("000" + digits).otherwise("INV-" + digits)).to_series()

    is_credit = pl.Series(kind == Document.CREDIT_MEMO)
    agreement = pl.Series(at % 3 == 0)
    return pl.DataFrame(
        {
            "id": at + _FIRST_INVOICE,
            "invoiceNumber": number,
            "type": pl.select(
                pl.when(is_credit)
                .then(pl.lit("CreditMemo"))
                .when(agreement)
                .then(pl.lit("Agreement"))
                .otherwise(pl.lit("Standard"))
            ).to_series(),
            "status/name": pl.repeat("Closed", len(kept), eager=True),
            "date": texts.days(invoices_.day[kept]),
            "dueDate": texts.days(invoices_.due_day[kept]),
            "total": texts.money(invoices_.total[kept]),
            "balance": texts.money(invoices_.balance[kept]),
            **_billed_to(invoices_.customer[kept], cast),
        }
    )


def _billed_to(customer: Indices, cast: Population) -> dict[str, pl.Series]:
    company = cast.customers["billed_id"].gather(customer)
    currency = cast.customers["currency"].gather(customer)
    return {"company/id": company, "billToCompany/id": company, "currency/currencyCode": currency}


def unposted(invoices_: Slice, ledger: Ledger) -> tuple[pl.DataFrame, pl.DataFrame]:
    """ConnectWise invoices that accounting does not have, and the truth about them.

    They are clearly younger or older than the time that a batch takes.
    """
    cast = ledger.cast
    chosen = (invoices_.at % _UNPOSTED_EACH == _UNPOSTED_PLACE) & cast.standing.is_billed[invoices_.customer]
    age_days = ledger.calendar.as_of_day - invoices_.created // 86_400
    chosen &= (age_days < BATCH_DAYS - 1) | (age_days > 2 * BATCH_DAYS)
    kept = np.flatnonzero(chosen)
    at = invoices_.at[kept]
    number = at + _UNPOSTED_NUMBER
    is_open = pl.Series(at // _UNPOSTED_EACH % 2 == 0)
    cents = 12_500 + at % 977 * 25
    rows = pl.DataFrame(
        {
            "id": number,
            "invoiceNumber": "INV-" + pl.Series(number).cast(pl.String),
            "type": pl.repeat("Standard", len(kept), eager=True),
            "status/name": pl.select(pl.when(is_open).then(pl.lit("New")).otherwise(pl.lit("Closed"))).to_series(),
            "date": texts.days(invoices_.created[kept] // 86_400),
            "dueDate": texts.days(invoices_.created[kept] // 86_400 + 30),
            "total": texts.money(cents),
            "balance": texts.money(cents),
            **_billed_to(invoices_.customer[kept], cast),
        }
    )
    is_young = pl.Series(age_days[kept] < BATCH_DAYS)
    cause = (
        pl.when(is_young).then(pl.lit("CW_WAITING"))
        .when(is_open).then(pl.lit("CW_NOT_CLOSED"))
        .otherwise(pl.lit("CW_NOT_RECEIVED"))
    )  # fmt: skip
    return rows, rows.select(invoice_id_cw=pl.col("id"), cause=cause)
