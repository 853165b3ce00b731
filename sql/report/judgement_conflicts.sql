-- model:   report.judgement_conflicts
-- grain:   customer_id_acct
-- kind:    view
-- reads:   matching.mappings, staging.connectwise__companies
-- purpose: mappings that a person approved and that the run contradicts, and what it has against them
-- units:   none
-- source:  the register; ConnectWise companies

select
    mappings.customer_id_acct,
    case
        when companies.company_id_cw is null then 'the company is no longer in ConnectWise'
        when companies.is_deleted then 'the company is deleted in ConnectWise'
        else 'the evidence points to CW-' || mappings.conflict_company_id_cw
    end as conflict
from matching.mappings as mappings
left join staging.connectwise__companies as companies
    on mappings.company_id_cw = companies.company_id_cw
where
    mappings.mapping_source = 'judgement'
    and mappings.mapping_state = 'mapped'
    and (mappings.is_conflicting or companies.company_id_cw is null or companies.is_deleted)
