"""The parts of a score, told: kind, points, verdict and what was compared."""

from __future__ import annotations

from typing import Final

import polars as pl

from etl.match.scorecard import KINDS, PRIOR, SCORECARD, points

_PART_FIELDS: Final = ("kind", "points", "verdict", "detail")

PART: Final = pl.Struct({"kind": pl.String, "points": pl.Float64, "verdict": pl.String, "detail": pl.String})
"""One part of a score; the points of all parts are the score."""


def waterfall(rows: pl.DataFrame) -> pl.Series:
    """The parts of the score of each row: the prior first, then whatever was found, in the order of the scorecard.

    Locality: row.

    Args:
        rows: rows of `evidence.evidence`.
    """
    numbered = rows.with_row_index("row")
    prior = numbered.select(
        "row",
        kind=pl.lit("prior"),
        points=pl.lit(PRIOR.points),
        verdict=pl.lit(PRIOR.verdict),
        detail=pl.lit(PRIOR.words),
    )
    # one kind after the other: most rows lack most kinds, and a struct of nothing costs as much as one of something
    found = pl.concat([prior, *(_parts(numbered, kind) for kind in KINDS)])
    parts = found.sort("row", maintain_order=True).select("row", evidence=pl.struct(*_PART_FIELDS))
    listed = parts.group_by("row", maintain_order=True).agg("evidence")
    return listed["evidence"].cast(pl.List(PART))


def _parts(numbered: pl.DataFrame, kind: str) -> pl.DataFrame:
    levels = SCORECARD[kind]
    verdicts = {finding: level.verdict for finding, level in levels.items()}
    words = {finding: level.words for finding, level in levels.items()}
    return numbered.filter(pl.col(kind).is_not_null()).select(
        "row",
        kind=pl.lit(kind),
        points=points(kind),
        verdict=pl.col(kind).replace_strict(verdicts, return_dtype=pl.String),
        detail=pl.concat_str(
            pl.col(kind).replace_strict(words, return_dtype=pl.String), _VALUES[kind], separator=": ", ignore_nulls=True
        ),
    )


def _both(left: str, right: str) -> pl.Expr:
    return pl.concat_str(pl.col(left).fill_null("(none)"), pl.col(right).fill_null("(none)"), separator=" | ")


def _lists(left: str, right: str) -> pl.Expr:
    """What both have in common or, where that is nothing, what each has."""
    common = pl.col(left).list.set_intersection(right)
    each = pl.concat_str(pl.col(left).list.join(", "), pl.col(right).list.join(", "), separator=" | ")
    return pl.when(common.list.len() > 0).then(common.list.join(", ")).otherwise(each)


_VALUES: Final[dict[str, pl.Expr]] = {
    "account number": _lists("account_keys", "account_keys_cw"),
    "tax id": _both("customer_tax_identifier", "company_tax_identifier"),
    "shared invoices": pl.concat_str(
        pl.col("invoice_count").fill_null(0), pl.lit(" of "), pl.col("all_invoice_count").fill_null(0)
    ),
    "name": _both("compared_name", "written"),
    "number in the name": _both("compared_name", "written"),
    "legal form": _both("compared_legal_form", "legal_form"),
    "e-mail domain": _lists("domain_keys", "any_domain_keys"),
    "phone": pl.concat_str(pl.lit("ending in "), _lists("phone_keys", "phone_keys_cw")),
    "postal code": _both("postal_key", "postal_key_cw"),
    "city": _both("place_key", "place_key_cw"),
    "address": _both("house_key", "house_key_cw"),
    "country": _both("country_key", "country_key_cw"),
    "target": pl.lit(None, dtype=pl.String),
}
"""Kind -> what was compared: the customer's | the company's."""
