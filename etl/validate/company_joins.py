"""Rows that name their company by RecID, by Company ID or by name: joined to the one company that is meant, or to none.

A RecID on the list of companies decides; else the Company ID, else a name that only one company has. Where two of them
name different companies nobody knows which is meant. Company IDs that are numbers are never compared with RecIDs.
"""

from __future__ import annotations

from typing import Final

from etl.domain import IDENTIFIED
from etl.errors import InputError, Problem
from etl.validate.other_keys import Reference, Said
from etl.warehouse.engine import Engine

_NAME: Final = "connectwise_companies"
_COMPANIES: Final = f"accepted.{_NAME}"
_NAMING: Final = ("connectwise_contacts", "connectwise_invoices")
_BY_RECID: Final = ("portal_mappings", "portal_invoices")
_EXAMPLES: Final = 3
_WAYS: Final = {"record": "RecID", "identifier": "Company ID", "name": "a name that only one company has"}
_NOT: Final = {
    "contradicted": "RecID, Company ID and name are of different companies",
    "ambiguous": "several companies have the name",
    "unlisted": "no company on the list has the Company ID or the name",
    "billed": "Bill To is another company, and not one that is known by its name",
}
_WITHOUT: Final = (
    "the list of companies has no RecID: a company is known by its Company ID, and links use that or the name"
)


def join_companies(engine: Engine) -> list[Said]:
    """Give rows that name a company the id of that company, and take away an id that the row itself contradicts.

    Returns:
        By what the rows of each list are joined, and which are not.

    Raises:
        InputError: some companies have a RecID, others only a Company ID.
    """
    if not engine.count(_COMPANIES):
        return []
    is_without = _is_without_record_ids(engine)
    engine.run(_FIRMS)
    said = [one for relation in _NAMING if (one := _join(engine, relation, is_without=is_without))]
    if is_without:
        _refuse_numbers(engine)
        said += [Said(Reference(_NAME, "company_id_cw", _NAME), _WITHOUT, is_join=True)]
        said += [one for relation in _BY_RECID if (one := _from_portal(engine, relation))]
    return said


def _is_without_record_ids(engine: Engine) -> bool:
    marked, others = engine.rows(f"""
        select count(*) filter (starts_with(company_id_cw, '{IDENTIFIED}')),
            count(*) filter (not starts_with(company_id_cw, '{IDENTIFIED}'))
        from {_COMPANIES}""")[0]
    if marked and others:
        remedy = "Export all companies with their RecID, or all of them without."
        found = f"{others} companies with a RecID and {marked} without"
        raise InputError([Problem(_NAME, found, "one key for all companies", remedy)])
    return bool(marked)


def _refuse_numbers(engine: Engine) -> None:
    """Contacts that have nothing but a RecID would leave every company without a contact."""
    rows = engine.rows("""
        select count(*) from accepted.connectwise_contacts
        where company_id_cw is not null and coalesce(company_identifier, company_name) is null
            and company_id_cw not in (select id from firms)""")[0][0]
    if rows:
        found = f"{rows} contacts that name their company by RecID only, and {_WITHOUT}"
        remedy = "Export the companies with their RecID, or the contacts with Company ID or company name."
        raise InputError([Problem("connectwise_contacts", found, "contacts that can be joined", remedy)])


_FIRMS: Final = f"""
    create or replace temp table firms as
    select company_id_cw as id, name_text(company_identifier) as identifier, name_text(company_name) as name
    from {_COMPANIES};
    create or replace temp table identified as
    select identifier, min(id) as id from firms where identifier is not null group by 1 having count(*) = 1;
    create or replace temp table named as
    select name, min(id) as id, count(*) as companies from firms where name is not null group by 1"""

_FOUND: Final = """
    create or replace temp table found as
    with asked as (
        select rowid as position, company_id_cw as record, company_name as given_name, company_identifier as given_id,
            name_text(company_identifier) as identifier, name_text(company_name) as name, {billed} as billed
        from accepted.{relation}
        where coalesce(company_identifier, company_name) is not null
    ),
    met as (
        select asked.*, own.id as own_id, own.name as own_name, identified.id as identifier_id,
            firm.name as firm_name, named.companies, case when named.companies = 1 then named.id end as name_id,
            namesake.identifier as namesake_identifier
        from asked
        left join firms as own on asked.record = own.id
        left join identified on asked.identifier = identified.identifier
        left join firms as firm on identified.id = firm.id
        left join named on asked.name = named.name
        left join firms as namesake on named.companies = 1 and named.id = namesake.id
    ),
    judged as (
        select *, case
            when own_id is not null and identifier_id is not null and own_id <> identifier_id then 'contradicted'
            when own_id is not null and identifier_id is null and name_id <> own_id and name is distinct from own_name
                then 'contradicted'
            when own_id is not null then 'record'
            when record is not null and not {is_without} then 'unlisted'
            when identifier_id is not null and name_id <> identifier_id and name is distinct from firm_name
                then 'contradicted'
            when identifier_id is not null then 'identifier'
            when name_id is not null and (identifier is null or namesake_identifier is null) then 'name'
            when companies > 1 then 'ambiguous'
            else 'unlisted'
        end as way
        from met
    )
    select position, given_name, given_id, billed, record, case way
            when 'record' then own_id when 'identifier' then identifier_id when 'name' then name_id
            when 'unlisted' then case when not {is_without} then record end
        end as id, way
    from judged"""


def _join(engine: Engine, relation: str, *, is_without: bool) -> Said | None:
    is_billing = relation == "connectwise_invoices"
    billed = "name_text(bill_to_company_name)" if is_billing else "null::varchar"
    engine.run(_FOUND.format(relation=relation, billed=billed, is_without=str(is_without).lower()))
    if not engine.count("found"):
        return None
    engine.run(f"""
        update accepted.{relation} as rows set company_id_cw = found.id
        from found where rows.rowid = found.position and rows.company_id_cw is distinct from found.id""")
    if is_billing:
        _redirect(engine)
    ways = dict(engine.rows("select way, count(*) from found group by 1"))
    return Said(Reference(relation, "company_id_cw", _NAME), _describe(engine, relation, ways), is_join=True)


def _redirect(engine: Engine) -> None:
    """Bill To is another company's name: that one is billed, or nobody is known to be."""
    engine.run("""
        create or replace temp table redirected as
        select found.position, named.id, coalesce(named.companies, 0) = 1 as is_known
        from found
        left join firms on found.id = firms.id
        left join named on found.billed = named.name
        where found.billed is not null
            and found.billed is distinct from coalesce(firms.name, name_text(found.given_name));
        update accepted.connectwise_invoices as rows set
            bill_to_company_id_cw = coalesce(bill_to_company_id_cw, case when is_known then redirected.id end),
            company_id_cw = case when is_known or bill_to_company_id_cw is not null then company_id_cw end
        from redirected where rows.rowid = redirected.position;
        update found set way = 'billed', id = null
        where position in (
            select redirected.position from redirected
            inner join accepted.connectwise_invoices as rows on rows.rowid = redirected.position
            where rows.bill_to_company_id_cw is null
        )""")


def _describe(engine: Engine, relation: str, ways: dict[str, int]) -> str:
    rows = sum(ways.values())
    by = [f"{ways[way]} by {words}" for way, words in _WAYS.items() if ways.get(way)]
    text = f"{relation}: {rows} rows name a company; joined: {', '.join(by) or 'none'}"
    for way, words in _NOT.items():
        if ways.get(way):
            text += f"; not joined: {ways[way]}, because {words} ({_examples(engine, way)})"
    return text


def _examples(engine: Engine, way: str) -> str:
    shown = engine.rows(f"""
        select concat_ws(' ', given_id, given_name) as label from found where way = '{way}'
        group by 1 order by count(*) desc, 1 limit {_EXAMPLES}""")
    return ", ".join(label for (label,) in shown)


def _from_portal(engine: Engine, relation: str) -> Said | None:
    """A list of the portal has RecIDs, the companies have none: their names join, or the ids are not used."""
    engine.run(f"""
        create or replace temp table found as
        select rows.rowid as position, case when named.companies = 1 then named.id end as id,
            rows.company_name as given_name, rows.company_id_cw as given_id, 'unlisted' as way
        from accepted.{relation} as rows
        anti join firms on rows.company_id_cw = firms.id
        left join named on name_text(rows.company_name) = named.name
        where regexp_full_match(rows.company_id_cw, '[0-9]+');
        update accepted.{relation} as rows set company_id_cw = found.id
        from found where rows.rowid = found.position and found.id is not null""")
    rows, joined = engine.rows("select count(*), count(id) from found")[0]
    if not rows:
        return None
    reference = Reference(relation, "company_id_cw", _NAME)
    text = f"{relation} names companies by RecID, and {_WITHOUT}: {joined} of {rows} rows joined by {_WAYS['name']}"
    if joined == rows:
        return Said(reference, text, is_join=True)
    engine.run("delete from found where id is not null")
    text += f"; not joined: {rows - joined} ({_examples(engine, 'unlisted')}). Export the companies with their RecID"
    if relation == "portal_invoices":
        engine.run(f"""
            update accepted.{relation} as rows set company_id_cw = null
            from found where rows.rowid = found.position""")
        return Said(reference, text, is_join=True)
    return Said(reference, text, is_refused=True)
