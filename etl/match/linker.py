"""The linker in one piece: from two sides in normal form to candidates with their evidence."""

from __future__ import annotations

import polars as pl

from etl.match.abbreviations import abbreviated
from etl.match.blocking_keys import IDENTIFIERS, keys
from etl.match.candidates import candidates
from etl.match.certainty import PriorDecisions
from etl.match.certainty_rules import facts, is_somebody
from etl.match.competitors import LIKELY, rivalled
from etl.match.evidence import compared, evidence
from etl.match.records import NormalizedRecords
from etl.match.scorecard import Scorecard
from etl.match.waterfall import waterfall

_PAIR = ["customer", "company"]
_INVOICES = {"customer": pl.UInt32, "company": pl.UInt32, "invoice_count": pl.Int64, "disagreeing_count": pl.Int64}


def findings(
    profiles: NormalizedRecords, shared_invoices: pl.DataFrame, card: Scorecard, asked: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Find the pairs that are worth comparing, and compare them.

    Locality: whole.

    Args:
        profiles: both sides in normal form.
        shared_invoices: `matching.shared_invoices`.
        card: what each finding is worth.
        asked: `customer, company`: pairs that are compared in any case.

    Returns:
        What `evidence.evidence` returns.
    """
    invoices = numbered(shared_invoices, profiles).select(pl.col(name).cast(kind) for name, kind in _INVOICES.items())
    more = [invoices.select(_PAIR), *([] if asked is None else [asked.select(_PAIR)])]
    return evidence(_pairs(profiles, pl.concat(more)), invoices, profiles, card)


def findings_of_tables(profiles: NormalizedRecords, card: Scorecard) -> pl.DataFrame:
    """The same of two tables without invoices; abbreviations are tried where nobody is likely.

    Locality: whole.
    """
    nothing = pl.DataFrame(schema=_INVOICES)
    pairs = _pairs(profiles, nothing.select(_PAIR))
    found = compared(pairs, nothing, profiles, card)
    # a mere neighbour is nobody; whom an identifier or the name points to need not be guessed
    is_pointed_to = pl.col("has_identifier") | pl.col("has_exact_name")
    is_likely = is_somebody() & ((pl.col("score") >= LIKELY) | is_pointed_to)
    likely = found.lazy().with_columns(**facts()).filter(is_likely).select("customer").unique().collect()
    shorts = abbreviated(likely, profiles)
    if shorts.height:
        # whatever else a pair was found by still holds
        known = shorts.join(pairs, on=_PAIR, how="left", maintain_order="left", suffix="_known")
        shorts = known.select(*_PAIR, flags=pl.col("flags") | pl.col("flags_known").fill_null(0))
        more = compared(shorts, nothing, profiles, card)
        found = pl.concat((found.join(more, on=_PAIR, how="anti"), more)).sort(_PAIR)
    return rivalled(found, card)


def _pairs(profiles: NormalizedRecords, named: pl.DataFrame) -> pl.DataFrame:
    """The pairs that share most, and those that are named besides, by customer and company."""
    left, right = keys(profiles)
    found = candidates(left, right, profiles.companies.height, int(IDENTIFIERS)).select(*_PAIR, "flags")
    more = named.unique().join(found, on=_PAIR, how="anti").with_columns(flags=pl.lit(0, dtype=pl.Int32))
    return pl.concat((found, more)).sort(_PAIR) if more.height else found


def nothing_decided() -> PriorDecisions:
    """No judgement, no mapping: what the rule alone says."""
    rows = {"customer": pl.UInt32, "company": pl.UInt32, "family": pl.UInt32}
    empty = pl.DataFrame(schema=rows)
    return PriorDecisions(empty.select(_PAIR), empty.select("customer"), empty.select("company", "family"))


def decided(profiles: NormalizedRecords, judgements: pl.DataFrame, portal_mappings: pl.DataFrame) -> PriorDecisions:
    """What people and the portal have decided, by rows of the profiles.

    Args:
        profiles: both sides in normal form.
        judgements: the register's current judgements.
        portal_mappings: `staging.portal__mappings`.
    """
    known = numbered(judgements, profiles)
    rejected = known.filter(pl.col("decision") == "rejected").select(_PAIR).unique()
    approved = known.filter(pl.col("decision") == "approved").select(_PAIR)
    mapped = numbered(portal_mappings.select("customer_id_acct", "company_id_cw").drop_nulls(), profiles).select(_PAIR)
    standing = pl.concat((approved, mapped.join(rejected, on=_PAIR, how="anti"))).unique()
    families = profiles.customers["family"]
    unsure = judgements.filter(pl.col("decision") == "unsure").select("customer_id_acct").unique()
    people = profiles.customers.select("customer_id_acct", customer="record")
    return PriorDecisions(
        rejected=rejected,
        unsure=unsure.join(people, on="customer_id_acct").select("customer"),
        taken=standing.select("company", family=families.gather(standing["customer"])).unique(),
    )


def numbered(pairs: pl.DataFrame, profiles: NormalizedRecords) -> pl.DataFrame:
    """Add `customer` and `company`, the rows of the records; pairs of which one is unknown are left out."""
    people = profiles.customers.select("customer_id_acct", customer="record")
    firms = profiles.companies.select("company_id_cw", company="record")
    return pairs.join(people, on="customer_id_acct").join(firms, on="company_id_cw")


def told(shown: pl.DataFrame, profiles: NormalizedRecords, card: Scorecard) -> pl.DataFrame:
    """`matching.candidates`: the candidates by their ids, with the parts of their scores.

    Locality: row.

    Args:
        shown: what `certainty.certainty` proposes.
        profiles: both sides in normal form.
        card: what each finding is worth.
    """
    return shown.select(
        profiles.customers["customer_id_acct"].gather(shown["customer"]).alias("customer_id_acct"),
        profiles.companies["company_id_cw"].gather(shown["company"]).alias("company_id_cw"),
        "rank",
        "certainty",
        "score",
        "lead",
        waterfall(shown, profiles, card).alias("evidence"),
        "decision",
        "reason",
        "has_sole_identifier",
    )
