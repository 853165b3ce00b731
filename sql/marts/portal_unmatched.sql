-- model:   marts.portal_unmatched
-- grain:   portal_invoice_id
-- reads:   accepted.portal_invoices, marts.portal_pairs
-- purpose: portal rows without an accounting id, or with one that accounting does not have (recreated, deleted).
-- units:   total_amount and balance_amount in currency_code
-- source:  the portal's own list of invoices against the accounting extract

-- the staged rows, but the key of a number is worked out for these few only
with unmatched as materialized (
    select portal.*
    from accepted.portal_invoices as portal
    inner join marts.portal_pairs as pairs
        on portal.rowid = pairs.portal_row_key
    where pairs.row_key is null
)

select
    unmatched.portal_invoice_id,
    unmatched.invoice_id_acct,
    unmatched.invoice_number,
    nullif(ltrim(regexp_replace(
        translate(upper(unmatched.invoice_number), ' #-/._', ''), '^INV', ''
    ), '0'), '') as number_key,
    unmatched.customer_id_acct,
    unmatched.customer_name,
    unmatched.company_id_cw,
    unmatched.total_amount,
    unmatched.balance_amount,
    unmatched.currency_code
from unmatched
