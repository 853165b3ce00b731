-- model:   checks.one_answer_per_invoice
-- grain:   one row per violation
-- reads:   accepted.accounting_invoices, marts.invoice_checks, report.cells
-- purpose: every accepted invoice has one answer, every answer an invoice, and the page counts each of them once.
-- units:   rows
-- source:  the law that nothing is lost

with accepted as (
    select count(*) as invoices
    from accepted.accounting_invoices
),

answers as (
    select count(*) as invoices
    from marts.invoice_checks
),

answered as (
    select count(*) as invoices
    from accepted.accounting_invoices as invoices
    semi join marts.invoice_checks as checks
        on invoices.rowid = checks.row_key
),

told as (
    select coalesce(sum(cells.invoices), 0) as invoices
    from report.cells as cells
)

select
    accepted.invoices || ' invoices, ' || answers.invoices || ' answers, ' || answered.invoices || ' answered, '
    || told.invoices || ' on the page' as violation
from accepted
cross join answers
cross join answered
cross join told
where
    accepted.invoices <> answers.invoices
    or accepted.invoices <> answered.invoices
    or accepted.invoices <> told.invoices
