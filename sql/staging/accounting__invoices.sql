-- model:   staging.accounting__invoices
-- grain:   invoice_id_acct
-- kind:    view
-- reads:   accepted.accounting_invoices
-- purpose: every accounting invoice, with the keys its number is compared by and the time it last changed.
-- units:   total_amount and balance_amount in currency_code; balance_source: stated, status (paid, void or deleted: nothing
--          is open) or none
-- source:  accounting extract

select
    ---------- ids
    invoices.rowid as row_key,
    invoices.* exclude (balance_amount),

    ---------- text
    written_number(invoices.invoice_number) as exact_number,
    -- prefix, separators and leading zeros are written differently from system to system
    number_key(invoices.invoice_number) as number_key,

    ---------- amounts
    -- null where nobody says what is open: a total is not a balance
    coalesce(
        invoices.balance_amount,
        case when invoices.document_status in ('paid', 'voided', 'deleted') then 0 end
    ) as balance_amount,
    case
        when invoices.balance_amount is not null then 'stated'
        when invoices.document_status in ('paid', 'voided', 'deleted') then 'status'
        else 'none'
    end as balance_source,

    ---------- instants
    coalesce(invoices.modified_at, invoices.created_at) as changed_at

from accepted.accounting_invoices as invoices
