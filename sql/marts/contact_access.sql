-- model:   marts.contact_access
-- grain:   contact_id_cw
-- reads:   marts.contact_checks, ctl.causes
-- purpose: every contact, whether it can see invoices, and every check that it breaks or that cannot be decided.
-- units:   portal_security_level 1 to 6
-- source:  ConnectWise contacts

with broken as (
    select
        checks.contact_id_cw,
        string_agg(causes.code, ' ' order by causes.bit) filter (where (checks.failed & causes.mask) <> 0) as codes,
        string_agg(causes.code, ' ' order by causes.bit) filter (
            where (checks.unknown & causes.mask) <> 0
        ) as unknown_codes
    from marts.contact_checks as checks
    inner join ctl.causes as causes
        on ((checks.failed | checks.unknown) & causes.mask) <> 0
    group by checks.contact_id_cw
)

select
    checks.contact_id_cw,
    checks.company_id_cw,
    checks.contact_name,
    checks.default_email,
    checks.portal_security_level,
    checks.contact_role,
    checks.is_active,
    checks.can_see,
    checks.is_proposed,
    concat_ws(' ', case when not checks.is_active then 'CONTACT_INACTIVE' end, broken.codes) as broken_checks,
    coalesce(broken.unknown_codes, '') as unknown_checks
from marts.contact_checks as checks
left join broken
    on checks.contact_id_cw = broken.contact_id_cw
