"""What is to be invented: the sizes, the shape of the files, the clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

Shape = Literal["table", "quickbooks_online", "xero"]

AS_OF: Final = datetime(2026, 11, 22, 2, tzinfo=UTC)
"""In the portal's zone this is still the day before: a run that confuses the two dates is noticed."""


@dataclass(frozen=True)
class DemoPlan:
    """One invented service provider.

    Attributes:
        companies: ConnectWise companies, about; two thirds of them have an accounting customer.
        invoices: accounting documents, exactly.
        seed: the same seed gives the same bytes.
        shape: how the accounting package exports; JSON shapes are for small sizes.
        as_of: the instant the run is judged at.
        with_portal_list: whether the portal's own list of invoices is among the sources.
        stalled: the sync has not succeeded for days.
        chunk_rows: invoices held at a time; no effect on what is written.
    """

    companies: int
    invoices: int
    seed: int
    shape: Shape = "table"
    as_of: datetime = AS_OF
    with_portal_list: bool = True
    stalled: bool = False
    chunk_rows: int = 262_144

    def __post_init__(self) -> None:
        if self.companies < 1 or self.invoices < 0 or self.chunk_rows < 1:
            message = "a demonstration needs at least one company, no fewer than zero invoices and a chunk of one row"
            raise ValueError(message)

    @property
    def customers(self) -> int:
        """Accounting customers."""
        return max(1, self.companies * 2 // 3)
