-- model:   marts.unposted_invoices
-- grain:   invoice_id_cw
-- reads:   staging.connectwise__invoices, staging.connectwise__companies, matching.number_pairs,
--          intermediate.posting_habits, ctl.run
-- purpose: ConnectWise invoices that accounting does not have, and where on the way they stopped.
-- units:   total_amount in currency_code, null of zero totals and credits; missing_amount is what counts as a loss
-- source:  ConnectWise invoices and companies against the accounting extract

with absent as (
    select
        invoices.*,
        coalesce(invoices.bill_to_company_id_cw, invoices.company_id_cw) as billed_company_id_cw,
        greatest(invoices.invoice_date, invoices.modified_at::date) as changed_date
    from staging.connectwise__invoices as invoices
    anti join matching.number_pairs as pairs
        on invoices.row_key_cw = pairs.row_key_cw
),

dated as (
    select
        absent.*,
        -- five working days are a week, less what is left of a weekend
        absent.changed_date + coalesce(
            this_run.batch_days,
            habits.usual_lag_days,
            case isodow(absent.changed_date) when 6 then 6 when 7 then 5 else 7 end
        )::integer as expected_date
    from absent
    cross join ctl.run as this_run
    cross join intermediate.posting_habits as habits
),

batches as (
    select count(invoices.gl_batch) > 0 as is_told
    from staging.connectwise__invoices as invoices
),

judged as (
    select
        dated.*,
        coalesce(companies.company_name, dated.bill_to_company_name, dated.company_name) as billed_company_name,
        case
            when dated.total_amount < 0 or dated.document_type = 'credit_memo' then 'CW_CREDIT'
            when dated.total_amount = 0 then 'CW_ZERO_TOTAL'
            when dated.is_closed = false and dated.expected_date >= habits.exported_date then 'CW_WAITING'
            when dated.is_closed = false then 'CW_NOT_CLOSED'
            when dated.invoice_date < this_run.first_invoice_date then 'OUTSIDE_EXTRACT_WINDOW'
            when dated.expected_date >= habits.exported_date then 'CW_WAITING'
            when
                companies.company_id_cw is not null
                and companies.account_number is null
                and habits.is_account_number_needed
                then 'CW_NO_ACCOUNT_ID'
            when dated.is_closed is null then 'CW_STATUS_UNKNOWN'
            when batches.is_told and dated.gl_batch is null then 'CW_NOT_BATCHED'
            -- an extract that need not hold everything may lack paid invoices, and what is paid in ConnectWise may be gone
            when dated.balance_amount = 0 or this_run.accounting_scope not in ('all', 'since') then 'CW_PERHAPS_PAID'
            else 'CW_NOT_RECEIVED'
        end as cause
    from dated
    cross join ctl.run as this_run
    cross join intermediate.posting_habits as habits
    cross join batches
    left join staging.connectwise__companies as companies
        on dated.billed_company_id_cw = companies.company_id_cw
)

select
    judged.invoice_id_cw,
    judged.invoice_number,
    judged.billed_company_id_cw as company_id_cw,
    judged.billed_company_name as company_name,
    case when judged.cause not in ('CW_CREDIT', 'CW_ZERO_TOTAL') then judged.total_amount end as total_amount,
    judged.currency_code,
    judged.invoice_date,
    judged.cause,
    case
        when judged.cause in ('CW_NOT_CLOSED', 'CW_NO_ACCOUNT_ID', 'CW_NOT_BATCHED', 'CW_NOT_RECEIVED')
            then judged.total_amount
    end as missing_amount,
    case judged.cause
        when 'CW_WAITING' then 'Wait for the next batch: it is expected by ' || judged.expected_date
        when 'CW_NOT_CLOSED' then 'Close the invoice in ConnectWise, then batch it'
        when 'CW_NO_ACCOUNT_ID' then 'Fill in the company''s Account ID, then close the invoice'
        when 'CW_NOT_BATCHED' then 'Put it into a GL batch, then send the batch to accounting'
        when 'CW_STATUS_UNKNOWN' then 'Name the closed billing statuses in provider.closed_billing_statuses'
        when 'CW_PERHAPS_PAID' then 'Look it up among the paid invoices in accounting: if it is there, nothing to do'
        when 'OUTSIDE_EXTRACT_WINDOW' then 'Widen the accounting export: it starts later than this invoice'
        when 'CW_CREDIT' then 'None: a credit is no invoice to be shown'
        when 'CW_ZERO_TOTAL' then 'None: nothing is owed'
        else
            'Look it up in accounting, then in the GL batches. Batched by hand (Remove Records) is on purpose:'
            || ' leave it. Otherwise, and only if accounting has no copy, unbatch and resend'
    end as fix
from judged
