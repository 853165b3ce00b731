"""The portal's list of invoices as a witness: the company at which each customer's invoices show."""

from __future__ import annotations

from typing import Final

from etl.warehouse.engine import Engine

_MOST_AGAINST: Final = 0.1
"""Of the customers whose invoices the portal shows, this share may have been remapped since."""


def is_witnessed(engine: Engine, fit: str) -> bool:
    """True if the portal shows invoices of mapped customers at a key's companies, and hardly any elsewhere.

    Args:
        engine: the run's database.
        fit: a table of the mappings' values, and the `id` that the key leads to.
    """
    agreeing, against = engine.rows(f"""
        with shown as (
            select distinct customer_id_acct, company_id_cw from accepted.portal_invoices
            where customer_id_acct is not null and company_id_cw is not null
        ),
        held as (select distinct value, id from {fit} where id is not null),
        asked as (
            select listed.customer_id_acct, bool_or(shown.company_id_cw = held.id) as is_agreeing
            from accepted.portal_mappings as listed
            inner join held on listed.company_id_cw = held.value
            inner join shown on listed.customer_id_acct = shown.customer_id_acct
            group by 1
        )
        select count(*) filter (is_agreeing), count(*) filter (not is_agreeing) from asked""")[0]
    return bool(agreeing) and against <= _MOST_AGAINST * (agreeing + against)
