"""Every profile there is, the most particular first; a new shape adds its profiles here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from etl.extract.profiles import (
    connectwise_csv,
    connectwise_json,
    generic_table,
    quickbooks_json,
    quickbooks_report,
    xero_csv,
    xero_json,
)
from etl.extract.profiles.profile import Profile, RecordProfile, TableProfile

PROFILES: Final[tuple[Profile, ...]] = (
    *connectwise_json.PROFILES,
    *quickbooks_json.PROFILES,
    *xero_json.PROFILES,
    *quickbooks_report.PROFILES,
    *xero_csv.PROFILES,
    *connectwise_csv.PROFILES,
    *generic_table.PROFILES,
)


def record_profiles(relation: str | None = None, shape: str = "auto") -> Iterator[RecordProfile]:
    """Profiles of API answers, for one relation or all, of one shape or all."""
    return (profile for profile in _of(relation, shape) if isinstance(profile, RecordProfile))


def table_profiles(relation: str | None = None, shape: str = "auto") -> Iterator[TableProfile]:
    """Profiles of tables, for one relation or all, of one shape or all."""
    return (profile for profile in _of(relation, shape) if isinstance(profile, TableProfile))


def shapes_of(relation: str) -> tuple[str, ...]:
    """The shapes in which a relation can be read."""
    return tuple(dict.fromkeys(profile.shape for profile in PROFILES if profile.relation == relation))


def _of(relation: str | None, shape: str) -> Iterator[Profile]:
    return (
        profile for profile in PROFILES if relation in {None, profile.relation} and shape in {"auto", profile.shape}
    )
