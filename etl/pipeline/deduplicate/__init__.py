"""Deduplication: rows of one document, the row that holds, and later deletions."""

from etl.pipeline.deduplicate.copies import Settled, settle
from etl.pipeline.deduplicate.removals import bare, is_removal, remove
from etl.pipeline.deduplicate.undecidable import set_undecidable_aside

__all__ = ["Settled", "bare", "is_removal", "remove", "set_undecidable_aside", "settle"]
