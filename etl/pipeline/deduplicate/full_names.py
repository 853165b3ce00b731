"""A sub-customer that one report names by its leaf (`Warehouse`) and another in full (`Acme Corp:Warehouse`).

A row under a leaf is the row under the full name where number, day and total agree and exactly one full name ends with
the leaf. It then bears the full name, and is one document with the other. Otherwise, a note says so.
"""

from __future__ import annotations

from typing import Final

from etl.domain import MALFORMED_ID, NO_NUMBER
from etl.warehouse.engine import Engine

_INVOICES: Final = "accepted.accounting_invoices"
_EXAMPLES: Final = 3

_LEAVES: Final = f"""
create or replace temp table leaves as
with held as (
    select
        rowid as position, source_file, coalesce(document_type, 'invoice') as kind, invoice_number,
        upper(trim(invoice_number)) as number, customer_id_acct, customer_name, coalesce(book, '') as book,
        lower(trim(customer_id_acct)) as customer, lower(trim(split_part(customer_id_acct, ':', -1))) as leaf,
        contains(customer_id_acct, ':') as is_full, invoice_date as day, total_amount as total, currency_code
    from {_INVOICES}
    where not coalesce(has_internal_id, true)
),

-- a list with one full name names all customers in full
by_leaf as (select held.* from held anti join (from held where is_full) as whole using (source_file)),

ends as (select book, leaf, count(distinct customer) as names from held where is_full group by all),

met as (
    select
        by_leaf.position, by_leaf.source_file, by_leaf.invoice_number, by_leaf.customer_id_acct as leaf_name,
        whole.customer_id_acct, whole.customer_name, whole.source_file as other_file, ends.names,
        coalesce(by_leaf.total = whole.total, false) and (
            by_leaf.currency_code = whole.currency_code or 'XXX' in (by_leaf.currency_code, whole.currency_code)
        ) as is_same
    from by_leaf
    inner join held as whole
        on whole.is_full
        and by_leaf.book = whole.book
        and by_leaf.kind = whole.kind
        and by_leaf.number = whole.number
        and by_leaf.day = whole.day
        and by_leaf.leaf = whole.leaf
    inner join ends on by_leaf.book = ends.book and by_leaf.leaf = ends.leaf
    where not regexp_full_match(by_leaf.number, '(?i:{MALFORMED_ID}|{NO_NUMBER})')
)

select
    position, any_value(source_file) as source_file, any_value(invoice_number) as invoice_number,
    any_value(leaf_name) as leaf_name, min(customer_id_acct) as full_id, min(customer_name) as full_name,
    min(other_file) as other_file, max(names) = 1 and bool_and(is_same) as is_one
from met
group by position"""


def use_full_names(engine: Engine) -> dict[str, list[str]]:
    """Give rows under a leaf the full name that another report has for the same document.

    Returns:
        File -> notes on rows that may be of one document and are not joined.
    """
    engine.run(_LEAVES)
    engine.run(f"""
        update {_INVOICES} as rows
        set customer_id_acct = leaves.full_id, customer_name = coalesce(leaves.full_name, rows.customer_name)
        from leaves where leaves.is_one and rows.rowid = leaves.position""")
    rows = engine.rows(f"""
        select source_file, other_file, count(*),
            array_to_string(list(concat(invoice_number, ' ', leaf_name) order by position)[:{_EXAMPLES}], ', ')
        from leaves where not is_one group by 1, 2 order by 1, 2""")
    engine.run("drop table leaves")
    notes: dict[str, list[str]] = {}
    for file, other, count, examples in rows:
        notes.setdefault(file, []).append(
            f"{count} documents ({examples}) have the number and day of documents of {other}, which names the customer"
            " in full; the total differs or several full names fit, so they may be counted twice: give only one report"
        )
    return notes
