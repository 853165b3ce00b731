-- model:   intermediate.portal_memory
-- grain:   invoice_id_acct
-- reads:   marts.invoice_checks, accepted.accounting_invoices, ctl.states, ctl.portal_memory, ctl.run
-- purpose: what the next run has to know: when a list that loses what is paid last showed an open invoice, since when an
--          invoice without a change time has had its balance, and when an invoice was last in books that lose what is paid.
-- units:   UTC; balance_amount in the invoice's currency
-- source:  the checks of the run, and what the last run remembered

select
    invoices.invoice_id_acct,
    invoices.invoice_number,
    this_run.accounting_at as seen_at,
    case when checks.is_present then this_run.portal_list_at else before.shown_at end as shown_at,
    checks.balance_amount,
    case
        when before.balance_amount = checks.balance_amount then before.balance_since
        else this_run.as_of_at
    end as balance_since
from marts.invoice_checks as checks
cross join ctl.run as this_run
inner join ctl.states as states
    on checks.state_code = states.state_code
inner join accepted.accounting_invoices as invoices
    on checks.row_key = invoices.rowid
left join ctl.portal_memory as before
    on invoices.invoice_id_acct = before.invoice_id_acct
where
    invoices.modified_at is null
    or (this_run.accounting_scope <> 'all' and states.state <> 'expected')
    or (
        this_run.portal_scope <> 'all'
        and states.state <> 'expected'
        and (checks.is_present or before.shown_at is not null)
    )

union all

-- what has left the books, for as long as a sync may stand still
select
    before.invoice_id_acct,
    before.invoice_number,
    before.seen_at,
    before.shown_at,
    before.balance_amount,
    before.balance_since
from ctl.portal_memory as before
cross join ctl.run as this_run
anti join accepted.accounting_invoices as invoices
    on before.invoice_id_acct = invoices.invoice_id_acct
where before.seen_at > this_run.as_of_at - interval '60 days'
