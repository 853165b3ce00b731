-- model:   marts.portal_only_invoices
-- grain:   portal_invoice_id
-- reads:   marts.portal_unmatched, marts.portal_by_number, staging.accounting__invoices
-- purpose: what the portal shows and accounting does not have: deleted there, or made anew under another id.
-- units:   total_amount in currency_code
-- source:  the portal's own list of invoices against the accounting extract

with recreated as (
    select distinct invoices.number_key
    from marts.portal_by_number as by_number
    inner join staging.accounting__invoices as invoices
        on by_number.row_key = invoices.row_key
)

select
    portal.portal_invoice_id,
    portal.invoice_number,
    portal.customer_name,
    portal.total_amount,
    portal.currency_code,
    case when recreated.number_key is null then 'PORTAL_GHOST' else 'RECREATED_ID' end as cause
from marts.portal_unmatched as portal
left join recreated
    on portal.number_key = recreated.number_key
-- a row without an accounting id that was found by number is not alone
where portal.invoice_id_acct is not null or recreated.number_key is null
