"""Decided files into the register: read as spreadsheets save them, checked whole, added in one transaction each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from etl.config import Settings
from etl.decision_files import DecisionFile, content_of, read_rows
from etl.errors import ExitCode, Problem
from etl.judged_on import tonight
from etl.review.backups import back_up_or_tell
from etl.review.decisions import ApprovalRefused, Decided, Line, is_undecided
from etl.review.precedence import Importing, Precedence
from etl.review.register import Import, Judgement, Register
from etl.review.verdicts import Verdict, judge
from etl.safe_text import one_line, readable
from etl.state import LastRun, check_site_key, last_run, open_register

_NOBODY: Final = "unknown"


@dataclass(frozen=True)
class Act:
    """Who imports, when, and what is allowed.

    Attributes:
        who: the person, by the name that was given; `None`: the login. Who decided a row is the file's reviewer, where
            it names one. Nobody checks such names, so the register keeps them with the login.
        at: UTC.
        may_override: whether a company that was not proposed may be approved.
        is_dry: whether to say what would be done, and do nothing.
        folder: what the register puts before a file's name: where it was found, as `inbox/`.
        login: the user who is logged in; `None`: the owner of the file.
        is_again: whether to take again what was taken back.
        is_settled: whether two people who differed within a day have agreed on what the files say.
        content: the bytes of a file; it may raise ApprovalRefused.
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


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file.

    Attributes:
        verdicts: of every decided row.
        undecided: rows without a decision.
        import_id: the import in the register; null where nothing was added.
        refusal: why the file as a whole was refused; null where it could be read.
        digest: SHA-256 of what was read.
    """

    file: Path
    verdicts: Sequence[Verdict] = ()
    undecided: int = 0
    import_id: str | None = None
    refusal: str | None = None
    digest: str | None = None
    is_dry: bool = False

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
        return "\n".join([f"{name}: {done}{named}, {rest}", *(one_line(_row(verdict)) for verdict in self.verdicts)])


@dataclass(frozen=True)
class Outcome:
    """What became of all files.

    Attributes:
        trouble: why no copy of the register could be made; `None` where one was made, or nothing was added.
    """

    files: Sequence[FileOutcome]
    trouble: str | None = None

    @property
    def exit_code(self) -> ExitCode:
        """Complete where every decision now holds, refused where none does, else partial."""
        if all(file.is_whole for file in self.files):
            return ExitCode.COMPLETE
        return ExitCode.REFUSED if all(file.is_refused for file in self.files) else ExitCode.PARTIAL

    def __str__(self) -> str:
        nothing = ["Nothing was changed."] if not any(file.import_id for file in self.files) else []
        trouble = [f"No copy of the register could be made: {self.trouble}"] if self.trouble else []
        return "\n".join([*map(str, self.files), *nothing, *trouble])


def import_files(settings: Settings, files: Sequence[Path], act: Act) -> Outcome:
    """Check the decisions of all files together, then add those that hold good: one import per file.

    Args:
        settings: the configuration; its latest night and register are read.
        files: CSV or workbooks, as the night wrote them, the page saved them or a spreadsheet saved them again.
        act: who imports.

    Raises:
        NotFound: no night was published yet, or it cannot be read.
        SiteKeyRefusal: the site's key is not there.
        RegisterRefusal: the register cannot be used, or another import came between.
    """
    register = open_register(settings)
    files = list(dict.fromkeys(files))
    read: dict[Path, DecisionFile] = {}
    refused: dict[Path, str] = {}
    for file in files:
        try:
            read[file] = read_rows(act.content(file), str(file))
        except ApprovalRefused as error:
            refused[file] = str(error.problem)
        except Exception as error:  # noqa: BLE001 whatever a file holds, it never keeps the others from being taken
            found = f"what cannot be read ({type(error).__name__}: {error})"
            refused[file] = str(Problem(str(file), found, "a fix file", "Save it again as CSV or XLSX."))
    if not read:
        return Outcome([FileOutcome(file, refusal=why) for file, why in refused.items()])
    check_site_key(settings)
    # the name is taken before the register is read: whoever adds something in between takes the name too
    number = register.next_import_id()
    decided = [line for one in read.values() for line in one.lines if not is_undecided(line)]
    known = tonight(settings)
    digests = {str(file): one.digest for file, one in read.items()}
    before = Precedence(register.current(), register.log(), _importing(register, last_run(settings), act, digests))
    verdicts = judge(decided, known, before, may_override=act.may_override)
    outcomes = []
    for file in files:
        if file in refused:
            outcomes.append(FileOutcome(file, refusal=refused[file]))
            continue
        own = [verdict for verdict in verdicts if verdict.line.where == str(file)]
        undecided = sum(map(is_undecided, read[file].lines))
        outcome = FileOutcome(file, own, undecided, digest=read[file].digest, is_dry=act.is_dry)
        if not act.is_dry:
            outcome = _add(register, outcome, act, number)
            number = register.next_import_id() if outcome.import_id else number
        outcomes.append(outcome)
    is_changed = any(outcome.import_id for outcome in outcomes)
    return Outcome(outcomes, back_up_or_tell(settings.register_path, act.at) if is_changed else None)


def _add(register: Register, outcome: FileOutcome, act: Act, import_id: str) -> FileOutcome:
    """Add what is to be applied; a file that changes nothing leaves no trace."""
    source = readable(f"{act.folder}{outcome.file.name}")
    accepted = [(one.line, one.decided) for one in outcome.verdicts if one.kind == "apply" and one.decided]
    if not accepted:
        return outcome
    who, login = _who(act, outcome.file), act.login or _owner(outcome.file)
    judgements = [_judgement(line, decided, replace(act, who=who), source) for line, decided in accepted]
    register.append(judgements, Import(import_id, act.at, login, source, outcome.digest, act.who))
    return replace(outcome, import_id=import_id)


def _judgement(line: Line, decided: Decided, act: Act, source: str) -> Judgement:
    return Judgement(
        customer_id_acct=decided.customer_id_acct,
        company_id_cw=decided.company_id_cw,
        decision=decided.decision,
        # nobody decides tomorrow: a clock that runs ahead is set back to the import's
        judged_at=min(decided.decided_at or act.at, act.at),
        judged_by=line.cells["reviewer"] or act.who or _NOBODY,
        source=source,
        note=line.cells["note"] or None,
        evidence_fingerprint=line.cells["row_fp"],
        snoozed_until=decided.until,
    )


def _importing(register: Register, last: LastRun | None, act: Act, digests: Mapping[str, str]) -> Importing:
    return Importing(
        at=max(act.at, datetime.now(UTC)),
        who=lambda line: _who(act, Path(line.where)),
        digests=digests,
        run_id=last.run_id if last else "",
        known=register.imports_at(last.register) if last and last.register else None,
        is_again=act.is_again,
        is_settled=act.is_settled,
    )


def _who(act: Act, file: Path) -> str:
    """Who decided what names nobody: by the name that was given, else the login."""
    return act.who or act.login or _owner(file)


def _owner(file: Path) -> str:
    """Who put the file there; a user without a name is nobody."""
    try:
        return file.owner()
    except (OSError, KeyError, NotImplementedError):
        return _NOBODY


def _row(verdict: Verdict) -> str:
    """`line 12: approve ACCT-7 CW-10: apply`, and where it is not applied why, and what to do."""
    cells = verdict.line.cells
    told = " ".join(filter(None, (cells["decision"], cells["acct_customer_id"], cells["cw_company_id"])))
    problem, why = verdict.problem, ""
    if problem is not None:
        rest = f"; expected {problem.expected}. {problem.remedy}"
        why = f": {problem.found}" if verdict.kind == "no-op" else f": found {problem.found}{rest}"
    return f"  line {verdict.line.line}: {told}: {verdict.kind}{why}"
