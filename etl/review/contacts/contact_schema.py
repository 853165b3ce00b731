"""How decisions about contacts are written down: tables of their own, beside the judgements, and what holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from etl.review.kept_tables import counting_view, never_changed

SINCE: Final = 4
"""The first version of the register that has them."""

CONTACTS: Final = (
    """
    create table contact_imports (
        import_id text primary key check (import_id <> ''),
        place integer not null unique check (place > 0),
        imported_at text not null,
        imported_by text not null check (imported_by <> ''),
        claimed_by text check (claimed_by <> ''),
        file_name text,
        file_digest text,
        reverts text references contact_imports (import_id)
    ) strict""",
    "create unique index a_contact_import_is_taken_back_once on contact_imports (reverts)",
    """
    create table contact_decisions (
        decision_id integer primary key,
        import_id text not null references contact_imports (import_id),
        company_id_cw text not null check (company_id_cw <> ''),
        contact_id_cw text check (contact_id_cw <> ''),
        decision text not null check (decision in ('approved', 'nobody', 'unsure', 'snoozed')),
        snoozed_until text,
        level_asked integer,
        email_fingerprint text,
        asked_by text,
        asked_on text,
        decided_at text not null,
        decided_by text not null check (decided_by <> ''),
        note text,
        row_fp text not null check (row_fp <> ''),
        row_digest text not null check (row_digest <> ''),
        source text not null check (source <> ''),
        check ((decision = 'approved') = (contact_id_cw is not null)),
        check ((decision = 'approved') = (level_asked is not null)),
        check ((decision = 'snoozed') = (snoozed_until is not null))
    ) strict""",
    "create index contact_decisions_of_company on contact_decisions (company_id_cw, decision_id)",
    *never_changed("contact_decisions_are", "contact_decisions", "a decision is superseded by a new one, never"),
    *never_changed("contact_imports_are", "contact_imports", "an import is never"),
    counting_view("contact_imports"),
    # the chain is filled again, for both kinds of import
    "drop table chain",
    """
    create table chain (
        place integer primary key check (place > 0),
        import_id text not null unique,
        digest text not null check (length(digest) = 64)
    ) strict""",
    *never_changed("the_chain_is", "chain", "the chain is continued, never"),
)
"""What makes the tables; one step of the register. An import says its place in the chain."""

_TEXT: Final = pl.String()
LOG: Final[Mapping[str, pl.DataType]] = {
    "import_id": _TEXT, "imported_at": pl.Datetime("us"), "imported_by": _TEXT, "claimed_by": _TEXT,
    "file_name": _TEXT, "file_digest": _TEXT, "reverts": _TEXT, "company_id_cw": _TEXT, "contact_id_cw": _TEXT,
    "decision": _TEXT, "snoozed_until": pl.Date(), "level_asked": pl.Int64(), "email_fingerprint": _TEXT,
    "asked_by": _TEXT, "asked_on": pl.Date(), "decided_at": pl.Datetime("us"), "decided_by": _TEXT, "note": _TEXT,
    "row_fp": _TEXT, "row_digest": _TEXT, "source": _TEXT, "counts": pl.Boolean(), "holds": pl.Boolean(),
}  # fmt: skip
"""The columns of `contact_log`."""

_LOG_SQL: Final = """
select
    imports.import_id, imports.imported_at, imports.imported_by, imports.claimed_by, imports.file_name,
    imports.file_digest, imports.reverts, decisions.company_id_cw, decisions.contact_id_cw, decisions.decision,
    decisions.snoozed_until, decisions.level_asked, decisions.email_fingerprint, decisions.asked_by,
    decisions.asked_on, decisions.decided_at, decisions.decided_by, decisions.note, decisions.row_fp,
    decisions.row_digest, decisions.source,
    imports.import_id in (select import_id from contact_imports_that_count) as counts,
    coalesce(decisions.decision_id in (
        select max(latest.decision_id)
        from contact_decisions as latest
        where latest.import_id in (select import_id from contact_imports_that_count)
        group by latest.company_id_cw
    ), false) as holds
from contact_imports as imports
left join contact_decisions as decisions
    on imports.import_id = decisions.import_id
order by imports.rowid, decisions.decision_id
"""
"""Everything in its order: the latest decision of a company that was not taken back holds."""


def contact_log(connection: sqlite3.Connection, version: int) -> pl.DataFrame:
    """Every decision about a contact in its order; a revert is one row without a company.

    Args:
        connection: the register.
        version: of its tables; an earlier one has no such decisions.
    """
    rows = connection.execute(_LOG_SQL).fetchall() if version >= SINCE else []
    return log_frame(rows)


def log_frame(rows: Sequence[tuple[Any, ...]] = ()) -> pl.DataFrame:
    """Rows as SQLite gives them, with instants and days as such."""
    kinds = {name: kind if kind in {pl.Int64(), pl.Boolean()} else _TEXT for name, kind in LOG.items()}
    flags = ("counts", "holds")
    text = pl.DataFrame(rows, schema={**kinds, **dict.fromkeys(flags, pl.Int64())}, orient="row")
    instants = [name for name, kind in LOG.items() if kind == pl.Datetime("us")]
    return text.with_columns(
        pl.col(instants).str.to_datetime("%Y-%m-%dT%H:%M:%S%.6f", time_unit="us"),
        pl.col("snoozed_until", "asked_on").str.to_date("%Y-%m-%d"),
        pl.col(*flags).cast(pl.Boolean),
    )


def holding(log: pl.DataFrame) -> pl.DataFrame:
    """The decisions that hold: the latest of each company that was not taken back."""
    return log.filter("holds").sort("company_id_cw")
