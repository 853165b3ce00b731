"""A person who says what the captions of an unknown table mean, and what was written then."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

JOBS = """\
Billed jobs of Nordic Builders,,,,,,
Job ref,Bill no,Billed to,Raised on,Pay by,Value incl tax,Still owing
J1,B-1001,Quill Orchards,03/11/2026,03/12/2026,"1,200.00",0.00
J2,B-1002,Brack Dental,05/11/2026,05/12/2026,300.00,300.00
J3,B-1003,Oskar Freight,07/11/2026,07/12/2026,450.50,450.50
J4,B-1004,Quill Orchards,08/11/2026,08/12/2026,80.00,20.25
"""
INVOICES, CUSTOMERS, CONTACTS, PORTAL = "1", "2", "4", "5"
"""The numbers of the lists."""
COLUMN = re.compile(r"(?m)^(\w+): .*\nNumber \(- for none")


class Person:
    """Says which list a file is, and answers by our column or by a word in the question; else presses Enter.

    Args:
        lists: file -> number of the list.
        answers: our column or a word -> answers, one after the other; then Enter.
    """

    def __init__(self, lists: dict[str, str], answers: dict[str, Sequence[str]] | None = None) -> None:
        self.lists, self.asked = lists, list[str]()
        self.answers = {word: list(given) for word, given in (answers or {}).items()}

    def __call__(self, question: str, default: str) -> str:
        """The answer."""
        self.asked.append(question)
        if "Which list is it?" in question:
            return next((number for name, number in self.lists.items() if f"{name} is not known" in question), default)
        column = COLUMN.search(question)
        for word, left in self.answers.items():
            if left and (column[1] == word if column else word in question):
                return left.pop(0)
        return default

    def about(self, word: str) -> list[str]:
        """The questions with a word."""
        return [question for question in self.asked if word in question]


def configured(folder: Path) -> dict[str, Any]:
    """The configuration that was written."""
    return tomllib.loads((folder / "billsight.toml").read_text(encoding="utf-8"))


def written_shape(folder: Path, name: str) -> dict[str, Any]:
    """A shape that was written."""
    return tomllib.loads((folder / "shapes" / f"{name}.toml").read_text(encoding="utf-8"))


def has_nothing(folder: Path) -> bool:
    """Whether neither a shape nor a source was written."""
    return not (folder / "shapes").exists() and "sources" not in configured(folder)


def count_sums(text: str, delimiter: str, number: Callable[[str], str]) -> tuple[int, Decimal, Decimal]:
    """Rows, totals and balances of a list, by a reader of its own: its last two columns are the amounts."""
    rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row[-1] and row[-1][0].isdigit()]
    total, balance = (sum((Decimal(number(row[at])) for row in rows), Decimal(0)) for at in (-2, -1))
    return len(rows), total, balance
