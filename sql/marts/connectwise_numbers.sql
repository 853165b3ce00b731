-- model:   marts.connectwise_numbers
-- grain:   number_key
-- reads:   staging.connectwise__invoices
-- purpose: the invoice numbers that ConnectWise knows, as compared and as written.
-- units:   none
-- source:  ConnectWise invoices

select
    invoices.number_key,
    list(distinct upper(trim(invoices.invoice_number))) as exact_numbers
from staging.connectwise__invoices as invoices
where invoices.number_key is not null
group by invoices.number_key
