"""Rows that may be one of several documents of another list, where nothing says which."""

from __future__ import annotations

from typing import Final

from etl.domain import MALFORMED_ID, NO_NUMBER
from etl.pipeline.deduplicate.identity import INVOICES
from etl.schemas import Relation
from etl.warehouse.engine import Engine

_UNDECIDABLE: Final = f"""
create or replace temp table undecidable as
with unnumbered as (
    select
        rowid as position, source_file, total_amount, coalesce(has_internal_id, true) as has_id,
        coalesce(document_type, 'invoice') as kind, lower(trim(coalesce(customer_name, customer_id_acct))) as customer,
        invoice_date as day
    from {INVOICES}
    where coalesce(regexp_full_match(trim(invoice_number), '{MALFORMED_ID}|{NO_NUMBER}'), true)
),

counted as (
    select
        *, max(total_amount is not null) over same as has_total, count(*) over same as in_list,
        row_number() over same = 1 as is_first
    from unnumbered
    window same as (partition by kind, customer, day, source_file)
),

days as (
    select kind, customer, day, arg_max(source_file, in_list) filter (where has_total) as other_file
    from counted
    where is_first
    group by kind, customer, day
    having count(*) > 1 and max(in_list) > 1
)

select counted.position, days.other_file
from counted
inner join days using (kind, customer, day)
where counted.total_amount is null and not counted.has_id and days.other_file <> counted.source_file"""
"""Documents without id, number and total of a customer's day of which another list has several, or one of several."""


def set_undecidable_aside(engine: Engine, relation: Relation) -> bool:
    """Quarantine invoices without id, number and total that may be one of several invoices of another list.

    Each would be counted a second time, or be given the amount of another one. Their rows are still in `accepted`
    then: their positions are in the temporary table `undecidable`.

    Returns:
        Whether there are any.
    """
    if relation.name != "accounting_invoices":
        return False
    have_ids = engine.columns(INVOICES, "has_internal_id")["has_internal_id"].fill_null(value=True).all()
    if have_ids:
        return False
    engine.run(_UNDECIDABLE)
    if not engine.count("undecidable"):
        return False
    values = ", ".join(f"'{name}', rows.{name}" for name in relation.names)
    engine.run(f"""
        insert into quarantine.rows
        select
            '{relation.name}', rows.source_file, rows.source_line,
            [
                'invoice_number: without a number and a total this may be one of several documents of '
                || undecidable.other_file || ' on that day, and nothing says which'
            ],
            json_object({values})::varchar
        from {INVOICES} as rows
        inner join undecidable on rows.rowid = undecidable.position
        order by rows.rowid""")
    return True
