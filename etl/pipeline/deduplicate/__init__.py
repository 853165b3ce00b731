"""What rows say together: which of them are one document, which of these holds, and what was deleted since."""

from etl.pipeline.deduplicate.copies import Settled, settle
from etl.pipeline.deduplicate.removals import bare, is_removal, remove

__all__ = ["Settled", "bare", "is_removal", "remove", "settle"]
