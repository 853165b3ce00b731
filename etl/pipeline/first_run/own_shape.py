"""A shape of the user's own, as a person confirmed it: its text, with counts and sums and no row of the file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Final

from etl import extract
from etl.domain import ShapeFormats
from etl.pipeline.first_run.toml_text import write_value

_NO_NAME: Final = re.compile(r"[^a-z]+")
OWN_IDS: Final[Mapping[str, str]] = {
    "accounting_invoices": "invoice_id_acct", "accounting_customers": "customer_id_acct",
    "connectwise_companies": "company_id_cw", "connectwise_contacts": "contact_id_cw",
    "portal_invoices": "portal_invoice_id",
}  # fmt: skip
"""Relation -> the id that no two rows share."""
_DOCUMENT: Final = ("invoice_number", "customer_id_acct", "customer_name", "invoice_date")
"""What identifies a document in a list without ids; lines that share it are items of one document."""
_OF_DOCUMENTS: Final = ("accounting_invoices", "portal_invoices")


@dataclass(frozen=True)
class OwnShape:
    """What a person said of a file.

    Attributes:
        id: its name.
        system: the program that writes such files.
        title: the file that it was made from.
        relation: what its rows are.
        captions: our column -> caption, as a shape file spells it.
        others: further captions of the file: without them it is another layout.
        formats: the order of dates and the decimal sign, where they are known.
        currency_code: of amounts that name none; empty: not known.
    """

    id: str
    system: str
    title: str
    relation: str
    captions: Mapping[str, str]
    others: tuple[str, ...] = ()
    formats: ShapeFormats = field(default_factory=ShapeFormats)
    currency_code: str = ""

    @property
    def file(self) -> str:
        """Its file, next to the configuration."""
        return f"{extract.OWN_FOLDER}/{self.id}.toml"

    def parsed(self, shapes: extract.Shapes) -> extract.Shapes:
        """These shapes and this one."""
        return (*shapes, extract.parse_shape(self.text(), self.file, is_own=True))

    def text(self, explained: Mapping[str, Any] | None = None) -> str:
        """The shape file; with the counts and sums of what was read from the file."""
        head = {
            "id": self.id, "system": self.system, "relation": self.relation, "title": self.title,
            "export": f"The file {self.title}", "version": 1,
        }  # fmt: skip
        parts = [
            ["# Written by `billsight init`, as a person confirmed it. docs/shapes.md explains every line."],
            _section("shape", head),
            _section("recognize", {"captions_all": list(dict.fromkeys([*self.captions.values(), *self.others]))}),
            _section("columns", {column: [caption] for column, caption in self.captions.items()}),
            _section("rows", self._rows()),
            _section("values", self._values()),
            list(_example(explained)) if explained else [],
        ]
        return "\n".join("\n".join(part) + "\n" for part in parts if part)

    def _rows(self) -> dict[str, Any]:
        """What protects each file of the shape: an id is one row's, and rows of one document must agree."""
        own_id = OWN_IDS[self.relation]
        if own_id in self.captions:
            return {"unique": [own_id]}
        document = [name for name in _DOCUMENT if name in self.captions]
        is_list = self.relation in _OF_DOCUMENTS and "invoice_number" in document
        return {"document": document, "lines": "header repeats"} if is_list else {}

    def _values(self) -> dict[str, Any]:
        given = {"date_order": self.formats.date_order, "decimal_comma": self.formats.decimal_comma}
        values: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
        return values | ({"constants": {"currency_code": self.currency_code}} if self.currency_code else {})


def choose_id(file_name: str, relation: str, taken: Collection[str]) -> str:
    """A name for the shape of a file: the words of its name, with a number where that is taken."""
    stem = PurePosixPath(file_name).name.partition(".")[0]
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().casefold()
    words = _NO_NAME.sub("_", plain).strip("_") or f"own_{relation}"
    names = [words, *(f"{words}_{number}" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)


def _section(name: str, values: Mapping[str, Any]) -> list[str]:
    return [f"[{name}]", *(f"{key} = {write_value(value)}" for key, value in values.items())] if values else []


def _example(explained: Mapping[str, Any]) -> Iterator[str]:
    yield "# What was read when this shape was confirmed: counts and sums, no row."
    yield "[[example]]"
    yield from (f"{name} = {write_value(explained[name])}" for name in ("documents", "left_out") if explained[name])
    yield f"quarantined = {explained['quarantined']}"
    yield f"warnings = {len(explained['warnings'])}"
    for code, sums in explained["sums"].items():
        yield f"[example.sums.{code}]"
        yield from (f"{name} = {write_value(value)}" for name, value in sums.items() if value is not None)
