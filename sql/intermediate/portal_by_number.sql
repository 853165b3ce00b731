-- model:   intermediate.portal_by_number
-- grain:   row_key
-- reads:   intermediate.portal_claims, intermediate.portal_unmatched, intermediate.portal_pairs, quarantine.rows,
--          accepted.portal_invoices, staging.accounting__invoices
-- purpose: accounting documents found in the portal by number, for the portal rows that hold no accounting id, or an id
--          that accounting no longer has. A row that is in quarantine, or void or hidden in the portal, proves nothing, and
--          nothing is missing that it may be.
-- units:   amounts in portal_currency_code
-- source:  the portal's own list of invoices against the accounting extract

with doubtful as (
    select
        aside.row_values ->> 'invoice_id_acct' as invoice_id_acct,
        aside.row_values ->> 'invoice_number' as invoice_number
    from quarantine.rows as aside
    where aside.relation = 'portal_invoices'

    union

    select
        portal.invoice_id_acct,
        portal.invoice_number
    from accepted.portal_invoices as portal
    where portal.portal_status = 'gone'

    union

    -- a payment or a credit with the id of an invoice: the portal may have the invoice
    select
        portal.invoice_id_acct,
        null as invoice_number
    from accepted.portal_invoices as portal
    inner join intermediate.portal_pairs as pairs
        on portal.rowid = pairs.portal_row_key
    where pairs.is_other_kind
),

set_aside as (
    select invoices.row_key
    from doubtful
    inner join staging.accounting__invoices as invoices
        on number_key(doubtful.invoice_number) = invoices.number_key

    union

    select invoices.row_key
    from doubtful
    inner join staging.accounting__invoices as invoices
        on doubtful.invoice_id_acct = invoices.invoice_id_acct
),

claimed as (
    select
        claims.row_key,
        claims.match_level,
        claims.is_undecided,
        claims.has_old_id,
        claims.is_reformatted,
        portal.company_id_cw,
        portal.named_company_id_cw,
        portal.portal_status,
        portal.total_amount,
        portal.balance_amount,
        portal.currency_code
    from intermediate.portal_claims as claims
    inner join intermediate.portal_unmatched as portal
        on claims.portal_row_key = portal.portal_row_key

    union all by name

    select
        set_aside.row_key,
        5 as match_level,
        true as is_undecided,
        false as has_old_id,
        false as is_reformatted
    from set_aside
    anti join intermediate.portal_claims as claims
        on set_aside.row_key = claims.row_key
)

select
    claimed.row_key,
    min(claimed.match_level) as match_level,
    bool_or(claimed.is_undecided) as is_undecided,
    bool_and(claimed.has_old_id) as is_recreated,
    bool_and(claimed.is_reformatted) as is_reformatted,
    min(claimed.company_id_cw) as shown_company_id_cw,
    max(claimed.company_id_cw) as other_company_id_cw,
    min(claimed.named_company_id_cw) as named_company_id_cw,
    max(claimed.portal_status) as portal_status,
    max(claimed.total_amount) as portal_total_amount,
    case when min(claimed.balance_amount) = max(claimed.balance_amount) then max(claimed.balance_amount) end
        as portal_balance_amount,
    max(claimed.currency_code) as portal_currency_code
from claimed
group by claimed.row_key
