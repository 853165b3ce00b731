"""The access of companies as a run knows it: for the work list of the run, and for judging what was decided on it."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from etl.config import Settings
from etl.domain import DATABASE, LATEST, RUNS
from etl.history.issues import Complete
from etl.review.contacts.contact_rule import KnownAccess, Person
from etl.review.contacts.contact_states import Evidence, access_fingerprints, approved_email, contact_states
from etl.review.published_evidence import written_by
from etl.review.site.site_key import read_site_key, site_key
from etl.warehouse.engine import Engine, published

_PEOPLE: Final = (
    "contact_id_cw", "company_id_cw", "contact_name", "default_email", "portal_security_level", "is_login_disabled",
    "is_level_told", "is_active", "contact_role", "failed",
)  # fmt: skip
"""The columns of marts.contact_checks that a decision about access needs."""
_UNREAD: Final = "quarantine.rows where relation = 'connectwise_contacts'"


def write_contact_states(engine: Engine, settings: Settings, complete: Complete, decisions: pl.DataFrame) -> None:
    """Write marts.contact_states: where the decision about each company stands in this run.

    Args:
        engine: the run's database, with its access marts.
        settings: the configuration.
        complete: the relations from whose silence something can be concluded.
        decisions: what the register holds, as `ContactRegister.current` gives it.

    Raises:
        SiteKeyError: the site's key cannot be read or made.
    """
    is_complete = "connectwise_contacts" in complete and not engine.count(_UNREAD)
    evidence = _evidence(engine, site_key(settings.site_key_path), is_complete=is_complete)
    engine.write("marts.contact_states", contact_states(evidence, decisions))


def without_access(engine: Engine, decisions: pl.DataFrame) -> pl.Series:
    """Keys of the customers at whose company nobody is to have access, as people decided.

    Args:
        engine: the run's database, with marts.customer_checks.
        decisions: what the register holds, as `ContactRegister.current` gives it.
    """
    nobody = decisions.filter(pl.col("decision") == "nobody")["company_id_cw"]
    customers = engine.columns("marts.customer_checks", "rowid as customer_key", "company_id_cw")
    return customers.filter(pl.col("company_id_cw").is_in(nobody.implode()))["customer_key"]


def _evidence(engine: Engine, key: bytes, *, is_complete: bool) -> Evidence:
    """What the run knows; its day decides whether a snooze is over."""
    level, day = engine.columns("ctl.run", "minimum_security_level", "as_of_date").row(0)
    people = engine.columns("marts.contact_checks", *_PEOPLE)
    return Evidence(engine.frame("from marts.company_access"), people, int(level), day, is_complete, key)


def known_access(settings: Settings) -> KnownAccess:
    """What the latest published run knows about access.

    Raises:
        NotFoundError: no run was published yet, or another version wrote it.
        SiteKeyError: the site's key is not there.
    """
    with published(settings.out / LATEST / DATABASE) as engine:
        key = read_site_key(settings.site_key_path)
        run_id, day = engine.columns("ctl.run", "run_id", "as_of_date").row(0)
        evidence = _evidence(engine, key, is_complete=True)
    prints = access_fingerprints(evidence)

    of_run = written_by(settings.out / RUNS, {run_id: prints}, _written)

    def was_written(named: str, company: str, fingerprint: str) -> bool | None:
        found = of_run(named)
        return None if found is None else found.get(company) == fingerprint

    people = {row["contact_id_cw"]: _person(row, key) for row in evidence.people.iter_rows(named=True)}
    return KnownAccess(run_id, day, evidence.level_needed, prints, people, was_written)


def _person(row: dict[str, Any], key: bytes) -> Person:
    return Person(row["company_id_cw"], row["is_active"], row["contact_role"], approved_email(row, key))


def _written(engine: Engine) -> dict[str, str]:
    states = engine.columns("marts.contact_states where row_fp is not null", "company_id_cw", "row_fp")
    return dict(states.iter_rows())
