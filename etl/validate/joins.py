"""The joins of the sources, measured from the side that asks, in rows and in open money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from etl.validate.join_questions import LAST, Question
from etl.validate.other_keys import Said
from etl.warehouse.engine import Engine

LISTED: Final = """
    select customer_id_acct, company_id_cw from accepted.portal_mappings where company_id_cw is not null
    union
    select customers.customer_id_acct, companies.company_id_cw
    from accepted.accounting_customers as customers
    inner join accepted.connectwise_companies as companies
        on name_text(customers.customer_name) = name_text(companies.company_name)"""
"""Customers and their companies before anything is mapped: as the portal lists them, and of one name."""
MAPPED: Final = "select customer_id_acct, company_id_cw from matching.mappings where company_id_cw is not null"
_EXAMPLES: Final = 3
_ALIKE: Final = 0.9
_LOW: Final = 0.5
FEWEST_ROWS: Final = 20
"""So few rows that join, or do not, say nothing of a source."""
_OWED: Final = """
    select
        customer_id_acct, customer_name, currency_code, book, abs(coalesce(balance_amount, total_amount)) as owed
    from accepted.accounting_invoices
    where coalesce(document_type, 'invoice') = 'invoice'
        and coalesce(document_status, 'unknown') not in ('paid', 'voided', 'deleted', 'draft')
        and coalesce(balance_amount, total_amount) <> 0"""
_WRITTEN: Final = {"key_asking": "rest.number", "key_found": "upper(found.invoice_number)"}
_ROUGHLY: Final = {
    "key_asking": "number_digits(rest.invoice_number)", "key_found": "number_digits(found.invoice_number)",
}  # fmt: skip


@dataclass(frozen=True)
class Join:
    """One join, measured.

    Attributes:
        amounts: currency -> open amount of the rows that ask, and of those that join.
        share: of the money where it is known, else of the rows; None if no row asks.
        examples: rows that do not join.
    """

    question: Question
    rows: int
    joined: int
    amounts: Mapping[str, tuple[Decimal, Decimal]]
    share: float | None
    examples: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The join in words."""
        money = "; ".join(f"{code} {joined:,.2f} of {whole:,.2f}" for code, (whole, joined) in self.amounts.items())
        text = f"{self.question.name}: {self.joined} of {self.rows} join{f' ({money})' if money else ''}"
        return f"{text}; not joined: {', '.join(self.examples)}" if self.examples else text


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
    answerable = [
        question for question in questions if all(engine.count(f"accepted.{name}") for name in question.needs)
    ]
    found = [_measured(engine, question) for question in answerable]
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
    share, invoices = _share(lines), engine.count("open_invoices")
    if question.is_mutual and share is not None and invoices:
        share = max(share, min(1.0, joined / invoices))
    return Join(question, rows, joined, amounts, share, tuple(label for (label,) in examples))


def _share(lines: Sequence[tuple[Any, ...]]) -> float | None:
    """The share of the money, each currency weighted by its rows, never added; without money, of the rows."""
    amounts = [(count, float(part / whole)) for code, count, _, whole, part in lines if code is not None and whole]
    if not amounts:
        amounts = [(count, joined / count) for _, count, joined, _, _ in lines if count]
    counted = sum(count for count, _ in amounts)
    return sum(count * share for count, share in amounts) / counted if counted else None


@dataclass(frozen=True)
class Measured:
    """The joins of a run.

    Attributes:
        said: what columns hold that are not the keys that they should be.
    """

    joins: Sequence[Join] = ()
    said: Sequence[Said] = ()

    def __add__(self, other: Measured) -> Measured:
        """The joins of both."""
        return Measured([*self.joins, *other.joins], self.said)

    @property
    def shares(self) -> dict[str, float]:
        """The shares that the history keeps."""
        return {join.question.name: round(join.share, 4) for join in self.joins if join.share is not None}

    def better(self, join: Join) -> list[str]:
        """The settings that would join more rows."""
        return [f"{one.text}." for one in self.said if not one.note and _is_about(one, join)]

    def notes(self, join: Join) -> list[str]:
        """The notes on a join."""
        used = [one.note for one in self.said if one.note and _is_about(one, join)]
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
        """The joins in words, one line each, with their notes."""
        asked = [join for join in self.joins if join.rows]
        lines = [line for join in asked for line in (join.sentence, *(f"  {note}" for note in self.notes(join)))]
        noted = [one for one in self.said if one.note and any(_is_about(one, join) for join in asked)]
        return lines + [f"  {one.text}" for one in self.said if one not in noted]


def _is_about(said: Said, join: Join) -> bool:
    asking = join.question.compared.partition(" with ")[0]
    return f"{said.reference.relation}.{said.reference.column}" in asking
