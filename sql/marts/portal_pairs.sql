-- model:   marts.portal_pairs
-- grain:   row_key, portal_row_key
-- reads:   staging.portal__invoices, staging.accounting__invoices
-- purpose: accounting invoices and the portal rows that hold their very id.
-- units:   portal_balance_amount in portal_currency_code
-- source:  the portal's own list of invoices against the accounting extract

select
    invoices.row_key,
    portal.portal_row_key,
    portal.company_id_cw as shown_company_id_cw,
    portal.balance_amount as portal_balance_amount,
    portal.currency_code as portal_currency_code
from staging.portal__invoices as portal
inner join staging.accounting__invoices as invoices
    on portal.invoice_id_acct = invoices.invoice_id_acct
