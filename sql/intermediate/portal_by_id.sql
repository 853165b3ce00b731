-- model:   intermediate.portal_by_id
-- grain:   row_key
-- kind:    view
-- reads:   intermediate.portal_pairs
-- purpose: what the portal shows for each accounting document whose id it has.
-- units:   amounts in portal_currency_code
-- source:  the portal's own list of invoices against the accounting extract

select
    pairs.row_key,
    bool_and(pairs.is_number_different) as is_number_different,
    min(pairs.shown_company_id_cw) as shown_company_id_cw,
    max(pairs.shown_company_id_cw) as other_company_id_cw,
    min(pairs.named_company_id_cw) as named_company_id_cw,
    max(pairs.portal_status) as portal_status,
    max(pairs.portal_total_amount) as portal_total_amount,
    -- two rows that say two things say nothing
    case
        when min(pairs.portal_balance_amount) = max(pairs.portal_balance_amount) then max(pairs.portal_balance_amount)
    end as portal_balance_amount,
    max(pairs.portal_currency_code) as portal_currency_code
from intermediate.portal_pairs as pairs
where pairs.row_key is not null
group by pairs.row_key
