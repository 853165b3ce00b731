"""The files that a person works in: what to decide, ready for a spreadsheet and safe in it.

Ids carry a prefix (`ACCT-00123`, `CW-41183`) so that no program takes them for numbers. Text that a spreadsheet
would take for a formula gets a leading apostrophe. Files are UTF-8 with a byte order mark, CRLF, every field quoted.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any, Final

import polars as pl

SCHEMA_VERSION: Final = 1
"""Of contact_fixes.csv and sync_gaps.csv."""

MAPPING_SCHEMA: Final = 2
"""Of mapping_fixes; in version 1 all rows of a customer had one fingerprint."""

_PAIR: Final = ("customer_id_acct", "proposed_company_id_cw")


def prefixed(column: str, prefix: str) -> pl.Expr:
    """An id that no program can number: `ACCT-00123`; null stays null."""
    return pl.lit(f"{prefix}-") + pl.col(column)


def mapping_fixes(fixes: pl.DataFrame, run_id: str, key: bytes = b"") -> pl.DataFrame:
    """`mapping_fixes.csv` and `.xlsx`: one row per customer and candidate, with an empty decision to fill in.

    A decision is approve, reject, unsure, exclude, override (with another cw_company_id) or snooze:2026-12-01. A
    customer without a candidate has one row with an empty company. The order is the page's: largest blocked amount
    first.

    Locality: group: customer_id_acct.

    Args:
        fixes: report.mapping_fixes.
        run_id: the run that proposes.
        key: the site's key; with it, `row_fp` cannot be made elsewhere.

    Returns:
        Text and numbers only. `row_fp` is of this row: of the customer, its candidates, their evidence, and the company
        and rank of the row. It is not of the run nor of the money: a row approved on Monday is still the same on
        Wednesday while the evidence is.
    """
    ordered = fixes.sort(
        pl.col("largest_amount").max().over("customer_id_acct"), "customer_id_acct", "rank", "proposed_company_id_cw",
        descending=[True, False, False, False], nulls_last=True,
    )  # fmt: skip
    prints = fingerprints(ordered, key)
    return ordered.join(prints, on=_PAIR, how="left", nulls_equal=True, maintain_order="left").select(
        schema=pl.lit(MAPPING_SCHEMA),
        run_id=pl.lit(run_id),
        row_id=pl.concat_str(
            prefixed("customer_id_acct", "ACCT"),
            prefixed("proposed_company_id_cw", "CW").fill_null("NONE"),
            separator="/",
        ),
        row_fp=pl.col("row_fp"),
        decision=pl.lit(""),
        acct_customer_id=prefixed("customer_id_acct", "ACCT"),
        acct_customer_name=pl.col("customer_name"),
        cw_company_id=prefixed("proposed_company_id_cw", "CW"),
        cw_company_name=pl.col("company_name"),
        score=pl.col("score"),
        reviewer=pl.lit(""),
        decided_at=pl.lit(""),
        note=pl.lit(""),
        cw_company_identifier=pl.col("company_identifier"),
        current_cw_company_id=prefixed("company_id_cw", "CW"),
        mapping_state=pl.col("mapping_state"),
        rank=pl.col("rank"),
        # rounding must not make a certainty of an estimate
        certainty=pl.col("certainty").round(4).clip(upper_bound=0.9999),
        lead=pl.col("lead").round(4).clip(upper_bound=0.9999),
        reason=pl.col("reason"),
        evidence=_evidence(),
        alternatives=pl.col("proposed_company_id_cw").count().over("customer_id_acct").cast(pl.Int64) - 1,
        open_invoices=pl.col("blocked_invoices"),
        open_balance=pl.col("blocked_amounts"),
        cb_search_hint=_search_hint(),
    ).with_columns(pl.col("alternatives").clip(lower_bound=0))  # fmt: skip


def _evidence() -> pl.Expr:
    """`name +11.5 (a = b); city -1.5 (x, y)`; the points add up to the score."""
    part = pl.element().struct
    points = part.field("points")
    signed = pl.when(points > 0).then(pl.lit("+")).otherwise(pl.lit("")) + points.cast(pl.String)
    cell_text = pl.concat_str(
        part.field("kind"), pl.lit(" "), signed, pl.lit(" ("), part.field("detail").fill_null(""), pl.lit(")")
    )
    return pl.col("evidence").list.eval(cell_text).list.join("; ").fill_null("")


def _search_hint() -> pl.Expr:
    """The longest piece of the company's name without punctuation: what the portal's search finds best."""
    pieces = pl.col("company_name").str.extract_all(r"[\p{L}\p{N}]+(?: [\p{L}\p{N}]+)*")
    longest = pieces.list.eval(pl.element().sort_by(pl.element().str.len_chars(), descending=True, maintain_order=True))
    return longest.list.first().fill_null("")


def fingerprints(fixes: pl.DataFrame, key: bytes) -> pl.DataFrame:
    """One fingerprint per row: of the customer's name, mapping and candidates with their evidence, and of this company.

    The fix files, the page and the import all take it from here. It begins with letters, for a fingerprint that
    happens to hold digits only, or digits and one e, would be a number to a spreadsheet.

    Locality: group: customer_id_acct.

    Args:
        fixes: report.mapping_fixes, in any order.
        key: the site's key.

    Returns:
        `customer_id_acct, proposed_company_id_cw, row_fp`.
    """
    ordered = fixes.sort("customer_id_acct", "rank", "proposed_company_id_cw", nulls_last=True)
    grouped = ordered.group_by("customer_id_acct", maintain_order=True).agg(
        pl.col("customer_name").first().str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars(),
        pl.col("company_id_cw").first(),
        candidates=pl.struct("proposed_company_id_cw", "rank", "score", "evidence"),
    )
    found = [one for row in grouped.iter_rows() for one in _fingerprints(row, key)]
    return pl.DataFrame(
        found, schema=[*_PAIR, "row_fp"], schema_overrides=dict.fromkeys(_PAIR, pl.String), orient="row"
    )


def _fingerprints(customer: tuple[Any, ...], key: bytes) -> Iterator[tuple[str, str | None, str]]:
    """The rows of one customer; each holds the digest of the whole, so that no long evidence is hashed twice."""
    whole = hmac.new(key, _json([MAPPING_SCHEMA, *customer]), hashlib.sha256).hexdigest()
    for candidate in customer[-1]:
        company = candidate["proposed_company_id_cw"]
        row = hmac.new(key, _json([whole, company, candidate["rank"]]), hashlib.sha256).hexdigest()
        yield customer[0], company, f"FP-{row[:16]}"


def _json(content: list[Any]) -> bytes:
    return json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()


def sync_gaps(gaps: pl.DataFrame, run_id: str) -> pl.DataFrame:
    """`sync_gaps.csv`: the gaps, most invoices first; instants are UTC.

    Locality: row.

    Args:
        gaps: marts.sync_gaps.
        run_id: the run that found them.
    """
    ordered = gaps.sort("invoices", "gap_id", descending=[True, False])
    return ordered.select(
        schema=pl.lit(SCHEMA_VERSION),
        run_id=pl.lit(run_id),
        gap_id=pl.lit("GAP-") + pl.col("gap_id"),
        reason=pl.col("reason"),
        first_changed_at=_iso("first_changed_at"),
        last_changed_at=_iso("last_changed_at"),
        first_created_at=_iso("first_created_at"),
        invoices=pl.col("invoices"),
        customers=pl.col("customers"),
        amounts=pl.col("currency_amounts"),
        explanation=pl.col("explanation"),
    )


def _iso(column: str) -> pl.Expr:
    return pl.col(column).dt.strftime("%Y-%m-%dT%H:%M:%SZ")


def quarantine(rows: pl.DataFrame) -> pl.DataFrame:
    """`quarantine.csv`: every row that was set aside, where it stands and every rule that it broke.

    Locality: row.

    Args:
        rows: quarantine.rows, or a batch of it.
    """
    return rows.select("relation", "source_file", "source_line", pl.col("broken_rules").list.join("; "), "row_values")
