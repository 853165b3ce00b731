"""What the latest published run knows, for judging what was decided on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import cache, lru_cache
from pathlib import Path
from typing import TypeVar

import polars as pl

from etl.config import Settings
from etl.domain import DATABASE, LATEST, RUNS, is_run_id
from etl.review.fix_files import fingerprints, mapping_fixes
from etl.review.mapping_decisions import SHOWN
from etl.review.row_check import Shown
from etl.review.site.site_key import read_site_key
from etl.review.verdicts import PublishedEvidence
from etl.warehouse.engine import Engine, EngineError, published

T = TypeVar("T")
Prints = dict[str, dict[str, str | None]]
"""Customer -> fingerprint -> company of each of its rows."""


def read_evidence(settings: Settings) -> PublishedEvidence:
    """What the latest published run knows.

    Raises:
        NotFoundError: no run has been published yet, or another version wrote it.
        SiteKeyError: the site's key is not there.
    """
    with published(settings.out / LATEST / DATABASE) as engine:
        key = read_site_key(settings.site_key_path)
        run_id, as_of_date = engine.columns("ctl.run", "run_id", "as_of_date").row(0)
        fixes = engine.frame("from report.mapping_fixes")
        companies = engine.columns("staging.connectwise__companies", "company_id_cw", "coalesce(is_deleted, false)")
        customers = engine.columns("staging.accounting__customers", "customer_id_acct")
    proposed = fixes.drop_nulls("proposed_company_id_cw").group_by("customer_id_acct").agg("proposed_company_id_cw")
    known = _by_customer(fixes, key)

    def read(engine: Engine) -> Prints:
        return _by_customer(engine.frame("from report.mapping_fixes"), key)

    of_run = written_by(settings.out / RUNS, {run_id: known}, read)

    def was_written(named: str, customer: str, fingerprint: str) -> bool | None:
        found = of_run(named)
        return None if found is None else fingerprint in found.get(customer, {})

    @cache
    def shown() -> tuple[pl.DataFrame, dict[str, list[int]]]:
        return _shown(mapping_fixes(fixes, run_id, key))

    @lru_cache(maxsize=64)  # the rows of a customer stand together
    def rows_of(customer: str) -> dict[str | None, Shown]:
        table, places = shown()
        own = table[places.get(customer, [])]
        return {company: dict(zip(SHOWN, cells, strict=True)) for company, *cells in own.iter_rows()}

    return PublishedEvidence(
        run_id=run_id,
        as_of_date=as_of_date,
        customers=frozenset(customers["customer_id_acct"]),
        companies=dict(companies.iter_rows()),
        candidates={customer: frozenset(ids) for customer, ids in proposed.iter_rows()},
        fingerprints=known,
        was_written=was_written,
        rows_of=rows_of,
    )


def _shown(table: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, list[int]]]:
    """What the rows of the fix file show, as text, and the places of each customer's rows."""
    customer = pl.col("acct_customer_id").str.strip_prefix("ACCT-")
    places = table.with_row_index("place").group_by(customer).agg("place")
    texts = [pl.col(name).cast(pl.String).fill_null("") for name in SHOWN]
    return table.select(pl.col("cw_company_id").str.strip_prefix("CW-"), *texts), dict(places.iter_rows())


def written_by(runs: Path, known: Mapping[str, T], read: Callable[[Engine], T]) -> Callable[[str], T | None]:
    """What each published run wrote, read once; null where it is no longer there, or told by another version.

    Args:
        runs: the folder of the runs.
        known: run -> what it wrote, where that was read before.
        read: what is wanted of a run's database.

    Returns:
        A function of the run. A decided file may name anything as its run.
    """

    @cache
    def of_run(run_id: str) -> T | None:
        if run_id in known:
            return known[run_id]
        database = runs / run_id / DATABASE
        try:
            if not is_run_id(run_id) or not database.exists():
                return None
            with closing(Engine(database, is_read_only=True)) as engine:
                return read(engine)
        except (OSError, EngineError, pl.exceptions.PolarsError):
            return None

    return of_run


def _by_customer(fixes: pl.DataFrame, key: bytes) -> Prints:
    found: Prints = defaultdict(dict)
    for customer, company, fingerprint in fingerprints(fixes, key).iter_rows():
        found[customer][fingerprint] = company
    return dict(found)
