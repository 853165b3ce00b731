-- model:   report.arrivals
-- grain:   customer_id_acct, currency_code
-- reads:   marts.backfill_options, marts.missed_invoices, marts.customer_checks, staging.accounting__invoices, ctl.run
-- purpose: clients whose invoices arrive in the portal with a sync from the recommended date: the portal mails them, and
--          AutoPay charges them by due date.
-- units:   amounts in currency_code
-- source:  the run's checks

with recommended as (
    select
        this_run.as_of_date,
        timezone(this_run.portal_time_zone, options.sync_from_date::timestamp)::timestamptz
        at time zone 'UTC' as from_at
    from marts.backfill_options as options
    cross join ctl.run as this_run
    where options.is_recommended
)

select
    ---------- ids
    missed.customer_id_acct,
    missed.currency_code,
    customers.company_id_cw,

    ---------- words
    min(customers.customer_name) as customer_name,
    min(customers.company_name) as company_name,

    ---------- amounts
    count(*) as invoices,
    count(*) filter (where missed.balance_amount is null) as unknown_invoices,
    coalesce(sum(missed.balance_amount), 0) as amount,
    count(*) filter (where invoices.due_date < recommended.as_of_date) as overdue_invoices,
    coalesce(sum(missed.balance_amount) filter (where invoices.due_date < recommended.as_of_date), 0) as overdue_amount

from marts.missed_invoices as missed
cross join recommended
inner join staging.accounting__invoices as invoices
    on missed.row_key = invoices.row_key
inner join marts.customer_checks as customers
    on missed.customer_id_acct = customers.customer_id_acct
-- a sync asks for changes, so that what was created before may come as well
where greatest(missed.created_at, missed.changed_at) >= recommended.from_at
group by missed.customer_id_acct, missed.currency_code, customers.company_id_cw
order by
    overdue_invoices > 0 desc,
    overdue_amount desc,
    amount desc,
    missed.customer_id_acct asc,
    missed.currency_code asc
