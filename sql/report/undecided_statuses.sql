-- model:   report.undecided_statuses
-- grain:   caption
-- kind:    view
-- reads:   staging.connectwise__companies, matching.mappings
-- purpose: statuses of mapped companies that neither a setting nor ConnectWise explains, the most frequent first
-- units:   companies
-- source:  ConnectWise companies

select
    coalesce(companies.status_name, 'none given') as caption,
    count(*) as companies
from staging.connectwise__companies as companies
where
    companies.is_inactive is null
    and companies.company_id_cw in (select mappings.company_id_cw from matching.mappings as mappings)
group by 1
order by 2 desc, 1
