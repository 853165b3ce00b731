"""The mapping of every customer: judgement, then the portal, then certainty, then review, then none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from etl.domain import MappingSource, MappingState
from etl.match.certainty import CERTAIN

_PAIR: Final = ["customer_id_acct", "company_id_cw"]
_CUSTOMER: Final = "customer_id_acct"


@dataclass(frozen=True)
class Decisions:
    """The decisions that outrank the candidates, and the companies they name.

    Attributes:
        judgements: the register's current judgements.
        portal_mappings: `staging.portal__mappings`; empty if the portal's list was not read.
        companies: `staging.connectwise__companies`, with their billing redirections.
    """

    judgements: pl.DataFrame
    portal_mappings: pl.DataFrame
    companies: pl.DataFrame


def resolve_mappings(customers: pl.DataFrame, candidates: pl.DataFrame, decisions: Decisions) -> pl.DataFrame:
    """Put judgements, the portal and certainty in their order.

    Locality: group: customer_id_acct.

    A pair that a person rejected is never mapped, even where the portal maps it: the customer then counts as not mapped
    and in conflict, for the portal may be showing its invoices to the rejected company.

    Args:
        customers: `staging.accounting__customers`.
        candidates: the proposed candidates.
        decisions: judgements, the portal's mappings, companies.

    Returns:
        `matching.mappings`: one row per customer, in the order of their ids.
    """
    base = (
        customers.select(_CUSTOMER).unique().sort(_CUSTOMER)
        .join(_judged(decisions.judgements), on=_CUSTOMER, how="left", maintain_order="left")
        .join(_portal(decisions), on=_CUSTOMER, how="left", maintain_order="left")
        .join(_best(candidates), on=_CUSTOMER, how="left", maintain_order="left")
    )  # fmt: skip
    decided = base.with_columns(mapping_source=_source()).with_columns(
        company_id_cw=_company(), mapping_state=_state(), candidate_count=pl.col("candidate_count").fill_null(0)
    )
    resolved = (
        decided.join(_certainties(candidates), on=_PAIR, how="left", maintain_order="left")
        .join(_conflicts(decided, candidates, decisions.companies), on=_CUSTOMER, how="left", maintain_order="left")
        .join(_rejected(decisions), on=_CUSTOMER, how="left", maintain_order="left")
    )
    return _output_columns(resolved)


def _output_columns(resolved: pl.DataFrame) -> pl.DataFrame:
    is_judged = pl.col("mapping_source") == MappingSource.JUDGEMENT.value
    conflict = pl.coalesce("refused_company_id_cw", "conflict_company_id_cw")
    best = pl.when(pl.col("company_id_cw").is_null() & ~is_judged).then(pl.col("best_certainty"))
    return resolved.select(
        _CUSTOMER,
        "company_id_cw",
        "mapping_state",
        "mapping_source",
        certainty=pl.coalesce("certainty", best),
        reason=_reason(),
        judged_at=pl.when(is_judged).then(pl.col("judged_at")),
        judged_by=pl.when(is_judged).then(pl.col("judged_by")),
        is_conflicting=conflict.is_not_null(),
        conflict_company_id_cw=conflict,
        candidate_count=pl.col("candidate_count"),
        best_lead=pl.col("best_lead"),
    )


def _judged(judgements: pl.DataFrame) -> pl.DataFrame:
    """The judgement that maps or excludes a customer; other judgements only prevent certainty."""
    binding = judgements.filter(pl.col("decision").is_in(["approved", "excluded"]))
    return (
        binding.sort(_CUSTOMER, "judged_at", "company_id_cw")
        .unique(_CUSTOMER, keep="last", maintain_order=True)
        .select(_CUSTOMER, "decision", "judged_at", "judged_by", judged_company_id_cw="company_id_cw")
    )


def _portal(decisions: Decisions) -> pl.DataFrame:
    """The portal's mapping and, apart from it, one that a person has rejected."""
    rejected = decisions.judgements.filter(pl.col("decision") == "rejected").select(
        *_PAIR, is_refused=pl.lit(value=True)
    )
    mapped = decisions.portal_mappings.select(_PAIR).drop_nulls().sort(_PAIR)
    listed = mapped.unique(_CUSTOMER, keep="first", maintain_order=True)
    mapped_pairs = listed.join(rejected.unique(), on=_PAIR, how="left", maintain_order="left")
    is_refused = pl.col("is_refused").fill_null(value=False)
    return mapped_pairs.select(
        _CUSTOMER,
        portal_company_id_cw=pl.when(~is_refused).then(pl.col("company_id_cw")),
        refused_company_id_cw=pl.when(is_refused).then(pl.col("company_id_cw")),
    )


def _best(candidates: pl.DataFrame) -> pl.DataFrame:
    certain = pl.col("company_id_cw").filter(pl.col("decision") == CERTAIN)
    ordered = candidates.sort(_CUSTOMER, "rank")
    return ordered.group_by(_CUSTOMER, maintain_order=True).agg(
        certain_company_id_cw=certain.first(),
        best_certainty=pl.col("certainty").first(),
        best_reason=pl.col("reason").first(),
        best_lead=pl.col("lead").first(),
        candidate_count=pl.len().cast(pl.Int64),
    )


def _source() -> pl.Expr:
    return (
        pl.when(pl.col("decision").is_not_null()).then(pl.lit(MappingSource.JUDGEMENT.value))
        .when(pl.col("portal_company_id_cw").is_not_null()).then(pl.lit(MappingSource.PORTAL.value))
        .when(pl.col("certain_company_id_cw").is_not_null()).then(pl.lit(MappingSource.CERTAINTY.value))
        .otherwise(pl.lit(MappingSource.NOBODY.value))
    )  # fmt: skip


def _by_source(**values: pl.Expr) -> pl.Expr:
    whens = [pl.when(pl.col("mapping_source") == source).then(value) for source, value in values.items()]
    return pl.coalesce(whens)


def _company() -> pl.Expr:
    return _by_source(
        judgement=pl.col("judged_company_id_cw"),
        portal=pl.col("portal_company_id_cw"),
        certainty=pl.col("certain_company_id_cw"),
    )


def _state() -> pl.Expr:
    has_source = pl.col("mapping_source") != MappingSource.NOBODY.value
    return (
        pl.when(pl.col("decision") == "excluded").then(pl.lit(MappingState.EXCLUDED.value))
        .when(has_source).then(pl.lit(MappingState.MAPPED.value))
        .when(pl.col("candidate_count") > 0).then(pl.lit(MappingState.REVIEW.value))
        .otherwise(pl.lit(MappingState.NONE.value))
    )  # fmt: skip


def _reason() -> pl.Expr:
    refused = pl.when(pl.col("refused_company_id_cw").is_not_null()).then(
        pl.lit("the portal maps it to a company that a person rejected")
    )
    return _by_source(
        judgement=pl.concat_str(pl.col("decision"), pl.lit(" by "), pl.col("judged_by")),
        portal=pl.lit("the portal maps it"),
        certainty=pl.col("best_reason"),
        nobody=pl.coalesce(refused, "best_reason", "rejected_reason", pl.lit("no company is like it")),
    )


def _rejected(decisions: Decisions) -> pl.DataFrame:
    """The companies that a person rejected for a customer, and that person: they are no candidates any more."""
    rejected = decisions.judgements.filter(pl.col("decision") == "rejected")
    rejections = rejected.join(
        decisions.companies.select("company_id_cw", "company_name"), on="company_id_cw", how="left"
    )
    last = rejections.sort(_CUSTOMER, "judged_at", "company_id_cw").group_by(_CUSTOMER, maintain_order=True).agg(
        company=pl.coalesce("company_name", "company_id_cw").last(),
        companies=pl.col("company_id_cw").n_unique(),
        judge=pl.format("{} on {}", pl.col("judged_by"), pl.col("judged_at").dt.strftime("%Y-%m-%d")).last(),
    )  # fmt: skip
    one = pl.format("the only candidate, {}, was rejected by {}", "company", "judge")
    several = pl.format("its {} candidates were rejected, the last by {}", "companies", "judge")
    return last.select(_CUSTOMER, rejected_reason=pl.when(pl.col("companies") == 1).then(one).otherwise(several))


def _certainties(candidates: pl.DataFrame) -> pl.DataFrame:
    return candidates.select(*_PAIR, "certainty")


def _conflicts(decided: pl.DataFrame, candidates: pl.DataFrame, companies: pl.DataFrame) -> pl.DataFrame:
    """Customers that a person or the portal maps to one company while an identifier points to another.

    Where the mapped company bills to the other one, or has an identifier of its own to show, nothing is contradicted.
    """
    decided_by_others = (MappingSource.JUDGEMENT.value, MappingSource.PORTAL.value)
    mapped = decided.filter(pl.col("mapping_source").is_in(decided_by_others)).select(_PAIR).drop_nulls()
    strong = candidates.filter((pl.col("decision") == CERTAIN) | pl.col("has_sole_identifier"))
    redirected = companies.select("company_id_cw", "bill_to_company_id_cw")
    doubtful = mapped.join(strong, on=_PAIR, how="anti", maintain_order="left").join(
        redirected, on="company_id_cw", how="left", maintain_order="left"
    )
    others = strong.select(_CUSTOMER, "rank", other_id="company_id_cw")
    pointed = doubtful.join(others, on=_CUSTOMER, maintain_order="left").filter(
        pl.col("other_id").ne_missing(pl.col("bill_to_company_id_cw"))
    )
    return pointed.sort(_CUSTOMER, "rank").unique(_CUSTOMER, keep="first", maintain_order=True).select(
        _CUSTOMER, conflict_company_id_cw="other_id"
    )  # fmt: skip
