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
    written_number(invoices.invoice_number) as exact_number,
    number_key(invoices.invoice_number) as number_key,
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
-- what was deleted there is no invoice
where not coalesce(invoices.is_deleted, false)
