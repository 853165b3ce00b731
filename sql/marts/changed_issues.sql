-- model:   marts.changed_issues
-- grain:   kind, subject_id, code
-- reads:   marts.issue_states, staging.accounting__invoices, staging.accounting__customers,
--          staging.connectwise__contacts, staging.connectwise__companies, ctl.causes
-- purpose: what changed since the last run, most money first, with the names that people know it by
-- units:   amount in currency_code
-- source:  the history, and the run's checks

with changed as (
    select states.*
    from marts.issue_states as states
    where states.change <> 'open'
    order by states.amount desc nulls last, states.kind asc, states.subject_id asc, states.code asc
    limit 300
)

select
    changed.change,
    changed.kind,
    changed.subject_id,
    case changed.kind
        when 'invoice'
            then concat_ws(' · ', coalesce(invoices.invoice_number, changed.subject_id), invoices.customer_name)
        when 'customer' then coalesce(customers.customer_name, changed.subject_id)
        else concat_ws(' · ', coalesce(contacts.contact_name, changed.subject_id), companies.company_name)
    end as subject_name,
    changed.code,
    coalesce(causes.title, changed.code) as title,
    changed.reason,
    changed.currency_code,
    changed.amount,
    changed.first_seen_at,
    changed.times_reopened,
    changed.was_open,
    changed.unseen_since

from changed
left join staging.accounting__invoices as invoices
    on changed.kind = 'invoice' and changed.subject_id = invoices.invoice_id_acct
left join staging.accounting__customers as customers
    on changed.kind = 'customer' and changed.subject_id = customers.customer_id_acct
left join staging.connectwise__contacts as contacts
    on changed.kind = 'contact' and changed.subject_id = contacts.contact_id_cw
left join staging.connectwise__companies as companies
    on contacts.company_id_cw = companies.company_id_cw
left join ctl.causes as causes
    on changed.code = causes.code
order by changed.amount desc nulls last, changed.kind asc, changed.subject_id asc, changed.code asc
