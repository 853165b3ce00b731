"""What is compared: both sides of the match in normal form, one row per customer, company and name."""

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
from etl.match.name_table import NameTable, formed, naming, worded
from etl.match.name_variants import ALIAS, GUESS, KINDS, OWN, PARENT, PART, variants, without_town
from etl.match.namesakes import bearers, namesakes
from etl.match.parallel import map_parallel, run_both
from etl.match.twins import alive, twins
from etl.match.typos import corrections
from etl.match.vocabulary import Vocabulary, vocabulary

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
        Frames in the order of their ids: the order of the rows that came in is forgotten.
    """
    ignored = shared_domains() | {domain.lower().removeprefix("@") for domain in own_domains}
    left = with_paths(_composed(customers)).sort("customer_id_acct").with_row_index("record")
    right = _composed(companies).sort("company_id_cw").with_row_index("record")
    # a million rows are half a gigabyte: what is not needed again is let go, where nobody else holds it
    del customers, companies
    numbered = contacts.join(right.select("company_id_cw", "record"), on="company_id_cw")
    rules = Rules.of(left, right, pl.Series(sorted(ignored), dtype=pl.String))
    left_keys, right_keys = run_both(lambda: customer_keys(left, rules), lambda: company_keys(right, numbered, rules))
    left_keys, right_keys = _uncommon(left_keys, right_keys)
    accounts = Accounts(right_keys, rules)
    left_table, right_table = run_both(
        lambda: formed(variants(_customer_names(left, accounts))), lambda: formed(variants(_company_names(right)))
    )
    left_words, right_words = worded(left_table), worded(right_table)
    known = vocabulary(left_words, right_words, right.height)
    slips = corrections(known.stems, *(_stems(words, known) for words in (left_words, right_words)))
    tables = ((left_table, left_words), (right_table, right_words))
    their_names, firm_names = map_parallel(lambda side: naming(*side, known), tables)
    del left_words, right_words, tables
    people, firms = run_both(
        lambda: _customers(left, left_keys, rules),
        lambda: _companies(right, right_keys, rules).with_columns(namesakes(firm_names, right.height), alive(numbered)),
    )
    cities = pl.concat((towns(left), towns(right)))
    named = named_domains(right_keys, firm_names, known, cities)
    firms = firms.with_columns(has_twin=twins(firms.with_columns(right["phone_number"]), named, firm_names, cities))
    return NormalizedRecords(
        customers=people.with_columns(bearers(their_names, firm_names, left.height).alias("bearers")),
        companies=firms,
        customer_keys=left_keys,
        company_keys=pl.concat((right_keys, named)),
        customer_names=their_names,
        company_names=firm_names,
        vocabulary=known,
        corrections=slips,
        is_one_numbering=_is_one_numbering(left_keys, right_keys),
    )


def _uncommon(left: pl.DataFrame, right: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The keys of both sides without those that too many companies have."""
    everywhere = right.group_by("kind", "key_text").len().filter(pl.col("len") > MOST_WITH_KEY)
    one, other = (
        side.join(everywhere, on=["kind", "key_text"], how="anti", maintain_order="left") for side in (left, right)
    )
    return one, other


def _composed(records: pl.DataFrame) -> pl.DataFrame:
    """The same texts, whether their accents were written as signs of their own or not."""
    texts = ("customer_name", "full_name", "company_name", "city")
    return records.with_columns(pl.col(name).str.normalize("NFC") for name in texts if name in records.columns)


def _stems(words: pl.DataFrame, known: Vocabulary) -> np.ndarray:
    """For each stem of the vocabulary whether one of the words has it."""
    return np.isin(np.arange(known.stems.height), words.join(known.words, on="word")["stem"].unique().to_numpy())


def _customers(customers: pl.DataFrame, keys: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    found = customers.lazy().select(
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
    return found.with_columns(_families(customers), _has(keys, "domain"), _has(keys, "phone"))


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
    """Whether a record has a key of this kind."""
    return pl.col("record").is_in(keys.filter(pl.col("kind") == kind)["record"].unique().implode()).alias(f"has_{kind}")


def _is_one_numbering(left: pl.DataFrame, right: pl.DataFrame) -> bool:
    """Whether different account numbers mean different firms, or only two ways of numbering them.

    Each kind of number is compared in its own form.
    """
    numbers = left.filter(pl.col("kind").is_in(ACCOUNTS))
    found = numbers.join(right, on=["kind", "key_text"], how="semi")["record"].n_unique()
    every = numbers["record"].n_unique()
    return every < _ENOUGH_NUMBERS or found >= _SAME_NUMBERING * every


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
    """The row of the topmost known customer above each customer; its own where there is none.

    Customers that are each other's parents are families of their own.
    """
    people = customers.select(
        "record",
        "parent_customer_id_acct",
        path=_folded(pl.col("path")),
        root=_folded(normalize_names.root(pl.col("path"))),
    )
    # a name that two customers bear leads to neither
    by_name = people.filter(pl.col("path").is_unique()).select("path", root_record="record")
    by_id = customers.select(parent_customer_id_acct="customer_id_acct", parent_record="record")
    above = (
        people.join(by_name, left_on="root", right_on="path", how="left", maintain_order="left")
        .join(by_id, on="parent_customer_id_acct", how="left", maintain_order="left")
        .select(above=pl.coalesce("root_record", "parent_record", "record"))
        .to_series()
    )
    for _ in range(_DOUBLINGS):
        above = above.gather(above)
    return above.alias("family")


def _folded(name: pl.Expr) -> pl.Expr:
    return name.str.to_lowercase().str.strip_chars()


def _customer_names(customers: pl.DataFrame, accounts: Accounts) -> pl.DataFrame:
    path = pl.col("path")
    # a name that is the parent's is the parent's, whatever field it stands in; a leaf may be no child at all
    long = [
        _named(customers, normalize_names.parent(path), PARENT),
        *(_named(customers, _unless_leaf(written), OWN) for written in ("customer_name", "path", "company_name")),
        _named(customers, normalize_names.leaf(path), ALIAS, source=path),
        *_parts(customers, "customer_name"),
    ]
    named = pl.concat(long)
    # a word in brackets is an account where a company has it; elsewhere it is part of the name
    is_account = accounts.has(normalize_names.account_in_name(pl.col("written")))
    bare = pl.when(is_account).then(normalize_names.without_account(pl.col("written")))
    return named.with_columns(written=pl.coalesce(bare, "written")).unique(
        ["record", "written"], keep="first", maintain_order=True
    )


def _unless_leaf(column: str) -> pl.Expr:
    name = pl.col(column)
    return pl.when(_folded(name).ne_missing(_folded(pl.col("leaf")))).then(name)


def _company_names(companies: pl.DataFrame) -> pl.DataFrame:
    return pl.concat((_named(companies, pl.col("company_name"), OWN), *_parts(companies, "company_name")))


def _parts(records: pl.DataFrame, column: str) -> list[pl.DataFrame]:
    """The names without their town, and those that may be short for longer ones: compared, never equal."""
    name = pl.col(column)
    short = _named(records, without_town(name, pl.col("city")), PART, source=name)
    written = pl.concat((_named(records, name, PART), short)).filter(normalize_names.may_be_short(pl.col("written")))
    return [short, _named(written, normalize_names.guessed(pl.col("written")), GUESS, source=pl.col("source"))]


def _named(records: pl.DataFrame, written: pl.Expr, kind: str, source: pl.Expr | None = None) -> pl.DataFrame:
    found = records.select(
        "record", written=written, kind=pl.lit(kind, dtype=KINDS), source=written if source is None else source
    )
    return found.drop_nulls("written")


def _target() -> pl.Expr:
    """Why nothing should be mapped to a company; null where nothing speaks against it."""
    is_vendor_account = pl.col("account_number").str.contains("_V$")
    return (
        pl.when(pl.col("is_deleted")).then(pl.lit("deleted"))
        .when(pl.col("is_inactive")).then(pl.lit("inactive"))
        .when(pl.col("is_vendor") | is_vendor_account).then(pl.lit("vendor"))
    )  # fmt: skip
