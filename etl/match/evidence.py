"""The evidence for and against each candidate pair: one column per kind of evidence, its finding as a word."""

from __future__ import annotations

import math
from typing import Final

import polars as pl

from etl.match.blocking_keys import Flag
from etl.match.competitors import COMPETITORS, add_competitors
from etl.match.fields.normalize_fields import KNOWN_STATES
from etl.match.name_similarity import compare_names
from etl.match.records import PLACES, NormalizedRecords
from etl.match.scorecard import FINDING, KINDS, Scorecard, score

_ENOUGH_INVOICES: Final = 2
_LEAST_CROWD: Final = 1000
_PAIRS_AT_ONCE: Final = 500_000
_PAIR: Final = ["customer", "company"]
_EQUAL_NAMES: Final = ("same", "equal", "alias", "rearranged", "part", "guess", "parent")

# upper bounds in bits, and the finding below each
_SHARED: Final = ((-6.0, "common"), (-2.0, "some"), (2.0, "telling"), (6.0, "rare"), (math.inf, "very rare"))
_FORM_BITS, _OF_BANKS = 2.0, "na"
"""What an equal legal form adds to the rarity of a name; the form that says nothing."""
_ENOUGH_COMPANIES, _MOST_NAMESAKES = 100, 0.05
"""Where more companies than this have namesakes, as banks do, a name that is there once may be so by chance."""
_SMALL_NUMBER: Final = r"(?:^| )\S{1,2}(?: |$)"
_LACKING: Final = ((0.01, "none"), (5.5, "common"), (9.0, "some"), (12.5, "telling"), (math.inf, "many"))


def find_evidence(
    pairs: pl.DataFrame, invoices: pl.DataFrame, records: NormalizedRecords, card: Scorecard
) -> pl.DataFrame:
    """Compare each candidate pair, kind by kind.

    Locality: whole: competitors are sought among all customers. The rest is done in batches, which bounds memory.

    Args:
        pairs: `customer, company, flags`, by customer and company.
        invoices: `customer, company, invoice_count, disagreeing_count`: invoices that both sides have.
        records: both sides in normal form.
        card: the points of each finding.

    Returns:
        One row per pair, in their order: the rows of the records and of the names that were compared, one column per
        kind of `scorecard.KINDS` with the finding, `score`, and `rival`: the customer that fits the company as well.
    """
    return add_competitors(compare_pairs(pairs, invoices, records, card), card)


def compare_pairs(
    pairs: pl.DataFrame, invoices: pl.DataFrame, records: NormalizedRecords, card: Scorecard
) -> pl.DataFrame:
    """Compare each candidate pair as `find_evidence` does, without the competitors.

    Locality: row.
    """
    runs = range(0, max(pairs.height, 1), _PAIRS_AT_ONCE)
    return pl.concat(_compare_batch(pairs.slice(start, _PAIRS_AT_ONCE), invoices, records, card) for start in runs)


def _compare_batch(
    pairs: pl.DataFrame, invoices: pl.DataFrame, records: NormalizedRecords, card: Scorecard
) -> pl.DataFrame:
    alike = compare_names(pairs, records)
    sides = (records.customers[pairs["customer"]], records.companies[pairs["company"]])
    customers, companies = (side.drop("record", "customer_id_acct", "company_id_cw", strict=False) for side in sides)
    companies = companies.rename(lambda name: f"{name}_cw")
    wide = pl.concat((pairs, customers, companies, _compared_names(alike, records)), how="horizontal")
    wide = (
        wide.join(_shared(invoices), on=_PAIR, how="left", maintain_order="left")
        .join(_hits(invoices), on="customer", how="left", maintain_order="left")
    )  # fmt: skip
    # in a short list every word is rare; the town that it is of is not so short
    expected = math.log2(1 + max(records.companies.height, _LEAST_CROWD))
    # lazy: what the findings have in common is computed once
    judged = wide.lazy().with_columns(**_identifiers(is_one_numbering=records.is_one_numbering)).with_columns(
        **_names(expected), **_contacts(), **_places(), target=pl.col("target_cw").cast(FINDING),
        **{COMPETITORS: pl.lit(None, dtype=FINDING)},
    )  # fmt: skip
    findings = judged.with_columns(score=score(card)).select(
        *_PAIR, "family", *KINDS, "score", "similarity", "left_name", "right_name",
        pl.col("invoice_count", "all_invoice_count"), "bearers",
        namesakes="namesakes_cw", has_twin="has_twin_cw", number_bearers="number_bearers_cw",
        is_crowded=_is_crowded(records.companies),
        is_same_town=_is_same_town(), bears_name=_has(Flag.NAMED_DOMAIN), is_sole_domain=_has(Flag.SOLE_DOMAIN),
    )  # fmt: skip
    return findings.collect()


def _compared_names(alike: pl.DataFrame, records: NormalizedRecords) -> pl.DataFrame:
    tables = {"left": records.customer_names.table, "right": records.company_names.table}
    columns = [
        tables[side][column].gather(alike[f"{side}_name"]).alias(f"{side}_{column}")
        for side in tables
        for column in ("legal_form", "number_words", "is_common")
    ]
    return alike.with_columns(columns)


def _shared(invoices: pl.DataFrame) -> pl.DataFrame:
    agreeing = invoices.filter(pl.col("invoice_count") > 0)
    return agreeing.select(*_PAIR, pl.col("invoice_count").cast(pl.Int64))


def _hits(invoices: pl.DataFrame) -> pl.DataFrame:
    counts = {"all_invoice_count": "invoice_count", "disagreeing_invoice_count": "disagreeing_count"}
    sums = {name: pl.col(column).sum().cast(pl.Int64) for name, column in counts.items()}
    return invoices.group_by("customer").agg(**sums)


def _identifiers(*, is_one_numbering: bool) -> dict[str, pl.Expr]:
    is_other_number = pl.col("number_key") != pl.col("number_key_cw")
    count, everywhere = pl.col("invoice_count").fill_null(0), pl.col("all_invoice_count").fill_null(0)
    # where more numbers contradict than agree, the two sides number their invoices apart and agree by chance
    is_by_chance = pl.col("disagreeing_invoice_count").fill_null(0) >= everywhere
    is_sole = (count > 0) & (count == everywhere) & ~is_by_chance
    return {
        "account number": _finding(
            ((pl.col("number_key") == pl.col("number_key_cw")), "equal"),
            (_is_bare(), "bare"),
            (is_other_number & pl.lit(is_one_numbering), "other"),
            (_has(Flag.ACCOUNT), "equal"),
        ),
        "tax id": _finding((_has(Flag.TAX), "equal"), (pl.col("tax_key") != pl.col("tax_key_cw"), "other")),
        "shared invoices": _finding(
            (is_sole & (count >= _ENOUGH_INVOICES), "many"),
            (is_sole, "one"),
            (count > 0, "some"),
            ((everywhere >= _ENOUGH_INVOICES) & ~is_by_chance, "other"),
        ),
    }


def _is_bare() -> pl.Expr:
    """True if one of the account numbers is the other without its letters."""
    has_lost_letters = pl.any_horizontal(
        pl.col(f"number_key{side}") == pl.col(f"bare_key{side}") for side in ("", "_cw")
    )
    return (pl.col("bare_key") == pl.col("bare_key_cw")) & has_lost_letters


def _is_same_town() -> pl.Expr:
    """True if town and state are the same and the state is known: there are many Springfields."""
    is_known = pl.col("state_key").is_in(KNOWN_STATES)
    same_town, same_state = (pl.col(key) == pl.col(f"{key}_cw") for key in ("place_key", "state_key"))
    return (same_town & same_state & is_known).fill_null(value=False)


def _is_crowded(companies: pl.DataFrame) -> bool:
    """True if companies commonly share their names in this data."""
    sharing = companies.filter(pl.col("namesakes") > 1).height
    return companies.height >= _ENOUGH_COMPANIES and sharing > _MOST_NAMESAKES * companies.height


def _names(expected_bits: float) -> dict[str, pl.Expr]:
    """The findings on the names: their level and, if they are not equal, the words that they share and lack."""
    is_equal = _is_equal_name()
    differs = pl.col("name").is_not_null() & ~is_equal
    surplus = pl.col("shared_bits") - expected_bits

    # a form that every firm of a trade has is no sign: First State Bank, N.A.
    has_form = _has_form()
    # where no word is shared, every word is missing: that is said once
    shares = differs & (pl.col("shared_bits") > 0)
    # a variant of a name may have lost the number that the record has
    records = (pl.col(name).fill_null("") for name in ("record_numbers", "record_numbers_cw"))
    other_record, longer_record = _numbers(*records)
    is_alike = is_equal | _is_cut()
    other_number, longer = _numbers(pl.col("left_number_words"), pl.col("right_number_words"))

    return {
        "name": pl.col("name").cast(pl.String).cast(FINDING),
        "rarity": _finding(
            # First State Bank: common words make no rare name, however few have it here
            (is_equal & pl.col("right_is_common") & ~has_form & (surplus >= _SHARED[0][0]), "some"),
            *_within(is_equal & has_form, surplus + _FORM_BITS, _SHARED),
            *_within(is_equal, surplus, _SHARED),
        ),
        "shared words": _finding((differs & ~shares, "none"), *_within(differs, surplus, _SHARED)),
        "words of the customer": _finding(*_within(shares, pl.col("left_bits"), _LACKING)),
        "words of the company": _finding(*_within(shares, pl.col("right_bits"), _LACKING)),
        "first word": _finding((shares & pl.col("is_first_shared"), "equal"), (shares, "other")),
        "acronym": _finding((_has(Flag.ACRONYM) & differs, "equal"), (_has(Flag.LETTERS) & differs, "letters")),
        "number in the name": _finding(
            ((shares & other_number) | (is_alike & other_record), "other"),
            ((shares & longer) | (is_alike & longer_record), "more"),
        ),
        "legal form": _finding((pl.col("left_legal_form") != pl.col("right_legal_form"), "other")),
    }


def _has_form() -> pl.Expr:
    """True if both names have the same legal form, and not one that every firm of its trade has."""
    form = pl.col("left_legal_form")
    return ((form == pl.col("right_legal_form")) & (form != _OF_BANKS)).fill_null(value=False)


def _numbers(one: pl.Expr, other: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Two conditions: the numbers differ; only one name has a number, a long one that may be an account's."""
    is_more = ((one == "") | (other == "")) & ~(one + other).str.contains(_SMALL_NUMBER)
    return (one != other) & ~is_more, (one != other) & is_more


def _within(holds: pl.Expr, bits: pl.Expr, bounds: tuple[tuple[float, str], ...]) -> list[tuple[pl.Expr, str]]:
    """Rules for the word of the first bound that the bits lie below."""
    return [(holds & (bits < limit), word) for limit, word in bounds]


def _contacts() -> dict[str, pl.Expr]:
    # of equal names it says nothing new that their domain bears them
    bears_name = _has(Flag.LABEL) & ~_is_equal_name()
    both = pl.col("has_domain") & pl.col("has_domain_cw")
    is_other = both & ~_has(Flag.OWN_DOMAIN | Flag.SHARED_DOMAIN | Flag.COMMON_DOMAIN)
    return {
        "e-mail domain": _finding(
            (_has(Flag.OWN_DOMAIN) & bears_name, "own, named"),
            (bears_name & ~is_other, "named"),
            (_has(Flag.OWN_DOMAIN), "own"),
            (_has(Flag.SHARED_DOMAIN), "shared"),
            (bears_name, "other, named"),
            (is_other, "other"),
        ),
        "phone": _finding(
            (_has(Flag.PHONE), "equal"),
            (pl.col("has_phone") & pl.col("has_phone_cw") & ~_has(Flag.COMMON_PHONE), "other"),
        ),
    }


def _places() -> dict[str, pl.Expr]:
    same = {key: pl.col(key) == pl.col(f"{key}_cw") for key in PLACES}
    in_place = same["postal_key"].fill_null(value=False) | same["place_key"].fill_null(value=False)
    return {
        "postal code": _equal_or_other(same["postal_key"]),
        "city": _equal_or_other(same["place_key"]),
        "state": _finding((~same["state_key"], "other")),
        "address": _finding((same["house_key"] & in_place, "equal"), (~same["house_key"], "other")),
        "country": _finding((~same["country_key"], "other")),
    }


def _is_cut() -> pl.Expr:
    return (pl.col("name") == "cut").fill_null(value=False)


def _is_equal_name() -> pl.Expr:
    return pl.col("name").cast(pl.String).is_in(_EQUAL_NAMES).fill_null(value=False)


def _has(flag: Flag) -> pl.Expr:
    return (pl.col("flags") & int(flag)) > 0


def _equal_or_other(is_equal: pl.Expr) -> pl.Expr:
    return _finding((is_equal, "equal"), (~is_equal, "other"))


def _finding(*rules: tuple[pl.Expr, str]) -> pl.Expr:
    """The word of the first rule that holds; null if none holds."""
    return pl.coalesce(pl.when(holds).then(pl.lit(word, dtype=FINDING)) for holds, word in rules)
