"""What is compared: both sides of the match in normal form, one row per customer, company and name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import polars as pl

from etl.match import fields, names

MOST_SHARING: Final = 3
"""A domain or phone of more companies than this belongs to a bookkeeper, a landlord or the provider."""
MOST_COMMON_WORD: Final = 3
"""A word in more company names than this says little when it is all that a name consists of."""

_FILLERS: Final = ("and", "of", "the", "for")
_PLACES: Final = ("postal_key", "place_key", "house_key", "country_key")


@dataclass(frozen=True)
class Profiles:
    """Both sides in normal form.

    Attributes:
        customers: one row per customer: `customer_id_acct`, `family_id_acct` and the `_key`/`_keys` columns.
        customer_names: one row per customer, name and kind of name (`own` or `parent`).
        companies: one row per company: `company_id_cw`, the `_key`/`_keys` columns, its name and its state.
    """

    customers: pl.DataFrame
    customer_names: pl.DataFrame
    companies: pl.DataFrame


def profiles(
    customers: pl.DataFrame, companies: pl.DataFrame, contacts: pl.DataFrame, own_domains: Collection[str] = ()
) -> Profiles:
    """Bring both sides to comparable forms.

    Locality: whole.

    Args:
        customers: `staging.accounting__customers`.
        companies: `staging.connectwise__companies`.
        contacts: `staging.connectwise__contacts`.
        own_domains: the service provider's own e-mail domains, which say nothing about a client.

    Returns:
        Frames in the order of their ids: the order of the rows that came in is forgotten.
    """
    ignored = fields.SHARED_DOMAINS | {domain.lower().removeprefix("@") for domain in own_domains}
    right = _companies(companies.sort("company_id_cw"), contacts, ignored)
    left = customers.sort("customer_id_acct")
    return Profiles(_customers(left, ignored), _customer_names(left, right), right)


def _customers(customers: pl.DataFrame, ignored: Collection[str]) -> pl.DataFrame:
    name, company = pl.col("customer_name"), pl.col("company_name")
    in_name = fields.account_key(names.account_in_name(name))
    # some connectors put the account where the company name belongs
    in_company = fields.account_key(pl.when(company.str.contains(r"^\S*[0-9_]\S*$")).then(company))
    found = customers.select(
        "customer_id_acct",
        pl.col("tax_identifier").alias("customer_tax_identifier"),
        number_key=fields.account_key(pl.col("account_number")),
        account_keys=pl.concat_list(fields.account_key(pl.col("account_number")), in_name, in_company),
        tax_key=fields.tax_key(pl.col("tax_identifier")),
        domain_keys=fields.email_domains(pl.col("email"), ignored).list.set_union(
            fields.site_domains(pl.col("website"), ignored)
        ),
        phone_keys=fields.phone_keys(pl.col("phone_number")),
        **_places(),
    )
    lists = ("account_keys", "domain_keys", "phone_keys")
    return found.with_columns(fields.distinct(pl.col(lists))).join(
        _families(customers), on="customer_id_acct", maintain_order="left"
    )


def _places() -> dict[str, pl.Expr]:
    keys = (
        fields.postal_key(pl.col("postal_code")),
        fields.place_key(pl.col("city")),
        fields.house_key(pl.col("address_line1")),
        fields.country_key(pl.col("country")),
    )
    return dict(zip(_PLACES, keys, strict=True))


def _families(customers: pl.DataFrame) -> pl.DataFrame:
    """The topmost known customer above each customer; itself where there is none."""
    path = pl.coalesce("full_name", "customer_name")
    people = customers.select(
        "customer_id_acct", "parent_customer_id_acct", path=_folded(path), root=_folded(names.root(path))
    )
    # a name that two customers bear leads to neither
    by_name = people.filter(pl.col("path").is_unique()).select("path", root_id=pl.col("customer_id_acct"))
    above = people.join(by_name, left_on="root", right_on="path", how="left").select(
        "customer_id_acct", above_id=pl.coalesce("root_id", "parent_customer_id_acct", "customer_id_acct")
    )
    beyond = above.select(above_id="customer_id_acct", beyond_id="above_id")
    return above.join(beyond, on="above_id", how="left").select(
        "customer_id_acct", family_id_acct=pl.coalesce("beyond_id", "above_id")
    )


def _folded(name: pl.Expr) -> pl.Expr:
    return name.str.to_lowercase().str.strip_chars()


def _customer_names(customers: pl.DataFrame, companies: pl.DataFrame) -> pl.DataFrame:
    path = pl.coalesce("full_name", "customer_name")
    written = {
        "own": (pl.col("customer_name"), pl.col("full_name"), pl.col("company_name"), names.leaf(path)),
        "parent": (names.parent(path),),
    }
    long = pl.concat(
        customers.select("customer_id_acct", written=expression, kind=pl.lit(kind))
        for kind, expressions in written.items()
        for expression in expressions
    )
    long = long.drop_nulls("written").with_columns(written=names.without_account(pl.col("written")))
    formed = _formed(long.unique().sort("customer_id_acct", "kind", "written"))
    named = _weighed(formed, _word_counts(companies))
    return named.unique(["customer_id_acct", "kind", "name_key", "legal_form"], keep="first", maintain_order=True)


def _companies(companies: pl.DataFrame, contacts: pl.DataFrame, ignored: Collection[str]) -> pl.DataFrame:
    account = fields.account_key(pl.col("account_number"))
    identifier = fields.account_key(pl.col("company_identifier"))
    found = companies.select(
        "company_id_cw",
        "bill_to_company_id_cw",
        written=pl.col("company_name"),
        company_tax_identifier=pl.col("tax_identifier"),
        number_key=account,
        account_keys=fields.distinct(pl.concat_list(account, identifier)),
        tax_key=fields.tax_key(pl.col("tax_identifier")),
        target=_target(),
        **_places(),
    )
    formed = _formed(found)
    lists = ("domain_keys", "sole_domain_keys", "any_domain_keys", "phone_keys")
    return (
        _weighed(formed, _word_counts(formed))
        .join(_company_domains(companies, contacts, ignored), on="company_id_cw", how="left", maintain_order="left")
        .join(_company_phones(companies, contacts), on="company_id_cw", how="left", maintain_order="left")
        .with_columns(pl.col(lists).fill_null([]), namesakes=pl.len().over("name_key").cast(pl.Int64))
    )


def _target() -> pl.Expr:
    """Why nothing should be mapped to a company; null where nothing speaks against it."""
    is_vendor_account = pl.col("account_number").str.contains("_V$")
    return (
        pl.when(pl.col("is_deleted")).then(pl.lit("deleted"))
        .when(pl.col("is_inactive")).then(pl.lit("inactive"))
        .when(pl.col("is_vendor") | is_vendor_account).then(pl.lit("vendor"))
    )  # fmt: skip


def _company_domains(companies: pl.DataFrame, contacts: pl.DataFrame, ignored: Collection[str]) -> pl.DataFrame:
    addresses = pl.concat_list(
        fields.email_domains(pl.col("default_email"), ignored),
        fields.email_domains(pl.col("other_emails").list.join(" "), ignored),
    )
    own = pl.concat_list(
        fields.email_domains(pl.col("invoice_email"), ignored), fields.site_domains(pl.col("website"), ignored)
    )
    long = pl.concat((companies.select("company_id_cw", key=own), contacts.select("company_id_cw", key=addresses)))
    counted = _counted(long)
    return counted.group_by("company_id_cw").agg(
        domain_keys=pl.col("key").filter(pl.col("sharing") <= MOST_SHARING).sort(),
        sole_domain_keys=pl.col("key").filter(pl.col("sharing") == 1).sort(),
        any_domain_keys=pl.col("key").sort(),
    )


def _company_phones(companies: pl.DataFrame, contacts: pl.DataFrame) -> pl.DataFrame:
    numbers = fields.phone_keys(pl.col("phone_number"))
    long = pl.concat((companies.select("company_id_cw", key=numbers), contacts.select("company_id_cw", key=numbers)))
    few = _counted(long).filter(pl.col("sharing") <= MOST_SHARING)
    return few.group_by("company_id_cw").agg(phone_keys=pl.col("key").sort())


def _counted(long: pl.DataFrame) -> pl.DataFrame:
    """Each company's keys once, with the number of companies that have the key."""
    single = long.explode("key").drop_nulls().unique()
    return single.with_columns(sharing=pl.len().over("key"))


def _formed(frame: pl.DataFrame) -> pl.DataFrame:
    """Add what names are compared by; a name that is nothing but punctuation stays, with nulls."""
    spelled = frame.with_columns(spelling=names.spelled(pl.col("written")))
    cored = spelled.with_columns(name_key=names.core(pl.col("spelling")), legal_form=names.form_of(pl.col("spelling")))
    words = pl.col("name_key").str.split(" ")
    return cored.drop("spelling").with_columns(
        words=fields.distinct(words.list.set_difference(pl.lit(list(_FILLERS)))),
        sorted_name=words.list.eval(pl.element().sort()).list.join(" "),
        squashed_name=pl.col("name_key").str.replace_all(" ", "", literal=True),
        number_words=names.numbers(pl.col("name_key")),
    )


def _weighed(named: pl.DataFrame, word_counts: pl.DataFrame) -> pl.DataFrame:
    """Add whether the name is one single word that many companies have in their names."""
    only_word = pl.when(pl.col("words").list.len() == 1).then(pl.col("words").list.first())
    counted = named.with_columns(word=only_word).join(word_counts, on="word", how="left", maintain_order="left")
    is_common = pl.col("word_count").fill_null(0) > MOST_COMMON_WORD
    return counted.with_columns(is_common_word=is_common).drop("word", "word_count")


def _word_counts(companies: pl.DataFrame) -> pl.DataFrame:
    words = companies.select(word=pl.col("words")).explode("word").drop_nulls()
    return words.group_by("word").agg(word_count=pl.len())
