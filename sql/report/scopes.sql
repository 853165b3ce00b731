-- model:   report.scopes
-- grain:   relation
-- kind:    view
-- reads:   ctl.scopes
-- purpose: what each list holds, as of when, and where that is known from
-- units:   none
-- source:  the sources and the configuration

select scopes.*
from ctl.scopes as scopes
order by scopes.relation
