"""One file read once, by the shapes or by DuckDB: what it costs without the start of the program."""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.child import answer


def _by_duckdb(path: Path) -> Callable[[], int]:
    import duckdb  # noqa: PLC0415 the other reader is not to pay for it

    connection = duckdb.connect(str(path.with_suffix(".duckdb")), config={"threads": 2, "memory_limit": "2GB"})

    def read() -> int:
        connection.execute(
            f"create or replace table rows as from read_csv('{path}', all_varchar = true, header = false, delim = ',', "
            """quote = '"', null_padding = true, strict_mode = false)"""
        )
        rows: tuple[int] = connection.execute("select count(*) from rows").fetchall()[0]
        connection.close()
        return rows[0]

    return read


def _by_shapes(path: Path) -> Callable[[], int]:
    from etl.config import Source  # noqa: PLC0415
    from etl.extract import SourceFile, read_text  # noqa: PLC0415
    from etl.schemas import RELATIONS  # noqa: PLC0415

    file, source = SourceFile(path, path.name, ""), Source(path=path.name)
    return lambda: read_text(file, RELATIONS["accounting_invoices"], source).frame.height


def main(reader: str, path: str) -> None:
    """Read the file and answer with the rows, the processor's time, and the memory beyond that of the start."""
    read = {"duckdb": _by_duckdb, "shapes": _by_shapes}[reader](Path(path))
    before = resource.getrusage(resource.RUSAGE_SELF)
    rows = read()
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    answer({"rows": rows, "cpu_s": cpu_s})


if __name__ == "__main__":
    main(*sys.argv[1:])
