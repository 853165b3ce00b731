"""The health check: a service that raises an alarm when a run is missing, as healthchecks.io does."""

from __future__ import annotations

import time
from base64 import b64encode
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit, urlunsplit

from etl.errors import ExitCode
from etl.notify.deadline import side_by_side

if TYPE_CHECKING:
    from urllib.request import OpenerDirector

START, LOG = "start", "log"
LONGEST: Final = 10.0
"""Seconds that one attempt may take."""
PAUSES: Final = (1.0, 3.0)
"""Seconds before the second and the third attempt."""

_PUBLISHED: Final = {ExitCode.COMPLETE, ExitCode.PARTIAL, ExitCode.FAIL_ON}
_NO_ADDRESS: Final = (
    "its address does not begin with https:// or http://, has no host or no valid port, or has an @ after the host; in"
    " a user name or password write @ as %40, : as %3A, / as %2F, ? as %3F and # as %23"
)
_AGAIN: Final = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}


def signal_of(exit_code: int) -> str:
    """The signal of a run for the health check: 0 if published, even if partial or with --fail-on, else its exit code.

    The check answers whether a report exists this morning. A partial run has one, and its banner and its message
    say the rest; no alarm is due as if the report were missing.
    """
    return str(int(ExitCode.COMPLETE if exit_code in _PUBLISHED else exit_code))


def ping(address: str, signal: str, body: str, *, has_patience: bool = True) -> str:
    """Send a signal, and return the reason of a failure, or an empty text.

    Args:
        address: of the check, without signal.
        signal: `start`, `log` or an exit code.
        body: a line about the run: ids and counts.
        has_patience: try again twice where that may help.
    """
    target = _target(address, signal)
    if target is None:
        return _NO_ADDRESS
    trouble = ""
    for pause in (0.0, *PAUSES) if has_patience else (0.0,):
        time.sleep(pause)
        (status,) = side_by_side([partial(_post, target, body)], LONGEST)
        trouble = _trouble(status)
        if not trouble or (isinstance(status, int) and not _may_help(status)):
            break
    return trouble


@dataclass(frozen=True)
class _Target:
    """The target of a signal: the address without user information, and that as the header of basic authentication."""

    url: str
    authorization: str


def _target(address: str, signal: str) -> _Target | None:
    """The address with the signal in its path, in front of the query; None if it is no address.

    A password that is not percent-encoded may end the host too early: then a part of it would be looked up as a name.
    """
    try:
        parts = urlsplit(address)
        is_usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    if not is_usable or "@" in f"{parts.path}{parts.query}{parts.fragment}":
        return None
    user, _, host = parts.netloc.rpartition("@")
    path = f"{parts.path.rstrip('/')}/{signal}"
    basic = f"Basic {b64encode(unquote(user).encode()).decode()}" if user else ""
    return _Target(urlunsplit((parts.scheme, host, path, parts.query, "")), basic)


def _post(target: _Target, body: str) -> int:
    """Post the body, and return the status of the answer."""
    from urllib.error import HTTPError
    from urllib.request import Request

    headers = {"User-Agent": "billsight", "Content-Type": "text/plain; charset=utf-8"}
    request = Request(target.url, data=body.encode(), headers=headers, method="POST")  # noqa: S310 - http only
    if target.authorization:
        request.add_unredirected_header("Authorization", target.authorization)
    try:
        with _opener().open(request, timeout=LONGEST) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code


def _opener() -> OpenerDirector:
    """An opener that speaks HTTP, through the proxies of the environment, and nothing else: no files, no FTP."""
    from urllib import request

    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler, request.HTTPHandler, request.HTTPSHandler, request.HTTPRedirectHandler,
        request.HTTPDefaultErrorHandler, request.HTTPErrorProcessor,
    ):  # fmt: skip
        opener.add_handler(handler())
    return opener


def _trouble(answer: int | Exception | None) -> str:
    """The reason of a failure. Only the kind of the error is named: its text may contain an address."""
    if answer is None:
        return f"no answer within {LONGEST:g} seconds"
    if isinstance(answer, Exception):
        return f"it could not be reached ({type(getattr(answer, 'reason', answer)).__name__})"
    return "" if answer < HTTPStatus.MULTIPLE_CHOICES else f"it answered with HTTP status {answer}"


def _may_help(status: int) -> bool:
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _AGAIN
