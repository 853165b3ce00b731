"""How the register is written down: its tables, the steps from older versions, and what holds at present."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from functools import cache
from typing import Final

from etl.review import chain
from etl.review.contacts.contact_schema import CONTACTS
from etl.review.kept_tables import counting_view, never_changed

_FIRST: Final = (
    """
    create table imports (
        import_id text primary key check (import_id <> ''),
        imported_at text not null,
        imported_by text not null check (imported_by <> ''),
        file_name text,
        file_digest text
    ) strict""",
    """
    create table judgements (
        judgement_id integer primary key,
        import_id text not null references imports (import_id),
        customer_id_acct text not null check (customer_id_acct <> ''),
        company_id_cw text check (company_id_cw <> ''),
        decision text not null check (decision in ('approved', 'rejected', 'excluded', 'unsure', 'snoozed')),
        judged_at text not null,
        judged_by text not null check (judged_by <> ''),
        note text,
        evidence_fingerprint text,
        source text not null check (source <> ''),
        check (decision not in ('approved', 'rejected') or company_id_cw is not null),
        check (decision <> 'excluded' or company_id_cw is null)
    ) strict""",
    "create index judgements_of_customer on judgements (customer_id_acct, judgement_id)",
    *never_changed("judgements_are", "judgements", "a judgement is superseded by a new one, never"),
    *never_changed("imports_are", "imports", "an import is never"),
)

# An import that was taken back no longer counts, but stays where it is; so does the act that took it back, which can
# be taken back in its turn. Each can be taken back once, so whether it counts is whether that chain is even.
_TAKING_BACK: Final = (
    "alter table imports add column reverts text references imports (import_id)",
    "create unique index an_import_is_taken_back_once on imports (reverts)",
    """
    alter table judgements add column snoozed_until text
    check (snoozed_until is null or decision = 'snoozed')""",
    counting_view("imports"),
)

# The digests over everything that was added; and, beside the login that imported, the name that it gave.
_CHAINED: Final = (
    "alter table imports add column claimed_by text check (claimed_by <> '')",
    """
    create table chain (
        place integer primary key check (place > 0),
        import_id text not null unique references imports (import_id),
        digest text not null check (length(digest) = 64)
    ) strict""",
    *never_changed("the_chain_is", "chain", "the chain is continued, never"),
)

STEPS: Final = (_FIRST, _TAKING_BACK, _CHAINED, CONTACTS)
"""What makes each version from the one before it; the first makes an empty file a register."""

SCHEMA_VERSION: Final = len(STEPS)
CHAINED: Final = STEPS.index(_CHAINED) + 1
"""The first version that holds its chain."""

# The latest judgement of a customer holds; rejections are about a pair and hold beside it, until that pair is approved.
# A later rejection of the approved pair takes the approval back; to snooze a customer settles nothing.
_CURRENT: Final = """
select
    judgements.customer_id_acct, judgements.company_id_cw, judgements.decision, judgements.judged_at,
    judgements.judged_by, judgements.note, judgements.evidence_fingerprint, judgements.source, judgements.import_id,
    {snoozed_until} as snoozed_until
from judgements
where {counts} and not exists (
    select 1
    from judgements as later
    where later.customer_id_acct = judgements.customer_id_acct
        and later.judgement_id > judgements.judgement_id
        and {later_counts}
        and case
            when judgements.decision = 'rejected'
                then later.decision in ('approved', 'rejected') and later.company_id_cw = judgements.company_id_cw
            when later.decision = 'snoozed' then judgements.decision in ('unsure', 'snoozed')
            when later.decision = 'rejected'
                then judgements.decision = 'approved' and later.company_id_cw = judgements.company_id_cw
            else true
        end
)
order by judgements.customer_id_acct, judgements.judgement_id
"""


def current_sql(version: int) -> str:
    """What holds at present, in the words of a register of this version: a run does not rewrite an old one."""
    if version == 1:
        return _CURRENT.format(snoozed_until="null", counts="true", later_counts="true")
    counts = "{}.import_id in (select import_id from imports_that_count)"
    return _CURRENT.format(
        snoozed_until="judgements.snoozed_until",
        counts=counts.format("judgements"),
        later_counts=counts.format("later"),
    )


def raise_version(connection: sqlite3.Connection, version: int) -> None:
    """Bring a register, or an empty file, to the version of this program; in the transaction of the caller."""
    if version == SCHEMA_VERSION:
        return
    for step in STEPS[version:]:
        for statement in step:
            connection.execute(statement)
    chain.fill(connection)
    connection.execute(f"pragma user_version = {SCHEMA_VERSION}")


def fault(connection: sqlite3.Connection, version: int) -> str | None:
    """What is wrong with the file as a database: damaged pages, an index that tells another story, altered tables."""
    damages = [row for (row,) in connection.execute("pragma integrity_check(3)").fetchall() if row != "ok"]
    if damages:
        return f"it is damaged ({str(damages[0]).splitlines()[-1]})"
    if _schema(connection) != _expected(version):
        return "its tables are not those of a register"
    return None


@cache
def _expected(version: int) -> frozenset[tuple[str, ...]]:
    with closing(sqlite3.connect(":memory:")) as connection:
        for step in STEPS[:version]:
            for statement in step:
                connection.execute(statement)
        return _schema(connection)


def _schema(connection: sqlite3.Connection) -> frozenset[tuple[str, ...]]:
    """Tables, indexes, triggers and views with their text, whatever the spaces in it."""
    found = connection.execute("select type, name, tbl_name, coalesce(sql, '') from sqlite_master").fetchall()
    return frozenset(
        (*map(str, names), re.sub(r"\s+", " ", str(sql)))
        for *names, sql in found
        if not str(names[1]).startswith("sqlite_stat")
    )
