"""`contact_fixes.csv`: whom to give access, where nobody at a company has it, and what became of each decision."""

from __future__ import annotations

import polars as pl

from etl.review.contacts.contact_states import NOBODY
from etl.review.fix_files import SCHEMA_VERSION, prefixed


def contact_fixes(states: pl.DataFrame, run_id: str) -> pl.DataFrame:
    """One row for each company that nobody can look into, or whose approval is still to be done.

    A decision is approve, nobody, unsure or snooze:2026-12-01. A higher level is a privilege: each row is decided by
    itself, none in bulk. Snoozed companies are left out until their day; those that are to have no login come last,
    without advice.

    Locality: row.

    Args:
        states: marts.contact_states.
        run_id: the run that proposes.
    """
    ordered = states.filter("is_listed").sort(
        pl.col("state") == NOBODY, "blocked_invoices", "company_id_cw", descending=[False, True, False], nulls_last=True
    )
    return ordered.select(
        schema=pl.lit(SCHEMA_VERSION),
        run_id=pl.lit(run_id),
        row_id=prefixed("company_id_cw", "CW"),
        row_fp=pl.col("row_fp").fill_null(""),
        decision=pl.lit(""),
        cw_company_id=prefixed("company_id_cw", "CW"),
        cw_company_name=pl.col("company_name"),
        contacts=pl.col("contacts"),
        why_nobody=pl.col("why_nobody").fill_null(""),
        cw_contact_id=prefixed("contact_id_cw", "CW"),
        contact_name=pl.col("contact_name"),
        contact_email=pl.col("contact_email"),
        contact_role=pl.col("contact_role"),
        level_now=pl.col("level_now"),
        level_needed=pl.col("level_needed"),
        change=pl.col("change"),
        blocked_invoices=pl.col("blocked_invoices"),
        would_see=pl.col("would_see"),
        asked_by=pl.lit(""),
        asked_on=pl.lit(""),
        reviewer=pl.lit(""),
        decided_at=pl.lit(""),
        note=pl.lit(""),
        state=pl.col("state"),
        state_detail=pl.col("state_detail"),
        decided_by=pl.col("decided_by"),
        import_id=pl.col("import_id"),
    )
