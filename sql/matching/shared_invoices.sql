-- model:   matching.shared_invoices
-- grain:   customer_id_acct, company_id_cw
-- reads:   staging.accounting__invoices, staging.connectwise__invoices, ctl.run
-- purpose: how many invoice numbers, with the same total, a customer shares with each ConnectWise company.
--          Joins only: what is enough is judged in etl/match.
-- units:   invoice_count: distinct numbers
-- source:  accounting extract and ConnectWise invoices; empty where no ConnectWise invoices were read

select
    ---------- ids
    invoices.customer_id_acct,
    -- the company that is billed, where billing is redirected
    coalesce(billed.bill_to_company_id_cw, billed.company_id_cw) as company_id_cw,

    ---------- counts
    count(distinct invoices.number_key) as invoice_count

from staging.accounting__invoices as invoices
inner join staging.connectwise__invoices as billed
    on invoices.number_key = billed.number_key
    and invoices.total_amount = billed.total_amount
where (select this_run.has_connectwise_invoices from ctl.run as this_run)
    and invoices.document_type = 'invoice'
    -- zero totals agree by chance: voided invoices keep their number
    and invoices.total_amount <> 0
    and coalesce(billed.bill_to_company_id_cw, billed.company_id_cw) is not null
group by 1, 2
