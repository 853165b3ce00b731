-- model:   report.answers
-- grain:   row_key
-- kind:    view
-- reads:   marts.invoice_checks, accepted.accounting_invoices
-- purpose: the checks of each invoice with its id, number and dates, in numbers: the rows of invoices.parquet and
--          invoices.csv before their words
-- units:   amounts in currency_code
-- source:  the run's checks

select
    checks.*,
    invoices.invoice_id_acct,
    invoices.invoice_number,
    invoices.invoice_date,
    invoices.due_date,
    case
        when checks.balance_amount is null then 'none'
        when invoices.balance_amount is null then 'status'
        else 'stated'
    end as balance_source
from marts.invoice_checks as checks
inner join accepted.accounting_invoices as invoices
    on checks.row_key = invoices.rowid
