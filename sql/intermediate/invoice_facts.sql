-- model:   intermediate.invoice_facts
-- grain:   row_key
-- kind:    view
-- reads:   staging.accounting__invoices, marts.customer_checks, intermediate.portal_by_id,
--          intermediate.portal_by_number, intermediate.portal_strangers, intermediate.portal_form,
--          intermediate.shared_numbers, matching.number_pairs, intermediate.contact_emails, ctl.portal_memory, ctl.run
-- purpose: what decides about each accounting invoice, and what it is counted by, without its text: etl/diagnose judges it
--          batch by batch. customer_key is the row of marts.customer_checks.
-- units:   customer_failed, customer_unknown and customer_reached are masks of causes; amounts in currency_code; days_past_due in days
-- source:  accounting extract, the portal's list, ConnectWise invoices and contacts

with in_connectwise as (
    select
        pairs.row_key,
        bool_or(pairs.is_exact) as is_exact
    from matching.number_pairs as pairs
    group by pairs.row_key
),

strangers as (
    select
        strangers.row_key,
        bool_or(strangers.is_elsewhere) as is_elsewhere
    from intermediate.portal_strangers as strangers
    group by strangers.row_key
)

select
    invoices.row_key,

    ---------- the document
    -- a word that nobody knows says neither that it is one nor that it is none
    case
        when invoices.document_type = 'unknown' then null
        else coalesce(invoices.document_type, 'invoice') = 'invoice'
    end as is_invoice,
    coalesce(invoices.document_status, 'unknown') as document_status,
    -- what is open in part is not zero as a whole; of what is settled, only the total says whether it ever was
    coalesce(sign(invoices.total_amount), nullif(sign(invoices.balance_amount), 0))::tinyint as total_sign,
    sign(invoices.balance_amount)::tinyint as balance_sign,
    invoices.invoice_date,
    invoices.invoice_date > this_run.as_of_date as is_future,
    shared_numbers.holders is not null as is_number_shared,
    invoices.created_at,
    invoices.changed_at,

    ---------- what it is counted by
    customers.rowid as customer_key,
    invoices.currency_code,
    invoices.total_amount,
    invoices.balance_amount,
    (this_run.as_of_date - invoices.due_date)::integer as days_past_due,
    case
        when invoices.due_date is null then 'no due date'
        when this_run.as_of_date <= invoices.due_date then 'not due'
        when this_run.as_of_date - invoices.due_date <= 30 then '1-30'
        when this_run.as_of_date - invoices.due_date <= 60 then '31-60'
        when this_run.as_of_date - invoices.due_date <= 90 then '61-90'
        else 'over 90'
    end as ageing_bucket,

    ---------- the customer
    customers.failed as customer_failed,
    customers.unknown as customer_unknown,
    customers.reached as customer_reached,
    customers.is_mapped,
    customers.is_transport_reached,
    customers.is_in_portal,
    customers.is_access_reached,
    customers.can_anyone_see,
    customers.judged_at,

    ---------- the portal: 1 by id, 2 by number and customer, 3 by number and amount, 4 by a number written differently
    case
        when by_id.row_key is not null then 1
        when not by_number.is_recreated and not by_number.is_undecided then by_number.match_level
    end::tinyint as portal_match,
    -- without a number that can be read, only a list of ids could tell
    by_id.row_key is null
    and (coalesce(by_number.is_undecided, false) or (invoices.exact_number is null and not form.is_by_id))
        as is_portal_undecided,
    coalesce(by_number.is_recreated and not by_number.is_undecided, false) as is_portal_id_old,
    coalesce(by_id.is_number_different, by_number.is_reformatted and not by_number.is_undecided, false)
        as is_number_reformatted,
    -- one of the rows names the mapped company, by its id or by a name that is its alone
    coalesce(
        customers.company_id_cw
        in (by_id.shown_company_id_cw, by_id.other_company_id_cw, by_id.named_company_id_cw),
        false
    )
    or coalesce(
        not by_number.is_undecided
        and customers.company_id_cw
        in (by_number.shown_company_id_cw, by_number.other_company_id_cw, by_number.named_company_id_cw),
        false
    ) as is_shown_here,
    -- shown to a company that is neither the mapped one nor the one that it bills to
    coalesce(
        coalesce(by_id.shown_company_id_cw, by_number.shown_company_id_cw)
        not in (customers.company_id_cw, coalesce(customers.bill_to_company_id_cw, customers.company_id_cw))
        or coalesce(by_id.other_company_id_cw, by_number.other_company_id_cw)
        not in (customers.company_id_cw, coalesce(customers.bill_to_company_id_cw, customers.company_id_cw)),
        false
    )
    or coalesce(strangers.is_elsewhere, false) as is_shown_elsewhere,
    strangers.row_key is not null as is_shown_to_stranger,
    -- a list that shows what is open loses what is paid there, and one that begins somewhere shows nothing older
    this_run.portal_scope <> 'all' and memory.shown_at is not null as was_shown,
    coalesce(invoices.invoice_date < this_run.portal_since, false)
    or this_run.is_portal_list_cut
    -- nothing says that it is still open, and the list need not hold what is paid
    or (
        invoices.balance_source = 'none'
        and coalesce(invoices.document_status, 'unknown') in ('unknown', 'open')
        and this_run.portal_scope <> 'all'
    ) as is_outside_list,
    coalesce(invoices.book <> this_run.portal_book, false) as is_other_book,
    case
        when len(this_run.hidden_payment_terms) = 0 then false
        else list_contains(this_run.hidden_payment_terms, lower(trim(invoices.payment_terms)))
    end as is_hidden_by_terms,

    ---------- what the portal says is owed
    coalesce(by_id.portal_status, by_number.portal_status) as portal_status,
    coalesce(by_id.portal_total_amount, by_number.portal_total_amount) as portal_total_amount,
    coalesce(by_id.portal_balance_amount, by_number.portal_balance_amount) as portal_balance_amount,
    coalesce(
        coalesce(
            nullif(coalesce(by_id.portal_currency_code, by_number.portal_currency_code), 'XXX'),
            this_run.home_currency_code
        ) = coalesce(nullif(invoices.currency_code, 'XXX'), this_run.home_currency_code),
        false
    ) as is_amount_comparable,
    this_run.are_books_older,
    this_run.portal_scope = 'open' as is_list_of_open,
    -- without a change time, the first run that saw this balance
    coalesce(
        invoices.modified_at,
        case when memory.balance_amount = invoices.balance_amount then memory.balance_since end,
        this_run.as_of_at
    ) as balance_since,

    ---------- ConnectWise
    in_connectwise.row_key is not null as is_in_connectwise,
    in_connectwise.is_exact as is_number_exact_in_connectwise,
    case
        when invoices.bill_email is null then customers.is_email_known else contact_emails.email is not null
    end as is_bill_email_known,
    coalesce(invoices.bill_email, customers.customer_email) is not null as has_bill_email

from staging.accounting__invoices as invoices
cross join ctl.run as this_run
cross join intermediate.portal_form as form
inner join marts.customer_checks as customers
    on invoices.customer_id_acct = customers.customer_id_acct
left join intermediate.portal_by_id as by_id
    on invoices.row_key = by_id.row_key
left join intermediate.portal_by_number as by_number
    on invoices.row_key = by_number.row_key
left join strangers
    on invoices.row_key = strangers.row_key
left join ctl.portal_memory as memory
    on invoices.invoice_id_acct = memory.invoice_id_acct
left join intermediate.shared_numbers as shared_numbers
    on invoices.exact_number = shared_numbers.exact_number
left join in_connectwise
    on invoices.row_key = in_connectwise.row_key
left join intermediate.contact_emails as contact_emails
    on customers.company_id_cw = contact_emails.company_id_cw
    and lower(regexp_extract(invoices.bill_email, '[^,; ]+')) = contact_emails.email
