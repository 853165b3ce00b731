"""How well the sources join, measured from the side that asks, in rows and in open money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from etl.engine import Engine
from etl.other_keys import Said

LISTED: Final = """
    select customer_id_acct, company_id_cw from accepted.portal_mappings where company_id_cw is not null
    union
    select customers.customer_id_acct, companies.company_id_cw
    from accepted.accounting_customers as customers
    inner join accepted.connectwise_companies as companies
        on lower(customers.customer_name) = lower(companies.company_name)"""
"""Customers and their companies before anything is mapped: as the portal lists them, and of one name."""
MAPPED: Final = "select customer_id_acct, company_id_cw from matching.mappings where company_id_cw is not null"
_EXAMPLES: Final = 3
_ALIKE: Final = 0.9
_LOW: Final = 0.5
FEWEST_ROWS: Final = 20
"""So few rows that join, or do not, say nothing of a source."""
_OWED: Final = """
    select *, abs(coalesce(balance_amount, total_amount)) as owed from accepted.accounting_invoices
    where coalesce(document_type, 'invoice') = 'invoice'
        and coalesce(document_status, 'unknown') not in ('paid', 'voided', 'deleted', 'draft')
        and coalesce(balance_amount, total_amount) <> 0"""
_OPEN: Final = "select customer_id_acct, currency_code, sum(owed) as owed from open_invoices group by all"


@dataclass(frozen=True)
class Question:
    """One join: who asks, and whom.

    Attributes:
        compared: the columns that are compared.
        needs: relations without which there is nothing to measure.
        sql: `label, currency_code, amount, is_joined` per row that asks.
        source: what is not used where too little joins; null where the share says nothing.
        stops: whether the run stops instead.
        least: share that is enough, where it is not the setting.
    """

    name: str
    compared: str
    needs: tuple[str, ...]
    sql: str
    source: str | None = None
    stops: bool = False
    least: float | None = None


@dataclass(frozen=True)
class Join:
    """One join, measured.

    Attributes:
        amounts: currency -> open amount of the rows that ask, and of those that join.
        share: of the money where it is known, else of the rows; null where nobody asks.
        examples: rows that do not join.
    """

    question: Question
    rows: int
    joined: int
    amounts: Mapping[str, tuple[Decimal, Decimal]]
    share: float | None
    examples: tuple[str, ...]

    @property
    def told(self) -> str:
        """In words."""
        money = "; ".join(f"{code} {joined:,.2f} of {whole:,.2f}" for code, (whole, joined) in self.amounts.items())
        told = f"{self.question.name}: {self.joined} of {self.rows} join{f' ({money})' if money else ''}"
        return f"{told}; not joined: {', '.join(self.examples)}" if self.examples else told


FIRST: Final = (
    Question(
        "open invoices -> customers",
        "accounting_invoices.customer_id_acct with accounting_customers.customer_id_acct",
        ("accounting_customers",),
        """
        select concat_ws(' ', asking.customer_id_acct, any_value(asking.customer_name)) as label,
            asking.currency_code, sum(asking.owed) as amount, count(*) as rows,
            asking.customer_id_acct in (select customer_id_acct from accepted.accounting_customers) as is_joined
        from open_invoices as asking group by asking.customer_id_acct, asking.currency_code""",
        stops=True,
    ),
    Question(
        "open portal rows -> accounting invoices",
        "portal_invoices.invoice_id_acct and invoice_number with accounting_invoices",
        ("portal_invoices",),
        """
        with asking as (
            select *, upper(invoice_number) as number from accepted.portal_invoices
            where coalesce(balance_amount, total_amount, 1) <> 0
        ),
        by_id as (select distinct asking.portal_invoice_id from asking
            semi join accepted.accounting_invoices as found on asking.invoice_id_acct = found.invoice_id_acct),
        rest as (select * from asking anti join by_id on asking.portal_invoice_id = by_id.portal_invoice_id),
        by_number as (select distinct {key_asking} as key from rest
            semi join accepted.accounting_invoices as found on {key_asking} = {key_found})
        select coalesce(rest.invoice_number, rest.portal_invoice_id) as label, currency_code,
            abs(coalesce(balance_amount, total_amount)) as amount, 1 as rows,
            coalesce({key_asking} in (select key from by_number), false) as is_joined
        from rest
        union all
        select null, currency_code, sum(abs(coalesce(balance_amount, total_amount))), count(*), true
        from asking semi join by_id on asking.portal_invoice_id = by_id.portal_invoice_id group by currency_code""",
        source="portal_invoices",
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
            select lower(customer_name) as name from accepted.accounting_customers
            union select lower(customer_name) from accepted.accounting_invoices
        )
        select concat_ws(' ', customer_id_acct, customer_name) as label, null as currency_code, null as amount,
            1 as rows,
            customer_id_acct in (select customer_id_acct from known)
            or coalesce(lower(customer_name) in (select name from names where name is not null), false) as is_joined
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
        select concat('company ', company_id_cw) as label, null as currency_code, null as amount, 1 as rows,
            company_id_cw in (select company_id_cw from accepted.connectwise_companies) as is_joined
        from accepted.connectwise_contacts where company_id_cw is not null""",
    ),
    Question(
        "ConnectWise invoices -> companies",
        "connectwise_invoices.company_id_cw with connectwise_companies.company_id_cw",
        ("connectwise_invoices",),
        """
        select concat_ws(' ', invoice_number, coalesce(bill_to_company_id_cw, company_id_cw)) as label, currency_code,
            abs(coalesce(balance_amount, total_amount)) as amount, 1 as rows,
            coalesce(bill_to_company_id_cw, company_id_cw)
            in (select company_id_cw from accepted.connectwise_companies) as is_joined
        from accepted.connectwise_invoices where coalesce(bill_to_company_id_cw, company_id_cw) is not null""",
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
_ROUGH: Final = "nullif(regexp_replace(upper({}), '^[\\p{{L}}\\p{{P}}\\s0]+|[^\\p{{L}}\\p{{N}}]', '', 'g'), '')"
_WRITTEN: Final = {"key_asking": "rest.number", "key_found": "upper(found.invoice_number)"}
_ROUGHLY: Final = {
    "key_asking": _ROUGH.format("rest.invoice_number"), "key_found": _ROUGH.format("found.invoice_number"),
}  # fmt: skip


def measure(engine: Engine, questions: Iterable[Question], clients: str = MAPPED) -> list[Join]:
    """Measure joins over what was accepted.

    Args:
        engine: the run's database.
        questions: the joins.
        clients: a select of customers and their companies, for the last of them.
    """
    engine.run(f"create or replace temp table open_invoices as {_OWED}")
    if any(question in LAST for question in questions):
        engine.run(f"create or replace temp table clients as {clients}")
    asked = [question for question in questions if all(engine.count(f"accepted.{name}") for name in question.needs)]
    found = [_measured(engine, question) for question in asked]
    engine.run("drop table open_invoices")
    return found


def _measured(engine: Engine, question: Question) -> Join:
    join = _counted(engine, question, _WRITTEN)
    # numbers that are written differently are compared only where too few are written alike
    is_poor = "{key_asking}" in question.sql and join.share is not None and join.share < _ALIKE
    return _counted(engine, question, _ROUGHLY) if is_poor else join


def _counted(engine: Engine, question: Question, keys: Mapping[str, str]) -> Join:
    engine.run(f"create or replace temp table asking as {question.sql.format(**keys)}")
    lines = engine.rows("""
        select currency_code, sum(rows)::bigint, coalesce(sum(rows) filter (is_joined), 0)::bigint,
            coalesce(sum(amount), 0)::decimal(38, 4), coalesce(sum(amount) filter (is_joined), 0)::decimal(38, 4)
        from asking group by 1 order by 1 nulls last""")
    examples = engine.rows(f"""
        select label from asking where not is_joined and label <> ''
        group by label order by max(amount) desc nulls last, label limit {_EXAMPLES}""")
    amounts = {code: (whole, part) for code, _, _, whole, part in lines if code is not None and whole}
    rows, joined = sum(line[1] for line in lines), sum(line[2] for line in lines)
    return Join(question, rows, joined, amounts, _share(lines), tuple(label for (label,) in examples))


def _share(lines: Sequence[tuple[Any, ...]]) -> float | None:
    """The share of the money, each currency by its rows, for currencies are never added; without money, of the rows."""
    known = [(count, float(part / whole)) for code, count, _, whole, part in lines if code is not None and whole]
    if not known:
        known = [(count, joined / count) for _, count, joined, _, _ in lines if count]
    counted = sum(count for count, _ in known)
    return sum(count * share for count, share in known) / counted if counted else None


@dataclass(frozen=True)
class Measured:
    """The joins of a run.

    Attributes:
        said: what columns hold that are not the keys that they should be.
    """

    joins: Sequence[Join] = ()
    said: Sequence[Said] = ()

    def __add__(self, other: Measured) -> Measured:
        """Those of both."""
        return Measured([*self.joins, *other.joins], self.said)

    @property
    def shares(self) -> dict[str, float]:
        """What the history remembers."""
        return {join.question.name: round(join.share, 4) for join in self.joins if join.share is not None}

    def better(self, join: Join) -> list[str]:
        """What would fit better."""
        return [f"{one.text}." for one in self.said if not one.is_used and _is_about(one, join)]

    def notes(self, join: Join) -> list[str]:
        """What is to be known of a join."""
        used = [f"{one.text}; this is used" for one in self.said if one.is_used and _is_about(one, join)]
        is_low = join.share is not None and join.share < _LOW and join.rows < FEWEST_ROWS
        return [*used, *([f"fewer than {FEWEST_ROWS} rows: too few to conclude anything from"] if is_low else [])]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The joins as plain values, as `summary.json` has them."""
        return [
            {
                "name": join.question.name,
                "rows": join.rows,
                "joined": join.joined,
                "amounts": [
                    {"currency_code": code, "amount": f"{whole:.2f}", "joined_amount": f"{part:.2f}"}
                    for code, (whole, part) in join.amounts.items()
                ],
                "examples": list(join.examples),
                "notes": self.notes(join),
            }
            for join in self.joins
        ]

    @property
    def lines(self) -> list[str]:
        """The joins in words, one line each, and what is to be known of them."""
        return [line for join in self.joins for line in (join.told, *(f"  {note}" for note in self.notes(join)))] + [
            f"  {one.text}" for one in self.said if not one.is_used
        ]


def _is_about(said: Said, join: Join) -> bool:
    return f"{said.reference.relation}.{said.reference.column}" in join.question.compared
