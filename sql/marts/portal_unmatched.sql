-- model:   marts.portal_unmatched
-- grain:   portal_invoice_id
-- reads:   staging.portal__invoices, marts.portal_pairs
-- purpose: portal rows without an accounting id, or with one that accounting does not have (recreated, deleted).
-- units:   total_amount and balance_amount in currency_code
-- source:  the portal's own list of invoices against the accounting extract

select
    portal.portal_invoice_id,
    portal.invoice_id_acct,
    portal.invoice_number,
    portal.number_key,
    portal.customer_id_acct,
    portal.customer_name,
    portal.company_id_cw,
    portal.total_amount,
    portal.balance_amount,
    portal.currency_code
from staging.portal__invoices as portal
anti join marts.portal_pairs as pairs
    on portal.portal_row_key = pairs.portal_row_key
