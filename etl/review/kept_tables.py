"""What the tables of both kinds of decisions have in common: nothing is changed or removed, and what is taken back."""

from __future__ import annotations


def never_changed(names: str, table: str, why: str) -> tuple[str, str]:
    """The triggers of a table that only grows.

    Args:
        names: how the names of the triggers begin.
        table: the table.
        why: how the message begins.
    """
    return (
        f"""
    create trigger {names}_not_changed before update on {table}
    begin select raise(abort, '{why} changed'); end""",
        f"""
    create trigger {names}_not_removed before delete on {table}
    begin select raise(abort, '{why} removed'); end""",
    )


def counting_view(imports: str) -> str:
    """The view of the imports that were not taken back: each can be taken back once, so their chain is even."""
    return f"""
    create view {imports}_that_count as
    with recursive chains (import_id, last_id, steps) as (
        select import_id, import_id, 0 from {imports}
        union all
        select chains.import_id, {imports}.import_id, chains.steps + 1
        from chains inner join {imports} on {imports}.reverts = chains.last_id
    )
    select import_id from chains group by import_id having max(steps) % 2 = 0"""
