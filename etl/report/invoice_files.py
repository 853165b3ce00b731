"""The answer for every invoice as files: invoices.parquet and invoices.csv, in the order in which they were read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal

import polars as pl
from polars.io.plugins import register_io_source

from etl import csv_guard
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

_NUMBERED: Final = """(
    select checks.*, invoices.invoice_id_acct, invoices.invoice_number, invoices.invoice_date, invoices.due_date,
        case
            when checks.balance_amount is null then 'none' when invoices.balance_amount is null then 'status'
            else 'stated'
        end as balance_source
    from marts.invoice_checks as checks
    inner join accepted.accounting_invoices as invoices on checks.row_key = invoices.rowid)"""
_WORDS: Final[Mapping[str, str]] = {
    "customer_key": "select rowid as customer_key, customer_id_acct, customer_name, company_id_cw, company_name"
    " from marts.customer_checks",
    "state_code": "select state_code, state from ctl.states",
    "primary_bit": "select bit as primary_bit, code as primary_cause from ctl.causes",
    "failed": "select mask as failed, codes as causes from marts.cause_sets",
    "unknown": "select mask as unknown, codes as unknown_checks from marts.cause_sets",
}
"""What the numbers of an answer mean: few words, put beside millions of invoices at a fraction of what a join costs."""

_SLICE_ROWS: Final = 500_000
_GROUP_ROWS: Final = 250_000
"""Rows of one row group of the Parquet file: fixed, so that the same answers give the same bytes."""


def write_answers(engine: Engine, publication: Publication) -> None:
    """Write `invoices.parquet` and `invoices.csv`.

    Raises:
        OutputError: the folder cannot be written.
    """
    words = {key: engine.frame(query) for key, query in _WORDS.items()}
    starts = range(0, engine.count("marts.invoice_checks"), _SLICE_ROWS)

    def slices(_columns: object, _predicate: object, _rows: object, _size: object) -> Iterator[pl.DataFrame]:
        return (_in_words(batch, words) for batch in engine.batches(_NUMBERED, "row_key", starts))

    schema = _in_words(engine.frame(f"from {_NUMBERED} limit 0"), words).schema
    parquet, csv = publication.path("invoices.parquet"), publication.path("invoices.csv")
    with output_errors(publication.folder):
        stream = register_io_source(slices, schema=schema)
        stream.sink_parquet(parquet, compression="zstd", compression_level=1, row_group_size=_GROUP_ROWS)
        # from the finished file, so that the joins are done once
        pl.scan_parquet(parquet).with_columns(csv_guard.guarded(pl.col(_GUARDED))).sink_csv(csv)


def _in_words(answers: pl.DataFrame, words: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    for key, meanings in words.items():
        # only an invoice that nothing is wrong with has no first cause; reading back finds a row that is lost
        how: Literal["left", "inner"] = "left" if key == "primary_bit" else "inner"
        answers = answers.join(meanings, on=key, how=how, maintain_order="left")
    freed = pl.when("is_freed_alone").then("balance_amount").otherwise(0).cast(answers.schema["balance_amount"])
    return answers.select(*COLUMNS[:-1], freed_amount=freed)
