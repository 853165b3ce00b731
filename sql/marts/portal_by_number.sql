-- model:   marts.portal_by_number
-- grain:   row_key
-- reads:   marts.portal_unmatched, staging.accounting__invoices, staging.accounting__customers
-- purpose: accounting invoices found in the portal by number, for the portal rows that hold no accounting id, or an id
--          that accounting no longer has. Number and customer first, then number and total. A number that more accounting
--          invoices share than the portal has rows for proves nothing: such a match is ambiguous.
-- units:   portal_balance_amount in portal_currency_code
-- source:  the portal's own list of invoices against the accounting extract

with pairs as (
    select
        invoices.row_key,
        portal.portal_invoice_id,
        portal.number_key,
        portal.invoice_id_acct is not null as is_recreated,
        portal.balance_amount,
        portal.currency_code,
        (upper(portal.invoice_number) is distinct from invoices.exact_number) as is_reformatted,
        coalesce(portal.customer_id_acct = invoices.customer_id_acct, false)
        or coalesce(
            portal.customer_id_acct is null
            and lower(portal.customer_name) = lower(coalesce(invoices.customer_name, invoices.customer_id_acct)),
            false
        ) as is_same_customer,
        -- a row of another customer that accounting knows is that customer's invoice
        coalesce(portal.total_amount = invoices.total_amount, false)
        and others.customer_id_acct is null as is_same_total,
        portal.company_id_cw as shown_company_id_cw
    from marts.portal_unmatched as portal
    inner join staging.accounting__invoices as invoices
        on portal.number_key = invoices.number_key
    left join staging.accounting__customers as others
        on portal.customer_id_acct = others.customer_id_acct
        and invoices.customer_id_acct <> others.customer_id_acct
),

levels as (
    select
        pairs.*,
        case when pairs.is_same_customer then 2 else 3 end as match_level
    from pairs
    -- an old id says that the invoice was made anew only for the very same customer
    where pairs.is_same_customer or (pairs.is_same_total and not pairs.is_recreated)
),

rivals as (
    select
        levels.*,
        min(levels.match_level) over (partition by levels.row_key) as best_level,
        -- a row that names the customer of one invoice is no proof of another's
        min(levels.match_level) over (partition by levels.portal_invoice_id) as best_level_of_row,
        count(*) over (partition by levels.portal_invoice_id, levels.match_level) as claimants
    from levels
)

select
    rivals.row_key,
    rivals.best_level as match_level,
    bool_and(rivals.is_recreated) as is_recreated,
    max(rivals.claimants) > count(*) as is_ambiguous,
    bool_and(rivals.is_reformatted) as is_reformatted,
    min(rivals.shown_company_id_cw) as shown_company_id_cw,
    max(rivals.balance_amount) as portal_balance_amount,
    max(rivals.currency_code) as portal_currency_code
from rivals
where
    rivals.match_level = rivals.best_level
    and rivals.match_level = rivals.best_level_of_row
group by rivals.row_key, rivals.best_level
