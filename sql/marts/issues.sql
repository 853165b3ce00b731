-- model:   marts.issues
-- grain:   kind, subject_id, code
-- reads:   marts.blocked_invoices, marts.cause_sets, marts.customer_checks, marts.company_checks,
--          marts.invoice_checks, accepted.accounting_invoices, ctl.causes
-- purpose: what keeps clients from seeing their invoices in this run, each issue once. Its subject is the invoice if the
--          document or the sync is at fault, the customer if the mapping is or the client has no contact, the proposed
--          contact if a login is. If the portal and accounting differ on the amount owed, it is the invoice, blocked or not.
-- units:   invoices are those that are blocked; amount in currency_code, of an amount that differs the difference, both null where there are several currencies
-- source:  the run's checks

with codes_of_sets as (
    select
        sets.mask as failed,
        causes.code,
        causes.mask,
        causes.stage,
        causes.is_shown_wrong
    from marts.cause_sets as sets
    inner join ctl.causes as causes
        on (sets.mask & causes.mask) <> 0
    where causes.kind = 'defect'
),

amount_codes as (
    select codes_of_sets.*
    from codes_of_sets
    where codes_of_sets.is_shown_wrong
),

by_customer as (
    select
        blocked.customer_id_acct,
        case when count(distinct blocked.currency_code) = 1 then min(blocked.currency_code) end as currency_code,
        count(*) as invoices,
        sum(blocked.balance_amount) as amount
    from marts.blocked_invoices as blocked
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
),

whoever as (
    select
        'customer' as kind,
        customers.customer_id_acct as subject_id,
        customers.failed,
        by_customer.invoices,
        by_customer.currency_code,
        by_customer.amount
    from by_customer
    inner join marts.customer_checks as customers
        on by_customer.customer_id_acct = customers.customer_id_acct

    union all by name

    select
        'contact' as kind,
        companies.proposed_contact_id_cw as subject_id,
        companies.failed,
        by_company.invoices::bigint as invoices,
        by_company.currency_code,
        by_company.amount
    from by_company
    inner join marts.company_checks as companies
        on by_company.company_id_cw = companies.company_id_cw
    where companies.proposed_contact_id_cw is not null
)

select
    'invoice' as kind,
    blocked.invoice_id_acct as subject_id,
    codes_of_sets.code,
    1 as invoices,
    blocked.currency_code,
    blocked.balance_amount as amount
from marts.blocked_invoices as blocked
inner join codes_of_sets
    on blocked.failed = codes_of_sets.failed
left join marts.customer_checks as customers
    on blocked.customer_id_acct = customers.customer_id_acct
where
    (codes_of_sets.stage in ('existence', 'transport') and not codes_of_sets.is_shown_wrong)
    -- the customer's mapping agrees, but the portal shows this one invoice elsewhere
    or (codes_of_sets.stage = 'identity' and (coalesce(customers.failed, 0) & codes_of_sets.mask) = 0)

union all by name

select
    'invoice' as kind,
    invoices.invoice_id_acct as subject_id,
    amount_codes.code,
    1 as invoices,
    checks.currency_code,
    checks.difference_amount as amount
from amount_codes
inner join marts.invoice_checks as checks
    on amount_codes.failed = checks.failed
inner join accepted.accounting_invoices as invoices
    on checks.row_key = invoices.rowid
where checks.difference_amount is not null

union all by name

select
    whoever.kind,
    whoever.subject_id,
    causes.code,
    whoever.invoices,
    whoever.currency_code,
    case when whoever.currency_code is not null then whoever.amount end as amount
from whoever
inner join ctl.causes as causes
    on (whoever.failed & causes.mask) <> 0
where
    causes.kind = 'defect'
    and case
        when causes.stage = 'identity' then 'customer'
        when causes.subject = 'contacts' then 'customer'
        else 'contact'
    end = whoever.kind
