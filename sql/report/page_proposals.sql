-- model:   report.page_proposals
-- grain:   customer_id_acct, company_id_cw
-- kind:    view
-- reads:   report.mapping_fixes, staging.connectwise__companies
-- purpose: the pairs to decide in the page, with their evidence and the state of the company
-- units:   certainty and lead 0 to 1; score in half bits
-- source:  matching

select
    ---------- ids
    fixes.customer_id_acct,
    fixes.proposed_company_id_cw as company_id_cw,

    ---------- numbers
    fixes.certainty,
    fixes.lead,
    fixes.score,

    ---------- the company
    companies.city as company_city,
    companies.is_inactive,
    companies.is_deleted,

    ---------- evidence
    fixes.evidence

from report.mapping_fixes as fixes
left join staging.connectwise__companies as companies
    on fixes.proposed_company_id_cw = companies.company_id_cw
order by fixes.customer_id_acct, fixes.rank, fixes.proposed_company_id_cw
