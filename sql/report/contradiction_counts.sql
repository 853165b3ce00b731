-- model:   report.contradiction_counts
-- grain:   kind, is_known, currency_code
-- kind:    view
-- reads:   marts.contradictions
-- purpose: how many contradictions there are, and their money
-- units:   amount in currency_code
-- source:  the run's checks

select
    contradictions.kind,
    contradictions.is_known,
    contradictions.currency_code,
    count(*) as rows,
    sum(contradictions.amount) as amount
from marts.contradictions as contradictions
group by contradictions.kind, contradictions.is_known, contradictions.currency_code
order by contradictions.kind, contradictions.is_known, contradictions.currency_code
