"""The certainty of each candidate, and the decision whether a rule maps it without review.

The score never maps a customer: `certain` is a rule on the findings. The score orders the candidates for review.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import polars as pl

from etl.match.certainty_rules import (
    CONTESTED,
    GROUNDS,
    REASON,
    STRICT,
    competitors,
    facts,
    first_that_holds,
    is_somebody,
    obstacles,
    says,
)

MOST_CERTAIN: Final = 0.999999
"""An estimate is never 1, however many bits speak for it."""

CERTAIN, REVIEW = "certain", "review"

_DIGITS, _LEAST_CERTAIN = 6, 1e-6
_PAIRS_AT_ONCE: Final = 500_000
_PAIR: Final = ["customer", "company"]
_CUSTOMER: Final = "customer"


@dataclass(frozen=True)
class Policy:
    """The rule of certainty, and the limits of the candidates that are proposed.

    Attributes:
        rule: one of `POLICIES`.
        review_floor: less certain candidates are not proposed.
        most_candidates: most candidates per customer.
    """

    rule: str = STRICT
    review_floor: float = 0.02
    most_candidates: int = 5


@dataclass(frozen=True)
class PriorDecisions:
    """Earlier decisions of people and of the portal, by rows of the records.

    Attributes:
        rejected: `customer, company`: pairs that are not weighed.
        unsure: `customer`: not decided by rule.
        taken: `company, family`: companies that belong to a family of customers by judgement or in the portal.
    """

    rejected: pl.DataFrame
    unsure: pl.DataFrame
    taken: pl.DataFrame


def decide(evidence: pl.DataFrame, prior: PriorDecisions, policy: Policy | None = None) -> pl.DataFrame:
    """Weigh a customer's candidates against each other, and decide.

    Locality: whole; a company that two customers are equally certain of is certain for neither.

    Args:
        evidence: the rows of `evidence.find_evidence`.
        prior: the earlier decisions of people and of the portal.
        policy: the rule of certainty, and the limits of the candidates that are proposed.

    Returns:
        The rows of `evidence` that are proposed, by customer and rank, with `rank`, `certainty`, `lead` over the next,
        `decision`, `reason` and `has_sole_identifier`. `reason` is the first clause that keeps it from being certain
        or, where it is certain, what makes it so; `has_sole_identifier`: an identifier points to this live company and
        to no other, which contradicts a mapping to another company.
    """
    policy = policy or Policy()
    claims = _Claims.of(evidence.lazy().with_columns(**facts()))
    judged_batches = [_judge(run, claims, prior, policy) for run in _batches(evidence)]
    judged = _unique_both_ways(pl.concat(judged_batches))
    is_certain = pl.col("obstacle").is_null()
    shown = judged.filter(_is_enough(policy)).with_columns(rank=_RANK).filter(pl.col("rank") <= policy.most_candidates)
    return shown.select(
        *evidence.columns,
        "rank",
        "certainty",
        "lead",
        decision=pl.when(is_certain).then(pl.lit(CERTAIN)).otherwise(pl.lit(REVIEW)),
        reason=pl.coalesce("obstacle", "ground").cast(pl.String),
        has_sole_identifier=pl.col("has_sole_identifier") & pl.col("target").is_null(),
    )


def _batches(evidence: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The pairs of some customers at a time, all of each: memory is bounded."""
    customer, start = evidence[_CUSTOMER].set_sorted(), 0
    while start < max(evidence.height, 1):
        last = min(start + _PAIRS_AT_ONCE, evidence.height) - 1
        end = int(customer.search_sorted(customer[last], side="right")) if evidence.height else 1
        yield evidence.slice(start, end - start)
        start = end


def _judge(pairs: pl.DataFrame, claims: _Claims, prior: PriorDecisions, policy: Policy) -> pl.DataFrame:
    """Weigh the candidates of some customers, and find the obstacle of each; unlikely candidates are left out.

    Keeps one candidate more than is shown: the first may yet turn out to be contested, and too unlikely to propose.
    """
    columns = pairs.columns
    # lazy: what expressions have in common is computed once
    candidates = pairs.lazy().with_columns(**facts()).filter(is_somebody()).collect()
    candidates = candidates.with_columns(pl.col(_CUSTOMER).set_sorted())
    candidates = (
        candidates.lazy()
        .with_columns(**competitors())
        .collect()
        .with_columns(
            families_with_number=_count_claims(candidates, claims.numbers),
            families_with_tax_id=_count_claims(candidates, claims.tax_ids),
            is_identified_as_another=_is_taken(candidates, claims.identified),
        )
    )

    if prior.rejected.height:
        candidates = candidates.join(prior.rejected, on=_PAIR, how="anti", maintain_order="left")
    candidates = _weigh(candidates)
    candidates = candidates.with_columns(
        is_unsure=pl.col(_CUSTOMER).is_in(prior.unsure[_CUSTOMER].implode()),
        is_taken=_is_taken(candidates, prior.taken),
    )

    judged = candidates.lazy().with_columns(
        obstacle=first_that_holds(obstacles(policy.rule)), ground=first_that_holds(GROUNDS)
    )
    return (
        judged.filter(_is_enough(policy))
        .filter(policy.most_candidates + 1 >= _RANK)
        .select(*columns, "certainty", "lead", "has_identifier", "has_sole_identifier", "obstacle", "ground")
        .collect()
    )


def _is_enough(policy: Policy) -> pl.Expr:
    return pl.col("obstacle").is_null() | (pl.col("certainty") >= policy.review_floor) | pl.col("has_identifier")


@dataclass(frozen=True)
class _Claims:
    """The claims of all customers on the companies; each batch of customers is compared with them.

    Attributes:
        numbers, tax_ids: `company, claims`: how many families have its account number, its tax id.
        identified: `company, family`: the families that an identifier points to.
    """

    numbers: pl.DataFrame
    tax_ids: pl.DataFrame
    identified: pl.DataFrame

    @classmethod
    def of(cls, pairs: pl.LazyFrame) -> _Claims:
        number, tax_id = (says(kind, "equal") for kind in ("account number", "tax id"))
        claims = [pairs.filter(holds).select("company", who="family").collect() for holds in (number, tax_id)]
        identified = pairs.filter("has_identifier").select("company", "family").unique().collect()
        return cls(_bearers(claims[0]), _bearers(claims[1]), identified)


def _is_taken(pairs: pl.DataFrame, taken: pl.DataFrame) -> pl.Series:
    """True if a customer of another family is mapped to the company already."""
    others = pairs.select("company", "family").with_row_index("row").join(taken, on="company", suffix="_taken")
    rows = others.filter(pl.col("family") != pl.col("family_taken"))["row"]
    return pairs.select(pl.int_range(pl.len(), dtype=pl.UInt32).is_in(rows.implode())).to_series()


_RANK: Final = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over(_CUSTOMER)


def _weigh(pairs: pl.DataFrame) -> pl.DataFrame:
    """Add certainty, rank and lead: each candidate against the others and against nobody at all."""
    odds = pl.lit(2.0).pow(pl.col("score"))
    ordered = pairs.sort(_CUSTOMER, "score", "company", descending=[False, True, False])
    estimated = ordered.with_columns(certainty=odds / (1 + odds.sum().over(_CUSTOMER))).with_columns(
        certainty=pl.col("certainty").round(_DIGITS).clip(_LEAST_CERTAIN, MOST_CERTAIN),
        rank=_RANK,
    )
    following = pl.col("certainty").shift(-1).over(_CUSTOMER).fill_null(0.0)
    return estimated.with_columns(lead=(pl.col("certainty") - following).round(_DIGITS))


def _unique_both_ways(judged: pl.DataFrame) -> pl.DataFrame:
    """Make customers uncertain that are equally certain of one company, unless they are one family.

    An identifier decides where names do not.
    """
    stands = pl.col("obstacle").is_null()
    by_identifier = stands & pl.col("has_identifier")
    claimants = pl.when(by_identifier).then(_families(judged, by_identifier)).otherwise(_claims(judged, stands))
    is_contested = stands & (claimants > 1)
    return judged.with_columns(
        obstacle=pl.when(is_contested).then(pl.lit(CONTESTED, dtype=REASON)).otherwise(pl.col("obstacle"))
    )


def _families(pairs: pl.DataFrame, holds: pl.Expr) -> pl.Series:
    """The number of families of customers for which the condition holds at the company of each row."""
    return _count_claims(pairs, _bearers(pairs.filter(holds).select("company", who="family")))


def _claims(pairs: pl.DataFrame, holds: pl.Expr) -> pl.Series:
    """The number of customers for which the condition holds; a parent and its children together count as one."""
    standing = pairs.filter(holds).select("company", "customer", "family")
    parents = standing.filter(pl.col("customer") == pl.col("family")).select("company", "family", has_parent=pl.lit(1))
    claims = standing.join(parents.unique(), on=["company", "family"], how="left")
    who = pl.when(pl.col("has_parent") == 1).then("family").otherwise("customer")
    return _count_claims(pairs, _bearers(claims.select("company", who=who)))


def _bearers(claims: pl.DataFrame) -> pl.DataFrame:
    return claims.group_by("company").agg(claims=pl.col("who").n_unique())


def _count_claims(pairs: pl.DataFrame, bearers: pl.DataFrame) -> pl.Series:
    counted = pairs.select("company").join(bearers, on="company", how="left", maintain_order="left")
    return counted["claims"].fill_null(0)
