"""Compare answers with the truth that the invented data carries."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

import duckdb

from benchmarks.child import answer

_COLUMNS: Final = ("state", "primary_cause", "causes")


def main(memory_gb: str, columns: str, *paths: str) -> None:
    """Count the invoices whose COLUMNS differ between the parquet file ANSWERS and the truth in the folder DATA."""
    answers, data, scratch = paths
    named = columns.split(",")
    differs = " or ".join(f"coalesce(told.{name}, '') <> coalesce(truth.{name}, '')" for name in named)
    typed = dict.fromkeys(("invoice_id_acct", *_COLUMNS), "varchar")
    config: dict[str, Any] = {
        "memory_limit": f"{memory_gb}GB",
        "temp_directory": scratch,
        "preserve_insertion_order": "false",
    }
    connection = duckdb.connect(config=config)
    rows = connection.execute(f"""
        select count(*) filter (where told.invoice_id_acct is null or truth.invoice_id_acct is null or {differs})
        from read_parquet('{answers}') as told
        full join read_csv('{Path(data) / "truth_invoices.csv"}', header = true, columns = {typed}) as truth
            on told.invoice_id_acct = truth.invoice_id_acct""").fetchall()
    answer({"unalike": rows[0][0]})


if __name__ == "__main__":
    main(*sys.argv[1:])
