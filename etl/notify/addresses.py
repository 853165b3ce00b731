"""Secrets come from the environment, a systemd credential, or a file; never from the configuration itself."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from etl.files import open_to_all

_CREDENTIALS: Final = "CREDENTIALS_DIRECTORY"


@dataclass(frozen=True)
class Secret:
    """One value that must not be written into the configuration.

    Attributes:
        words: what it is.
        variable: the environment's name of it, which overrules the others; empty switches it off.
        credential: systemd's name of it.
        key: the key of [notify] that names a file of it.
        file: the file named there.
    """

    words: str
    variable: str
    credential: str
    key: str
    file: Path | None


@dataclass(frozen=True)
class SecretValues:
    """The values of a secret, which are left out of every representation.

    Attributes:
        warnings: what is wrong with the place.
        is_missing: there should be a value, and there is none.
    """

    values: tuple[str, ...] = field(repr=False)
    warnings: tuple[str, ...] = ()
    is_missing: bool = False


def messages_secret(file: Path | None) -> Secret:
    """The addresses that messages go to."""
    return Secret("the addresses for messages", "BILLSIGHT_NOTIFY_URLS", "notify_urls", "urls_file", file)


def ping_secret(file: Path | None) -> Secret:
    """The address of the health check."""
    return Secret("the address of the health check", "BILLSIGHT_PING_URL", "ping_url", "ping_url_file", file)


def find(secret: Secret, environment: Mapping[str, str]) -> SecretValues:
    """The values of a secret: separated by blanks or lines, each once; lines that begin with # are remarks."""
    if secret.variable in environment:
        return SecretValues(_values(environment[secret.variable]))
    folder = environment.get(_CREDENTIALS)
    credential = Path(folder) / secret.credential if folder else None
    if credential is not None and credential.is_file():
        return _read(credential, secret)
    return SecretValues(()) if secret.file is None else _read(secret.file, secret)


def safe_path(path: Path, key: str) -> str:
    """A file as a message may name it: by its path if it exists, else by its key, which may hold the secret itself."""
    return str(path) if os.path.lexists(path) else f"the file that [notify] {key} names"


def _read(path: Path, secret: Secret) -> SecretValues:
    place = safe_path(path, secret.key)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        return SecretValues((), (f"{secret.words} cannot be read from {place}: {reason}",), is_missing=True)
    warning = open_to_all(path, secret.words)
    values = _values(text)
    nothing = f"{place} should hold {secret.words}, and holds none"
    warnings = (*([warning] if warning else []), *([] if values else [nothing]))
    return SecretValues(values, warnings, is_missing=not values)


def _values(text: str) -> tuple[str, ...]:
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
    return tuple(dict.fromkeys(word for line in lines for word in line.split()))
