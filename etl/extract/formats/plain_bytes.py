"""What the bytes of a big file prove of all its values at once, far quicker than a look at each of them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

_CHUNK: Final = 1 << 18
_OVERLAP: Final = 6
"""Of each chunk looked at again with the next: the longest text that is sought, and the neighbours of a sign."""

_BOM: Final = b"\xef\xbb\xbf"
_WIDE: Final = (b"\xc2", b"\xe1\x9a\x80", b"\xe2\x80", b"\xe2\x81\x9f", b"\xe3\x80\x80", _BOM)
"""How the UTF-8 of every blank and control character outside ASCII begins; of some harmless signs too."""

_NEVER: Final = (b'"', b"\x7f", b"@{", b"System.")
_SPACE, _LINE_END, _RETURN, _PLUS = 32, 10, 13, 43
_EXPONENTS: Final = (69, 101)


def is_plain(path: Path, delimiter: str) -> bool:
    """Whether no value of the file can be quoted, have blanks around it, hold a control character, an E+ or a @{.

    False says only that such a value may be there, and that every row has to be looked at.

    Args:
        path: a delimited file in UTF-8, not compressed.
        delimiter: one ASCII character.

    Raises:
        OSError: it cannot be read.
    """
    seen = b"\n" * _OVERLAP
    with path.open("rb") as stream:
        if stream.read(len(_BOM)) != _BOM:
            stream.seek(0)
        while chunk := stream.read(_CHUNK):
            piece = seen + chunk
            if not _is_plain_piece(piece, ord(delimiter)):
                return False
            seen = piece[-_OVERLAP:]
    return not seen.endswith(b"\r") and _is_plain_piece(seen + b"\n", ord(delimiter))


def _is_plain_piece(piece: bytes, delimiter: int) -> bool:
    """Judges every byte that has a neighbour on both sides."""
    if any(sign in piece for sign in _NEVER) or (not piece.isascii() and any(sign in piece for sign in _WIDE)):
        return False
    signs = np.frombuffer(piece, dtype=np.uint8)
    inner = signs[1:-1]
    if b"+" in piece and np.isin(signs[:-2][inner == _PLUS], _EXPONENTS).any():
        return False
    is_low = inner <= _SPACE
    if delimiter < _SPACE:
        is_low &= inner != delimiter
    if np.count_nonzero(is_low) == np.count_nonzero(inner == _LINE_END):
        return True
    low = np.flatnonzero(is_low & (inner != _LINE_END))
    before, after = signs[low], signs[low + 2]
    edges = [delimiter, _LINE_END, _RETURN]
    is_inside = (inner[low] == _SPACE) & ~np.isin(before, edges) & ~np.isin(after, edges)
    is_line_end = (inner[low] == _RETURN) & (after == _LINE_END)
    return bool((is_inside | is_line_end).all())
