-- model:   staging.connectwise__invoices
-- grain:   invoice_id_cw
-- kind:    view
-- reads:   accepted.connectwise_invoices, ctl.run
-- purpose: every ConnectWise invoice with the key its number is compared by.
-- units:   total_amount and balance_amount in currency_code
-- source:  ConnectWise invoices

select
    invoices.rowid as row_key_cw,
    invoices.* exclude (is_closed),
    -- a number that a spreadsheet took for an amount (2.02611E+11, 1001.0) says nothing: it equals no other
    case
        when
            (contains(invoices.invoice_number, '+') or right(invoices.invoice_number, 1) = '0')
            and regexp_full_match(invoices.invoice_number, '[0-9]([.,][0-9]+)?[Ee][+][0-9]+|[0-9]+[.,]0')
            then null
        else upper(invoices.invoice_number)
    end as exact_number,
    nullif(ltrim(regexp_replace(
        translate(exact_number, ' #-/._', ''), '^INV', ''
    ), '0'), '') as number_key,
    coalesce(
        invoices.is_closed,
        -- unknown where nobody says which statuses are closed
        case
            when len(this_run.closed_billing_status_names) > 0
                then list_contains(this_run.closed_billing_status_names, lower(invoices.billing_status_name))
        end
    ) as is_closed
from accepted.connectwise_invoices as invoices
cross join ctl.run as this_run
