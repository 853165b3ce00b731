-- model:   checks.one_answer_per_invoice
-- grain:   one row per violation
-- reads:   accepted.accounting_invoices, marts.invoice_checks
-- purpose: every accepted invoice has one answer, and every answer an invoice.
-- units:   rows
-- source:  the law that nothing is lost

with counted as (
    select
        (select count(*) from accepted.accounting_invoices) as invoices,
        (select count(*) from marts.invoice_checks) as answers,
        (select count(*) from accepted.accounting_invoices as invoices
         semi join marts.invoice_checks as checks
             on invoices.rowid = checks.row_key) as answered
)

select counted.invoices || ' invoices, ' || counted.answers || ' answers, ' || counted.answered || ' answered' as violation
from counted
where counted.invoices <> counted.answers or counted.invoices <> counted.answered
