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
    -- a number that a spreadsheet took for an amount (2.02611E+11, 1001.0) says nothing: it equals no other
    case
        when
            (contains(invoices.invoice_number, '+') or right(invoices.invoice_number, 1) = '0')
            and regexp_full_match(invoices.invoice_number, '[0-9]([.,][0-9]+)?[Ee][+][0-9]+|[0-9]+[.,]0')
            then null
        else upper(invoices.invoice_number)
    end as exact_number,
    -- prefix, separators and leading zeros are written differently from system to system
    nullif(ltrim(regexp_replace(
        translate(exact_number, ' #-/._', ''), '^INV', ''
    ), '0'), '') as number_key,

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
