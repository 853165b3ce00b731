"""Columns that name rows of another relation by another key than its own: a `Company ID` where a RecID was due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from etl.domain import IDENTIFIED
from etl.validate.portal_witnesses import is_witnessed
from etl.validate.row_keys import join_by_identifier, join_by_name
from etl.warehouse.engine import Engine

_COMPANIES, _CUSTOMERS, _INVOICES = "connectwise_companies", "accounting_customers", "accounting_invoices"
_FEWEST_NAMES: Final = 5
"""So many names beside must agree before numbers are taken for another key: they fit by chance."""
_FEWEST_CONTRADICTED: Final = 3
"""So many names that are another's make a column doubtful."""
_MOST_CONTRADICTED: Final = 0.1
"""Of the names beside another key; those rows are contradictions of their own."""


@dataclass(frozen=True)
class Reference:
    """A column that names rows of another relation by their key.

    Attributes:
        target: the other relation.
        name: the column next to it that holds the name, where there is one.
        instead: SQL of names that are usually the same; the first that any row has, where no row has that one.
    """

    relation: str
    column: str
    target: str
    name: str | None = None
    instead: tuple[str, ...] = ()


_CUSTOMER_NAME: Final = """(
    select any_value(customers.customer_name) from accepted.accounting_customers as customers
    where customers.customer_id_acct = rows.customer_id_acct
)"""
REFERENCES: Final = (
    Reference(_INVOICES, "customer_id_acct", _CUSTOMERS, "customer_name"),
    Reference("portal_invoices", "customer_id_acct", _CUSTOMERS, "customer_name"),
    Reference("portal_invoices", "company_id_cw", _COMPANIES, "company_name", ("rows.customer_name", _CUSTOMER_NAME)),
    # after the portal's invoices, which are a witness
    Reference("portal_mappings", "customer_id_acct", _CUSTOMERS, "customer_name"),
    Reference("portal_mappings", "company_id_cw", _COMPANIES, "company_name", ("rows.customer_name",)),
    Reference("connectwise_contacts", "company_id_cw", _COMPANIES, "company_name"),
    Reference("connectwise_invoices", "company_id_cw", _COMPANIES, "company_name"),
    Reference("connectwise_invoices", "bill_to_company_id_cw", _COMPANIES, "bill_to_company_name"),
)
"""The card name in the portal is usually the name of the ConnectWise company."""

KEYS: Final = {
    _COMPANIES: ("company_id_cw", "company_identifier", "account_number", "company_name"),
    _CUSTOMERS: ("customer_id_acct", "account_number", "customer_name", "full_name"),
}
"""The key of a relation, and what else may stand where the key was due."""
NAMES: Final = {_COMPANIES: "company_name", _CUSTOMERS: "customer_name"}
_WORDS: Final = {
    "company_identifier": "Company IDs", "account_number": "account numbers", "company_name": "company names",
    "customer_name": "customer names", "full_name": "full names",
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """The finding on one reference.

    Attributes:
        text: what it holds, and what fits.
        is_used: whether the other key is used; else it would only fit better.
        is_refused: whether the column is not used at all, because the names contradict it.
        is_join: whether it says by what the rows are joined.
    """

    reference: Reference
    text: str
    is_used: bool = False
    is_refused: bool = False
    is_join: bool = False

    @property
    def note(self) -> str:
        """The notes on the file; empty where nothing came of it."""
        return f"{self.text}; this is used" if self.is_used else self.text if self.is_join else ""


@dataclass(frozen=True)
class _KeyFit:
    """The fit of a column to one key: distinct values, and the names next to them.

    Attributes:
        agreeing: names that are the found row's; `contradicted`: those of another row.
        is_text: whether every value has a letter.
    """

    key: str
    asked: int
    joined: int
    agreeing: int
    contradicted: int
    is_text: bool
    example: str

    @property
    def is_whole(self) -> bool:
        return self.asked > 0 and self.joined == self.asked

    @property
    def is_believed(self) -> bool:
        """True if the names next to the values agree in most rows."""
        return self.contradicted <= self.agreeing

    @property
    def is_proven(self) -> bool:
        """True if the key, which is not the relation's own, may be used."""
        few = self.contradicted <= _MOST_CONTRADICTED * (self.agreeing + self.contradicted)
        by_names = self.agreeing >= _FEWEST_NAMES and few
        return self.is_whole and (by_names or (self.is_text and not self.contradicted))


def settle_keys(engine: Engine) -> list[Said]:
    """Replace values that exactly one other key explains by the relation's key, and unique names by ids.

    Returns:
        What every column holds that is not the key that it should be.
    """
    said = []
    for reference in REFERENCES:
        if not _is_comparable(engine, reference):
            continue
        beside, is_own_name = _name(engine, reference)
        _ask(engine, reference, beside)
        one = _settle(engine, reference, is_own_name=is_own_name)
        if reference.target == _COMPANIES and (one is None or not (one.is_used or one.is_refused)):
            one = _join_by_identifier(engine, reference) or one
        if one is not None:
            said.append(one)
        if reference.target == _CUSTOMERS and (one is None or not one.is_used):
            join_by_name(engine, reference.relation, reference.column)
    return said


def _is_comparable(engine: Engine, reference: Reference) -> bool:
    filled = f"select count({reference.column}) from accepted.{reference.relation}"
    return engine.count(f"accepted.{reference.target}") > 0 and engine.rows(filled)[0][0] > 0


def _name(engine: Engine, reference: Reference) -> tuple[str, bool]:
    """SQL of the name next to it, and whether it is the column's own."""
    own = f"rows.{reference.name}" if reference.name else None
    for name in filter(None, (own, *reference.instead)):
        if engine.rows(f"select count({name}) from accepted.{reference.relation} as rows")[0][0]:
            return name, name == own
    return "null::varchar", False


def _ask(engine: Engine, reference: Reference, beside: str) -> None:
    """The distinct values of the column with the names next to them, and the keys and names of the target."""
    own, target = KEYS[reference.target][0], f"accepted.{reference.target}"
    # ids that a named book gives, names among them, begin with the book
    book = "coalesce(name_text(book) || '/', '') || " if reference.target == _CUSTOMERS else ""
    others = ", ".join(f"{book}name_text({key}) as {key}" for key in KEYS[reference.target][1:])
    name = NAMES[reference.target]
    engine.run(f"""
        create or replace temp table asked as
        with pairs as (
            select {reference.column} as value, {beside} as name
            from accepted.{reference.relation} as rows where {reference.column} is not null group by all
        )
        select value, name_text(value) as key, name_text(name) as name from pairs;
        create or replace temp table target as
        select {own} as id, {own}, {others}, name_text({name}) as plain_name from {target};
        create or replace temp table named as
        select plain_name as name, min(id) as id from target
        where plain_name is not null group by 1 having count(*) = 1""")


def _fit(engine: Engine, reference: Reference, key: str) -> _KeyFit:
    own = KEYS[reference.target][0]
    value = "value" if key == own else "key"
    engine.run(f"""
        create or replace temp table fit_{key} as
        with held as (
            select {key} as key, min(id) as id from target where {key} is not null group by 1 having count(*) = 1
        )
        select asked.value, asked.name, held.id, target.plain_name as target_name, named.id as named_id
        from asked
        left join held on asked.{value} = held.key
        left join target on held.id = target.id
        left join named on asked.name = named.name""")
    row = engine.rows(f"""
        select count(distinct value), count(distinct value) filter (id is not null),
            count(*) filter (name = target_name),
            count(*) filter (id is not null and named_id <> id and name is distinct from target_name),
            coalesce(bool_and(regexp_matches(value, '\\p{{L}}')), false), min(value) filter (id is not null)
        from fit_{key}""")[0]
    return _KeyFit(key, *row)


def _settle(engine: Engine, reference: Reference, *, is_own_name: bool) -> Said | None:
    own_key, *others = KEYS[reference.target]
    own = _fit(engine, reference, own_key)
    is_named = reference.relation != "portal_mappings" or own.agreeing
    if own.is_whole and own.is_believed and is_named:
        return None
    fits = [_fit(engine, reference, key) for key in others]
    if own.is_whole and not is_named:
        rivals = [fit for fit in fits if fit.is_whole and not _lead_to_one(engine, [own, fit])]
        if rivals and not any(fit.is_proven and fit.agreeing for fit in rivals):
            return _by_witness(engine, reference, [own, *rivals])
        if own.is_believed and not rivals:
            return None
    proven = [fit for fit in fits if fit.is_proven]
    if proven and _lead_to_one(engine, proven):
        _use(engine, reference, proven[0].key)
        return Said(reference, _describe(engine, reference, proven[0]), is_used=True)
    best = max(fits, key=lambda fit: (fit.joined, fit.agreeing))
    if not own.is_believed and own.contradicted >= _FEWEST_CONTRADICTED and reference.target == _COMPANIES:
        return _refused(engine, reference, own, is_own_name=is_own_name)
    is_better = best.joined > own.joined or not own.is_believed
    return Said(reference, _describe(engine, reference, best)) if best.joined and is_better else None


def _refused(engine: Engine, reference: Reference, own: _KeyFit, *, is_own_name: bool) -> Said:
    """A column that most names contradict: rows that bear names of their own are judged one by one instead."""
    text = (
        f"{reference.relation}.{reference.column} contradicts the names in the same rows:"
        f" {own.contradicted} names belong to other companies, {own.agreeing} agree"
    )
    if reference.relation == "portal_invoices":
        engine.run(f"update accepted.portal_invoices set {reference.column} = null")
        return Said(reference, f"{text}; it is not used", is_used=False)
    return Said(reference, text, is_refused=not is_own_name)


def _by_witness(engine: Engine, reference: Reference, fits: Sequence[_KeyFit]) -> Said | None:
    """Choose, for ids of two companies without names, the company that the portal's invoices agree with."""
    agreed = [fit for fit in fits if is_witnessed(engine, f"fit_{fit.key}")]
    if len(agreed) != 1:
        keys = " and ".join(_WORDS.get(fit.key, "RecIDs") for fit in fits)
        text = (
            f"{reference.relation}.{reference.column} holds numbers that fit {keys} of different companies, such as"
            f" {fits[0].example}; neither names nor the portal's list of invoices show which of them is meant"
        )
        return Said(reference, text, is_refused=True)
    if agreed[0] is fits[0]:
        return None
    _use(engine, reference, agreed[0].key)
    text = f"{_describe(engine, reference, agreed[0])}, as does the portal's list of invoices"
    return Said(reference, text, is_used=True)


def _lead_to_one(engine: Engine, fits: Sequence[_KeyFit]) -> bool:
    """True if all keys that fit lead to the same rows; otherwise the meaning is unknown."""
    first, *rest = (f"fit_{fit.key}" for fit in fits)
    differing = (
        f"select 1 from {first} as one inner join {other} as other on one.value = other.value and one.id <> other.id"
        for other in rest
    )
    return not any(engine.rows(f"{query} limit 1") for query in differing)


def _use(engine: Engine, reference: Reference, key: str) -> None:
    column = reference.column
    engine.run(f"""
        update accepted.{reference.relation} as rows set {column} = found.id
        from (select distinct value, id from fit_{key}) as found where rows.{column} = found.value""")


def _describe(engine: Engine, reference: Reference, fit: _KeyFit) -> str:
    beside = (
        ", and the names next to them agree"
        if fit.agreeing and not fit.contradicted
        else f", and {fit.contradicted} names next to them contradict"
        if fit.contradicted
        else ""
    )
    return (
        f"{reference.relation}.{reference.column} holds {_WORDS[fit.key]} such as {fit.example},"
        f" {_keyed(engine, reference.target)}: {fit.joined} of {fit.asked} match {fit.key}{beside}"
    )


def _keyed(engine: Engine, target: str) -> str:
    if target == _CUSTOMERS:
        return "customers are keyed by their internal id"
    is_marked = engine.rows(f"select count(*) from accepted.{target} where starts_with(company_id_cw, '{IDENTIFIED}')")
    return f"companies are keyed by {'Company ID' if is_marked[0][0] else 'RecID'}"


def _join_by_identifier(engine: Engine, reference: Reference) -> Said | None:
    """What is said of Company IDs that stand among RecIDs, each next to its company's name."""
    joined = join_by_identifier(engine, reference.relation, reference.column)
    if joined is None:
        return None
    text = (
        f"{reference.relation}.{reference.column} holds Company IDs such as {joined.example},"
        f" {_keyed(engine, reference.target)}: {joined.found} of {joined.asked} match company_identifier"
        " and the names next to them"
    )
    return Said(reference, text, is_used=True)
