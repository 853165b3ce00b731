"""Deduplication: rows of one document, the row that holds, and later deletions."""

from etl.pipeline.deduplicate.copies import Settled, settle
from etl.pipeline.deduplicate.removals import bare, is_removal, remove

__all__ = ["Settled", "bare", "is_removal", "remove", "settle"]
