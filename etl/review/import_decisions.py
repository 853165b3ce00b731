"""Decided files into the register, whatever they decide about: checked together, added in one transaction each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, Final, Generic, TypeVar

from etl.config import Settings
from etl.errors import ExitCode, Problem
from etl.review.decision_file import DecisionFileError, Form, Line, is_undecided
from etl.review.precedence import Importing
from etl.review.read_decision_file import DecisionFile, content_of, read_rows
from etl.review.register_file import Import, RegisterFile
from etl.review.row_verdict import Verdict
from etl.review.site.backups import back_up_or_warn
from etl.review.site.site_state import check_site_key, last_run
from etl.safe_text import one_line, readable

_NOBODY: Final = "unknown"
D = TypeVar("D")


@dataclass(frozen=True)
class ImportOptions:
    """Who imports, when, and what is allowed.

    Attributes:
        who: the person, by the name that was given; `None`: the login. Who decided a row is the file's reviewer, where
            it names one. Nobody checks such names, so the register keeps them with the login.
        at: UTC.
        may_override: whether a company that was not proposed may be approved.
        is_dry: whether to say what would be done, and do nothing.
        folder: what the register puts before a file's name: where it was found, as `inbox/`.
        login: the user who is logged in; `None`: the owner of the file.
        is_again: whether to import again what was reverted or superseded.
        is_settled: whether two people who differed within a day have agreed on what the files say.
        content: the bytes of a file; it may raise DecisionFileError.
    """

    who: str | None
    at: datetime
    may_override: bool = False
    is_dry: bool = False
    folder: str = ""
    login: str | None = None
    is_again: bool = False
    is_settled: bool = False
    content: Callable[[Path], bytes] = content_of

    def owner(self, file: Path) -> str:
        """The login behind an import: of a file in the inbox its owner; a user without a name is nobody."""
        try:
            return self.login or file.owner()
        except (OSError, KeyError, NotImplementedError):
            return _NOBODY

    def decider(self, file: Path) -> str:
        """Who decided what names nobody: by the name that was given, else the login."""
        return self.who or self.owner(file)


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file.

    Attributes:
        verdicts: of every decided row.
        undecided: rows without a decision.
        import_id: the import in the register; null where nothing was added.
        refusal: why the file as a whole was refused; null where it could be read.
        describe: what a row says, in a few words.
    """

    file: Path
    verdicts: Sequence[Verdict[Any]] = ()
    undecided: int = 0
    import_id: str | None = None
    refusal: str | None = None
    is_dry: bool = False
    describe: Callable[[Line], str] = str

    @property
    def is_refused(self) -> bool:
        """Whether it changed nothing, and not because there was nothing to change."""
        kinds = {verdict.kind for verdict in self.verdicts}
        return self.refusal is not None or bool(kinds and not kinds & {"apply", "no-op"})

    @property
    def is_whole(self) -> bool:
        """Whether every decision in it now holds."""
        return self.refusal is None and all(verdict.kind in {"apply", "no-op"} for verdict in self.verdicts)

    def __str__(self) -> str:
        name = readable(self.file.name)
        if self.refusal is not None:
            return f"{name}: refused. {one_line(self.refusal)}"
        count = Counter(verdict.kind for verdict in self.verdicts)
        done = f"would be applied: {count['apply']}" if self.is_dry else f"applied: {count['apply']}"
        named = f" ({self.import_id})" if self.import_id else ""
        rest = f"no-op: {count['no-op']}, stale: {count['stale']}, error: {count['error']}, undecided: {self.undecided}"
        return "\n".join([f"{name}: {done}{named}, {rest}", *(one_line(self._row(one)) for one in self.verdicts)])

    def _row(self, verdict: Verdict[Any]) -> str:
        """`line 12: approve ACCT-7 CW-10: apply`, and where it is not applied why, and what to do."""
        description = self.describe(verdict.line)
        problem, why = verdict.problem, ""
        if problem is not None:
            rest = f"; expected {problem.expected}. {problem.remedy}"
            why = f": {problem.found}" if verdict.kind == "no-op" else f": found {problem.found}{rest}"
        return f"  line {verdict.line.line}: {description}: {verdict.kind}{why}"


@dataclass(frozen=True)
class ImportOutcome:
    """What became of all files.

    Attributes:
        warning: that no copy of the register could be made, and why; `None` if one was made, or nothing was added.
    """

    files: Sequence[FileOutcome]
    warning: str | None = None

    @property
    def exit_code(self) -> ExitCode:
        """Complete where every decision now holds, refused where none does, else partial."""
        if all(file.is_whole for file in self.files):
            return ExitCode.COMPLETE
        return ExitCode.REFUSED if all(file.is_refused for file in self.files) else ExitCode.PARTIAL

    def __str__(self) -> str:
        nothing = ["Nothing was changed."] if not any(file.import_id for file in self.files) else []
        warning = [self.warning] if self.warning else []
        return "\n".join([*map(str, self.files), *nothing, *warning])


class Importer(ABC, Generic[D]):
    """What one kind of decisions is held against, and how it is written down.

    Attributes:
        form: of the files.
        register: where the decisions go.
    """

    form: ClassVar[Form]
    register: RegisterFile[Any]

    @abstractmethod
    def __init__(self, settings: Settings, act: ImportOptions) -> None:
        """Read what the latest run knows.

        Raises:
            NotFoundError: no run was published yet, or it cannot be read.
        """

    @staticmethod
    @abstractmethod
    def describe(line: Line) -> str:
        """What a row says, in a few words."""

    @abstractmethod
    def judge(self, lines: Sequence[Line], importing: Importing) -> Sequence[Verdict[D]]:
        """One verdict for each decided row, in their order."""

    @abstractmethod
    def judgement(self, decided: D, act: ImportOptions, by: tuple[str, str]) -> Any:
        """A row that is to be applied, as the register writes it.

        Args:
            decided: what it decides.
            act: who imports.
            by: who decided what names nobody, and the file.
        """


def import_decisions(
    settings: Settings, files: Sequence[Path], act: ImportOptions, kind: type[Importer[Any]]
) -> ImportOutcome:
    """Check the decisions of all files together, then add those that hold good: one import per file.

    Args:
        settings: the configuration; its latest run and register are read.
        files: CSV or workbooks, as a run wrote them, the page saved them or a spreadsheet saved them again.
        act: who imports.
        kind: of the decisions.

    Raises:
        NotFoundError: no run was published yet, or it cannot be read.
        SiteKeyError: the site's key is not there.
        RegisterError: the register cannot be used, or another import came between.
    """
    read, refused = _read(files, act, kind.form)
    if not read:
        return ImportOutcome([FileOutcome(file, refusal=why) for file, why in refused.items()])
    check_site_key(settings)
    importer = kind(settings, act)
    # the name comes before the log is read: an import that somebody adds in between has this name, and ours is refused
    number = importer.register.next_import_id()
    decided = [line for one in read.values() for line in one.lines if not is_undecided(line)]
    importing = _importing(settings, importer.register, act, {str(file): one.digest for file, one in read.items()})
    verdicts = importer.judge(decided, importing)
    outcomes = []
    for file in dict.fromkeys(files):
        if file in refused:
            outcomes.append(FileOutcome(file, refusal=refused[file]))
            continue
        own = [verdict for verdict in verdicts if verdict.line.where == str(file)]
        undecided = sum(map(is_undecided, read[file].lines))
        outcome = FileOutcome(file, own, undecided, is_dry=act.is_dry, describe=kind.describe)
        if not act.is_dry and any(verdict.kind == "apply" for verdict in own):
            _add(importer, outcome, act, (number, read[file].digest))
            outcome = replace(outcome, import_id=number)
            number = importer.register.next_import_id()
        outcomes.append(outcome)
    is_changed = any(outcome.import_id for outcome in outcomes)
    return ImportOutcome(outcomes, back_up_or_warn(settings.register_path, act.at) if is_changed else None)


def _read(files: Sequence[Path], act: ImportOptions, form: Form) -> tuple[dict[Path, DecisionFile], dict[Path, str]]:
    """The files that can be read, and why the others cannot."""
    read: dict[Path, DecisionFile] = {}
    refused: dict[Path, str] = {}
    for file in dict.fromkeys(files):
        try:
            read[file] = read_rows(act.content(file), str(file), form)
        except DecisionFileError as error:
            refused[file] = str(error.problem)
        except Exception as error:  # noqa: BLE001 whatever a file holds, it never keeps the others from being taken
            found = f"what cannot be read ({type(error).__name__}: {error})"
            refused[file] = str(Problem(str(file), found, form.files, "Save it again as CSV or XLSX."))
    return read, refused


def _add(importer: Importer[Any], outcome: FileOutcome, act: ImportOptions, of: tuple[str, str]) -> None:
    """Add what is to be applied; a file that changes nothing leaves no trace."""
    import_id, digest = of
    source, login = readable(f"{act.folder}{outcome.file.name}"), act.owner(outcome.file)
    by = act.decider(outcome.file), source
    judgements = [importer.judgement(one.decided, act, by) for one in outcome.verdicts if one.kind == "apply"]
    importer.register.append(judgements, Import(import_id, act.at, login, source, digest, act.who))


def _importing(
    settings: Settings, register: RegisterFile[Any], act: ImportOptions, digests: Mapping[str, str]
) -> Importing:
    last = last_run(settings)
    return Importing(
        at=max(act.at, datetime.now(UTC)),
        who=lambda line: act.decider(Path(line.where)),
        digests=digests,
        run_id=last.run_id if last else "",
        known=register.imports_at(last.register) if last and last.register else None,
        is_again=act.is_again,
        is_settled=act.is_settled,
    )
