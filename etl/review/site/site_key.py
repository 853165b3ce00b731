"""The site's key: with it, what a fix file says of its evidence can be told from what somebody made up."""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from etl.errors import BillsightError, ExitCode

KEY_BYTES: Final = 32
_MODE: Final = 0o600


class SiteKeyError(BillsightError):
    """The site's key cannot be read or made."""

    exit_code = ExitCode.UNUSABLE

    def __init__(self, path: Path, why: str, remedy: str) -> None:
        super().__init__(f"{path}: {why}. {remedy}")


def read_site_key(path: Path) -> bytes:
    """The key that the fix files were written with.

    Raises:
        SiteKeyError: it is not there, or is no key.
    """
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        remedy = "Restore it: billsight register restore --site-key. A new site gets one with its first run."
        raise SiteKeyError(path, "the site's key is not there, so no fix file can be checked", remedy) from None
    except OSError as error:
        remedy = "Give this user the right to read it."
        raise SiteKeyError(path, f"the site's key cannot be read ({error.strerror})", remedy) from None
    if len(key) != KEY_BYTES:
        remedy = (
            "Restore it: billsight register restore --site-key. Or begin again: billsight register init --site-key."
        )
        raise SiteKeyError(path, f"{len(key)} bytes, not the {KEY_BYTES} of a site's key", remedy)
    return key


def site_key(path: Path) -> bytes:
    """The site's key; on first use it is made, for its owner only.

    Raises:
        SiteKeyError: it cannot be read or made, or is no key.
    """
    if not path.exists():
        try:
            write_site_key(path, secrets.token_bytes(KEY_BYTES))
        except OSError as error:
            remedy = "Give this user the right to write there, or name another file under [output] site_key."
            raise SiteKeyError(path, f"the site's key cannot be made ({error.strerror})", remedy) from None
    return read_site_key(path)


def key_fingerprint(key: bytes) -> str:
    """What tells one key from another and says nothing of either."""
    return hashlib.sha256(b"billsight site key" + key).hexdigest()[:16]


def write_site_key(path: Path, key: bytes) -> None:
    """Write a key for its owner only: whole or not at all, and never over one that is there; two runs may meet here.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(aside, path)
    finally:
        aside.unlink()
