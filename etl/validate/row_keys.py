"""References that are settled row by row: by a Company ID next to its name, and by a name alone.

Both read the temporary tables `asked` (value, its key, the name next to it), `target` and `named`.
"""

from __future__ import annotations

from dataclasses import dataclass

from etl.warehouse.engine import Engine


@dataclass(frozen=True)
class JoinedRows:
    """Values that were replaced.

    Attributes:
        found: how many distinct values; `asked`: how many there are.
        example: one of them.
    """

    found: int
    asked: int
    example: str


def join_by_identifier(engine: Engine, relation: str, column: str) -> JoinedRows | None:
    """Give rows whose value can be no RecID the company that has it as its Company ID, and the name next to it.

    Returns:
        What was replaced; null where nothing was.
    """
    engine.run("""
        create or replace temp table by_identifier as
        with single as (
            select company_identifier as key, min(id) as id from target
            where company_identifier is not null group by 1 having count(*) = 1
        )
        select asked.value, single.id
        from asked
        inner join single on asked.key = single.key
        left join named on asked.name = named.name
        anti join target on asked.value = target.id
        where regexp_matches(asked.value, '\\p{L}') and not exists (
            select 1 from target where asked.key in (account_number, company_name) and target.id <> single.id
        )
        group by all having bool_and(coalesce(named.id = single.id, false))""")
    found, example, asked = engine.rows(
        "select count(*), min(value), (select count(distinct value) from asked) from by_identifier"
    )[0]
    if not found:
        return None
    _replace(engine, relation, column, "by_identifier")
    return JoinedRows(found, asked, example)


def join_by_name(engine: Engine, relation: str, column: str) -> None:
    """Give rows with only a name the id of the one customer of that name, whatever its case and spacing."""
    engine.run("""
        create or replace temp table by_name as
        with names as (
            select id, customer_name as name from target
            union select id, full_name from target where full_name is not null
        ),
        single as (select name, min(id) as id from names group by 1 having count(distinct id) = 1)
        select distinct asked.value, single.id
        from asked
        inner join single on asked.key = single.name
        anti join target on asked.value = target.id
        where asked.name is null or asked.name = asked.key or ends_with(asked.key, '/' || asked.name)""")
    if engine.count("by_name"):
        _replace(engine, relation, column, "by_name")


def _replace(engine: Engine, relation: str, column: str, found: str) -> None:
    engine.run(f"""
        update accepted.{relation} as rows set {column} = {found}.id
        from {found} where rows.{column} = {found}.value""")
