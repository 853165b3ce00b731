-- model:   report.invoice_moves
-- grain:   every column but the counts and amounts
-- kind:    view
-- reads:   marts.invoice_changes
-- purpose: groups of invoices that are blocked in one of two runs, with what became of them
-- units:   amount in currency_code, amount_before in currency_code_before
-- source:  the run's answers; the last run

select
    changes.move,
    changes.is_compared,
    changes.is_blocked,
    changes.was_blocked,
    changes.code_before,
    changes.state,
    changes.primary_cause,
    changes.mapping_source,
    changes.currency_code,
    changes.currency_code_before,
    count(*)::bigint as invoices,
    sum(changes.amount) as amount,
    sum(changes.amount_before) as amount_before
from marts.invoice_changes as changes
group by all
