-- model:   report.page_companies
-- grain:   company_id_cw
-- kind:    view
-- reads:   staging.connectwise__companies
-- purpose: the companies that the page can search, at most 30,000: those that are not deleted come first
-- units:   none
-- source:  ConnectWise companies

select
    companies.company_id_cw,
    companies.company_identifier,
    companies.company_name,
    companies.city,
    regexp_extract(lower(companies.website), '^(?:[a-z]+://)?(?:www[.])?([^/:?# ]+[.][^/:?# ]+)', 1) as domain,
    companies.is_inactive,
    companies.is_deleted
from staging.connectwise__companies as companies
order by
    coalesce(companies.is_deleted, false),
    try_cast(companies.company_id_cw as bigint),
    companies.company_id_cw
limit 30000
