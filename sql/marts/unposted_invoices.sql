-- model:   marts.unposted_invoices
-- grain:   invoice_id_cw
-- reads:   staging.connectwise__invoices, staging.connectwise__companies, matching.number_pairs, ctl.run
-- purpose: ConnectWise invoices that accounting does not have, and where on the way they stopped.
-- units:   total_amount in currency_code
-- source:  ConnectWise invoices and companies against the accounting extract

with absent as (
    select invoices.*
    from staging.connectwise__invoices as invoices
    anti join matching.number_pairs as pairs
        on invoices.row_key_cw = pairs.row_key_cw
),

judged as (
    select
        absent.invoice_id_cw,
        absent.invoice_number,
        coalesce(absent.bill_to_company_id_cw, absent.company_id_cw) as company_id_cw,
        companies.company_name,
        absent.total_amount,
        absent.currency_code,
        absent.invoice_date,
        case
            when absent.is_closed = false then 'CW_NOT_CLOSED'
            when companies.company_id_cw is not null and companies.account_number is null then 'CW_NO_ACCOUNT_ID'
            when absent.invoice_date < this_run.first_invoice_date then 'OUTSIDE_EXTRACT_WINDOW'
            else 'CW_NOT_RECEIVED'
        end as cause
    from absent
    cross join ctl.run as this_run
    left join staging.connectwise__companies as companies
        on coalesce(absent.bill_to_company_id_cw, absent.company_id_cw) = companies.company_id_cw
)

select
    judged.*,
    case judged.cause
        when 'CW_NOT_CLOSED' then 'Close the invoice in ConnectWise, then batch it'
        when 'CW_NO_ACCOUNT_ID' then 'Fill in the company''s Account ID, then close the invoice'
        when 'OUTSIDE_EXTRACT_WINDOW' then 'Widen the accounting export: it starts later than this invoice'
        else 'Look it up in the GL batches: unbatch and resend after checking for a copy'
    end as fix
from judged
