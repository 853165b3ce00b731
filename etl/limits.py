"""The limits of the machine: memory, threads and open files; a message says which of them is too low.

Some libraries abort the whole process when they get no memory, and what is aborted cannot tidy up. Where memory is
limited, the work is therefore done in a child, and the process that was called waits for it, tells and tidies up.
"""

from __future__ import annotations

import ctypes
import errno
import os
import re
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from resource import RLIM_INFINITY, RLIMIT_AS, RLIMIT_DATA, RLIMIT_NOFILE, getrlimit
from typing import Final

from etl.errors import ExitCode, ResourcesExhaustedError

_FEWEST_FREE: Final = 24
"""Files that a run must be able to open at once."""
_NUMBERS: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN})
_SAYINGS: Final = (
    *(os.strerror(number).lower() for number in _NUMBERS), "can't start new thread", "bad_alloc", "bad allocation",
    "failed to map segment", "failed to allocate", "out of memory",
)  # fmt: skip
_OF_MACHINE: Final = frozenset({
    "RuntimeError", "SystemError", "ImportError", "OutOfMemoryException", "IOException", "FatalException",
    "InternalException", "PanicException",
})  # fmt: skip
"""Errors whose words are the machine's; others may quote a file, and a client may be called Out of Memory LLC."""
_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"")
_PARENT_DIES: Final = 1
"""Linux: PR_SET_PDEATHSIG."""
_ABORTS: Final = frozenset({signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGTRAP})
_UNKNOWN: Final = frozenset(range(256)) - set(ExitCode) - {128 + signal.SIGINT, 128 + signal.SIGTERM}
"""What we never end with; the loader of libraries ends a process with 127."""
_LEAST_TO_BEGIN: Final = 1_000_000_000
"""Bytes without which not even the libraries can be loaded."""
_REST: Final = 2.0
"""GB of address space that a run needs besides the memory of the SQL engine: libraries abort a process without it."""
_ADVICE: Final = "See what 'ulimit -a' says, and give it more memory, threads or open files."

_channels: list[int] = []
"""The end of a pipe, in a child: through it the parent learns of what is to be removed after an abort."""


def exhaustion(error: BaseException) -> str | None:
    """The resource that the machine lacked; None if the error has another cause."""
    seen: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in seen:
        if isinstance(link, MemoryError):
            return "there is not enough memory"
        if _is_of_machine(link):
            return next(iter(str(link).strip().splitlines()), type(link).__name__)
        seen.append(link)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return None


def _is_of_machine(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno in _NUMBERS
    kinds = {kind.__name__ for kind in type(error).__mro__}
    said = _QUOTED.sub("", str(error)).lower()
    return bool(kinds & _OF_MACHINE) and any(word in said for word in _SAYINGS)


@contextmanager
def limit_errors() -> Iterator[None]:
    """Turn the various errors of libraries on too little memory, threads or open files into one error.

    Raises:
        ResourcesExhaustedError: the machine gave too little.
    """
    try:
        yield
    except (ResourcesExhaustedError, SystemExit):
        raise
    except BaseException as error:
        reason = exhaustion(error)
        if reason is None:
            raise
        raise ResourcesExhaustedError(reason, _ADVICE) from None


def check_limits(memory_gb: float) -> None:
    """Refuse to begin if a library would end the process for lack of address space or open files.

    Args:
        memory_gb: memory of the SQL engine.

    Raises:
        ResourcesExhaustedError: there is too little.
    """
    space, needed = getrlimit(RLIMIT_AS)[0], memory_gb + _REST
    if space != RLIM_INFINITY and space < needed * 1e9:
        message = (
            f"ulimit -v allows {space / 1e9:.1f} GB of address space, and a run needs {needed:g}: {memory_gb:g} for the"
            f" SQL engine ([limits] memory_gb) and {_REST:g} for everything else"
        )
        raise ResourcesExhaustedError(message, _ADVICE)
    most, _ = getrlimit(RLIMIT_NOFILE)
    if most == RLIM_INFINITY or most > 10 * _FEWEST_FREE:
        return
    free = most - sum(_is_open(number) for number in range(most))
    if free < _FEWEST_FREE:
        message = f"only {free} more files can be opened at once, and a run needs {_FEWEST_FREE} (ulimit -n is {most})"
        raise ResourcesExhaustedError(message, _ADVICE)


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def supervise() -> None:
    """Go on in a child process if memory is limited: the call returns there, and the parent ends as the child does.

    To be called before there are threads.
    """
    limits = [most for most, _ in map(getrlimit, (RLIMIT_AS, RLIMIT_DATA)) if most != RLIM_INFINITY]
    if not limits:
        return

    least = min(limits)
    if least < _LEAST_TO_BEGIN:
        _say(f"Nothing was done: ulimit allows {least / 1e9:.2f} GB of memory, and the least is 1. {_ADVICE}")
        os._exit(ExitCode.UNUSABLE)

    reading, writing = os.pipe()
    parent, child = os.getpid(), os.fork()
    if not child:
        os.close(reading)
        _channels.append(writing)
        _die_with(parent)
        return

    os.close(writing)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda number, _: _hand_on(child, number))

    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if -code in _ABORTS or code in _UNKNOWN:
        _tidy_up(reading)
        _say(f"The work could not be finished, the last report stays: a library ended it ({code}). {_ADVICE}")
        code = ExitCode.UNUSABLE
    os._exit(code if code >= 0 else 128 - code)


def _die_with(parent: int) -> None:
    """End together with the parent: if that is killed, nobody waits, and another run may begin."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PARENT_DIES, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(ExitCode.UNUSABLE)


def note_leftover(path: Path) -> None:
    """Report to the waiting process the file that it must remove if this process is aborted."""
    for channel in _channels:
        with suppress(OSError):
            os.write(channel, f"{path.absolute()}\0".encode(errors="surrogateescape"))


def _hand_on(child: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(child, number)


def _tidy_up(channel: int) -> None:
    """Remove the unfinished files of the child."""
    with os.fdopen(channel, "rb") as said:
        names = said.read().decode(errors="surrogateescape").split("\0")
    for name in filter(None, names):
        for folder in (Path(name), Path(f"{name}-dropped")):
            shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):
            Path(name).unlink()


def _say(sentence: str) -> None:
    with suppress(OSError):
        os.write(2, f"billsight: {sentence}\n".encode())
