-- model:   staging.connectwise__companies
-- grain:   company_id_cw
-- reads:   accepted.connectwise_companies, accepted.connectwise_statuses, ctl.run
-- purpose: every ConnectWise company, with what its status means: the company record only refers to it.
-- units:   none
-- source:  ConnectWise companies and company statuses; captions named in the configuration

-- a list of companies that has no ids of statuses names them
with named as (
    select
        lower(trim(statuses.status_name)) as name_key,
        bool_and(statuses.is_inactive) as is_inactive
    from accepted.connectwise_statuses as statuses
    group by lower(trim(statuses.status_name))
    having count(distinct statuses.is_inactive) = 1
)

select
    ---------- ids
    companies.* exclude (bill_to_company_id_cw, is_status_inactive),
    -- a company that bills to itself is not redirected
    nullif(companies.bill_to_company_id_cw, companies.company_id_cw) as bill_to_company_id_cw,

    ---------- booleans
    -- unknown where neither the status list nor the configuration says: only Active speaks for itself
    case
        when list_contains(this_run.inactive_status_names, lower(trim(companies.status_name))) then true
        when list_contains(this_run.active_status_names, lower(trim(companies.status_name))) then false
        else
            coalesce(
                companies.is_status_inactive,
                statuses.is_inactive,
                named.is_inactive,
                case when lower(trim(companies.status_name)) = 'active' then false end
            )
    end as is_inactive,
    coalesce(list_contains(this_run.hidden_status_names, lower(trim(companies.status_name))), false)
    or coalesce(
        list_has_any(
            this_run.hidden_type_names,
            list_transform(companies.type_names, lambda caption: lower(trim(caption)))
        ),
        false
    ) as is_hidden

from accepted.connectwise_companies as companies
cross join ctl.run as this_run
left join accepted.connectwise_statuses as statuses
    on companies.status_id_cw = statuses.status_id_cw
left join named
    on companies.status_id_cw is null
    and lower(trim(companies.status_name)) = named.name_key
