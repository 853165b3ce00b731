-- model:   marts.portal_pairs
-- grain:   portal_row_key, row_key
-- reads:   staging.portal__invoices, staging.accounting__invoices
-- purpose: every portal row and the accounting invoice whose very id it holds; row_key is null where there is none.
-- units:   portal_balance_amount in portal_currency_code
-- source:  the portal's own list of invoices against the accounting extract

select
    invoices.row_key,
    portal.portal_row_key,
    portal.company_id_cw as shown_company_id_cw,
    portal.balance_amount as portal_balance_amount,
    portal.currency_code as portal_currency_code
from staging.portal__invoices as portal
left join staging.accounting__invoices as invoices
    on portal.invoice_id_acct = invoices.invoice_id_acct
