-- model:   intermediate.issue_facts
-- grain:   kind, subject_id, code
-- reads:   ctl.open_issues, ctl.causes, ctl.states, marts.issues, marts.invoice_checks, marts.customer_checks,
--          marts.contact_checks, marts.company_checks, intermediate.lost_invoices, staging.accounting__invoices,
--          accepted.portal_invoices, quarantine.rows, ctl.run
-- purpose: every issue that changed since the last run, with what this run found about its subject.
-- units:   amount in currency_code: what is blocked, and of an invoice that no longer is, its total
-- source:  the history, and the run's checks

with both_nights as (
    select
        coalesce(issues.kind, before.kind) as kind,
        coalesce(issues.subject_id, before.subject_id) as subject_id,
        coalesce(issues.code, before.code) as code,
        before.code is not null as was_open,
        issues.code is not null as is_there,
        before.code_before,
        before.unseen_since,
        issues.invoices,
        issues.currency_code,
        issues.amount
    from ctl.open_issues as before
    full outer join marts.issues as issues
        on before.kind = issues.kind and before.subject_id = issues.subject_id and before.code = issues.code
    where
        before.code is null or issues.code is null or before.unseen_since is not null
        -- the same issue under another code
        or before.code_before <> before.code
),

gone as (
    select
        both_nights.*,
        causes.mask,
        causes.stage,
        case when both_nights.is_there then null else both_nights.subject_id end as gone_id
    from both_nights
    left join ctl.causes as causes
        on both_nights.code = causes.code
),

set_aside as (
    select
        'contact' as kind,
        aside.row_values ->> 'contact_id_cw' as subject_id
    from quarantine.rows as aside
    where aside.relation = 'connectwise_contacts'

    union

    select
        'invoice' as kind,
        lost.invoice_id_acct as subject_id
    from intermediate.lost_invoices as lost

    union

    -- what else has the number of an invoice that was lost may still share it
    select
        'invoice' as kind,
        invoices.invoice_id_acct as subject_id
    from intermediate.lost_invoices as lost
    inner join staging.accounting__invoices as invoices
        on lost.exact_number = invoices.exact_number

    union

    -- what the portal says of an invoice was read and not accepted
    select
        'invoice' as kind,
        aside.row_values ->> 'invoice_id_acct' as subject_id
    from quarantine.rows as aside
    where aside.relation = 'portal_invoices'

    union

    -- by its number, too: few lists have ids
    select
        'invoice' as kind,
        invoices.invoice_id_acct as subject_id
    from quarantine.rows as aside
    inner join staging.accounting__invoices as invoices
        on number_key(aside.row_values ->> 'invoice_number') = invoices.number_key
    where aside.relation = 'portal_invoices'

    union

    -- an invoice that was lost may be what is still blocked
    select
        'customer' as kind,
        lost.customer_id_acct as subject_id
    from intermediate.lost_invoices as lost
),

-- a list that may be cut, or says neither balance nor status, does not tell what is owed
portal as (
    select
        not this_run.is_portal_list_cut
        and (
            this_run.portal_scope = 'open'
            or count(listed.portal_status) > 0
            or count(listed.balance_amount) > 0
        ) as can_tell_amounts
    from ctl.run as this_run
    left join accepted.portal_invoices as listed
        on true
    group by this_run.is_portal_list_cut, this_run.portal_scope
)

select
    ---------- ids
    gone.kind,
    gone.subject_id,
    gone.code,
    gone.stage,

    ---------- before and tonight
    gone.was_open,
    gone.code_before,
    gone.is_there,
    gone.unseen_since,
    coalesce(gone.invoices, case when gone.kind = 'invoice' then 1 end) as invoices,
    coalesce(gone.currency_code, invoices.currency_code) as currency_code,
    coalesce(gone.amount, invoices.total_amount) as amount,

    ---------- the subject tonight
    coalesce(invoices.invoice_id_acct, customers.customer_id_acct, contacts.contact_id_cw) is not null as has_subject,
    set_aside.subject_id is not null as is_set_aside,
    coalesce(checks.failed, customers.failed, contacts.failed, 0::ubigint) as failed,
    coalesce(checks.unknown, customers.unknown, contacts.unknown, 0::ubigint) as unknown,
    coalesce(gone.mask, 0::ubigint) as mask,

    ---------- an invoice
    states.state as invoice_state,
    primary_causes.code as invoice_cause,
    coalesce(checks.is_present, false) as is_present,
    portal.can_tell_amounts,

    ---------- a customer
    customers.mapping_state,
    customers.mapping_source,
    coalesce(customers.is_access_reached, false) as is_access_reached,

    ---------- a contact
    coalesce(contacts.is_proposed, false) as is_proposed,
    companies.can_anyone_see

from gone
cross join portal
left join staging.accounting__invoices as invoices
    on gone.kind = 'invoice' and gone.gone_id = invoices.invoice_id_acct
left join marts.invoice_checks as checks
    on invoices.row_key = checks.row_key
left join ctl.states as states
    on checks.state_code = states.state_code
left join ctl.causes as primary_causes
    on checks.primary_bit = primary_causes.bit
left join set_aside
    on gone.kind = set_aside.kind and gone.gone_id = set_aside.subject_id
left join marts.customer_checks as customers
    on gone.kind = 'customer' and gone.gone_id = customers.customer_id_acct
left join marts.contact_checks as contacts
    on gone.kind = 'contact' and gone.gone_id = contacts.contact_id_cw
left join marts.company_checks as companies
    on contacts.company_id_cw = companies.company_id_cw
