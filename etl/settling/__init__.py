"""What rows say together: which of them are one document, which of these holds, and what was deleted since."""

from etl.settling.copies import Settled, settle
from etl.settling.removals import bare, is_removal, remove

__all__ = ["Settled", "bare", "is_removal", "remove", "settle"]
