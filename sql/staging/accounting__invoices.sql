-- model:   staging.accounting__invoices
-- grain:   invoice_id_acct
-- kind:    view
-- reads:   accepted.accounting_invoices
-- purpose: every accounting invoice, with the keys its number is compared by and the time it last changed.
-- units:   total_amount and balance_amount in currency_code
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
    -- without a balance the whole total is taken to be open, unless the invoice is paid
    coalesce(
        invoices.balance_amount,
        case when invoices.document_status = 'paid' then 0 else invoices.total_amount end
    ) as balance_amount,

    ---------- booleans
    invoices.balance_amount is null
    and coalesce(invoices.document_status, 'unknown') in ('unknown', 'open') as is_balance_assumed,

    ---------- instants
    coalesce(invoices.modified_at, invoices.created_at) as changed_at

from accepted.accounting_invoices as invoices
