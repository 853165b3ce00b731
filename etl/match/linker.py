"""The linker in one piece: from two sides in normal form to candidates with their evidence."""

from __future__ import annotations

import polars as pl

from etl.match.abbreviations import find_abbreviations
from etl.match.blocking_keys import IDENTIFIERS, build_keys
from etl.match.candidates import find_candidates
from etl.match.certainty import PriorDecisions
from etl.match.certainty_rules import facts, is_somebody
from etl.match.competitors import LIKELY, add_competitors
from etl.match.evidence import compare_pairs, find_evidence
from etl.match.records import NormalizedRecords
from etl.match.scorecard import Scorecard
from etl.match.waterfall import waterfall

_PAIR = ["customer", "company"]
_INVOICES = {"customer": pl.UInt32, "company": pl.UInt32, "invoice_count": pl.Int64, "disagreeing_count": pl.Int64}


def findings(
    records: NormalizedRecords, shared_invoices: pl.DataFrame, card: Scorecard, extra_pairs: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Find the pairs that are worth comparing, and compare them.

    Locality: whole.

    Args:
        records: both sides in normal form.
        shared_invoices: `matching.shared_invoices`.
        card: what each finding is worth.
        extra_pairs: `customer, company`: pairs that are compared in any case.

    Returns:
        The rows of `evidence.find_evidence`.
    """
    invoices = number_pairs(shared_invoices, records).select(
        pl.col(name).cast(kind) for name, kind in _INVOICES.items()
    )
    more = [invoices.select(_PAIR), *([] if extra_pairs is None else [extra_pairs.select(_PAIR)])]
    return find_evidence(_pairs(records, pl.concat(more)), invoices, records, card)


def findings_of_tables(records: NormalizedRecords, card: Scorecard) -> pl.DataFrame:
    """Find and compare the pairs of two tables without invoices; abbreviations are tried for unlikely customers.

    Locality: whole.
    """
    nothing = pl.DataFrame(schema=_INVOICES)
    pairs = _pairs(records, nothing.select(_PAIR))
    findings = compare_pairs(pairs, nothing, records, card)
    # a mere neighbour is nobody; whom an identifier or the name points to need not be guessed
    is_pointed_to = pl.col("has_identifier") | pl.col("has_exact_name")
    is_likely = is_somebody() & ((pl.col("score") >= LIKELY) | is_pointed_to)
    likely = findings.lazy().with_columns(**facts()).filter(is_likely).select("customer").unique().collect()
    shorts = find_abbreviations(likely, records)
    if shorts.height:
        # whatever else a pair was found by still holds
        known = shorts.join(pairs, on=_PAIR, how="left", maintain_order="left", suffix="_known")
        shorts = known.select(*_PAIR, flags=pl.col("flags") | pl.col("flags_known").fill_null(0))
        more = compare_pairs(shorts, nothing, records, card)
        findings = pl.concat((findings.join(more, on=_PAIR, how="anti"), more)).sort(_PAIR)
    return add_competitors(findings, card)


def _pairs(records: NormalizedRecords, extra_pairs: pl.DataFrame) -> pl.DataFrame:
    """The pairs that share most, and the extra ones, by customer and company."""
    left, right = build_keys(records)
    found = find_candidates(left, right, records.companies.height, int(IDENTIFIERS)).select(*_PAIR, "flags")
    more = extra_pairs.unique().join(found, on=_PAIR, how="anti").with_columns(flags=pl.lit(0, dtype=pl.Int32))
    return pl.concat((found, more)).sort(_PAIR) if more.height else found


def no_decisions() -> PriorDecisions:
    """No judgements and no mappings: the rule alone decides."""
    rows = {"customer": pl.UInt32, "company": pl.UInt32, "family": pl.UInt32}
    empty = pl.DataFrame(schema=rows)
    return PriorDecisions(empty.select(_PAIR), empty.select("customer"), empty.select("company", "family"))


def prior_decisions(
    records: NormalizedRecords, judgements: pl.DataFrame, portal_mappings: pl.DataFrame
) -> PriorDecisions:
    """Number the decisions of people and of the portal by rows of the records.

    Args:
        records: both sides in normal form.
        judgements: the register's current judgements.
        portal_mappings: `staging.portal__mappings`.
    """
    known = number_pairs(judgements, records)
    rejected = known.filter(pl.col("decision") == "rejected").select(_PAIR).unique()
    approved = known.filter(pl.col("decision") == "approved").select(_PAIR)
    mapped = number_pairs(portal_mappings.select("customer_id_acct", "company_id_cw").drop_nulls(), records).select(
        _PAIR
    )
    standing = pl.concat((approved, mapped.join(rejected, on=_PAIR, how="anti"))).unique()
    families = records.customers["family"]
    unsure = judgements.filter(pl.col("decision") == "unsure").select("customer_id_acct").unique()
    customers = records.customers.select("customer_id_acct", customer="record")
    return PriorDecisions(
        rejected=rejected,
        unsure=unsure.join(customers, on="customer_id_acct").select("customer"),
        taken=standing.select("company", family=families.gather(standing["customer"])).unique(),
    )


def number_pairs(pairs: pl.DataFrame, records: NormalizedRecords) -> pl.DataFrame:
    """Add `customer` and `company`, the rows of the records; pairs with an unknown record are left out."""
    customers = records.customers.select("customer_id_acct", customer="record")
    companies = records.companies.select("company_id_cw", company="record")
    return pairs.join(customers, on="customer_id_acct").join(companies, on="company_id_cw")


def candidate_rows(proposed: pl.DataFrame, records: NormalizedRecords, card: Scorecard) -> pl.DataFrame:
    """`matching.candidates`: the candidates by their ids, with the parts of their scores.

    Locality: row.

    Args:
        proposed: the rows of `certainty.decide`.
        records: both sides in normal form.
        card: what each finding is worth.
    """
    return proposed.select(
        records.customers["customer_id_acct"].gather(proposed["customer"]).alias("customer_id_acct"),
        records.companies["company_id_cw"].gather(proposed["company"]).alias("company_id_cw"),
        "rank",
        "certainty",
        "score",
        "lead",
        waterfall(proposed, records, card).alias("evidence"),
        "decision",
        "reason",
        "has_sole_identifier",
    )
