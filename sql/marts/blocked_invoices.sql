-- model:   marts.blocked_invoices
-- grain:   invoice_id_acct
-- reads:   marts.invoice_checks, ctl.states, ctl.causes, accepted.accounting_invoices
-- purpose: blocked invoices and their causes. Issues come from this list, and the next run compares with it.
-- units:   balance_amount in currency_code
-- source:  the run's checks

select
    ---------- ids
    invoices.invoice_id_acct,
    invoices.customer_id_acct,

    ---------- causes
    checks.failed,
    causes.code as primary_cause,

    ---------- amounts
    checks.currency_code,
    checks.balance_amount

from marts.invoice_checks as checks
inner join ctl.states as states
    on checks.state_code = states.state_code
inner join accepted.accounting_invoices as invoices
    on checks.row_key = invoices.rowid
left join ctl.causes as causes
    on checks.primary_bit = causes.bit
where states.state = 'blocked'
