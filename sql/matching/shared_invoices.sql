-- model:   matching.shared_invoices
-- grain:   customer_id_acct, company_id_cw
-- reads:   matching.number_pairs, matching.repeated_pairs, staging.accounting__invoices, staging.connectwise__invoices
-- purpose: how many invoice numbers, with the same or another total, a customer shares with each ConnectWise company.
--          Joins only: what is enough is judged in etl/match.
-- units:   invoice_count, disagreeing_count: numbers whose totals agree, or do not
-- source:  accounting extract and ConnectWise invoices; empty where no ConnectWise invoices were read

-- a number that either side uses more than once proves nothing
select
    ---------- ids
    invoices.customer_id_acct,
    -- the company that is billed, where billing is redirected
    coalesce(billed.bill_to_company_id_cw, billed.company_id_cw) as company_id_cw,

    ---------- counts
    -- zero totals agree by chance: voided invoices keep their number
    count(*) filter (where invoices.total_amount = billed.total_amount) as invoice_count,
    count(*) filter (where invoices.total_amount <> billed.total_amount) as disagreeing_count

from matching.number_pairs as pairs
inner join staging.accounting__invoices as invoices
    on pairs.row_key = invoices.row_key
inner join staging.connectwise__invoices as billed
    on pairs.row_key_cw = billed.row_key_cw
anti join matching.repeated_pairs as repeated
    on pairs.row_key = repeated.row_key and pairs.row_key_cw = repeated.row_key_cw
where
    invoices.document_type = 'invoice'
    and invoices.total_amount <> 0
    -- the same number and total in another currency is another invoice
    and (
        invoices.currency_code = billed.currency_code
        or invoices.currency_code = 'XXX'
        or billed.currency_code = 'XXX'
    )
    and coalesce(billed.bill_to_company_id_cw, billed.company_id_cw) is not null
group by invoices.customer_id_acct, coalesce(billed.bill_to_company_id_cw, billed.company_id_cw)
