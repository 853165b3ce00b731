-- model:   marts.issues
-- grain:   kind, subject_id, code
-- reads:   marts.invoice_checks, marts.cause_sets, marts.customer_checks, marts.company_checks, staging.accounting__invoices, ctl.causes, ctl.states
-- purpose: what stands between clients and their invoices tonight, each once: where the document or the sync is at fault, the
--          invoice; where the mapping is, or nobody is there, the customer; where a login is, the contact that is proposed.
-- units:   invoices are those that are blocked; amount in currency_code, both null where there are several currencies
-- source:  the night's checks

with blocked as (
    select
        invoices.invoice_id_acct,
        invoices.customer_id_acct,
        invoices.currency_code,
        invoices.balance_amount as amount,
        checks.failed
    from marts.invoice_checks as checks
    inner join ctl.states as states
        on checks.state_code = states.state_code
    inner join staging.accounting__invoices as invoices
        on checks.row_key = invoices.row_key
    where states.state = 'blocked'
),

codes_of_sets as (
    select
        sets.mask as failed,
        causes.code,
        causes.mask,
        causes.stage
    from marts.cause_sets as sets
    inner join ctl.causes as causes
        on (sets.mask & causes.mask) <> 0
    where causes.kind = 'defect'
),

by_customer as (
    select
        blocked.customer_id_acct,
        case when count(distinct blocked.currency_code) = 1 then min(blocked.currency_code) end as currency_code,
        count(*) as invoices,
        sum(blocked.amount) as amount
    from blocked
    group by blocked.customer_id_acct
),

by_company as (
    select
        customers.company_id_cw,
        case
            when count(distinct by_customer.currency_code) = 1 and bool_and(by_customer.currency_code is not null)
                then min(by_customer.currency_code)
        end as currency_code,
        sum(by_customer.invoices) as invoices,
        sum(by_customer.amount) as amount
    from by_customer
    inner join marts.customer_checks as customers
        on by_customer.customer_id_acct = customers.customer_id_acct
    where customers.is_access_reached
    group by customers.company_id_cw
)

select
    'invoice' as kind,
    blocked.invoice_id_acct as subject_id,
    codes_of_sets.code,
    1 as invoices,
    blocked.currency_code,
    blocked.amount
from blocked
inner join codes_of_sets
    on blocked.failed = codes_of_sets.failed
left join marts.customer_checks as customers
    on blocked.customer_id_acct = customers.customer_id_acct
where
    codes_of_sets.stage in ('existence', 'transport')
    -- the customer's mapping agrees, but the portal shows this one invoice elsewhere
    or (codes_of_sets.code = 'MAPPING_CONFLICT' and (coalesce(customers.failed, 0) & codes_of_sets.mask) = 0)

union all by name

select
    'customer' as kind,
    by_customer.customer_id_acct as subject_id,
    causes.code,
    by_customer.invoices,
    by_customer.currency_code,
    case when by_customer.currency_code is not null then by_customer.amount end as amount
from by_customer
inner join marts.customer_checks as customers
    on by_customer.customer_id_acct = customers.customer_id_acct
inner join ctl.causes as causes
    on (customers.failed & causes.mask) <> 0
where
    causes.kind = 'defect'
    and (
        causes.stage = 'identity'
        or causes.code in ('NO_CONTACT', 'ONLY_INACTIVE_CONTACTS', 'CONTACT_AT_PARENT_OR_CHILD')
    )

union all by name

select
    'contact' as kind,
    companies.proposed_contact_id_cw as subject_id,
    causes.code,
    by_company.invoices::bigint as invoices,
    by_company.currency_code,
    case when by_company.currency_code is not null then by_company.amount end as amount
from by_company
inner join marts.company_checks as companies
    on by_company.company_id_cw = companies.company_id_cw
inner join ctl.causes as causes
    on (companies.failed & causes.mask) <> 0
where
    companies.proposed_contact_id_cw is not null
    and causes.kind = 'defect'
    and causes.code not in ('NO_CONTACT', 'ONLY_INACTIVE_CONTACTS', 'CONTACT_AT_PARENT_OR_CHILD')
