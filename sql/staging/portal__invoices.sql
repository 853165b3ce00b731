-- model:   staging.portal__invoices
-- grain:   portal_invoice_id
-- kind:    view
-- reads:   accepted.portal_invoices
-- purpose: every invoice that the portal lists, with the key its number is compared by.
-- units:   total_amount and balance_amount in currency_code
-- source:  the portal's own list of invoices

select
    invoices.rowid as portal_row_key,
    invoices.*,
    written_number(invoices.invoice_number) as exact_number,
    number_key(invoices.invoice_number) as number_key
from accepted.portal_invoices as invoices
