"""The records to compare: both sides of the match in normal form, one row per customer, company and name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from etl.match import normalize_names
from etl.match.fields import normalize_fields
from etl.match.fields.identifiers import ACCOUNTS, Accounts, Rules, company_keys, customer_keys
from etl.match.fields.own_domains import named_domains
from etl.match.fields.paths import with_paths
from etl.match.fields.places import towns
from etl.match.fields.shared_domains import shared_domains
from etl.match.name_table import NameTable, build_name_table, build_names, split_words
from etl.match.name_variants import ALIAS, GUESS, KINDS, OWN, PARENT, PART, add_variants, without_town
from etl.match.namesakes import bearers, namesakes
from etl.match.parallel import map_parallel, run_both
from etl.match.twins import is_peopled, twins
from etl.match.typos import correct_typos
from etl.match.vocabulary import Vocabulary, build_vocabulary

MOST_WITH_KEY: Final = 400
"""A key of more companies than this is dropped: it would only make work."""
_SAME_NUMBERING: Final = 0.02
"""Below this share of numbers that occur on the other side, the two sides number their clients differently."""
_ENOUGH_NUMBERS: Final = 20
_DOUBLINGS: Final = 4
"""A topmost customer is found over 16 levels."""

PLACES: Final = ("postal_key", "place_key", "house_key", "country_key", "state_key")


@dataclass(frozen=True)
class NormalizedRecords:
    """Both sides in normal form; a record is known by its row.

    Attributes:
        customers: by id: `customer_id_acct`, `family` (a row), single values to compare.
        companies: by id: `company_id_cw`, single values to compare, its state.
        customer_keys: `record, kind, key_text`: accounts, tax ids, domains, phones, addresses.
        company_keys: the same of the companies.
        customer_names: the customers' names.
        company_names: the companies' names.
        vocabulary: the words of all names.
        corrections: for each stem of the vocabulary the company's stem it is a slip of, or itself.
        is_one_numbering: whether different account numbers mean different firms, or two ways of numbering them.
    """

    customers: pl.DataFrame
    companies: pl.DataFrame
    customer_keys: pl.DataFrame
    company_keys: pl.DataFrame
    customer_names: NameTable
    company_names: NameTable
    vocabulary: Vocabulary
    corrections: np.ndarray
    is_one_numbering: bool


def normalize_records(
    customers: pl.DataFrame, companies: pl.DataFrame, contacts: pl.DataFrame, own_domains: Collection[str] = ()
) -> NormalizedRecords:
    """Bring both sides to comparable forms.

    Locality: whole.

    Args:
        customers: `staging.accounting__customers`.
        companies: `staging.connectwise__companies`.
        contacts: `staging.connectwise__contacts`.
        own_domains: the service provider's own e-mail domains, which say nothing about a client.

    Returns:
        Frames in the order of their ids: the order of the input rows has no effect.
    """
    ignored = shared_domains() | {domain.lower().removeprefix("@") for domain in own_domains}
    # a million rows are half a gigabyte: the frames replace those that came in, which are let go
    customers = with_paths(_compose_accents(customers)).sort("customer_id_acct").with_row_index("record")
    companies = _compose_accents(companies).sort("company_id_cw").with_row_index("record")
    contacts = contacts.join(companies.select("company_id_cw", "record"), on="company_id_cw")

    rules = Rules.of(customers, companies, pl.Series(sorted(ignored), dtype=pl.String))
    of_customers, of_companies = _drop_common(
        *run_both(lambda: customer_keys(customers, rules), lambda: company_keys(companies, contacts, rules))
    )
    customer_names, company_names, vocabulary, corrections = _number_names(
        customers, companies, Accounts(of_companies, rules)
    )

    customer_rows, company_rows = run_both(
        lambda: _customers(customers, of_customers, rules),
        lambda: _companies(companies, of_companies, rules).with_columns(
            namesakes(company_names, companies.height), is_peopled(contacts)
        ),
    )
    cities = pl.concat((towns(customers), towns(companies)))
    own = named_domains(of_companies, company_names, vocabulary, cities)

    return NormalizedRecords(
        customers=customer_rows.with_columns(bearers(customer_names, company_names, customers.height).alias("bearers")),
        companies=company_rows.with_columns(
            has_twin=twins(company_rows.with_columns(companies["phone_number"]), own, company_names, cities)
        ),
        customer_keys=of_customers,
        company_keys=pl.concat((of_companies, own)),
        customer_names=customer_names,
        company_names=company_names,
        vocabulary=vocabulary,
        corrections=corrections,
        is_one_numbering=_is_one_numbering(of_customers, of_companies),
    )


def _number_names(
    customers: pl.DataFrame, companies: pl.DataFrame, accounts: Accounts
) -> tuple[NameTable, NameTable, Vocabulary, np.ndarray]:
    """Number the names of both sides: their tables, the vocabulary, and the corrections of typos."""
    customer_table, company_table = run_both(
        lambda: build_names(add_variants(_customer_names(customers, accounts))),
        lambda: build_names(add_variants(_company_names(companies))),
    )
    customer_words, company_words = split_words(customer_table), split_words(company_table)
    vocabulary = build_vocabulary(customer_words, company_words, companies.height)
    has_stem = (_stems(words, vocabulary) for words in (customer_words, company_words))
    corrections = correct_typos(vocabulary.stems, *has_stem)
    tables = ((customer_table, customer_words), (company_table, company_words))
    customer_names, company_names = map_parallel(lambda side: build_name_table(*side, vocabulary), tables)
    return customer_names, company_names, vocabulary, corrections


def _drop_common(left: pl.DataFrame, right: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Drop the keys of both sides that too many companies have."""
    everywhere = right.group_by("kind", "key_text").len().filter(pl.col("len") > MOST_WITH_KEY)
    one, other = (
        side.join(everywhere, on=["kind", "key_text"], how="anti", maintain_order="left") for side in (left, right)
    )
    return one, other


def _compose_accents(records: pl.DataFrame) -> pl.DataFrame:
    """Compose accents that were written as separate characters, so that equal texts are equal."""
    texts = ("customer_name", "full_name", "company_name", "city")
    return records.with_columns(pl.col(name).str.normalize("NFC") for name in texts if name in records.columns)


def _stems(words: pl.DataFrame, vocabulary: Vocabulary) -> np.ndarray:
    """True for each stem of the vocabulary that one of the words has."""
    return np.isin(
        np.arange(vocabulary.stems.height), words.join(vocabulary.words, on="word")["stem"].unique().to_numpy()
    )


def _customers(customers: pl.DataFrame, keys: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    values = customers.lazy().select(
        "record",
        "customer_id_acct",
        written_tax_identifier="tax_identifier",
        number_key=rules.account("account", pl.col("account_number")),
        tax_key=normalize_fields.tax_key(pl.col("tax_identifier")),
        **_places(),
    ).collect().with_columns(
        bare_key=normalize_fields.bare_key(pl.col("number_key")),
        record_numbers=normalize_names.numbers_in(
            customers.select(normalize_names.without_account(pl.col("customer_name"))).to_series()
        ),
    )  # fmt: skip
    return values.with_columns(_families(customers), _has(keys, "domain"), _has(keys, "phone"))


def _companies(companies: pl.DataFrame, keys: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    return (
        companies.lazy()
        .select(
            "record",
            "company_id_cw",
            "bill_to_company_id_cw",
            written_tax_identifier="tax_identifier",
            number_key=rules.account("account", pl.col("account_number")),
            tax_key=normalize_fields.tax_key(pl.col("tax_identifier")),
            target=_target(),
            **_places(),
        )
        .collect()
        .with_columns(
            bare_key=normalize_fields.bare_key(pl.col("number_key")),
            record_numbers=normalize_names.numbers_in(companies["company_name"]),
        )
        .with_columns(number_bearers=pl.when(pl.col("number_key").is_not_null()).then(pl.len().over("number_key")))
        .with_columns(_has(keys, "domain"), _has(keys, "phone"))
    )


def _has(keys: pl.DataFrame, kind: str) -> pl.Expr:
    """True if a record has a key of this kind."""
    return pl.col("record").is_in(keys.filter(pl.col("kind") == kind)["record"].unique().implode()).alias(f"has_{kind}")


def _is_one_numbering(left: pl.DataFrame, right: pl.DataFrame) -> bool:
    """True if different account numbers mean different firms; false if the sides number them in two ways.

    Each kind of number is compared in its own form.
    """
    numbers = left.filter(pl.col("kind").is_in(ACCOUNTS))
    on_both_sides = numbers.join(right, on=["kind", "key_text"], how="semi")["record"].n_unique()
    every = numbers["record"].n_unique()
    return every < _ENOUGH_NUMBERS or on_both_sides >= _SAME_NUMBERING * every


def _places() -> dict[str, pl.Expr]:
    keys = (
        normalize_fields.postal_key(pl.col("postal_code")),
        normalize_fields.place_key(pl.col("city")),
        normalize_fields.house_key(pl.col("address_line1")),
        normalize_fields.country_key(pl.col("country")),
        normalize_fields.state_key(pl.col("state")),
    )
    return dict(zip(PLACES, keys, strict=True))


def _families(customers: pl.DataFrame) -> pl.Series:
    """The row of the topmost known customer above each customer; its own row if it has none.

    Customers that are each other's parents are families of their own.
    """
    paths = customers.select(
        "record",
        "parent_customer_id_acct",
        path=_fold(pl.col("path")),
        root=_fold(normalize_names.root(pl.col("path"))),
    )
    # a name that two customers bear leads to neither
    by_name = paths.filter(pl.col("path").is_unique()).select("path", root_record="record")
    by_id = customers.select(parent_customer_id_acct="customer_id_acct", parent_record="record")
    above = (
        paths.join(by_name, left_on="root", right_on="path", how="left", maintain_order="left")
        .join(by_id, on="parent_customer_id_acct", how="left", maintain_order="left")
        .select(above=pl.coalesce("root_record", "parent_record", "record"))
        .to_series()
    )
    for _ in range(_DOUBLINGS):
        above = above.gather(above)
    return above.alias("family")


def _fold(name: pl.Expr) -> pl.Expr:
    return name.str.to_lowercase().str.strip_chars()


def _customer_names(customers: pl.DataFrame, accounts: Accounts) -> pl.DataFrame:
    path = pl.col("path")
    # a name that is the parent's is the parent's, whatever field it stands in; a leaf may be no child at all
    sources = [
        _name_rows(customers, normalize_names.parent(path), PARENT),
        *(_name_rows(customers, _unless_leaf(written), OWN) for written in ("customer_name", "path", "company_name")),
        _name_rows(customers, normalize_names.leaf(path), ALIAS, source=path),
        *_parts(customers, "customer_name"),
    ]
    names = pl.concat(sources)
    # a word in brackets is an account where a company has it; elsewhere it is part of the name
    is_account = accounts.has(normalize_names.account_in_name(pl.col("written")))
    bare = pl.when(is_account).then(normalize_names.without_account(pl.col("written")))
    return names.with_columns(written=pl.coalesce(bare, "written")).unique(
        ["record", "written"], keep="first", maintain_order=True
    )


def _unless_leaf(column: str) -> pl.Expr:
    name = pl.col(column)
    return pl.when(_fold(name).ne_missing(_fold(pl.col("leaf")))).then(name)


def _company_names(companies: pl.DataFrame) -> pl.DataFrame:
    return pl.concat((_name_rows(companies, pl.col("company_name"), OWN), *_parts(companies, "company_name")))


def _parts(records: pl.DataFrame, column: str) -> list[pl.DataFrame]:
    """The names without their town, and those with probable abbreviations written out: compared, never equal."""
    name = pl.col(column)
    short = _name_rows(records, without_town(name, pl.col("city")), PART, source=name)
    written = pl.concat((_name_rows(records, name, PART), short)).filter(
        normalize_names.may_be_short(pl.col("written"))
    )
    return [
        short,
        _name_rows(written, normalize_names.write_out_guesses(pl.col("written")), GUESS, source=pl.col("source")),
    ]


def _name_rows(records: pl.DataFrame, written: pl.Expr, kind: str, source: pl.Expr | None = None) -> pl.DataFrame:
    found = records.select(
        "record", written=written, kind=pl.lit(kind, dtype=KINDS), source=written if source is None else source
    )
    return found.drop_nulls("written")


def _target() -> pl.Expr:
    """The reason why no customer should be mapped to a company; null if there is none."""
    is_vendor_account = pl.col("account_number").str.contains("_V$")
    return (
        pl.when(pl.col("is_deleted")).then(pl.lit("deleted"))
        .when(pl.col("is_inactive")).then(pl.lit("inactive"))
        .when(pl.col("is_vendor") | is_vendor_account).then(pl.lit("vendor"))
    )  # fmt: skip
