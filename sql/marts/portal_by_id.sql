-- model:   marts.portal_by_id
-- grain:   invoice_id_acct
-- reads:   staging.portal__invoices
-- purpose: what the portal shows for each accounting id that it holds.
-- units:   balance_amount in currency_code
-- source:  the portal's own list of invoices

select
    portal.invoice_id_acct,
    max(portal.balance_amount) as balance_amount,
    max(portal.currency_code) as currency_code
from staging.portal__invoices as portal
where portal.invoice_id_acct is not null
group by portal.invoice_id_acct
