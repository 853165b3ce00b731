-- model:   intermediate.portal_pairs
-- grain:   portal_row_key, row_key
-- reads:   staging.portal__invoices, staging.accounting__invoices, staging.accounting__customers,
--          intermediate.portal_companies
-- purpose: every portal row and the accounting document that has its id; row_key is null if none has. The id is no proof if
--          the number differs and so does the total or the customer, or if another document has that number: a portal's
--          own ids may look like accounting ids. Nor is a row that is void or hidden in the portal, or a
--          payment, a credit or an estimate with the id of an invoice. other_name and other_customer_id_acct: whom the row
--          names, where that is not written as the document's customer is; intermediate.portal_strangers judges them.
-- units:   amounts in portal_currency_code
-- source:  the portal's own list of invoices against the accounting extract

with held as (
    select
        portal.portal_row_key,
        portal.invoice_number,
        invoices.row_key,
        invoices.customer_id_acct,
        -- most names are written alike: only the others are compared as names
        case
            when
                invoices.row_key is not null
                and (
                    coalesce(portal.company_name, portal.customer_name) is distinct from customers.customer_name
                    or portal.customer_id_acct <> invoices.customer_id_acct
                )
                then coalesce(portal.company_name, portal.customer_name)
        end as other_name,
        case
            when portal.customer_id_acct <> invoices.customer_id_acct then portal.customer_id_acct
        end as other_customer_id_acct,
        portal.company_id_cw is not null
        or coalesce(portal.customer_id_acct = invoices.customer_id_acct, false) as is_customer_told,
        coalesce(portal.total_amount <> invoices.total_amount, false) as is_total_different,
        case
            when portal.invoice_number <> invoices.invoice_number
                then coalesce(number_key(portal.invoice_number) <> number_key(invoices.invoice_number), false)
            else false
        end as is_number_different,
        portal.company_id_cw as shown_company_id_cw,
        companies.company_id_cw as named_company_id_cw,
        portal.portal_status,
        portal.total_amount as portal_total_amount,
        portal.balance_amount as portal_balance_amount,
        portal.currency_code as portal_currency_code,
        coalesce(invoices.document_status in ('voided', 'deleted'), false) as is_gone,
        (
            coalesce(portal.document_type, 'invoice') not in ('invoice', 'unknown')
            or coalesce(portal.total_amount < 0, false)
        )
        and coalesce(invoices.document_type, 'invoice') in ('invoice', 'unknown')
        and coalesce(invoices.total_amount, invoices.balance_amount, 0) >= 0 as is_other_kind
    from staging.portal__invoices as portal
    left join staging.accounting__invoices as invoices
        on portal.invoice_id_acct = invoices.invoice_id_acct
    left join staging.accounting__customers as customers
        on invoices.customer_id_acct = customers.customer_id_acct
    -- an id says more than a name
    left join intermediate.portal_companies as companies
        on case when portal.company_id_cw is null then coalesce(portal.company_name, portal.customer_name) end
        = companies.shown_name
),

-- few: rows whose id is one document's and whose number is another's
others as (
    select distinct held.portal_row_key
    from held
    inner join staging.accounting__invoices as invoices
        on written_number(held.invoice_number) = invoices.exact_number
    where held.is_number_different
),

judged as (
    select
        held.*,
        held.is_number_different
        and (
            held.is_total_different
            or held.other_customer_id_acct is not null
            or others.portal_row_key is not null
        ) as is_contradicted
    from held
    left join others
        on held.portal_row_key = others.portal_row_key
)

select
    judged.portal_row_key,
    case
        when judged.is_contradicted or judged.is_other_kind or coalesce(judged.portal_status = 'gone', false) then null
        else judged.row_key
    end as row_key,
    judged.row_key as held_row_key,
    judged.is_contradicted,
    judged.is_other_kind,
    judged.is_gone and not judged.is_contradicted as is_gone,
    judged.is_number_different,
    judged.is_total_different,
    judged.customer_id_acct,
    judged.other_name,
    judged.other_customer_id_acct,
    judged.is_customer_told,
    judged.shown_company_id_cw,
    judged.named_company_id_cw,
    judged.portal_status,
    judged.portal_total_amount,
    judged.portal_balance_amount,
    judged.portal_currency_code
from judged
