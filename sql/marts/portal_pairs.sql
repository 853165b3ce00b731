-- model:   marts.portal_pairs
-- grain:   portal_row_key, row_key
-- reads:   staging.portal__invoices, staging.accounting__invoices
-- purpose: every portal row and the accounting document whose very id it holds; row_key is null where there is none. An id
--          whose number and total, or number and customer, say otherwise is no proof: a portal's own ids may look like
--          accounting's.
-- units:   amounts in portal_currency_code
-- source:  the portal's own list of invoices against the accounting extract

with held as (
    select
        portal.portal_row_key,
        invoices.row_key,
        invoices.row_key is not null
        and case
            when
                coalesce(portal.total_amount <> invoices.total_amount, false)
                or coalesce(portal.customer_id_acct <> invoices.customer_id_acct, false)
                then coalesce(number_key(portal.invoice_number) <> number_key(invoices.invoice_number), false)
            else false
        end as is_contradicted,
        case
            when portal.invoice_number <> invoices.invoice_number
                then coalesce(number_key(portal.invoice_number) <> number_key(invoices.invoice_number), false)
            else false
        end as is_number_different,
        portal.company_id_cw as shown_company_id_cw,
        portal.portal_status,
        portal.total_amount as portal_total_amount,
        portal.balance_amount as portal_balance_amount,
        portal.currency_code as portal_currency_code,
        coalesce(invoices.document_status in ('voided', 'deleted'), false) as is_gone
    from staging.portal__invoices as portal
    left join staging.accounting__invoices as invoices
        on portal.invoice_id_acct = invoices.invoice_id_acct
)

select
    held.portal_row_key,
    case when not held.is_contradicted then held.row_key end as row_key,
    held.row_key as held_row_key,
    held.is_contradicted,
    held.is_gone and not held.is_contradicted as is_gone,
    held.is_number_different and not held.is_contradicted as is_number_different,
    held.shown_company_id_cw,
    held.portal_status,
    held.portal_total_amount,
    held.portal_balance_amount,
    held.portal_currency_code
from held
