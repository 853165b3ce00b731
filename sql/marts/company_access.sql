-- model:   marts.company_access
-- grain:   company_id_cw
-- reads:   marts.company_checks, marts.invoice_checks, marts.customer_checks, ctl.causes, ctl.states, ctl.run
-- purpose: every mapped company: whether anyone can see its invoices, the contact to propose, and what that person would see.
-- units:   amounts in words, each beside its currency
-- source:  the run's checks

with open_amounts as (
    select
        customers.company_id_cw,
        checks.currency_code,
        count(*) as invoices,
        count(*) filter (
            where states.state = 'blocked' and (checks.failed & this_run.access_mask) <> 0
        ) as blocked_invoices,
        count(*) filter (where checks.balance_amount is null) as unknown_invoices,
        sum(checks.balance_amount) as amount
    from marts.customer_checks as customers
    cross join ctl.run as this_run
    inner join marts.invoice_checks as checks
        on customers.rowid = checks.customer_key
    inner join ctl.states as states
        on checks.state_code = states.state_code
    where
        states.state <> 'expected'
        and (customers.failed & this_run.access_mask) <> 0
    group by customers.company_id_cw, checks.currency_code
),

gains as (
    select
        open_amounts.company_id_cw,
        sum(open_amounts.invoices)::bigint as invoices,
        sum(open_amounts.blocked_invoices)::bigint as blocked_invoices,
        concat_ws(
            '; ',
            string_agg(
                concat(
                    open_amounts.currency_code, ' ',
                    format('{:,}', trunc(open_amounts.amount)::bigint),
                    right(open_amounts.amount::decimal(18, 2)::varchar, 3)
                ),
                '; ' order by open_amounts.currency_code
            ) filter (where open_amounts.amount is not null),
            case
                when sum(open_amounts.unknown_invoices) > 0
                    then concat(sum(open_amounts.unknown_invoices), ' without a known balance')
            end
        ) as amounts
    from open_amounts
    group by open_amounts.company_id_cw
),

broken as (
    select
        checks.company_id_cw,
        string_agg(causes.code, ' ' order by causes.bit) as access_causes
    from marts.company_checks as checks
    inner join ctl.causes as causes
        on (checks.failed & causes.mask) <> 0
    group by checks.company_id_cw
)

select
    checks.company_id_cw,
    checks.company_name,
    checks.can_anyone_see,
    checks.contact_count,
    checks.able_contact_count,
    broken.access_causes,
    checks.proposed_contact_id_cw,
    checks.proposed_contact_name,
    checks.proposed_contact_email,
    checks.proposed_contact_role,
    checks.proposed_level,
    this_run.minimum_security_level as level_needed,
    checks.fixes,
    coalesce(gains.blocked_invoices, 0) as blocked_invoices,
    coalesce(
        gains.invoices || case when gains.invoices = 1 then ' invoice, ' else ' invoices, ' end || gains.amounts,
        'no open invoices'
    ) as gains
from marts.company_checks as checks
cross join ctl.run as this_run
left join broken
    on checks.company_id_cw = broken.company_id_cw
left join gains
    on checks.company_id_cw = gains.company_id_cw
