"""What the latest published night knows, for judging what was decided on it."""

from __future__ import annotations

from contextlib import closing
from functools import cache
from pathlib import Path

import polars as pl

from etl.config import Settings
from etl.engine import Engine, EngineRefusal, published
from etl.publish import DATABASE, LATEST, RUNS, is_run_id
from etl.review.fixes import fingerprints
from etl.review.site_key import read_site_key
from etl.review.verdicts import Tonight


def tonight(settings: Settings) -> Tonight:
    """What the latest published night knows.

    Raises:
        NotFound: no night was published yet, or another version wrote it.
        SiteKeyRefusal: the site's key is not there.
    """
    with published(settings.out / LATEST / DATABASE) as engine:
        key = read_site_key(settings.site_key_path)
        run_id, as_of_date = engine.rows("select run_id, as_of_date from ctl.run")[0]
        fixes = engine.frame("from marts.report_mapping_fixes")
        companies = engine.rows("select company_id_cw, coalesce(is_deleted, false) from staging.connectwise__companies")
        customers = engine.rows("select customer_id_acct from staging.accounting__customers")
    proposed = fixes.drop_nulls("proposed_company_id_cw").group_by("customer_id_acct").agg("proposed_company_id_cw")
    known = _by_customer(fixes, key)

    @cache
    def written(run_id: str) -> dict[str, str] | None:
        return _written(settings.out / RUNS, run_id, key)

    def was_written(named: str, customer: str, fingerprint: str) -> bool | None:
        found = known if named == run_id else written(named)
        return None if found is None else found.get(customer) == fingerprint

    return Tonight(
        run_id=run_id,
        as_of_date=as_of_date,
        customers=frozenset(customer for (customer,) in customers),
        companies=dict(companies),
        candidates={customer: frozenset(ids) for customer, ids in proposed.iter_rows()},
        fingerprints=known,
        was_written=was_written,
    )


def _written(runs: Path, run_id: str, key: bytes) -> dict[str, str] | None:
    """The fingerprints that an older night wrote; null where it is no longer there, or told by another version.

    A decided file may name anything as its night.
    """
    database = runs / run_id / DATABASE
    try:
        if not is_run_id(run_id) or not database.exists():
            return None
        with closing(Engine(database, is_read_only=True)) as engine:
            return _by_customer(engine.frame("from marts.report_mapping_fixes"), key)
    except (OSError, EngineRefusal, pl.exceptions.PolarsError):
        return None


def _by_customer(fixes: pl.DataFrame, key: bytes) -> dict[str, str]:
    return dict(fingerprints(fixes, key).iter_rows())
