"""What speaks for and against each candidate pair: one column per kind of evidence, its finding as a word."""

from __future__ import annotations

from typing import Final

import polars as pl
from rapidfuzz import fuzz, process

from etl.match.profiles import Profiles
from etl.match.scorecard import score

# similarity of the sorted words, 0 to 100
_VERY_SIMILAR: Final = 94.0
_SIMILAR: Final = 88.0
_ALIKE: Final = 80.0
_PLAUSIBLE: Final = 60.0
# exports cut names at 30, 41 or 50 characters
_CUT_LENGTH: Final = 28

_ENOUGH_INVOICES: Final = 2
# below this share of numbers that occur on the other side, the two sides number their clients differently
_SAME_NUMBERING: Final = 0.02
_ENOUGH_NUMBERS: Final = 20

# best name first: with several names, the best comparison counts
_NAME_ORDER: Final = (
    "same", "equal", "rearranged", "very similar", "similar", "parent", "alike", "plausible", "unlike",
)  # fmt: skip
_PAIR: Final = ["customer_id_acct", "company_id_cw"]


def evidence(pairs: pl.DataFrame, shared_invoices: pl.DataFrame, profiles: Profiles) -> pl.DataFrame:
    """Compare each candidate pair, kind by kind.

    Locality: group: customer_id_acct; whole for the question whether both sides share one numbering.

    Args:
        pairs: `matching.candidate_pairs`.
        shared_invoices: `matching.shared_invoices`.
        profiles: both sides in normal form.

    Returns:
        One row per pair whose company exists, in the order of the ids: the columns of both profiles, one column
        per kind of `scorecard.SCORECARD` with the finding, and `score`.
    """
    ordered = pairs.select(_PAIR).sort(_PAIR)
    wide = (
        ordered.join(profiles.customers, on="customer_id_acct", maintain_order="left")
        .join(profiles.companies, on="company_id_cw", suffix="_cw", maintain_order="left")
        .join(_shared(shared_invoices), on=_PAIR, how="left", maintain_order="left")
        .join(_hits(shared_invoices), on="customer_id_acct", how="left", maintain_order="left")
        .join(_names(ordered, profiles), on=_PAIR, how="left", maintain_order="left")
    )
    identifiers = _identifiers(is_one_numbering=_is_one_numbering(profiles))
    judged = wide.with_columns(**identifiers, **_contacts(), **_places())
    return judged.with_columns(score=score())


def _shared(shared_invoices: pl.DataFrame) -> pl.DataFrame:
    agreeing = shared_invoices.filter(pl.col("invoice_count") > 0)
    return agreeing.select(*_PAIR, pl.col("invoice_count").cast(pl.Int64))


def _hits(shared_invoices: pl.DataFrame) -> pl.DataFrame:
    counts = {"all_invoice_count": "invoice_count", "disagreeing_invoice_count": "disagreeing_count"}
    sums = {name: pl.col(column).sum().cast(pl.Int64) for name, column in counts.items()}
    return shared_invoices.group_by("customer_id_acct").agg(**sums)


def _is_one_numbering(profiles: Profiles) -> bool:
    """Whether different account numbers mean different firms, or only two ways of numbering them."""
    numbers = profiles.customers.select("number_key").drop_nulls()
    known = profiles.companies.select(number_key="account_keys").explode("number_key").drop_nulls().unique()
    found = numbers.join(known, on="number_key", how="semi").height
    return numbers.height < _ENOUGH_NUMBERS or found >= _SAME_NUMBERING * numbers.height


def _identifiers(*, is_one_numbering: bool) -> dict[str, pl.Expr]:
    is_other_number = pl.col("number_key") != pl.col("number_key_cw")
    count, everywhere = pl.col("invoice_count").fill_null(0), pl.col("all_invoice_count").fill_null(0)
    # where more numbers contradict than agree, the two sides number their invoices apart and agree by chance
    is_by_chance = pl.col("disagreeing_invoice_count").fill_null(0) >= everywhere
    is_sole = (count > 0) & (count == everywhere) & ~is_by_chance
    return {
        "account number": pl.when(_meet("account_keys", "account_keys_cw")).then(pl.lit("equal"))
        .when(is_other_number & pl.lit(is_one_numbering)).then(pl.lit("other")),
        "tax id": pl.when(pl.col("tax_key") == pl.col("tax_key_cw")).then(pl.lit("equal"))
        .when(pl.col("tax_key") != pl.col("tax_key_cw")).then(pl.lit("other")),
        "shared invoices": pl.when(is_sole & (count >= _ENOUGH_INVOICES)).then(pl.lit("many"))
        .when(is_sole).then(pl.lit("one"))
        .when(count > 0).then(pl.lit("some"))
        .when((everywhere >= _ENOUGH_INVOICES) & ~is_by_chance).then(pl.lit("other")),
    }  # fmt: skip


def _contacts() -> dict[str, pl.Expr]:
    return {
        "e-mail domain": pl.when(_meet("domain_keys", "sole_domain_keys")).then(pl.lit("own"))
        .when(_meet("domain_keys", "domain_keys_cw")).then(pl.lit("shared"))
        .when(_miss("domain_keys", "any_domain_keys")).then(pl.lit("other")),
        "phone": pl.when(_meet("phone_keys", "phone_keys_cw")).then(pl.lit("equal"))
        .when(_miss("phone_keys", "phone_keys_cw")).then(pl.lit("other")),
    }  # fmt: skip


def _places() -> dict[str, pl.Expr]:
    postal, city, house = (pl.col(key) == pl.col(f"{key}_cw") for key in ("postal_key", "place_key", "house_key"))
    is_other_country = pl.col("country_key") != pl.col("country_key_cw")
    same_place = postal.fill_null(value=False) | city.fill_null(value=False)
    return {
        "postal code": _equal_or_other(postal),
        "city": _equal_or_other(city),
        "address": pl.when(house & same_place).then(pl.lit("equal")),
        "country": pl.when(is_other_country).then(pl.lit("other")),
    }


def _equal_or_other(is_equal: pl.Expr) -> pl.Expr:
    return pl.when(is_equal).then(pl.lit("equal")).when(~is_equal).then(pl.lit("other"))


def _meet(left: str, right: str) -> pl.Expr:
    return pl.col(left).list.set_intersection(right).list.len() > 0


def _miss(left: str, right: str) -> pl.Expr:
    """Both sides have something, and nothing of it in common."""
    both = (pl.col(left).list.len() > 0) & (pl.col(right).list.len() > 0)
    return both & ~_meet(left, right)


def _names(pairs: pl.DataFrame, profiles: Profiles) -> pl.DataFrame:
    """The best comparison of a customer's names with the company's, per pair."""
    compared = (
        pairs.with_row_index("pair")
        .join(profiles.customer_names, on="customer_id_acct", maintain_order="left")
        .join(profiles.companies.select(_NAMED), on="company_id_cw", suffix="_cw", maintain_order="left")
    )
    levelled = _similar(compared).with_columns(name=_name_level())
    order = pl.col("name").replace_strict({name: place for place, name in enumerate(_NAME_ORDER)}, return_dtype=pl.Int8)
    # an unlike parent says nothing: every child has one
    is_telling = (pl.col("kind") == "own") | (pl.col("name") == "parent")
    best = (
        levelled.filter(is_telling)
        .with_columns(order=order)
        .sort("pair", "order", "similarity", "written", descending=[False, False, True, False])
        .unique("pair", keep="first", maintain_order=True)
    )
    is_close = pl.col("name").is_in(["very similar", "similar", "alike"])
    is_equal = pl.col("name").is_in(["same", "equal", "rearranged"])
    both_forms = pl.col("legal_form") != pl.col("legal_form_cw")
    return best.select(
        *_PAIR,
        pl.col("written").alias("compared_name"),
        pl.col("legal_form").alias("compared_legal_form"),
        "name",
        "similarity",
        pl.when(is_close & (pl.col("number_words") != pl.col("number_words_cw"))).then(pl.lit("other"))
        .alias("number in the name"),
        pl.when((is_close | is_equal) & both_forms).then(pl.lit("other")).alias("legal form"),
    )  # fmt: skip


_NAMED: Final = (
    "company_id_cw", "written", "name_key", "legal_form", "words", "sorted_name", "squashed_name", "number_words",
    "is_common_word",
)  # fmt: skip


def _similar(compared: pl.DataFrame) -> pl.DataFrame:
    """Add the similarity of the sorted words, 0 to 100; names without words are unlike everything."""
    left, right = (compared[column].fill_null("").to_list() for column in ("sorted_name", "sorted_name_cw"))
    found = pl.Series("similarity", process.cpdist(left, right, scorer=fuzz.ratio), dtype=pl.Float32)
    empty = (pl.col("sorted_name").str.len_chars() > 0) & (pl.col("sorted_name_cw").str.len_chars() > 0)
    return compared.with_columns(found).with_columns(
        similarity=pl.when(empty).then(pl.col("similarity").cast(pl.Float64).round(2)).otherwise(0.0)
    )


def _name_level() -> pl.Expr:
    similarity = pl.col("similarity")
    is_equal = pl.col("name_key") == pl.col("name_key_cw")
    is_same_form = pl.col("legal_form").eq_missing(pl.col("legal_form_cw"))
    is_rearranged = (pl.col("squashed_name") == pl.col("squashed_name_cw")) | (
        pl.col("sorted_name") == pl.col("sorted_name_cw")
    )
    common = pl.col("words").list.set_intersection("words_cw").list.len()
    fewest = pl.min_horizontal(pl.col("words").list.len(), pl.col("words_cw").list.len())
    is_common = pl.col("is_common_word") | pl.col("is_common_word_cw")
    is_contained = (common > 0) & (common == fewest) & ~is_common
    return (
        pl.when((pl.col("kind") == "parent") & is_equal).then(pl.lit("parent"))
        .when(is_equal & is_same_form).then(pl.lit("same"))
        .when(is_equal).then(pl.lit("equal"))
        .when(is_rearranged).then(pl.lit("rearranged"))
        .when((similarity >= _VERY_SIMILAR) | _is_cut()).then(pl.lit("very similar"))
        .when((similarity >= _SIMILAR) | is_contained).then(pl.lit("similar"))
        .when(similarity >= _ALIKE).then(pl.lit("alike"))
        .when((common > 0) | (similarity >= _PLAUSIBLE)).then(pl.lit("plausible"))
        .otherwise(pl.lit("unlike"))
    )  # fmt: skip


def _is_cut() -> pl.Expr:
    """One name is the beginning of the other, and as long as the fields that cut names."""
    left, right = pl.col("name_key"), pl.col("name_key_cw")
    shorter = pl.min_horizontal(left.str.len_chars(), right.str.len_chars())
    return (shorter >= _CUT_LENGTH) & (left.str.starts_with(right) | right.str.starts_with(left))
