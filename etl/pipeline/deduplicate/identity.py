"""The identity of accounting documents: by their content, never by the file that they stand in.

A document is its kind and its internal id. Without an id it is its number, customer and day; without a number its
customer, day and total: values as read, never their spelling, never a balance. INV-4001 is 4001 where customer, day
and total agree. Where one list holds several such
documents, the total distinguishes them, and then their order. One that has an id in another list is that one.
"""

from __future__ import annotations

from typing import Final

from etl.domain import MALFORMED_ID, NO_NUMBER
from etl.schemas import Relation
from etl.warehouse.engine import Engine

INVOICES: Final = "accepted.accounting_invoices"
_NONE: Final = f"{MALFORMED_ID}|{NO_NUMBER}".replace("{", "{{").replace("}", "}}")
"""Numbers that may stand for any document, or for none."""

_SEEN: Final = f"""
create or replace temp table seen as
select
    rowid as position, source_file, coalesce(has_internal_id, true) as has_id,
    coalesce(document_type, 'invoice') as kind, invoice_id_acct as id,
    case when has_id then concat_ws(chr(31), kind, id) else position::varchar end as identity,
    case when not regexp_full_match(trim(invoice_number), '{_NONE}') then upper(trim(invoice_number)) end as number,
    case
        when not regexp_full_match(trim(invoice_number), '{_NONE}') then number_without_words(invoice_number)
    end as bare_number,
    invoice_number, customer_id_acct, lower(trim(customer_id_acct)) as customer,
    lower(coalesce(book || '/', '') || trim(customer_name)) as name,
    invoice_date as day, total_amount as total, due_date, document_status, balance_amount
from {INVOICES}
where {{which}}"""

_KEYED: Final = """
create or replace temp table keyed as
with names as (
    -- a list without ids knows a customer by name: it is the one that has that name on a list with ids
    select name, min(customer) as customer
    from seen
    where name <> customer
    group by name
    having count(distinct customer) = 1
),

own as (
    select seen.* replace (coalesce(names.customer, seen.customer) as customer)
    from seen
    left join names on seen.customer = names.name
),

-- all lists with ids are one list, in which each id stands once; every other file is a list of its own
listed as (
    select *, '' as list from own where has_id
    qualify row_number() over (partition by identity order by position desc) = 1
    union all
    select *, source_file as list from own where not has_id
),

-- INV-4001 in one list is 4001 in another where customer, day and total agree, and each list has one such document
alike as (
    select kind, bare_number, customer, day, total, min(number) as alike_number
    from listed
    where bare_number is not null
    group by kind, bare_number, customer, day, total
    having count(distinct number) > 1 and count(*) = count(distinct list)
),

-- without a number, the one document of a customer's day in every list, of which some lists do not give the total
mixed as (
    select kind, customer, day
    from listed
    where number is null
    group by kind, customer, day
    having count(*) > count(total) and count(*) = count(distinct list) and count(distinct total) <= 1
),

based as (
    select
        listed.* replace (coalesce(alike.alike_number, listed.number) as number),
        concat_ws(
            chr(31), listed.kind,
            coalesce(
                alike.alike_number, listed.number,
                case when mixed.kind is null then listed.total::varchar end || chr(30), chr(30)
            ),
            listed.customer, listed.day::varchar
        ) as base
    from listed
    left join mixed
        on listed.kind = mixed.kind
        and listed.customer = mixed.customer
        and listed.day = mixed.day
    left join alike
        on listed.bare_number = alike.bare_number
        and listed.kind = alike.kind
        and listed.customer = alike.customer
        and listed.day = alike.day
        and listed.total = alike.total
),

counted as (select *, count(*) over (partition by base, list) as in_list from based),

told as (
    select *, max(in_list) over (partition by base) > 1 as is_several
    from counted
)

select
    *,
    concat_ws(chr(31), base, case when is_several then total end) as likeness,
    row_number() over (
        partition by base, case when is_several then total end, list
        order by due_date, document_status, balance_amount, position
    ) as place
from told"""

_NAMED: Final = """
create or replace temp table named as
with documents as (
    select
        likeness, place, kind,
        max(id) filter (where has_id) as own_id,
        max(customer_id_acct) filter (where has_id) as own_customer,
        concat_ws(
            '|', min(coalesce(invoice_number, '')), min(customer_id_acct), min(day),
            case when bool_or(is_several or number is null) then rtrim(rtrim(min(total)::varchar, '0'), '.') end,
            case when kind <> 'invoice' then kind end,
            case when place > 1 then '#' || place end
        ) as made
    from keyed
    group by likeness, place, kind
),

-- two kinds of documents may be counted apart, and then share their ids
apart as (
    select
        *,
        case
            when row_number() over (partition by coalesce(own_id, made) order by kind <> 'invoice', kind) = 1
                then coalesce(own_id, made)
            else coalesce(own_id, made) || ' (' || kind || ')'
        end as id
    from documents
)

select seen.position, apart.id, apart.own_id is not null as has_id, apart.own_customer
from seen
inner join keyed on seen.identity = keyed.identity
inner join apart on keyed.likeness = apart.likeness and keyed.place = apart.place"""


_MADE: Final = {
    "connectwise_invoices": ("invoice_id_cw", "invoice_id_cw = invoice_number"),
    "portal_invoices": (
        "portal_invoice_id",
        "invoice_id_acct is null and contains(portal_invoice_id, '|')",
    ),
}
"""Relations whose lists may lack ids -> the column of the id, and when it is one that was made."""


def content(relation: Relation, *left_out: str) -> str:
    """An expression that is equal for rows of equal content."""
    return f"hash({', '.join(name for name in relation.names if name not in left_out)})"


def identify_invoices(engine: Engine) -> bool:
    """Give each accounting document one id, which no other has: its own, the one on another list, or a made one.

    Returns:
        Whether two rows may be of one document.
    """
    ids = engine.frame(
        f"select hash(invoice_id_acct) as hash, coalesce(has_internal_id, true) as has_id from {INVOICES}"
    )
    have_ids = bool(ids["has_id"].all())
    if have_ids and ids["hash"].n_unique() == len(ids):
        return False
    repeated = f"hash(invoice_id_acct) in (select hash(invoice_id_acct) from {INVOICES} group by 1 having count(*) > 1)"
    engine.run(_SEEN.format(which=repeated if have_ids else "true"))
    engine.run(_KEYED)
    engine.run(_NAMED)
    engine.run(f"""
        update {INVOICES} as invoices
        set invoice_id_acct = named.id, has_internal_id = named.has_id,
            customer_id_acct = coalesce(named.own_customer, invoices.customer_id_acct)
        from named
        where invoices.rowid = named.position
            and (invoices.invoice_id_acct <> named.id or coalesce(invoices.has_internal_id, true) <> named.has_id)""")
    engine.run("drop table seen; drop table keyed; drop table named")
    return True


def separate_documents(engine: Engine, relation: Relation) -> None:
    """Separate rows of one list that differ, though one id was made for them: they are several documents.

    Their totals distinguish them in every list, whatever else a list holds; rows of one total, only their order.
    """
    if relation.name not in _MADE:
        return
    table, (column, is_made) = f"accepted.{relation.name}", _MADE[relation.name]
    engine.run(f"""
        create or replace temp table named as
        with made as (
            select rowid as position, source_file, {column} as id, total_amount, {content(relation)} as content
            from {table}
            where {is_made} and hash({column}) in (select hash({column}) from {table} group by 1 having count(*) > 1)
        ),
        listed as (
            select id, count(distinct coalesce(total_amount::varchar, '')) > 1 as is_several
            from made
            group by id, source_file
        ),
        several as (select id, bool_or(is_several) as is_several from listed group by id),
        placed as (
            select
                made.position, made.id,
                case
                    when is_several then '|' || coalesce(rtrim(rtrim(total_amount::varchar, '0'), '.'), '')
                    else ''
                end as total,
                dense_rank() over (partition by made.id, source_file, total_amount order by content) as place
            from made
            inner join several on made.id = several.id
        )
        select position, id || total || case when place > 1 then '|#' || place else '' end as id
        from placed
        where total <> '' or place > 1""")
    engine.run(f"update {table} as rows set {column} = named.id from named where rows.rowid = named.position")
    engine.run("drop table named")
