-- model:   intermediate.portal_unmatched
-- grain:   portal_row_key
-- reads:   accepted.portal_invoices, intermediate.portal_pairs
-- purpose: portal rows to match by number: rows without an accounting id, with an id that accounting does not have, or with
--          the id of a void or deleted document that may have been created again under the same number.
-- units:   total_amount and balance_amount in currency_code
-- source:  the portal's own list of invoices against the accounting extract

-- the staged rows, but the key of a number is worked out for these few only
with unmatched as materialized (
    select
        portal.rowid as portal_row_key,
        portal.*,
        pairs.row_key,
        pairs.named_company_id_cw,
        pairs.is_contradicted
    from accepted.portal_invoices as portal
    inner join intermediate.portal_pairs as pairs
        on portal.rowid = pairs.portal_row_key
    where (pairs.row_key is null or pairs.is_gone) and portal.portal_status is distinct from 'gone'
),

-- ids most of which accounting does not know are the portal's own, and say nothing of what was made anew
ids as (
    select count(pairs.row_key) * 2 < count(*) as are_own
    from accepted.portal_invoices as portal
    inner join intermediate.portal_pairs as pairs
        on portal.rowid = pairs.portal_row_key
    where portal.invoice_id_acct is not null and not pairs.is_other_kind
)

select
    unmatched.portal_row_key,
    unmatched.portal_invoice_id,
    unmatched.book,
    unmatched.invoice_number,
    number_key(unmatched.invoice_number) as number_key,
    unmatched.customer_id_acct,
    unmatched.customer_name,
    unmatched.company_id_cw,
    unmatched.company_name,
    unmatched.named_company_id_cw,
    unmatched.document_type,
    unmatched.portal_status,
    unmatched.invoice_date,
    unmatched.total_amount,
    unmatched.balance_amount,
    unmatched.currency_code,
    unmatched.row_key as gone_row_key,
    unmatched.invoice_id_acct is not null and not unmatched.is_contradicted and not ids.are_own as has_old_id
from unmatched
cross join ids
