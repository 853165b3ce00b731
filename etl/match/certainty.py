"""How certain each candidate is, and whether that is certain enough to map without asking.

The score never maps anybody: `certain` is a rule on the findings. The score orders what people review.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from etl.match.waterfall import waterfall

MOST_CERTAIN: Final = 0.9999
"""An estimate is never 1, however many bits speak for it."""

CERTAIN, REVIEW = "certain", "review"

_DIGITS: Final = 6
_ENOUGH_WITHOUT_NAME: Final = 5
"""Shared invoices that prove a mapping where the names have nothing in common."""

_PAIR: Final = ["customer_id_acct", "company_id_cw"]
_CUSTOMER: Final = "customer_id_acct"


@dataclass(frozen=True)
class Bands:
    """Which candidates are shown.

    Attributes:
        review_floor: less certain candidates are not proposed.
        most_candidates: most candidates per customer.
    """

    review_floor: float = 0.02
    most_candidates: int = 5


def certainty(evidence: pl.DataFrame, judgements: pl.DataFrame, bands: Bands | None = None) -> pl.DataFrame:
    """Weigh a customer's candidates against each other, and decide.

    Locality: whole; a company that two customers are equally certain of is certain for neither.

    Args:
        evidence: what `evidence.evidence` found.
        judgements: the register's current judgements; rejected pairs are not weighed, unsure customers not decided.
        bands: which candidates are shown.

    Returns:
        `matching.candidates`: one row per proposed pair, by customer and rank, with the parts of its score.
        `reason` is the first clause that keeps it from being certain or, where it is certain, what makes it so;
        `has_sole_identifier`: an identifier points to this live company and to no other, which contradicts a mapping
        to another company.
    """
    bands = bands or Bands()
    told = evidence.with_columns(**_grounds()).with_columns(**_rivals())
    open_pairs = told.join(_decided(judgements, "rejected"), on=_PAIR, how="anti", maintain_order="left")
    unsure = _decided(judgements, "unsure").select(_CUSTOMER, is_unsure=pl.lit(value=True)).unique()
    weighed = _weighed(open_pairs.filter(_is_somebody())).join(unsure, on=_CUSTOMER, how="left", maintain_order="left")
    decided = _unique_both_ways(weighed.with_columns(obstacle=_first(_OBSTACLES)))
    is_certain = pl.col("obstacle").is_null()
    shown = decided.filter(
        (is_certain | (pl.col("certainty") >= bands.review_floor)) & (pl.col("rank") <= bands.most_candidates)
    )
    return shown.select(
        *_PAIR,
        "rank",
        "certainty",
        "score",
        "lead",
        evidence=waterfall(shown),
        decision=pl.when(is_certain).then(pl.lit(CERTAIN)).otherwise(pl.lit(REVIEW)),
        reason=pl.coalesce("obstacle", _first(_GROUNDS)),
        has_sole_identifier=pl.col("has_sole_identifier") & pl.col("target").is_null(),
    )


def _is(kind: str, *findings: str) -> pl.Expr:
    return pl.col(kind).is_in(list(findings)).fill_null(value=False)


def _decided(judgements: pl.DataFrame, decision: str) -> pl.DataFrame:
    return judgements.filter(pl.col("decision") == decision).select(_PAIR)


def _grounds() -> dict[str, pl.Expr]:
    """What a rule can stand on."""
    return {
        "has_invoices": _is("shared invoices", "many"),
        "has_identifier": _is("account number", "equal") | _is("tax id", "equal") | _is("shared invoices", "many"),
        "has_exact_name": _is("name", "same", "equal"),
        "has_plausible_name": ~_is("name", "unlike") & pl.col("name").is_not_null(),
        "has_like_name": _is("name", "same", "equal", "rearranged", "very similar", "similar", "parent", "alike"),
        "has_signal": _is("e-mail domain", "own", "shared") | _is("phone", "equal") | _is("postal code", "equal")
        | (_is("city", "equal") & _is("address", "equal")),
    }  # fmt: skip


def _rivals() -> dict[str, pl.Expr]:
    """How many companies, and families of customers, have the same to show. Counted before any pair is left out."""
    same_number, same_tax = _is("account number", "equal"), _is("tax id", "equal")
    return {
        "companies_with_number": same_number.sum().over(_CUSTOMER),
        "companies_with_tax_id": same_tax.sum().over(_CUSTOMER),
        "companies_with_name": pl.max_horizontal(
            pl.col("has_exact_name").sum().over(_CUSTOMER).cast(pl.Int64), pl.col("namesakes")
        ),
        "families_with_number": _families(same_number),
        "families_with_tax_id": _families(same_tax),
        "has_sole_identifier": pl.col("has_invoices")
        | (same_number & (same_number.sum().over(_CUSTOMER) == 1))
        | (same_tax & (same_tax.sum().over(_CUSTOMER) == 1)),
        "is_named_elsewhere": (pl.col("has_exact_name") | _is("name", "rearranged")).any().over(_CUSTOMER)
        & ~(pl.col("has_exact_name") | _is("name", "rearranged")),
    }


def _is_somebody() -> pl.Expr:
    """A place alone proposes nobody: the town is full of other firms."""
    return (
        pl.col("has_like_name")
        | _is("account number", "equal")
        | _is("tax id", "equal")
        | _is("shared invoices", "many", "one", "some")
        | _is("e-mail domain", "own", "shared")
        | _is("phone", "equal")
    )


def _weighed(pairs: pl.DataFrame) -> pl.DataFrame:
    """Add certainty, rank and lead: each candidate against the others and against nobody at all."""
    odds = pl.lit(2.0).pow(pl.col("score"))
    ordered = pairs.sort(_CUSTOMER, "score", "company_id_cw", descending=[False, True, False])
    estimated = ordered.with_columns(certainty=odds / (1 + odds.sum().over(_CUSTOMER))).with_columns(
        certainty=pl.min_horizontal(pl.col("certainty").round(_DIGITS), MOST_CERTAIN),
        rank=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over(_CUSTOMER),
    )
    following = pl.col("certainty").shift(-1).over(_CUSTOMER).fill_null(0.0)
    return estimated.with_columns(lead=(pl.col("certainty") - following).round(_DIGITS))


def _first(clauses: Mapping[str, pl.Expr]) -> pl.Expr:
    """The first clause that holds, in words; null where none does."""
    return pl.coalesce(pl.when(holds).then(pl.lit(words)) for words, holds in clauses.items())


def _unique_both_ways(judged: pl.DataFrame) -> pl.DataFrame:
    """Two customers who are equally certain of one company: neither is, unless they are one family.

    An identifier settles what a name leaves open.
    """
    stands = pl.col("obstacle").is_null()
    by_identifier = stands & pl.col("has_identifier")
    is_contested = pl.when(by_identifier).then(_families(by_identifier) > 1).otherwise(stands & (_families(stands) > 1))
    return judged.with_columns(obstacle=pl.when(is_contested).then(pl.lit(_CONTESTED)).otherwise(pl.col("obstacle")))


def _families(holds: pl.Expr) -> pl.Expr:
    """For how many families of customers this holds at the company of the row."""
    return pl.col("family_id_acct").filter(holds).n_unique().over("company_id_cw")


_CONTESTED: Final = "another customer is equally certain for this company"

_NAME_ONLY: Final = ~pl.col("has_identifier")

_OBSTACLES: Final[dict[str, pl.Expr]] = {
    "the company is in the recycle bin": _is("target", "deleted"),
    "the company is inactive": _is("target", "inactive"),
    "the company is a vendor": _is("target", "vendor"),
    "account number contradicts": _is("account number", "other"),
    "tax id contradicts": _is("tax id", "other"),
    "its invoices belong to another company": _is("shared invoices", "other"),
    "the country differs": _is("country", "other"),
    "the names differ in a number": _is("number in the name", "other"),
    "two companies share the account number": _is("account number", "equal") & (pl.col("companies_with_number") > 1),
    "two companies share the tax id": _is("tax id", "equal") & (pl.col("companies_with_tax_id") > 1),
    "two customers share the account number": _is("account number", "equal") & (pl.col("families_with_number") > 1),
    "two customers share the tax id": _is("tax id", "equal") & (pl.col("families_with_tax_id") > 1),
    "its invoices are at more than one company": _is("shared invoices", "some"),
    "another company has this name": pl.col("is_named_elsewhere"),
    "two companies share the name": _NAME_ONLY & pl.col("has_exact_name") & (pl.col("companies_with_name") > 1),
    "only the parent's name agrees": _NAME_ONLY & _is("name", "parent"),
    "the name is only similar": _NAME_ONLY & ~pl.col("has_exact_name") & pl.col("has_like_name"),
    "neither an identifier nor the name agrees": _NAME_ONLY & ~pl.col("has_exact_name"),
    "the legal form differs": _NAME_ONLY & _is("legal form", "other"),
    "the e-mail domain differs": _NAME_ONLY & _is("e-mail domain", "other"),
    "only the name agrees": _NAME_ONLY & ~pl.col("has_signal"),
    # two sites of one chain are in one town
    "name and place agree, the phone differs": _NAME_ONLY
    & _is("phone", "other")
    & ~_is("e-mail domain", "own", "shared"),
    "only the account number agrees": _is("account number", "equal") & ~pl.col("has_plausible_name")
    & ~_is("tax id", "equal") & ~pl.col("has_invoices"),
    "the account number agrees, the name hardly and the e-mail domain not": _is("account number", "equal")
    & ~pl.col("has_like_name") & _is("e-mail domain", "other") & ~_is("tax id", "equal") & ~pl.col("has_invoices"),
    "only the tax id agrees": _is("tax id", "equal") & ~pl.col("has_plausible_name")
    & ~_is("account number", "equal") & ~pl.col("has_invoices"),
    "only a few invoices agree": pl.col("has_invoices") & ~pl.col("has_plausible_name")
    & ~_is("account number", "equal") & ~_is("tax id", "equal") & (pl.col("invoice_count") < _ENOUGH_WITHOUT_NAME),
    "a person was unsure": pl.col("is_unsure").fill_null(value=False),
    "another company scores higher": pl.col("rank") > 1,
}  # fmt: skip
"""What keeps a candidate from being certain, in the order in which it is told."""

_GROUNDS: Final[dict[str, pl.Expr]] = {
    "account number and name agree": _is("account number", "equal") & pl.col("has_like_name"),
    "account number agrees, the name is plausible": _is("account number", "equal") & pl.col("has_plausible_name"),
    "tax id agrees": _is("tax id", "equal"),
    "invoices agree in number and total": pl.col("has_invoices"),
    "name and e-mail domain agree": _is("e-mail domain", "own", "shared"),
    "name and phone agree": _is("phone", "equal"),
    "name and postal code agree": _is("postal code", "equal"),
    "name, city and address agree": _is("address", "equal"),
}
"""What makes a candidate certain, the strongest first."""
