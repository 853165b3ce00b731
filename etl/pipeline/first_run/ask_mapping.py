"""The questions about a table that nobody knows: which list it is, and which caption each of our columns has."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import polars as pl

from etl import extract
from etl.errors import InputError
from etl.extract import UnknownTable
from etl.pipeline.first_run.column_values import (
    TableValues,
    cut,
    find_larger,
    find_misfit,
    find_repeated,
    find_split,
    sample_values,
)
from etl.pipeline.first_run.own_shape import OWN_IDS
from etl.pipeline.first_run.questions import Conversation, LeftOutError, ask_number
from etl.pipeline.first_run.wanted_columns import WANTED, describe_column, lacking_groups, propose_columns
from etl.safe_text import readable
from etl.schemas import RELATIONS, Column

NONE: Final = "-"
LEAVE: Final = "x"
_MOST_LISTED: Final = 60
_BESIDE: Final[tuple[str, ...]] = ("customer_id_acct", "customer_name", "document_type")
"""What a running balance is judged with, next to the amounts."""


def ask_relation(talk: Conversation, table: UnknownTable, note: str) -> str:
    """Ask which list a table is.

    Raises:
        LeftOutError: it is none of them.
    """
    relations = list(WANTED)
    listed = "\n".join(f"  {at}  {RELATIONS[name].help}" for at, name in enumerate(relations, 1))
    last = len(relations) + 1
    question = (
        f"{readable(table.name)} is not known: {note}\nIts captions and their first values:\n{_listed(table)}\n"
        f"Which list is it?\n{listed}\n  {last}  leave it out\nNumber"
    )
    chosen = ask_number(talk, question, last, str(last))
    if chosen == last:
        raise LeftOutError
    return relations[chosen - 1]


def ask_columns(talk: Conversation, table: UnknownTable, relation: str, shapes: extract.Shapes) -> dict[str, int]:
    """Ask for the caption of each column that matters; a caption whose values contradict is refused.

    Returns:
        Our column -> position of its caption.

    Raises:
        LeftOutError: a column that is needed has no caption, or the person leaves the file out.
        InputError: the captions say that it is another list.
    """
    values = TableValues(table.rows)
    proposed = propose_columns(table, values, relation, shapes)
    mapping = ColumnMapping(talk, table, values, relation)
    for name in WANTED[relation]:
        mapping.ask(name, proposed.get(name))
    while lacking := next(lacking_groups(relation, mapping.found), None):
        talk.say(f"{' or '.join(lacking)} is needed: without it no row can be used.")
        for name in lacking:
            if mapping.found.keys().isdisjoint(lacking):
                mapping.ask(name, None, LEAVE if name == lacking[-1] else NONE)
    against = table.why_not(relation, mapping.found)
    if against is not None:
        raise InputError([against])
    return {name: mapping.found[name] for name in WANTED[relation] if name in mapping.found}


@dataclass
class ColumnMapping:
    """The captions that a person gives our columns.

    Attributes:
        talk: asks the person.
        table: the file.
        values: its values.
        relation: what its rows are.
        found: our column -> position of its caption.
    """

    talk: Conversation
    table: UnknownTable
    values: TableValues
    relation: str
    found: dict[str, int] = field(default_factory=dict)

    def ask(self, name: str, proposed: int | None, default: str = NONE) -> None:
        """Ask for the caption of one column until an answer can be used.

        Args:
            name: our column.
            proposed: the position that fits best; null: none does.
            default: the answer where nothing is proposed.

        Raises:
            LeftOutError: the person leaves the file out.
        """
        column = next(one for one in RELATIONS[self.relation].columns if one.name == name)
        question = f"{describe_column(column, self.relation)}\nNumber ({NONE} for none, {LEAVE} leaves the file out)"
        offered = default
        if proposed is not None and not self._objection(column, proposed):
            offered = str(proposed + 1)
            self.talk.say(f"Proposed: {offered}  {_shown(self.table, proposed)}")
        answer = self.talk(question, offered)
        while answer != NONE:
            if answer.casefold() == LEAVE:
                raise LeftOutError
            at = next((one for one in self.table.places if answer == str(one + 1)), None)
            against = "" if at is None else self._objection(column, at)
            if at is not None and not against:
                self.found[name] = at
                return
            shown = f"{cut(self.table.header.cells[at])} cannot be {name}: {against}." if at is not None else ""
            self.talk.say(shown or f"{readable(answer)} is none of the numbers above.")
            answer = self.talk(question, offered)

    def _objection(self, column: Column, at: int) -> str:
        """Why a caption cannot be a column; empty where nothing speaks against it."""
        rows = self.table.rows
        against = find_misfit(self.values, str(at), column)
        other = next((name for name, place in self.found.items() if place == at), None)
        if not against and other:
            against = f"it is {other} already"
        if not against and column.name == OWN_IDS[self.relation]:
            against = find_repeated(rows, str(at))
        if not against and column.name == "customer_id_acct" and "customer_name" in self.found:
            against = find_split(rows, str(self.found["customer_name"]), str(at))
        return against or (self._why_no_open_balance(at) if column.name == "balance_amount" else "")

    def _why_no_open_balance(self, at: int) -> str:
        """Why a balance is not what is owed of each invoice, whichever column has the amounts that it follows."""
        amounts = (
            [self.found["total_amount"]]
            if "total_amount" in self.found
            else [one for one in self.table.places if one != at and self.values.has_amounts(str(one))]
        )
        others = {one: self.found[one] for one in _BESIDE if one in self.found}
        for total in amounts:
            places: dict[str, int] = {"total_amount": total, "balance_amount": at, **others}
            judged = self.table.rows.select(pl.col(str(one)).alias(name) for name, one in places.items())
            why = extract.why_no_open_balance(judged)
            if why:
                return f"it is no open balance: {why} (amounts of {cut(self.table.header.cells[total])})"
        return find_larger(self.table.rows, str(amounts[0]), str(at)) if "total_amount" in self.found else ""


def list_captions(table: UnknownTable) -> str:
    """The captions of a table, for a comment."""
    return ", ".join(cut(table.header.cells[at]) for at in table.places[:_MOST_LISTED])


def _listed(table: UnknownTable) -> str:
    lines = [f"  {at + 1}  {_shown(table, at)}" for at in table.places[:_MOST_LISTED]]
    more = len(table.places) - len(lines)
    return "\n".join([*lines, *([f"  and {more} more"] if more else [])])


def _shown(table: UnknownTable, at: int) -> str:
    return f"{cut(table.header.cells[at])}: {sample_values(table.rows, str(at))}"
