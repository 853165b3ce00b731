-- model:   intermediate.posting_habits
-- grain:   one row
-- reads:   matching.number_pairs, staging.accounting__invoices, staging.connectwise__invoices,
--          staging.connectwise__companies, ctl.run
-- purpose: how invoices usually come from ConnectWise into accounting, and until when the accounting extract can show it.
-- units:   usual_lag_days from the date in ConnectWise to the creation in accounting, nine of ten invoices of a year; null for few
-- source:  ConnectWise invoices and companies against the accounting extract

with received as (
    select
        coalesce(billed.bill_to_company_id_cw, billed.company_id_cw) as company_id_cw,
        greatest(invoices.created_at::date - billed.invoice_date, 0) as lag_days
    from matching.number_pairs as pairs
    cross join ctl.run as this_run
    inner join staging.connectwise__invoices as billed
        on pairs.row_key_cw = billed.row_key_cw
    inner join staging.accounting__invoices as invoices
        on pairs.row_key = invoices.row_key
    -- habits change: those of the last year count
    where pairs.is_exact and billed.invoice_date > this_run.as_of_date - 365
),

lags as (
    select
        case
            when count(received.lag_days) >= 20 then greatest(quantile_disc(received.lag_days, 0.9), 1)
        end as usual_lag_days
    from received
),

receivers as (
    select distinct received.company_id_cw
    from received
),

accounts as (
    select coalesce(avg((companies.account_number is not null)::integer) > 0.5, false) as is_account_number_needed
    from receivers
    inner join staging.connectwise__companies as companies
        on receivers.company_id_cw = companies.company_id_cw
),

exported as (
    select
        count(invoices.created_at) as dated_invoices,
        max(invoices.created_at)::date as newest_date
    from staging.accounting__invoices as invoices
    where coalesce(invoices.total_amount, invoices.balance_amount) > 0 or invoices.document_status = 'voided'
)

select
    lags.usual_lag_days,
    accounts.is_account_number_needed,
    -- what came to accounting after its export cannot be in it
    case
        when exported.dated_invoices >= 20 then least(exported.newest_date, this_run.as_of_date)
        else this_run.as_of_date
    end as exported_date
from lags
cross join accounts
cross join exported
cross join ctl.run as this_run
