-- model:   intermediate.contact_facts
-- grain:   contact_id_cw
-- reads:   staging.connectwise__contacts, staging.connectwise__companies
-- purpose: every contact, the part it plays at its company, and which other contacts its login may find.
-- units:   login_holders_here and login_holders_elsewhere count other contacts
-- source:  ConnectWise contacts and companies

with told as (
    select
        bool_or(contacts.is_inactive is not null) as tells_inactive,
        bool_or(contacts.is_login_disabled is not null) as tells_login,
        bool_or(contacts.portal_security_level is not null) as tells_level
    from staging.connectwise__contacts as contacts
),

-- a login finds no contact that is inactive, may not log in, or is at a company in the recycle bin
logins as (
    select
        contacts.*,
        companies.billing_contact_id_cw,
        companies.default_contact_id_cw,
        contacts.login_email is not null
        and coalesce(contacts.is_inactive, false) = false
        and coalesce(contacts.is_login_disabled, false) = false
        and coalesce(companies.is_deleted, false) = false as may_log_in
    from staging.connectwise__contacts as contacts
    left join staging.connectwise__companies as companies
        on contacts.company_id_cw = companies.company_id_cw
),

held as (
    select
        logins.*,
        count(*) filter (where logins.may_log_in) over (partition by logins.login_email, logins.company_id_cw)
            as holders_here,
        count(*) filter (where logins.may_log_in) over (partition by logins.login_email) as holders
    from logins
)

select
    ---------- ids
    contacts.contact_id_cw,
    contacts.company_id_cw,

    ---------- text
    contacts.contact_name,
    contacts.default_email,
    contacts.portal_security_level,

    ---------- counts
    contacts.holders_here - contacts.may_log_in::bigint as login_holders_here,
    contacts.holders - contacts.holders_here as login_holders_elsewhere,

    ---------- booleans
    -- an empty cell means no where the export tells it of others; where it tells it of nobody, nothing is known
    coalesce(contacts.is_inactive, case when told.tells_inactive then false end) as is_inactive,
    coalesce(contacts.is_login_disabled, case when told.tells_login then false end) as is_login_disabled,
    contacts.may_log_in,
    told.tells_level as is_level_told,
    coalesce(contacts.billing_contact_id_cw = contacts.contact_id_cw, false) as is_billing_contact,
    coalesce(contacts.is_default_billing, false) as is_default_billing,
    coalesce(contacts.is_default, false)
    or coalesce(contacts.default_contact_id_cw = contacts.contact_id_cw, false) as is_default

from held as contacts
cross join told
