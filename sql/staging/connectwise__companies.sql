-- model:   staging.connectwise__companies
-- grain:   company_id_cw
-- reads:   accepted.connectwise_companies, accepted.connectwise_statuses, ctl.run
-- purpose: every ConnectWise company, with what its status means: the company record only refers to it.
-- units:   none
-- source:  ConnectWise companies and company statuses; captions named in the configuration

select
    ---------- ids
    companies.* exclude (bill_to_company_id_cw, is_status_inactive),
    -- a company that bills to itself is not redirected
    nullif(companies.bill_to_company_id_cw, companies.company_id_cw) as bill_to_company_id_cw,

    ---------- booleans
    -- unknown where neither the status list nor the configuration says
    case
        when list_contains(this_run.inactive_status_names, lower(companies.status_name)) then true
        else coalesce(companies.is_status_inactive, statuses.is_inactive)
    end as is_inactive,
    coalesce(list_contains(this_run.hidden_status_names, lower(companies.status_name)), false)
    or coalesce(
        list_has_any(
            this_run.hidden_type_names,
            list_transform(companies.type_names, lambda caption: lower(caption))
        ),
        false
    ) as is_hidden

from accepted.connectwise_companies as companies
cross join ctl.run as this_run
left join accepted.connectwise_statuses as statuses
    on companies.status_id_cw = statuses.status_id_cw
