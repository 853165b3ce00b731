-- model:   report.contact_states
-- grain:   company_id_cw
-- kind:    view
-- reads:   marts.contact_states
-- purpose: companies about whose access a person decided or can decide
-- units:   none
-- source:  the run's checks

select states.*
from marts.contact_states as states
where states.state is not null
order by states.company_id_cw
