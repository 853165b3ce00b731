"""The inbox: decided files that the night takes first, and moves aside with what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from etl.approvals import Act, FileOutcome, import_files
from etl.config import Settings
from etl.contact_approvals import ContactAct, ContactFile, import_contacts
from etl.decision_files import content_of, is_about_contacts
from etl.domain import Run
from etl.errors import NotFound, readable
from etl.publish import FILE_MODE, make_folder
from etl.review.decisions import ApprovalRefused
from etl.review.register import RegisterRefusal
from etl.review.site_key import SiteKeyRefusal

DONE: Final = "done"
REJECTED: Final = "rejected"
_REASONS: Final = ".reasons.txt"
_LONGEST: Final = 220
"""Bytes of a name, so that a number and the name of its reasons fit into the 255 that file systems allow."""

_NOT_YET: Final = (".", "~$")
"""How the names of files begin that are hidden, or that a spreadsheet has open."""


@dataclass(frozen=True)
class Taken:
    """What the night found in its inbox.

    Attributes:
        done: files of which at least something was taken, or had been before.
        refused: files of which nothing was taken.
        judgements: decisions that were added to the register.
        trouble: why files stay where they are; null where none does.
    """

    done: int = 0
    refused: int = 0
    judgements: int = 0
    trouble: str | None = None

    def __str__(self) -> str:
        found = self.done + self.refused
        if not found and self.trouble is None:
            return ""
        count = f"{self.judgements} decision{'' if self.judgements == 1 else 's'}"
        told = f"Inbox: {self.done} taken ({count}), {self.refused} refused" if found else "Inbox"
        return f"{told}{f': {self.trouble}' if self.trouble else ''}. "


def take_inbox(settings: Settings, run: Run) -> Taken:
    """Import what lies in the inbox; a bad file is moved aside and never ends the night.

    The files are checked together, so that two people who contradict each other are both told; and they are compared
    with the last published night, on which they were decided.

    Args:
        settings: the configuration.
        run: the night; its clock is that of the imports.
    """
    inbox = settings.inbox_path
    try:
        files = waiting(inbox)
    except OSError as error:
        return Taken(trouble=f"it cannot be read ({error.strerror})")
    if not files:
        return Taken()
    may_override = settings.review.allow_override
    try:
        about_contacts = [file for file in files if _is_about_contacts(file)]
        rest = [file for file in files if file not in about_contacts]
        act = Act(None, run.as_of, may_override, folder="inbox/")
        outcomes: list[FileOutcome | ContactFile] = [
            *import_files(settings, rest, act).files,
            *import_contacts(settings, about_contacts, ContactAct(None, run.as_of, folder="inbox/")).files,
        ]
    except (NotFound, SiteKeyRefusal, RegisterRefusal) as error:
        files_wait = "1 file waits" if len(files) == 1 else f"{len(files)} files wait"
        return Taken(trouble=f"{files_wait} for the next night, being impossible to check tonight: {error}")
    stuck = [readable(outcome.file.name) for outcome in outcomes if not _move(inbox, outcome)]
    refused = sum(outcome.is_refused for outcome in outcomes)
    added = [verdict for outcome in outcomes for verdict in outcome.verdicts if verdict.kind == "apply"]
    trouble = f"{', '.join(stuck)} cannot be moved, and will be looked at again" if stuck else None
    return Taken(len(outcomes) - refused, refused, len(added), trouble)


def _is_about_contacts(file: Path) -> bool:
    """Whether it is a fix file of contacts; what is no file is told by the importer of mappings."""
    try:
        return is_about_contacts(content_of(file))
    except ApprovalRefused:
        return False


def waiting(inbox: Path) -> Sequence[Path]:
    """Everything that was put there, by name; folders and what is still open are left alone."""
    if not inbox.is_dir():
        return []
    return sorted(
        path
        for path in inbox.iterdir()
        if not path.name.startswith(_NOT_YET) and (path.is_symlink() or not path.is_dir())
    )


def _move(inbox: Path, outcome: FileOutcome | ContactFile) -> bool:
    """Move a file to where it belongs, with the reasons beside it where not all of it was taken.

    The reasons are written first: whoever finds the file finds them. No name is ever taken twice.
    """
    folder = inbox / (REJECTED if outcome.is_refused else DONE)
    try:
        make_folder(folder)
        target = _free(folder, outcome.file.name)
        reasons = target.with_name(target.name + _REASONS)
        try:
            if not outcome.is_whole:
                reasons.write_text(f"{outcome}\n", encoding="utf-8")
            outcome.file.rename(target)
        except OSError:
            reasons.unlink(missing_ok=True)
            raise
        with suppress(OSError):
            # whoever put it there may have let everybody read it; only its owner can change that
            if not target.is_symlink():
                target.chmod(target.stat().st_mode & FILE_MODE)
    except OSError:
        return False
    return True


def _free(folder: Path, name: str) -> Path:
    """A name that neither a file nor its reasons have."""
    name = _writable(name)
    stem, dot, suffix = name.rpartition(".") if "." in name else (name, "", "")
    names = [name, *(f"{stem}-{number}{dot}{suffix}" for number in range(2, 10_000))]
    free = (folder / one for one in names if not any(map(_is_there, (folder / one, folder / f"{one}{_REASONS}"))))
    found = next(free, None)
    if found is None:
        raise FileExistsError(name)
    return found


def _writable(name: str) -> str:
    """A name to which something can be added, and that a person can see and type."""
    seen = readable(name)
    stem, suffix = Path(seen).stem, Path(seen).suffix[:10]
    while len(f"{stem}{suffix}".encode()) > _LONGEST:
        stem = stem[:-1]
    return f"{stem}{suffix}"


def _is_there(path: Path) -> bool:
    return path.is_symlink() or path.exists()
