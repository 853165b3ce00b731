"""Validation: text rows into accepted rows, typed, and rejected rows with every rule they broke."""

from __future__ import annotations

from etl.validate.dates import STRICT_DATE, STRICT_INSTANT
from etl.validate.formats import Formats, settle_formats
from etl.validate.money import STRICT_MONEY
from etl.validate.split import Split, accepted_schema, validate

__all__ = [
    "STRICT_DATE",
    "STRICT_INSTANT",
    "STRICT_MONEY",
    "Formats",
    "Split",
    "accepted_schema",
    "settle_formats",
    "validate",
]
