"""The joins of the sources, each from the side that asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_OPEN: Final = "select customer_id_acct, currency_code, sum(owed) as owed from open_invoices group by all"


@dataclass(frozen=True)
class Question:
    """One join: the asking side and the other.

    Attributes:
        compared: the columns that are compared.
        needs: relations without which there is nothing to measure.
        sql: `label, currency_code, amount, is_joined` per row that asks.
        source: what is not used where too little joins; null where the share says nothing.
        stops: whether the run stops instead.
        least: share that is enough, where it is not the setting.
        is_mutual: whether it is enough that as many join as there are open invoices: a file that holds only those has
            lost what was paid, and the list of the portal has not yet.
    """

    name: str
    compared: str
    needs: tuple[str, ...]
    sql: str
    source: str | None = None
    stops: bool = False
    least: float | None = None
    is_mutual: bool = False


FIRST: Final = (
    Question(
        "open invoices -> customers",
        "accounting_invoices.customer_id_acct with accounting_customers.customer_id_acct",
        ("accounting_customers",),
        """
        with listed as (select distinct book from accepted.accounting_customers where book is not null)
        select concat_ws(' ', asking.customer_id_acct, any_value(asking.customer_name)) as label,
            asking.currency_code, sum(asking.owed) as amount, count(*) as rows,
            asking.customer_id_acct in (select customer_id_acct from accepted.accounting_customers) as is_joined
        from open_invoices as asking
        -- customers of a book without a list of its own are made from its invoices; one book at least has a list
        where coalesce(asking.book in (select book from listed), true)
            or not exists (from open_invoices as other where other.book in (select book from listed))
        group by asking.customer_id_acct, asking.currency_code""",
        stops=True,
    ),
    Question(
        "open portal rows -> accounting invoices",
        "portal_invoices.invoice_id_acct and invoice_number with accounting_invoices",
        ("portal_invoices",),
        """
        with asking as materialized (
            select asked.invoice_number, asked.currency_code,
                abs(coalesce(asked.balance_amount, asked.total_amount)) as owed,
                found.invoice_id_acct is not null as is_held
            from accepted.portal_invoices as asked
            left join accepted.accounting_invoices as found on asked.invoice_id_acct = found.invoice_id_acct
            where coalesce(asked.balance_amount, asked.total_amount, 1) <> 0
        ),
        rest as (select *, upper(invoice_number) as number from asking where not is_held),
        by_number as (
            select distinct {key_asking} as key from rest
            semi join accepted.accounting_invoices as found on {key_asking} = {key_found}
        )
        select coalesce(rest.invoice_number, 'no number') as label, currency_code, owed as amount, 1 as rows,
            coalesce({key_asking} in (select key from by_number), false) as is_joined
        from rest
        union all
        select null, currency_code, sum(owed), count(*), true from asking where is_held group by currency_code""",
        source="portal_invoices",
        is_mutual=True,
    ),
    Question(
        "portal mappings -> customers",
        "portal_mappings.customer_id_acct and customer_name with accounting_customers",
        ("portal_mappings",),
        """
        with known as (
            select customer_id_acct from accepted.accounting_customers
            union select customer_id_acct from accepted.accounting_invoices
        ),
        names as (
            select name_text(customer_name) as name from accepted.accounting_customers
            union select name_text(customer_name) from accepted.accounting_invoices
        )
        select concat_ws(' ', customer_id_acct, customer_name) as label, null as currency_code, null as amount,
            1 as rows,
            customer_id_acct in (select customer_id_acct from known)
            or coalesce(name_text(customer_name) in (select name from names where name is not null), false) as is_joined
        from accepted.portal_mappings where company_id_cw is not null""",
        source="portal_mappings",
        # the portal goes on listing customers that accounting no longer exports
        least=0.2,
    ),
    Question(
        "portal mappings -> companies",
        "portal_mappings.company_id_cw with connectwise_companies.company_id_cw",
        ("portal_mappings",),
        f"""
        select concat_ws(' ', asking.company_id_cw, asking.company_name) as label, owing.currency_code,
            owing.owed as amount, 1 as rows,
            asking.company_id_cw in (select company_id_cw from accepted.connectwise_companies) as is_joined
        from accepted.portal_mappings as asking
        left join ({_OPEN}) as owing on asking.customer_id_acct = owing.customer_id_acct
        where asking.company_id_cw is not null""",
        source="portal_mappings",
    ),
    Question(
        "contacts -> companies",
        "connectwise_contacts.company_id_cw with connectwise_companies.company_id_cw",
        (),
        """
        select concat('company ', coalesce(company_id_cw, company_identifier, company_name)) as label,
            null as currency_code, null as amount, 1 as rows,
            coalesce(company_id_cw in (select company_id_cw from accepted.connectwise_companies), false) as is_joined
        from accepted.connectwise_contacts
        where coalesce(company_id_cw, company_identifier, company_name) is not null""",
    ),
    Question(
        "ConnectWise invoices -> companies",
        "connectwise_invoices.company_id_cw with connectwise_companies.company_id_cw",
        ("connectwise_invoices",),
        """
        with asking as (
            select coalesce(bill_to_company_id_cw, company_id_cw) as company_id_cw, currency_code, invoice_number,
                abs(coalesce(balance_amount, total_amount)) as owed,
                coalesce(
                    bill_to_company_id_cw, company_id_cw, company_identifier, company_name, bill_to_company_name
                ) as company
            from accepted.connectwise_invoices
        )
        select concat_ws(' ', 'company', company, any_value(invoice_number)) as label, currency_code,
            sum(owed) as amount, count(*) as rows,
            coalesce(company_id_cw in (select company_id_cw from accepted.connectwise_companies), false) as is_joined
        from asking where company is not null group by company, company_id_cw, currency_code""",
        source="connectwise_invoices",
    ),
    Question(
        "companies -> statuses",
        "connectwise_companies.status_id_cw, else status_name, with connectwise_statuses",
        ("connectwise_statuses",),
        """
        select concat_ws(' ', status_id_cw, status_name) as label, null as currency_code, null as amount, 1 as rows,
            coalesce(
                status_id_cw in (select status_id_cw from accepted.connectwise_statuses),
                lower(status_name) in (select lower(status_name) from accepted.connectwise_statuses)
            ) as is_joined
        from accepted.connectwise_companies where coalesce(status_id_cw, status_name) is not null""",
        source="connectwise_statuses",
    ),
)
"""What is measured as soon as the sources are read."""
LAST: Final = (
    Question(
        "mapped customers -> companies",
        "the mapped company_id_cw with connectwise_companies.company_id_cw",
        (),
        f"""
        select concat_ws(' ', clients.customer_id_acct, clients.company_id_cw) as label, owing.currency_code,
            owing.owed as amount, 1 as rows,
            clients.company_id_cw in (select company_id_cw from accepted.connectwise_companies) as is_joined
        from clients inner join ({_OPEN}) as owing on clients.customer_id_acct = owing.customer_id_acct""",
    ),
    Question(
        "companies with open invoices -> contacts",
        "connectwise_companies.company_id_cw with connectwise_contacts.company_id_cw",
        (),
        f"""
        select concat_ws(' ', clients.company_id_cw, any_value(companies.company_name)) as label, owing.currency_code,
            sum(owing.owed) as amount, 1 as rows,
            clients.company_id_cw in (select company_id_cw from accepted.connectwise_contacts
                where company_id_cw is not null) as is_joined
        from clients
        inner join ({_OPEN}) as owing on clients.customer_id_acct = owing.customer_id_acct
        inner join accepted.connectwise_companies as companies on clients.company_id_cw = companies.company_id_cw
        group by clients.company_id_cw, owing.currency_code""",
        stops=True,
    ),
)
"""What is measured once customers have companies."""
