-- model:   report.resyncs
-- grain:   invoice_id_acct
-- kind:    view
-- reads:   marts.missed_invoices, marts.customer_checks, marts.backfill_options, ctl.run
-- purpose: missed invoices that the recommended 'sync from' date does not recover, the largest balances first; as many
--          as the setting most_resyncs allows
-- units:   amount in currency_code
-- source:  the run's checks

select
    ---------- ids
    missed.invoice_id_acct,
    missed.invoice_number,

    ---------- words
    customers.customer_name,

    ---------- amounts
    missed.currency_code,
    missed.balance_amount as amount,

    ---------- times
    missed.created_at,
    missed.changed_at

from marts.missed_invoices as missed
cross join ctl.run as this_run
inner join marts.customer_checks as customers
    on missed.customer_id_acct = customers.customer_id_acct
left join marts.backfill_options as options
    on options.is_recommended
where
    not missed.is_held_back
    and (
        options.sync_from_date is null
        or least(missed.created_at, missed.changed_at) is null
        or least(missed.created_at, missed.changed_at)
        < timezone(this_run.portal_time_zone, options.sync_from_date::timestamp)::timestamptz at time zone 'UTC'
    )
order by missed.balance_amount desc, missed.row_key asc
limit (select settings.most_resyncs from ctl.run as settings)
