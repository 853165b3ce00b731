"""The answers as files, in the order in which the invoices were read: all in invoices.parquet, for people a CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal

import polars as pl
from polars.io.plugins import register_io_source

from etl import csv_guard
from etl.causes import SHOWN_WRONG
from etl.config.setting_types import InvoicesCsv
from etl.domain import State
from etl.files import output_errors
from etl.publish.publication import Publication
from etl.warehouse.engine import Engine

COLUMNS: Final = (
    "invoice_id_acct", "invoice_number", "customer_id_acct", "customer_name", "company_id_cw", "company_name",
    "state", "primary_cause", "causes", "unknown_checks", "invoice_date", "due_date", "days_past_due",
    "currency_code", "total_amount", "balance_amount", "balance_source", "freed_amount",
)  # fmt: skip
"""Columns of marts.invoice_visibility, and their values as they stand there."""

_GUARDED: Final = COLUMNS[:6]
"""Text that comes from outside and may look like a formula; the other text is ours."""

_SLICE_ROWS: Final = 500_000
_MOST_ROWS: Final = 200_000
"""With more invoices, `auto` writes only those that need somebody into the CSV."""

CsvContent = Literal["all", "blocked", "none"]
_GROUP_ROWS: Final = 250_000
"""Rows of one row group of the Parquet file: fixed, so that the same answers give the same bytes."""


def choose_csv(setting: InvoicesCsv, invoices: int) -> CsvContent:
    """What `invoices.csv` holds: beyond a number of rows, nobody opens a file of all invoices.

    Args:
        setting: `output.invoices_csv`.
        invoices: the number of invoices of the run.
    """
    if setting == "auto":
        return "all" if invoices <= _MOST_ROWS else "blocked"
    return setting


def write_answers(engine: Engine, publication: Publication, content: CsvContent) -> None:
    """Write `invoices.parquet`, and `invoices.csv` unless it is to hold nothing.

    Args:
        engine: the run's database.
        publication: where to write.
        content: what the CSV holds.

    Raises:
        OutputError: the folder cannot be written.
    """
    words = _words(engine)
    starts = range(0, engine.count("marts.invoice_checks"), _SLICE_ROWS)

    def slices(_columns: object, _predicate: object, _rows: object, _size: object) -> Iterator[pl.DataFrame]:
        return (_in_words(batch, words) for batch in engine.batches("report.answers", "row_key", starts))

    schema = _in_words(engine.frame("from report.answers limit 0"), words).schema
    parquet, csv = publication.path("invoices.parquet"), publication.path("invoices.csv")
    with output_errors(publication.folder):
        stream = register_io_source(slices, schema=schema)
        stream.sink_parquet(parquet, compression="zstd", compression_level=1, row_group_size=_GROUP_ROWS)
        if content == "none":
            return
        # from the finished file, so that the joins are done once
        rows = pl.scan_parquet(parquet)
        wanted = rows if content == "all" else rows.filter(_needs_somebody())
        wanted.with_columns(csv_guard.guarded(pl.col(_GUARDED))).sink_csv(csv)


def _needs_somebody() -> pl.Expr:
    """Whether an invoice is neither visible nor expected, or shown with a wrong amount; as `report.needing_counts`."""
    is_wrong = pl.col("causes").str.split(" ").list.set_intersection(list(SHOWN_WRONG)).list.len() > 0
    return ~pl.col("state").is_in([State.VISIBLE, State.EXPECTED]) | is_wrong


def _words(engine: Engine) -> dict[str, pl.DataFrame]:
    """What the numbers of an answer mean: few words, added to millions of invoices at a fraction of a join's cost."""
    sets = engine.frame("from marts.cause_sets")
    return {
        "customer_key": engine.frame("from report.answer_customers"),
        "state_code": engine.frame("from ctl.states").select("state_code", "state"),
        "primary_bit": engine.frame("from ctl.causes").select(primary_bit="bit", primary_cause="code"),
        "failed": sets.select(failed="mask", causes="codes"),
        "unknown": sets.select(unknown="mask", unknown_checks="codes"),
    }


def _in_words(answers: pl.DataFrame, words: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    for key, meanings in words.items():
        # only an invoice that nothing is wrong with has no first cause; reading back finds a row that is lost
        how: Literal["left", "inner"] = "left" if key == "primary_bit" else "inner"
        answers = answers.join(meanings, on=key, how=how, maintain_order="left")
    freed = pl.when("is_freed_alone").then("balance_amount").otherwise(0).cast(answers.schema["balance_amount"])
    return answers.select(*COLUMNS[:-1], freed_amount=freed)
