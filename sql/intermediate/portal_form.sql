-- model:   intermediate.portal_form
-- grain:   one row
-- reads:   intermediate.portal_candidates, intermediate.portal_pairs, staging.accounting__invoices
-- purpose: how the portal's list writes its numbers. Where most rows are written otherwise than in accounting, the smallest
--          change that makes at least 95 % of them equal to one document each, amounts agreeing, and at least 20: that is
--          the list's format. A change that makes two numbers of accounting equal is none. is_by_id: nine of ten rows name
--          a document by its id.
-- units:   rows
-- source:  the portal's own list of invoices against the accounting extract

with rows_of as (
    select
        candidates.portal_row_key,
        min(candidates.number_form) as number_form,
        count(*) = 1 and bool_and(coalesce(candidates.is_same_amount, false)) as is_equal
    from intermediate.portal_candidates as candidates
    where candidates.is_invoice and candidates.number_form < 4
    group by candidates.portal_row_key
),

-- the changes that make enough rows equal
fitting as (
    select
        forms.number_form,
        count(*) filter (where rows_of.is_equal and rows_of.number_form between 1 and forms.number_form) as rows_equal
    from rows_of
    cross join (values (1), (2), (3)) as forms (number_form)
    group by forms.number_form
    having
        rows_equal >= 20
        and rows_equal >= 0.95 * count(*) filter (where rows_of.number_form > 0)
        and count(*) filter (where rows_of.number_form > 0) >= 0.5 * count(*)
),

ids as (
    select coalesce(count(pairs.row_key) >= 0.9 * count(*), false) and count(*) > 0 as is_by_id
    from intermediate.portal_pairs as pairs
),

numbers as (
    select
        count(distinct number_text(invoices.invoice_number)) as written,
        count(distinct number_without_words(invoices.invoice_number)) as without_words,
        count(distinct ltrim(number_without_words(invoices.invoice_number), '0')) as without_zeros,
        count(distinct invoices.number_key) as bare
    from staging.accounting__invoices as invoices
    -- all numbers are read only where a change fits
    where 0 < (select count(*) as changes from fitting)
)

select
    coalesce(min(fitting.number_form), 0) as number_form,
    coalesce(min_by(fitting.rows_equal, fitting.number_form), 0) as rows_equal,
    any_value(ids.is_by_id) as is_by_id
from numbers
cross join ids
left join fitting
    on numbers.written = case fitting.number_form
        when 1 then numbers.without_words
        when 2 then numbers.without_zeros
        else numbers.bare
    end
