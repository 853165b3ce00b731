-- model:   staging.accounting__customers
-- grain:   customer_id_acct
-- reads:   accepted.accounting_customers, accepted.accounting_invoices
-- purpose: every accounting customer, from the customer extract or, where that lacks it, from its invoices.
-- units:   none
-- source:  accounting extract

with on_invoices as (
    select
        invoices.customer_id_acct,
        min(invoices.customer_name) as customer_name,
        min(invoices.bill_email) as email,
        min(invoices.currency_code) as currency_code
    from accepted.accounting_invoices as invoices
    group by invoices.customer_id_acct
)

select
    customers.*,
    true as has_customer_row
from accepted.accounting_customers as customers

union all by name

select
    on_invoices.customer_id_acct,
    coalesce(on_invoices.customer_name, on_invoices.customer_id_acct) as customer_name,
    on_invoices.email,
    on_invoices.currency_code,
    false as has_customer_row
from on_invoices
anti join accepted.accounting_customers as known
    on on_invoices.customer_id_acct = known.customer_id_acct
