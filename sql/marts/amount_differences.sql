-- model:   marts.amount_differences
-- grain:   one row per document
-- reads:   marts.invoice_checks, staging.accounting__invoices, marts.customer_checks, marts.portal_only_invoices,
--          ctl.causes
-- purpose: where the portal and the books differ on what is owed. figure: shown_not_owed, what the portal still asks for and
--          the books do not; paid_in_portal, what the client paid there and the books do not have.
-- units:   amount in currency_code
-- source:  the checks of the run, and the portal's own list of invoices

select
    causes.figure,
    causes.code as cause,
    invoices.invoice_id_acct,
    invoices.invoice_number,
    customers.customer_name,
    checks.currency_code,
    checks.difference_amount as amount,
    causes.who
from marts.invoice_checks as checks
inner join ctl.causes as causes
    on (checks.failed & causes.mask) <> 0
    and causes.is_shown_wrong
inner join staging.accounting__invoices as invoices
    on checks.row_key = invoices.row_key
inner join marts.customer_checks as customers
    on checks.customer_key = customers.rowid
where checks.difference_amount is not null

union all by name

select
    'shown_not_owed' as figure,
    portal.cause,
    null as invoice_id_acct,
    portal.invoice_number,
    portal.customer_name,
    portal.currency_code,
    portal.open_amount as amount,
    'Billing (accounting)' as who
from marts.portal_only_invoices as portal
where portal.cause = 'NOT_OPEN_IN_ACCOUNTING'
