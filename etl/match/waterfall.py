"""The parts of a score: kind, points, verdict, and the values that were compared."""

from __future__ import annotations

from typing import Final

import polars as pl

from etl.match.fields.identifiers import ACCOUNTS
from etl.match.fields.phones import PHONE_DIGITS
from etl.match.records import NormalizedRecords
from etl.match.scorecard import KINDS, KINDS_OF_EVIDENCE, PRIOR, PRIOR_WORDS, START, Scorecard, points

_PART_FIELDS: Final = ("kind", "points", "verdict", "detail")

PART: Final = pl.Struct({"kind": pl.String, "points": pl.Float64, "verdict": pl.String, "detail": pl.String})
"""One part of a score; the points of all parts are the score."""


def waterfall(rows: pl.DataFrame, records: NormalizedRecords, card: Scorecard) -> pl.Series:
    """The parts of the score of each row: the prior first, then the findings in the order of the scorecard.

    Locality: row.

    Args:
        rows: rows of `evidence.find_evidence`.
        records: both sides in normal form.
        card: the points of each finding.
    """
    numbered = _values(rows, records).with_row_index("row")
    prior = numbered.select(
        "row",
        kind=pl.lit(PRIOR),
        points=pl.lit(card.prior),
        verdict=pl.lit(START),
        detail=pl.lit(PRIOR_WORDS),
    )
    # one kind after the other: most rows lack most kinds, and a struct of nothing costs as much as one of something
    found = pl.concat([prior, *(_parts(numbered, kind, card) for kind in KINDS)])
    parts = found.sort("row", maintain_order=True).select("row", evidence=pl.struct(*_PART_FIELDS))
    listed = parts.group_by("row", maintain_order=True).agg("evidence")
    return listed["evidence"].cast(pl.List(PART))


def _parts(numbered: pl.DataFrame, kind: str, card: Scorecard) -> pl.DataFrame:
    levels = KINDS_OF_EVIDENCE[kind]
    verdicts = {finding: level.verdict for finding, level in levels.items()}
    words = {finding: level.words for finding, level in levels.items()}
    finding = pl.col(kind).cast(pl.String)
    compared = _VALUES.get(kind, pl.lit(None, dtype=pl.String))
    return numbered.filter(pl.col(kind).is_not_null()).select(
        "row",
        kind=pl.lit(kind),
        points=points(kind, card),
        verdict=finding.replace_strict(verdicts, return_dtype=pl.String),
        detail=pl.concat_str(
            finding.replace_strict(words, return_dtype=pl.String), compared, separator=": ", ignore_nulls=True
        ),
    )


def _values(rows: pl.DataFrame, records: NormalizedRecords) -> pl.DataFrame:
    """Add the values that were compared, of both sides."""
    customers, companies = records.customers[rows["customer"]], records.companies[rows["company"]]
    tables = ((records.customer_names, "left_name", "customer"), (records.company_names, "right_name", "company"))
    names = [
        naming.table[column].gather(rows[name]).alias(f"{side}_{column}")
        for naming, name, side in tables
        for column in ("written", "legal_form")
    ]
    sides = ((customers, records.customer_keys, "customer"), (companies, records.company_keys, "company"))
    values = [frame.select(pl.col(_SINGLE).name.prefix(f"{side}_")) for frame, _, side in sides]
    listed = [
        pl.DataFrame({"record": rows[side]})
        .join(_listed(keys, kind), on="record", how="left", maintain_order="left")["listed"]
        .alias(f"{side}_{kind}")
        for _, keys, side in sides
        for kind in ("account", "domain", "phone")
    ]
    rival = customers.select(rival_id=records.customers["customer_id_acct"].gather(rows["rival"]))
    return pl.concat((rows, *values, rival), how="horizontal").with_columns(*names, *listed)


_SINGLE: Final = ("written_tax_identifier", "postal_key", "place_key", "house_key", "state_key", "country_key")


def _listed(keys: pl.DataFrame, kind: str) -> pl.DataFrame:
    kinds = ACCOUNTS if kind in ACCOUNTS else (kind,)
    text = pl.col("key_text")
    if kind == "phone":
        # the digits before the last nine are not compared
        ending = pl.concat_str(pl.lit("ending in "), text)
        text = pl.when(text.str.len_chars() == PHONE_DIGITS).then(ending).otherwise(text)
    found = keys.filter(pl.col("kind").is_in(kinds)).with_columns(key_text=text)
    return found.group_by("record").agg(listed=pl.col("key_text").unique().sort())


def _both(name: str) -> pl.Expr:
    left, right = (pl.col(f"{side}_{name}").fill_null("(none)") for side in ("customer", "company"))
    return pl.concat_str(left, right, separator=" | ")


def _lists(name: str) -> pl.Expr:
    """The values that both have in common or, if there are none, those of each."""
    left, right = (pl.col(f"{side}_{name}") for side in ("customer", "company"))
    common = left.list.set_intersection(right).list.sort()
    each = pl.concat_str(left.list.join(", "), right.list.join(", "), separator=" | ")
    return pl.when(common.list.len() > 0).then(common.list.join(", ")).otherwise(each)


_VALUES: Final[dict[str, pl.Expr]] = {
    "account number": _lists("account"),
    "tax id": _both("written_tax_identifier"),
    "shared invoices": pl.concat_str(
        pl.col("invoice_count").fill_null(0), pl.lit(" of "), pl.col("all_invoice_count").fill_null(0)
    ),
    "name": _both("written"),
    "number in the name": _both("written"),
    "legal form": _both("legal_form"),
    "e-mail domain": _lists("domain"),
    "phone": _lists("phone"),
    "postal code": _both("postal_key"),
    "city": _both("place_key"),
    "address": _both("house_key"),
    "state": _both("state_key"),
    "country": _both("country_key"),
    "other customers": pl.col("rival_id"),
}
"""Kind -> what was compared: the customer's | the company's."""
