-- model:   report.quarantine_rules
-- grain:   relation, rule
-- reads:   quarantine.rows
-- purpose: how many rows broke each rule; a row that broke two is counted under both
-- units:   rows
-- source:  validation

select
    broken.relation,
    broken.rule,
    count(*) as rows

from (
    select
        relation,
        unnest(broken_rules) as rule
    from quarantine.rows
) as broken
group by 1, 2
order by 1, 2
