"""The captions of statuses and types that stand in the files, where a setting names some of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Final

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


def offer_captions(sightings: Iterable[extract.Sighting], template: str = HEADER) -> str:
    """The template, with the captions that were seen where a caption decides."""
    seen = list(sightings)
    companies = count_captions(seen, "connectwise_companies", "status_name")
    billed = count_captions(seen, "connectwise_invoices", "billing_status_name")
    inactive = [caption for caption in companies if _INACTIVE.search(caption)] or ["Former client"]
    closed = [caption for caption in billed if "closed" in caption.lower()] or ["Closed"]
    statuses = _offered("companies", companies, "inactive_company_statuses", inactive)
    billing = _offered("ConnectWise invoices", billed, "closed_billing_statuses", closed)
    return template.replace("{company_statuses}", statuses).replace("{billing_statuses}", billing)


def count_captions(sightings: Iterable[extract.Sighting], relation: str, column: str) -> dict[str, int]:
    """The values of a column of the recognized files, the commonest first."""
    counts: Counter[str] = Counter()
    for sighting in sightings:
        if sighting.recognition is None or sighting.recognition.relation != relation:
            continue
        if sighting.path.stat().st_size > MOST_BYTES:
            continue
        source = Source.model_validate({"path": sighting.name})
        with suppress(InputError, *extract.DAMAGES, OSError):
            file = extract.SourceFile(sighting.path, sighting.name, "")
            frame = extract.read_text(file, RELATIONS[relation], source).frame
            if column in frame.columns:
                counts.update(frame[column].drop_nulls().to_list())
    return dict(counts.most_common(_MOST_CAPTIONS))


def _offered(where: str, seen: Mapping[str, int], setting: str, captions: Iterable[str]) -> str:
    counted = ", ".join(f"{readable(caption)} ({count})" for caption, count in seen.items())
    line = f"# {setting} = {write_value(list(captions))}"
    return f"# Statuses seen in the {where}: {counted}\n{line}" if seen else line
