"""Decided files of contacts into the register: checked whole, added in one transaction each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from etl.config import Settings
from etl.contact_work import known_access
from etl.decision_files import DecisionFile, content_of, read_rows
from etl.errors import ExitCode, Problem
from etl.review.backups import back_up_or_tell
from etl.review.contact_decisions import CONTACTS, ContactDecided
from etl.review.contact_register import ContactJudgement, ContactRegister
from etl.review.contact_rule import ContactVerdict, KnownAccess
from etl.review.contact_verdicts import judge_contacts
from etl.review.decisions import ApprovalRefused, is_undecided
from etl.review.precedence import Importing
from etl.review.register import Import
from etl.safe_text import one_line, readable
from etl.state import LastRun, check_site_key, last_run, open_contacts

_NOBODY: Final = "unknown"


@dataclass(frozen=True)
class ContactAct:
    """Who imports, when, and how it is meant.

    Attributes:
        login: who is logged in; null: whoever owns the file.
        at: UTC.
        claimed: the name that was given; nobody has checked it. It is recorded beside the login.
        is_dry: whether to say what would be done, and do nothing.
        is_again: whether rows that were superseded or taken back are to be taken again.
        is_settled: whether two people who differed have agreed on what the files say.
        folder: what the register puts before a file's name: where it was found, as `inbox/`.
        content: the bytes of a file; it may raise ApprovalRefused.
    """

    login: str | None
    at: datetime
    claimed: str | None = None
    is_dry: bool = False
    is_again: bool = False
    is_settled: bool = False
    folder: str = ""
    content: Callable[[Path], bytes] = content_of

    def owner(self, file: Path) -> str:
        """The login behind an import: of a file in the inbox its owner."""
        try:
            return self.login or file.owner()
        except (OSError, KeyError, NotImplementedError):
            return _NOBODY


@dataclass(frozen=True)
class ContactFile:
    """What became of one file.

    Attributes:
        verdicts: of every decided row.
        undecided: rows without a decision.
        import_id: the import in the register; null where nothing was added.
        refusal: why the file as a whole was refused; null where it could be read.
    """

    file: Path
    verdicts: Sequence[ContactVerdict] = ()
    undecided: int = 0
    import_id: str | None = None
    refusal: str | None = None
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
class ContactOutcome:
    """What became of all files.

    Attributes:
        trouble: why no copy of the register could be made; `None` where one was made, or nothing was added.
    """

    files: Sequence[ContactFile]
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


def import_contacts(settings: Settings, files: Sequence[Path], act: ContactAct) -> ContactOutcome:
    """Check the decisions of all files together, then add those that hold good: one import per file.

    Args:
        settings: the configuration; its latest run and register are read.
        files: `contact_fixes.csv`, or decisions that the page saved, as CSV or workbooks.
        act: who imports.

    Raises:
        NotFound: no run was published yet, or it cannot be read.
        SiteKeyRefusal: the site's key is not there.
        RegisterRefusal: the register cannot be used, or another import came between.
    """
    files = list(dict.fromkeys(files))
    read: dict[Path, DecisionFile] = {}
    refused: dict[Path, str] = {}
    for file in files:
        try:
            read[file] = read_rows(act.content(file), str(file), CONTACTS)
        except ApprovalRefused as error:
            refused[file] = str(error.problem)
        except Exception as error:  # noqa: BLE001 whatever a file holds, it never keeps the others from being taken
            found = f"what cannot be read ({type(error).__name__}: {error})"
            refused[file] = str(Problem(str(file), found, "a fix file of contacts", "Save it again as CSV or XLSX."))
    if not read:
        return ContactOutcome([ContactFile(file, refusal=why) for file, why in refused.items()])
    check_site_key(settings)
    register, known = open_contacts(settings), known_access(settings)
    # the name is taken before the log is read: whoever adds something in between takes the name too
    number = register.next_import_id()
    decided = [line for one in read.values() for line in one.lines if not is_undecided(line)]
    digests = {str(file): one.digest for file, one in read.items()}
    importing = _importing(register, last_run(settings), act, digests)
    verdicts = judge_contacts(decided, known, register.log(), importing)
    outcomes = []
    for file in files:
        if file in refused:
            outcomes.append(ContactFile(file, refusal=refused[file]))
            continue
        own = [verdict for verdict in verdicts if verdict.line.where == str(file)]
        outcome = ContactFile(file, own, sum(map(is_undecided, read[file].lines)), is_dry=act.is_dry)
        if not act.is_dry and any(verdict.kind == "apply" for verdict in own):
            _add(register, (outcome, read[file].digest), (act, number), known)
            outcome = replace(outcome, import_id=number)
            number = register.next_import_id()
        outcomes.append(outcome)
    is_changed = any(outcome.import_id for outcome in outcomes)
    return ContactOutcome(outcomes, back_up_or_tell(settings.register_path, act.at) if is_changed else None)


def _add(
    register: ContactRegister, of: tuple[ContactFile, str], by: tuple[ContactAct, str], known: KnownAccess
) -> None:
    """Add what is to be applied."""
    (outcome, digest), (act, import_id) = of, by
    source = readable(f"{act.folder}{outcome.file.name}")
    accepted = [one.decided for one in outcome.verdicts if one.kind == "apply" and one.decided]
    who = _who(act, outcome.file)
    judgements = [_judgement(one, known, (act.at, who, source)) for one in accepted]
    register.append(judgements, Import(import_id, act.at, act.owner(outcome.file), source, digest, act.claimed))


def _judgement(decided: ContactDecided, known: KnownAccess, by: tuple[datetime, str, str]) -> ContactJudgement:
    at, who, source = by
    line, contact = decided.source, decided.contact_id_cw
    return ContactJudgement(
        company_id_cw=decided.company_id_cw,
        contact_id_cw=contact,
        decision=decided.decision,
        snoozed_until=decided.until,
        level_asked=None if contact is None else known.level_needed,
        email_fingerprint=None if contact is None else known.people[contact].email_fingerprint,
        asked_by=decided.asked_by,
        asked_on=decided.asked_on,
        # a day may have begun in the person's zone, and not yet in UTC
        decided_at=min(decided.decided_at or at, at),
        decided_by=line.cells["reviewer"] or who,
        note=line.cells["note"] or None,
        row_fp=line.cells["row_fp"],
        row_digest=decided.digest,
        source=source,
    )


def _importing(
    register: ContactRegister, last: LastRun | None, act: ContactAct, digests: Mapping[str, str]
) -> Importing:
    return Importing(
        at=max(act.at, datetime.now(UTC)),
        who=lambda line: _who(act, Path(line.where)),
        digests=digests,
        run_id=last.run_id if last else "",
        known=register.imports_at(last.register) if last and last.register else None,
        is_again=act.is_again,
        is_settled=act.is_settled,
    )


def _who(act: ContactAct, file: Path) -> str:
    """Who decided what names nobody: by the name that was given, else the login."""
    return act.claimed or act.owner(file)


def _row(verdict: ContactVerdict) -> str:
    """`line 12: approve CW-10 CW-4711: apply`, and where it is not applied why, and what to do."""
    cells = verdict.line.cells
    contact = cells["cw_contact_id"] if cells["decision"].casefold().startswith("approve") else ""
    told = " ".join(filter(None, (cells["decision"], cells["cw_company_id"], contact)))
    problem, why = verdict.problem, ""
    if problem is not None:
        rest = f"; expected {problem.expected}. {problem.remedy}"
        why = f": {problem.found}" if verdict.kind == "no-op" else f": found {problem.found}{rest}"
    return f"  line {verdict.line.line}: {told}: {verdict.kind}{why}"
