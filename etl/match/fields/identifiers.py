"""Keys that identify records besides their names: accounts, tax ids, domains, phones and addresses, one row each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from etl.match import normalize_names
from etl.match.fields import normalize_fields
from etl.match.fields.phones import phone_keys
from etl.match.fields.shared_domains import ANYWHERE

ACCOUNTS: Final = ("account", "identifier")
"""A customer's account number is held against both of a company: its account number and its identifier."""
_COLUMNS: Final = ("account_number", "company_identifier")


@dataclass(frozen=True)
class Rules:
    """The conventions by which the texts of the two sides are read.

    Attributes:
        ignored: domains that say nothing about a firm.
        is_apart: by kind of `ACCOUNTS` whether both sides write numbers in parts: 100-11 and 1001-1 are two then. Where
            one side never does, it has lost what stands between the parts, and 10011 is the same as 100-11.
    """

    ignored: pl.Series
    is_apart: dict[str, bool]

    @classmethod
    def of(cls, customers: pl.DataFrame, companies: pl.DataFrame, ignored: pl.Series) -> Rules:
        """Find out how both sides write their account numbers.

        A number within a name counts only if a company has it: `7-Eleven` holds none.
        """
        number, *texts = _written_accounts()
        is_column = bool(customers.select(normalize_fields.is_in_parts(number).any()).item())
        is_apart = {}
        for kind, column in zip(ACCOUNTS, _COLUMNS, strict=True):
            company_accounts = (
                companies.select(normalize_fields.account_key(pl.col(column))).to_series().drop_nulls().implode()
            )
            is_number = (
                normalize_fields.is_in_parts(text) & normalize_fields.account_key(text).is_in(company_accounts)
                for text in texts
            )
            is_customer_in_parts = is_column or bool(customers.select(pl.any_horizontal(is_number).any()).item())
            is_apart[kind] = is_customer_in_parts and bool(
                companies.select(normalize_fields.is_in_parts(pl.col(column)).any()).item()
            )
        return cls(ignored, is_apart)

    def account(self, kind: str, number: pl.Expr) -> pl.Expr:
        """An account number in the form in which this kind is compared."""
        return normalize_fields.account_key(number, is_apart=self.is_apart[kind])

    def tells(self) -> pl.Expr:
        """True unless the key is a domain that says nothing about a firm."""
        domain = pl.col("key_text")
        everywhere = pl.concat_str(domain.str.extract(r"^([^.]+)", 1), pl.lit(ANYWHERE))
        is_shared = domain.is_in(self.ignored.implode()) | everywhere.is_in(self.ignored.implode())
        return ~((pl.col("kind") == "domain") & is_shared)


@dataclass(frozen=True)
class Accounts:
    """The account numbers of the companies: `kind, key_text`."""

    keys: pl.DataFrame
    rules: Rules

    def has(self, number: pl.Expr) -> pl.Expr:
        """True if a company has this number."""
        return pl.any_horizontal(
            self.rules.account(kind, number).is_in(
                self.keys.filter(pl.col("kind") == kind)["key_text"].unique().implode()
            )
            for kind in ACCOUNTS
        )


def customer_keys(customers: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """`record, kind, key_text` of the customers."""
    accounts = {kind: [rules.account(kind, number) for number in _written_accounts()] for kind in ACCOUNTS}
    key_rows = _key_rows(
        customers,
        **accounts,
        tax=[normalize_fields.tax_key(pl.col("tax_identifier"))],
        domain=[
            normalize_fields.email_domains(pl.col("email")),
            normalize_fields.site_domains(pl.col("website")),
        ],
        phone=[phone_keys(pl.col("phone_number"))],
        address=[_address()],
    )
    return key_rows.filter(rules.tells())


def company_keys(companies: pl.DataFrame, contacts: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """`record, kind, key_text` of the companies and their contacts: `record` of a contact is its company's."""
    accounts = {kind: [rules.account(kind, pl.col(column))] for kind, column in zip(ACCOUNTS, _COLUMNS, strict=True)}
    own = _key_rows(
        companies,
        **accounts,
        tax=[normalize_fields.tax_key(pl.col("tax_identifier"))],
        domain=[
            normalize_fields.email_domains(pl.col("invoice_email")),
            normalize_fields.site_domains(pl.col("website")),
        ],
        phone=[phone_keys(pl.col("phone_number"))],
        address=[_address()],
    )
    contact_keys = _key_rows(
        contacts,
        domain=[
            normalize_fields.email_domains(pl.col("default_email")),
            normalize_fields.email_domains(pl.col("other_emails").list.join(" ")),
        ],
        phone=[phone_keys(pl.col("phone_number"))],
    )
    every = pl.concat((own, contact_keys)).filter(rules.tells()).unique().sort("record", "kind", "key_text")
    return every if len(set(rules.is_apart.values())) > 1 else _drop_repeated(every)


def _drop_repeated(keys: pl.DataFrame) -> pl.DataFrame:
    """Drop each identifier that equals the company's account number: one number counts once."""
    accounts, identifiers = (pl.lit(kind) for kind in ACCOUNTS)
    same = keys.filter(pl.col("kind") == accounts).select("record", "key_text", kind=identifiers)
    return keys.join(same, on=["record", "kind", "key_text"], how="anti", maintain_order="left")


def _written_accounts() -> tuple[pl.Expr, ...]:
    """The places where a customer's account number may stand."""
    # some connectors put the account where the company name belongs
    in_company = pl.when(pl.col("company_name").str.contains(r"^\S*[0-9_]\S*$")).then(pl.col("company_name"))
    return pl.col("account_number"), normalize_names.account_in_name(pl.col("customer_name")), in_company


def _key_rows(records: pl.DataFrame, **kinds: list[pl.Expr]) -> pl.DataFrame:
    """The keys of records, one row each: `record, kind, key_text`."""
    wanted = [
        (kind, expression.alias(f"{kind} {at}")) for kind, every in kinds.items() for at, expression in enumerate(every)
    ]
    # lazy: what expressions have in common is computed once
    values = records.lazy().select("record", *(expression for _, expression in wanted)).collect()
    parts = []
    for kind, expression in wanted:
        name = expression.meta.output_name()
        rows = values.select("record", kind=pl.lit(kind), key_text=name)
        if rows.schema["key_text"] != pl.String:
            rows = rows.explode("key_text")
        parts.append(rows.drop_nulls("key_text"))
    return pl.concat(parts).unique().sort("record", "kind", "key_text")


def _address() -> pl.Expr:
    """Postal code and house number together."""
    return pl.concat_str(
        normalize_fields.postal_key(pl.col("postal_code")),
        normalize_fields.house_key(pl.col("address_line1")),
        separator=" ",
    )
