-- model:   intermediate.shared_numbers
-- grain:   exact_number
-- reads:   staging.accounting__invoices
-- purpose: invoice numbers that more than one live invoice carries.
-- units:   holders counts invoices
-- source:  accounting extract

select
    invoices.exact_number,
    count(*) as holders
from staging.accounting__invoices as invoices
where
    invoices.document_type = 'invoice'
    and coalesce(invoices.document_status, 'unknown') not in ('voided', 'deleted', 'draft')
group by invoices.exact_number
having count(*) > 1
