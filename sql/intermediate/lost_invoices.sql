-- model:   intermediate.lost_invoices
-- grain:   invoice_id_acct, customer_id_acct, exact_number
-- reads:   quarantine.rows, staging.accounting__invoices
-- purpose: invoices that were read and not accepted: they are not gone. An older copy of one that was accepted is no loss.
-- units:   none
-- source:  accounting extract

select distinct
    aside.row_values ->> 'invoice_id_acct' as invoice_id_acct,
    aside.row_values ->> 'customer_id_acct' as customer_id_acct,
    written_number(aside.row_values ->> 'invoice_number') as exact_number
from quarantine.rows as aside
anti join staging.accounting__invoices as kept
    on (aside.row_values ->> 'invoice_id_acct') = kept.invoice_id_acct
where aside.relation = 'accounting_invoices'
