-- model:   report.resolved_issues
-- grain:   reason
-- kind:    view
-- reads:   marts.issue_states
-- purpose: how many issues are resolved, by reason
-- units:   issues
-- source:  the run's answers; the history

select
    states.reason,
    count(*) as issues
from marts.issue_states as states
where states.change = 'resolved'
group by states.reason
