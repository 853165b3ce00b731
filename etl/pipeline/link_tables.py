"""`billsight match`: the linker on its own, on any two tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

from etl import extract
from etl.config import Settings, Source
from etl.domain import FileReport
from etl.errors import InputError, Problem
from etl.match import linker
from etl.match.certainty import CERTAIN, Policy, decide
from etl.match.certainty_rules import CROWDED, NAMES, STRICT
from etl.match.records import NormalizedRecords, normalize_records
from etl.match.scorecard import KINDS, Scorecard, points
from etl.pipeline.load import Loader
from etl.warehouse.engine import Engine

LEFT, RIGHT = "accounting_customers", "connectwise_companies"
_CAPTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("left id", "right id", "id", "customer id", "company id", "record id", "recid", "key", "number"),
    "name": ("name", "company name", "customer name", "company", "customer", "display name", "client", "legal name"),
    "account_number": ("account number", "account", "account no", "account id", "acct num"),
    "tax_identifier": ("tax identifier", "tax id", "tax number", "vat number", "abn", "ein"),
    "email": ("email", "e mail", "email address", "billing email", "invoice email"),
    "phone_number": ("phone", "phone number", "telephone", "main phone"),
    "website": ("website", "web", "web site", "url", "domain"),
    "address_line1": ("address", "address line1", "address line 1", "address 1", "street"),
    "city": ("city", "town"),
    "state": ("state", "region", "province", "county"),
    "postal_code": ("postal code", "zip", "zip code", "postcode"),
    "country": ("country", "country code"),
}
_OURS: Final[Mapping[str, Mapping[str, str]]] = {
    LEFT: {"id": "customer_id_acct", "name": "customer_name"},
    RIGHT: {"id": "company_id_cw", "name": "company_name", "email": "invoice_email"},
}
"""What the columns of a table are called on each side, where the names differ."""
_ROWS_AT_ONCE: Final = 100_000
_COMPARED: Final = ("account", "tax", "domain", "phone", "address")


@dataclass(frozen=True)
class Request:
    """The tables to link, and the options.

    Attributes:
        columns: per side, our column -> the file's caption, where it is not found by itself.
        policy: what is certain; chosen by what there is to compare where not given.
    """

    left: Path
    right: Path
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    policy: str | None = None
    most_candidates: int = 5


@dataclass(frozen=True)
class Linked:
    """The answer for every row of the left table.

    Attributes:
        candidates: the rows of `certainty.decide`.
        left_ids: the ids of the left table, in the order of its records; `right_ids` likewise.
        card: what each finding is worth.
        policy: what made certain.
        is_asked_for: whether the policy was asked for; otherwise what there is to compare decided it.
        files: what became of the files' rows.
    """

    candidates: pl.DataFrame
    left_ids: pl.Series
    right_ids: pl.Series
    card: Scorecard
    policy: str
    is_asked_for: bool
    files: list[FileReport]

    def rows(self) -> Iterator[pl.DataFrame]:
        """`left_id, right_id, certainty, rank, decision, reason, score, lead, prior` and the points of each kind.

        By the order of the left ids; a left row without a candidate has one row with an empty right id.
        """
        customer = self.candidates["customer"]
        for start in range(0, len(self.left_ids), _ROWS_AT_ONCE):
            end = start + _ROWS_AT_ONCE
            # the rows are in the order of the customers
            first, last = (int(customer.search_sorted(edge)) for edge in (start, end))
            yield self._candidate_rows(self.candidates[first:last], start, end)

    def _candidate_rows(self, candidates: pl.DataFrame, start: int, end: int) -> pl.DataFrame:
        worth = {
            kind.replace(" ", "_").replace("-", "_"): pl.when(pl.col(kind).is_not_null()).then(points(kind, self.card))
            for kind in KINDS
        }
        scored = candidates.select(
            "customer", self.right_ids.gather(candidates["company"]).alias("right_id"), "certainty", "rank",
            "decision", "reason", "score", "lead", prior=pl.lit(self.card.prior), **worth,
        )  # fmt: skip
        every = self.left_ids[start:end].alias("left_id").to_frame().with_row_index("customer", start)
        joined = every.join(scored, on="customer", how="left", maintain_order="left_right").drop("customer")
        return joined.with_columns(
            pl.col("decision").fill_null("none"), pl.col("reason").fill_null("no company is like it")
        )

    @property
    def notes(self) -> list[str]:
        """The notes for the user."""
        rows = len(self.left_ids)
        certain = self.candidates.filter(pl.col("decision") == CERTAIN)["customer"].n_unique()
        some = self.candidates["customer"].n_unique()
        lines = [f"{rows} rows: {certain} certain, {some - certain} to review, {rows - some} none."]
        if self.policy == NAMES and not self.is_asked_for:
            what = "equal names, rare or in one town and unrivalled, count as certain (names)."
            lines.append(f"There are but names and towns to compare: {what}")
        if (self.candidates["reason"] == CROWDED).any():
            lines.append("Many companies share their names: one that is equal counts in its town and state only.")
        lines += [
            f"{file.file}: {file.rows_quarantined} of {file.rows_extracted} rows could not be used."
            for file in self.files
            if file.rows_quarantined
        ]
        return lines


def link_tables(request: Request, card: Scorecard, on_stage: Callable[[str], None] = lambda _: None) -> Linked:
    """Link two tables of companies.

    Args:
        request: the files, their columns, the policy.
        card: what each finding is worth.
        on_stage: called with each stage as it begins.

    Raises:
        InputError: a file cannot be read, or no column of names and ids is found.
    """
    sources = {
        name: _source(path, name, request.columns.get(name, {}))
        for name, path in ((LEFT, request.left), (RIGHT, request.right))
    }
    engine = Engine(Path(":memory:"), threads=2)
    try:
        files = Loader(engine, Settings(base=Path(), sources=sources)).load()
        tables = (
            engine.frame(f"from accepted.{LEFT}"),
            engine.columns(f"accepted.{RIGHT}", "*", "is_status_inactive as is_inactive"),
            engine.frame("from accepted.connectwise_contacts"),
        )
    finally:
        engine.close()

    on_stage("bringing names and places to their normal form")
    both = normalize_records(*tables)
    del tables  # of a million records: room for what follows
    ids = (both.customers["customer_id_acct"], both.companies["company_id_cw"])
    rule = request.policy or (STRICT if _has_more_than_names(both) else NAMES)
    policy = Policy(rule, review_floor=0.0, most_candidates=request.most_candidates)

    on_stage("comparing")
    findings = linker.findings_of_tables(both, card)
    del both

    on_stage("deciding")
    candidates = decide(findings, linker.no_decisions(), policy)
    return Linked(candidates, *ids, card, rule, request.policy is not None, files)


def _source(path: Path, relation: str, columns: Mapping[str, str]) -> Source:
    try:
        captions = extract.captions(extract.source_file(path, Path()))
    except OSError as error:
        remedy = "Check the path and its permissions."
        raise InputError([Problem(str(path), str(error), "a readable table", remedy)]) from None
    found = _match_captions(captions, relation)
    named = {_OURS[relation].get(name, name): caption for name, caption in columns.items()}
    return Source(path=str(path), columns={**found, **named})


def _match_captions(captions: list[str], relation: str) -> dict[str, str]:
    """Find our columns among the captions of a file, each caption once."""
    plain = {" ".join(caption.lower().replace("_", " ").replace("-", " ").split()): caption for caption in captions}
    columns: dict[str, str] = {}
    for name, spellings in _CAPTIONS.items():
        caption = next((plain[one] for one in spellings if one in plain and plain[one] not in columns.values()), None)
        if caption is not None:
            columns[_OURS[relation].get(name, name)] = caption
    return columns


def _has_more_than_names(both: NormalizedRecords) -> bool:
    """True if both sides have other fields that can make certain; a town alone does not."""
    kinds = [set(keys["kind"].unique()) for keys in (both.customer_keys, both.company_keys)]
    has_postal, has_town, has_house = (
        both.customers[place].count() > 0 and both.companies[place].count() > 0
        for place in ("postal_key", "place_key", "house_key")
    )
    return bool(kinds[0] & kinds[1] & set(_COMPARED)) or has_postal or (has_town and has_house)
