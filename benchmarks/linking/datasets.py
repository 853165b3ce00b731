"""What is linked: invented providers, made once and kept under benchmarks/out, and labelled cases from elsewhere."""

from __future__ import annotations

import csv
import hashlib
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.child import ROOT, run_child

VARIANTS: Final = ("names", "evidence")
KEPT: Final = ROOT / "benchmarks" / "out" / "linking" / "data"
_NEEDED: Final = ("left.csv", "right.csv", "truth.csv")
_GENERATOR: Final = ("companies", "contacts", "names", "respell", "words")
_UNITS: Final = {"k": 1_000, "m": 1_000_000}


@dataclass(frozen=True)
class DataSet:
    """Two files to link, and the truth.

    Attributes:
        rows: of the larger side.
        subsets: natural, and those that the truth marks.
    """

    name: str
    folder: Path
    rows: int
    subsets: tuple[str, ...] = ("natural",)


def count_of(size: str) -> int:
    """How many companies a size means: 500, 10k, 1m.

    Raises:
        ValueError: it means nothing.
    """
    text = size.strip().lower()
    unit = _UNITS.get(text[-1:], 1)
    count = int(text[:-1] if unit > 1 else text) * unit
    if count < 1:
        message = f"no such size: {size}"
        raise ValueError(message)
    return count


def invented(size: str, seed: int, tell: Callable[[str], None]) -> Iterator[DataSet]:
    """Both variants of a provider, made where they are missing; another generator has another folder."""
    count = count_of(size)
    folder = KEPT / f"{count}-{seed}-{_digest()}"
    if not folder.exists():
        tell(f"inventing {count:,} companies")
        for old in KEPT.glob(f"{count}-{seed}-*"):
            shutil.rmtree(old)
        draft = folder.with_name(f"{folder.name}-unfinished")
        command = (sys.executable, "-m", "benchmarks.linking.companies", str(count), str(seed), str(draft))
        run_child(command, {}, tell)
        draft.rename(folder)
    for variant in VARIANTS:
        yield DataSet(f"{variant} {size}", folder / variant, count)


def _digest() -> str:
    digest = hashlib.sha256()
    for module in _GENERATOR:
        digest.update((Path(__file__).parent / f"{module}.py").read_bytes())
    return digest.hexdigest()[:8]


def labelled(cases: Path) -> Iterator[DataSet]:
    """Every folder in it that holds both sides and the truth."""
    for folder in sorted(cases.resolve().iterdir()):
        if all((folder / name).is_file() for name in _NEEDED):
            with (folder / "truth.csv").open(newline="", encoding="utf-8") as truth:
                marks = next(csv.reader(truth), [])
            subsets = ("natural", *(mark for mark in ("hard", "namesake") if mark in marks))
            yield DataSet(folder.name, folder, max(_rows(folder / name) for name in _NEEDED[:2]), subsets)


def _rows(path: Path) -> int:
    with path.open(newline="", encoding="utf-8") as rows:
        return sum(1 for _ in csv.reader(rows)) - 1
