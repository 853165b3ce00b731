-- model:   report.issue_counts
-- grain:   kind, code, code_before, change, was_open
-- kind:    view
-- reads:   marts.issue_states
-- purpose: how many issues changed in which way
-- units:   issues
-- source:  the run's answers; the history

select
    states.kind,
    states.code,
    states.code_before,
    states.change,
    states.was_open,
    count(*)::bigint as issues
from marts.issue_states as states
group by all
