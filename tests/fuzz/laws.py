"""What holds of every input, however malformed: it is read or refused in words, no row lost, no judgement made up."""

from __future__ import annotations

import json
import random
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any
from unittest.mock import patch

from etl import config, extract
from etl.config import Output, Settings, Source
from etl.demo.plan import AS_OF
from etl.domain import FileReport
from etl.errors import InputError
from etl.review import import_mappings
from etl.review.import_decisions import ImportOptions
from etl.review.import_mappings import import_files
from etl.review.marker import marker_path
from etl.review.published_evidence import read_evidence
from etl.review.register import Register
from etl.schemas import RELATIONS
from etl.validate import settle_formats, validate
from etl.warehouse.engine import Engine
from tests.fuzz.record_texts import text_samples
from tests.fuzz.shapes import Sample, shapes
from tests.fuzz.spoil import Spoilt, spoilt
from tests.support.loading import ALWAYS, NEVER, load

LONGEST_MESSAGE = 4_500
_BY_LOADER, _BY_SIGHT = 0.05, 0.04
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_VARIES = re.compile(r"'[^']*'|\d[\d,.]*|(?<=header ).*|(?<=records with ).*")


class Fuzz:
    """A folder of its own and everything that inputs are judged with.

    Args:
        folder: scratch.
        samples: a folder with a `night` in it that was published.
        seed: the same seed and number give the same input and the same way to judge it.
    """

    def __init__(self, folder: Path, samples: Path, seed: int) -> None:
        self.folder, self.seed = folder, seed
        self.samples: list[Sample] = [*shapes(samples), *text_samples()]
        self.engine = Engine(Path(":memory:"), threads=1, memory_gb=0.5)
        self.night = config.load(samples / "night" / "billsight.toml", {})
        self.known = read_evidence(self.night)
        self.register = folder / "state" / "register.sqlite"
        self.inputs = folder / "inputs"
        for made in (self.register.parent, self.inputs):
            made.mkdir()

    def input(self, number: int) -> tuple[Spoilt, random.Random]:
        """Input number so-and-so, and the chance that decides how it is judged."""
        chance = random.Random(f"{self.seed}:{number}")  # noqa: S311 the same numbers every time
        return spoilt(self.samples, chance), chance

    def judge(self, one: Spoilt, chance: random.Random) -> str:
        """Hold the laws against one input.

        Returns:
            what came of it, in words that are the same for the same thing.

        Raises:
            Exception: a law does not hold, or the product broke.
        """
        path = self.inputs / one.name
        path.write_bytes(one.data)
        try:
            if one.shape.kind == "decisions":
                return self._imported(path, one)
            way = chance.random()
            if way < _BY_LOADER:
                return self._loaded(one)
            return _sighted(path) if way < _BY_LOADER + _BY_SIGHT else self._read(path, one)
        finally:
            path.unlink()

    def _read(self, path: Path, one: Spoilt) -> str:
        relation, source = RELATIONS[one.shape.relation], Source(**{"path": one.name, **one.source})
        try:
            found = extract.read_text(extract.source_file(path, path.parent), relation, source)
            formats = settle_formats(found.frame, relation, source, self.night.zone_of(source), found.formats)
        except InputError as error:
            return _refused(error, one.name)
        left_out = sum(found.shape_notes.get(note, 0) for note in ("blank", "repeated header", "repeated line item"))
        assert one.rows is None or found.frame.height + left_out == one.rows, (
            f"{one.rows} rows went in, {found.frame.height} came out, and {left_out} were left out"
        )
        split = validate(found.frame, relation, formats)
        assert split.accepted.height + split.rejected.height == found.frame.height
        assert all(map(len, split.rejected["broken_rules"])), "a row was set aside without a reason"
        for values in split.rejected["row_values"]:
            assert isinstance(json.loads(values), dict)
        required = [column.name for column in relation.columns if column.required]
        assert not sum(split.accepted[name].null_count() for name in required)
        rules = {_VARIES.sub("*", rule) for rules in split.rejected["broken_rules"] for rule in rules}
        warnings = {_VARIES.sub("*", warning.partition(" ")[0]) for warning in found.warnings}
        return f"{found.profile} | {'rows' if split.accepted.height else 'none'} | {sorted(rules)[:2]} | {warnings}"

    def _loaded(self, one: Spoilt) -> str:
        """The careful way and the quick one give the same rows."""
        (careful, told), (quick, other) = (self._one_way(one, bulk_bytes) for bulk_bytes in (NEVER, ALWAYS))
        assert careful == quick, f"read in two ways:\n{careful or told}\n{quick or other}"
        return f"loaded {len(careful[0]) if careful else 0} | {told}"

    def _one_way(self, one: Spoilt, bulk_bytes: int) -> tuple[tuple[list[Any], list[Any], list[Any]] | None, str]:
        source = Source(**{"path": one.name, **one.source})
        try:
            found = load(self.engine, Settings(base=self.inputs, sources={one.shape.relation: source}), bulk_bytes)
        except InputError as error:
            return None, _refused(error, one.name)
        aside = [(rules, values) for *_, rules, values in found.aside]
        assert all(rules for rules, _ in aside)
        # of copies only that they are copies: rows that came in bulk have no line
        told = sorted((_copy(rules), values) for rules, values in aside)
        return (found.accepted, told, [_counts(report) for report in found.reports]), found.reports[0].profile

    def _imported(self, path: Path, one: Spoilt) -> str:
        """A judgement stands in the file: its customer, its company and its word, in one row."""
        shutil.copyfile(self.night.register_path, self.register)
        # it is another register from one input to the next
        marker_path(self.register).unlink(missing_ok=True)
        before = Register.open(self.register).log().height
        output = Output(register_file=self.register)
        settings = self.night.model_copy(update={"base": self.folder, "output": output})
        # what the run proposed is the same for every input
        with patch.object(import_mappings, "read_evidence", lambda _: self.known):
            outcome = import_files(settings, [path], ImportOptions("fuzz", AS_OF))
        (file,) = outcome.files
        assert len(str(outcome)) <= LONGEST_MESSAGE * (1 + len(file.verdicts))
        added = Register.open(self.register).log().slice(before)
        applied = [(verdict.line.cells, verdict.decided) for verdict in file.verdicts if verdict.kind == "apply"]
        stated: Counter[tuple[Any, ...]] = Counter()
        for cells, decided in applied:
            assert decided is not None
            _stated(cells, decided.customer_id_acct, decided.company_id_cw)
            _in_the_file(one, [cell for cell in cells.values() if cell])
            stated[decided.customer_id_acct, decided.company_id_cw, decided.decision] += 1
        assert Counter(added.select("customer_id_acct", "company_id_cw", "decision").iter_rows()) == stated
        if file.refusal is not None:
            assert str(path) in file.refusal
            return _VARIES.sub("*", file.refusal.partition(": ")[2])[:200]
        kinds = {f"{v.kind} {_VARIES.sub('*', v.problem.found)[:60] if v.problem else ''}" for v in file.verdicts}
        return f"decided | {sorted(kinds)[:3]}"


def _stated(cells: Any, customer: str, company: str | None) -> None:
    assert cells["acct_customer_id"].upper() == f"ACCT-{customer}".upper()
    assert cells["decision"]
    assert company is None or cells["cw_company_id"].upper() == f"CW-{company}".upper()
    assert re.fullmatch("FP-[0-9a-f]{16}", cells["row_fp"])


def _in_the_file(one: Spoilt, cells: list[str]) -> None:
    """Every word of the row stands in the bytes themselves, whatever read them."""
    if one.name != "x.csv":
        return
    texts = [
        one.data.decode(name, "replace") for name in ("utf-8", "utf-16", "cp1252", "utf-16-le", "utf-16-be", "utf-32")
    ]
    words = [word for cell in cells for word in re.findall(r"[\w-]+", cell) if word.isascii()]
    assert any(all(word in text.replace("\0", "").replace("'", "") for word in words) for text in texts), words


def _counts(report: FileReport) -> tuple[int, int, int]:
    counts = (report.rows_extracted, report.rows_accepted, report.rows_quarantined)
    assert counts[0] == counts[1] + counts[2], f"extracted, accepted, quarantined: {counts}"
    return counts


def _copy(rules: list[str]) -> list[str]:
    return ["a copy"] if "copy of this row" in rules[0] or "the same row is in" in rules[0] else rules


def _sighted(path: Path) -> str:
    """`init` and `check` look at every file of a folder."""
    sighting = next(sighting for sighting in extract.describe_folder(path.parent) if sighting.path == path)
    _plain(sighting.note)
    try:
        extract.captions(extract.source_file(path, path.parent))
    except InputError as error:
        _refused(error, path.name)
    return f"seen | {sighting.recognition.relation if sighting.recognition else _VARIES.sub('*', sighting.note)[:120]}"


def _refused(error: InputError, name: str) -> str:
    """Each problem names the file, what was found, what was expected and what to do, and can be printed anywhere."""
    assert error.problems
    for problem in error.problems:
        assert problem.where == name, problem.where
        assert problem.found
        assert problem.expected
        assert problem.remedy
        _plain(str(problem))
    return "refused | " + " / ".join(sorted({_VARIES.sub("*", problem.found) for problem in error.problems}))[:200]


def _plain(text: str) -> None:
    assert len(text) <= LONGEST_MESSAGE, f"a message of {len(text)} characters"
    assert not _CONTROL.search(text), f"a message with a control character: {text!r}"
