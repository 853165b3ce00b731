"""The sizes that are measured, and their invented data: made once, kept under benchmarks/out."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.child import BILLSIGHT, ROOT, run_child

OUT: Final = ROOT / "benchmarks" / "out"
SEED: Final = 1
_SOURCE_BYTES: Final = 320
_NIGHT_BYTES: Final = 1_000
"""Per invoice: what the sources take; what a published night, its scratch and the floor's database take at most."""


@dataclass(frozen=True)
class Size:
    """One size of the benchmark.

    Attributes:
        rounds: how often everything is measured; the best counts.
    """

    name: str
    companies: int
    invoices: int
    rounds: int

    @property
    def folder(self) -> Path:
        """Where the data lies; another version of the generator has another folder."""
        digest = hashlib.sha256()
        for module in sorted((ROOT / "etl" / "demo").glob("*.py")):
            digest.update(module.read_bytes())
        return OUT / "data" / f"{self.name}-{digest.hexdigest()[:8]}"

    @property
    def missing_gb(self) -> float:
        """How much more free disk is needed than there is."""
        sources = 0 if self.folder.exists() else _SOURCE_BYTES
        OUT.mkdir(parents=True, exist_ok=True)
        return (self.invoices * (sources + _NIGHT_BYTES) - shutil.disk_usage(OUT).free) / 1e9

    def make(self, tell: Callable[[str], None]) -> Path:
        """Write the data where it is missing; whole or not at all."""
        folder = self.folder
        if folder.exists():
            return folder
        for old in folder.parent.glob(f"{self.name}-*"):
            shutil.rmtree(old)
        draft = folder.with_name(f"{self.name}-unfinished")
        sizes = ("--companies", str(self.companies), "--invoices", str(self.invoices), "--seed", str(SEED))
        run_child((*BILLSIGHT, "demo-data", *sizes, str(draft)), {}, tell)
        return draft.rename(folder)


SIZES: Final = {
    size.name: size
    for size in (
        Size("S", companies=500, invoices=50_000, rounds=3),
        Size("M", companies=20_000, invoices=5_000_000, rounds=2),
        Size("L", companies=200_000, invoices=50_000_000, rounds=1),
    )
}
