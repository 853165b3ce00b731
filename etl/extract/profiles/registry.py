"""Every profile there is, the most particular first; a new shape adds its profiles here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from etl.extract.profiles import (
    connectwise_csv,
    connectwise_json,
    generic_table,
    quickbooks_iif,
    quickbooks_json,
    quickbooks_qbxml,
    quickbooks_xml,
    sage_intacct,
    xero_json,
    xero_xml,
)
from etl.extract.profiles.profile import Profile, RecordProfile, TableProfile
from etl.extract.shapes.catalogue import Shapes, all_shapes

PROFILES: Final[tuple[Profile, ...]] = (
    *connectwise_json.PROFILES,
    *quickbooks_json.PROFILES,
    *xero_json.PROFILES,
    *quickbooks_xml.PROFILES,
    *quickbooks_qbxml.PROFILES,
    *quickbooks_iif.PROFILES,
    *xero_xml.PROFILES,
    *sage_intacct.PROFILES,
    *connectwise_csv.PROFILES,
    *generic_table.PROFILES,
)


def record_profiles(
    relation: str | None = None, shape: str = "auto", file_format: str | None = None
) -> Iterator[RecordProfile]:
    """Profiles of records, for one relation or all, of one shape or all, in files of one format or all."""
    return (
        profile
        for profile in _of(relation, shape)
        if isinstance(profile, RecordProfile) and file_format in {None, profile.format}
    )


def table_profiles(relation: str | None = None, shape: str = "auto") -> Iterator[TableProfile]:
    """Profiles of tables, for one relation or all, of one shape or all."""
    return (profile for profile in _of(relation, shape) if isinstance(profile, TableProfile))


def shapes_of(relation: str, shapes: Shapes | None = None) -> tuple[str, ...]:
    """The shapes in which a relation can be read: families, and ids of shape files.

    Args:
        relation: one of RELATIONS.
        shapes: those of a configuration; null: those that are shipped.
    """
    own = [profile.shape for profile in PROFILES if profile.relation == relation]
    as_data = [shape for shape in _or_shipped(shapes) if shape.relation == relation]
    found = [*own[:-1], *(shape.family for shape in as_data), *own[-1:], *(shape.id for shape in as_data)]
    return tuple(dict.fromkeys(found))


def every_shape(shapes: Shapes | None = None) -> frozenset[str]:
    """What `shape` of a source may say for one relation or another."""
    as_data = {name for shape in _or_shipped(shapes) if shape.relation for name in (shape.family, shape.id)}
    return frozenset({profile.shape for profile in PROFILES} | as_data)


def _or_shipped(shapes: Shapes | None) -> Shapes:
    return all_shapes() if shapes is None else shapes


def _of(relation: str | None, shape: str) -> Iterator[Profile]:
    return (
        profile for profile in PROFILES if relation in {None, profile.relation} and shape in {"auto", profile.shape}
    )
