-- model:   report.quarantine_examples
-- grain:   one quarantined row
-- reads:   quarantine.rows
-- purpose: at most 20 quarantined rows of each relation, the first of each file
-- units:   none
-- source:  validation

select
    relation,
    source_file,
    source_line,
    broken_rules,
    row_values

from quarantine.rows
qualify row_number() over (partition by relation order by source_file, source_line, row_values) <= 20
order by relation, source_file, source_line, row_values
