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
    -- a number that a spreadsheet took for an amount (2.02611E+11, 1001.0) says nothing: it equals no other
    case
        when
            (contains(invoices.invoice_number, '+') or right(invoices.invoice_number, 1) = '0')
            and regexp_full_match(invoices.invoice_number, '[0-9]([.,][0-9]+)?[Ee][+][0-9]+|[0-9]+[.,]0')
            then null
        else upper(invoices.invoice_number)
    end as exact_number,
    nullif(ltrim(regexp_replace(
        translate(exact_number, ' #-/._', ''), '^INV', ''
    ), '0'), '') as number_key
from accepted.portal_invoices as invoices
