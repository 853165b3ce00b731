"""The captions of statuses, types and levels in the files, where a setting names some of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Final

import polars as pl

from etl import extract
from etl.config import Source
from etl.errors import InputError
from etl.pipeline.first_run.toml_text import HEADER, write_value
from etl.safe_text import readable
from etl.schemas import RELATIONS

MOST_BYTES: Final = 50_000_000
"""Larger files are left for `billsight check`: a person waits for `init`."""
_INACTIVE: Final = re.compile(r"inactive|former|terminat|cancel|closed|lost", re.IGNORECASE)
_MOST_CAPTIONS: Final = 20
_WANTED: Final = {
    "connectwise_companies": ("status_name", "type_names"), "connectwise_invoices": ("billing_status_name",),
    "connectwise_contacts": ("portal_security_level",),
}  # fmt: skip


class SeenCaptions:
    """The values of some columns of the recognized files; each file is read once.

    Args:
        sightings: the recognized files.
        shapes: those of the folder.
    """

    def __init__(self, sightings: Iterable[extract.Sighting], shapes: extract.Shapes) -> None:
        self._sightings, self._shapes = list(sightings), shapes
        self._counts: dict[str, dict[str, Counter[str]]] = {}

    def count(self, relation: str, column: str) -> dict[str, int]:
        """The values of a column, the commonest first."""
        if relation not in self._counts:
            self._counts[relation] = self._read(relation)
        return dict(self._counts[relation][column].most_common(_MOST_CAPTIONS))

    def _read(self, relation: str) -> dict[str, Counter[str]]:
        counts = {column: Counter[str]() for column in _WANTED[relation]}
        for sighting in self._sightings:
            what = sighting.recognition
            if what is None or what.relation != relation or sighting.path.stat().st_size > MOST_BYTES:
                continue
            source = Source.model_validate({"path": sighting.name})
            with suppress(InputError, *extract.DAMAGES, OSError):
                file = extract.SourceFile(sighting.path, sighting.name, "")
                frame = extract.read_text(file, RELATIONS[relation], source, self._shapes).frame
                for column, counter in counts.items():
                    values = frame[column].explode() if frame[column].dtype == pl.List else frame[column]
                    counter.update(values.drop_nulls().to_list())
        return counts


def offer_captions(seen: SeenCaptions, template: str = HEADER) -> str:
    """The template, with the captions that were seen where a caption decides."""
    companies = seen.count("connectwise_companies", "status_name")
    billed = seen.count("connectwise_invoices", "billing_status_name")
    levels = dict(sorted(seen.count("connectwise_contacts", "portal_security_level").items()))
    inactive = [caption for caption in companies if _INACTIVE.search(caption)] or ["Former client"]
    closed = [caption for caption in billed if "closed" in caption.lower()] or ["Closed"]
    offered = {
        "{security_levels}\n": f"# Levels seen in the contacts: {list_counts(levels)}\n" if levels else "",
        "{company_statuses}": _offered("companies", companies, "inactive_company_statuses", inactive),
        "{billing_statuses}": _offered("ConnectWise invoices", billed, "closed_billing_statuses", closed),
    }
    for place, text in offered.items():
        template = template.replace(place, text)
    return template


def list_counts(counts: Mapping[str, int]) -> str:
    """Values and how often they are there: `5 (12), 6 (1)`."""
    return ", ".join(f"{readable(value)} ({count})" for value, count in counts.items())


def _offered(where: str, seen: Mapping[str, int], setting: str, captions: Iterable[str]) -> str:
    line = f"# {setting} = {write_value(list(captions))}"
    return f"# Statuses seen in the {where}: {list_counts(seen)}\n{line}" if seen else line
