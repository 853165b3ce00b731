-- model:   marts.portal_by_number
-- grain:   row_key
-- reads:   marts.portal_claims, marts.portal_unmatched
-- purpose: accounting documents found in the portal by number, for the portal rows that hold no accounting id, or an id
--          that accounting no longer has.
-- units:   amounts in portal_currency_code
-- source:  the portal's own list of invoices against the accounting extract

select
    claims.row_key,
    min(claims.match_level) as match_level,
    bool_or(claims.is_undecided) as is_undecided,
    bool_and(claims.has_old_id) as is_recreated,
    bool_and(claims.is_reformatted) as is_reformatted,
    min(portal.company_id_cw) as shown_company_id_cw,
    max(portal.portal_status) as portal_status,
    max(portal.total_amount) as portal_total_amount,
    case when min(portal.balance_amount) = max(portal.balance_amount) then max(portal.balance_amount) end
        as portal_balance_amount,
    max(portal.currency_code) as portal_currency_code
from marts.portal_claims as claims
inner join marts.portal_unmatched as portal
    on claims.portal_row_key = portal.portal_row_key
group by claims.row_key
