"""Settings that the sources make doubtful: a level that nobody has, words that no company has or that every one has."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from etl.config import Settings
from etl.safe_text import readable
from etl.warehouse.engine import Engine


def find_setting_doubts(engine: Engine, settings: Settings) -> list[str]:
    """What to compare with the portal and with ConnectWise, one sentence for each setting.

    Args:
        engine: with the accepted contacts and companies.
        settings: of the run.
    """
    return [*_of_levels(engine, settings), *_of_companies(engine, settings)]


def _of_levels(engine: Engine, settings: Settings) -> Iterator[str]:
    """Nobody sees an invoice, whatever else is right, if no contact has the level."""
    portal = settings.portal
    levels = engine.columns("accepted.connectwise_contacts", "portal_security_level").to_series()
    highest = levels.cast(pl.Int64, strict=False).max()
    if portal.access == "levels" and isinstance(highest, int) and highest < portal.minimum_security_level:
        yield (
            f"minimum_security_level is {portal.minimum_security_level}, and no contact has more than {highest}:"
            " compare it with Portal Security Level Considered Client Admin in the portal"
        )


def _of_companies(engine: Engine, settings: Settings) -> Iterator[str]:
    companies = engine.columns("accepted.connectwise_companies", "status_name", "type_names")
    statuses = companies["status_name"].str.strip_chars().str.to_lowercase()
    types = companies["type_names"].list.eval(pl.element().str.strip_chars().str.to_lowercase())
    provider, portal = settings.provider, settings.portal
    words = {
        "hidden_company_statuses": (portal.hidden_company_statuses, statuses),
        "inactive_company_statuses": (provider.inactive_company_statuses, statuses),
        "active_company_statuses": (provider.active_company_statuses, statuses),
        "hidden_company_types": (portal.hidden_company_types, types.explode()),
    }
    for setting, (named, seen) in words.items():
        known = set(seen.drop_nulls())
        for word in named:
            if known and word.strip().lower() not in known:
                yield f"{setting} names {readable(word)}, which no company has"
    hidden_statuses = [word.strip().lower() for word in portal.hidden_company_statuses]
    hidden_types = [word.strip().lower() for word in portal.hidden_company_types]
    is_hidden = statuses.is_in(hidden_statuses).fill_null(value=False)
    is_hidden |= types.list.eval(pl.element().is_in(hidden_types)).list.any().fill_null(value=False)
    if companies.height and is_hidden.all():
        yield (
            f"hidden_company_statuses and hidden_company_types hide all {companies.height} companies:"
            " compare them with the portal"
        )
