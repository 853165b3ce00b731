-- model:   report.contradictions
-- grain:   kind, subject_id, one_says, other_says
-- kind:    view
-- reads:   marts.contradictions
-- purpose: 100 contradictions between the sources: those that nobody has marked as known first, the largest amounts
--          first
-- units:   amount in currency_code
-- source:  the run's checks

select contradictions.*
from marts.contradictions as contradictions
order by
    contradictions.is_known asc,
    contradictions.amount desc nulls last,
    contradictions.kind asc,
    contradictions.subject_id asc,
    contradictions.one_says asc,
    contradictions.other_says asc
limit 100
