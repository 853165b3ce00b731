"""From packed bytes to plain ones, piece by piece, and never more of them than a real file of that size holds.

A compressed file may be made to unpack to thousands of times its size. No export does: lists of names, amounts and ids
shrink to a tenth, at the very best to a fiftieth.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final, cast

import zstandard

from etl.errors import InputError, Problem

GZIP_MAGIC: Final = b"\x1f\x8b"
ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"

MOST_TIMES: Final = 200
"""Of a compressed file's size; what unpacks to more was made to fill the memory."""

ALWAYS_ALLOWED: Final = 64_000_000
"""Unpacked bytes that do no harm, however small the file was."""

MOST_BYTES: Final = 8_000_000_000
"""Of a file that is held in memory as a whole."""

DAMAGES: Final = (EOFError, zlib.error, zstandard.ZstdError, gzip.BadGzipFile)
"""What reading a compressed file raises where it is cut off or damaged."""

_CHUNK: Final = 1 << 20
_PIECE: Final = 1 << 11
"""Packed bytes that zstd is given at a time: they unpack to 64 MB at most."""


def most_unpacked(packed: int) -> int:
    """How many bytes a compressed file of that size may unpack to."""
    return min(MOST_BYTES, max(ALWAYS_ALLOWED, MOST_TIMES * packed))


def unpacked(data: bytes, where: str) -> bytes:
    """The plain bytes.

    Raises:
        InputError: they are too many, or are compressed once more.
        EOFError: the stream is cut off.
        OSError, zlib.error, zstandard.ZstdError: it is damaged.
    """
    if len(data) > MOST_BYTES:
        raise InputError([_too_large(where, len(data))])
    pieces = _pieces(data)
    if pieces is None:
        return data
    plain, size, most = io.BytesIO(), 0, most_unpacked(len(data))
    for piece in pieces:
        size += plain.write(piece)
        if size > most:
            raise InputError([too_much(where, len(data), most)])
    content = plain.getvalue()
    if content.startswith((GZIP_MAGIC, ZSTD_MAGIC)):
        found = "a compressed file inside a compressed file"
        raise InputError([Problem(where, found, "a file that is compressed once", "Unpack it once.")])
    return content


def too_much(where: str, packed: int, most: int) -> Problem:
    """A file that unpacks to more than it may."""
    found = f"a compressed file of {packed:,} bytes that unpacks to more than {most:,}"
    remedy = "It may have been made to fill the memory. If it is a real export, unpack it, look into it, and name that."
    return Problem(where, found, f"at most {MOST_TIMES} times its size", remedy)


def refuse_bomb(path: Path, where: str) -> None:
    """Unpack a gzip file and keep nothing: whoever reads it next may trust its size.

    Raises:
        InputError: it unpacks to too much.
        EOFError, OSError, zlib.error: it is cut off or damaged.
    """
    packed, seen = path.stat().st_size, 0
    most = most_unpacked(packed)
    with open_plain(path) as stream:
        while chunk := stream.read(_CHUNK):
            seen += len(chunk)
            if seen > most:
                raise InputError([too_much(where, packed, most)])


def open_plain(path: Path) -> IO[bytes]:
    """The file as a stream of decompressed bytes."""
    stream = path.open("rb")
    magic = stream.read(4)
    stream.seek(0)
    if magic.startswith(GZIP_MAGIC):
        stream.close()
        return cast("IO[bytes]", gzip.open(path, "rb"))
    if magic == ZSTD_MAGIC:
        reader = zstandard.ZstdDecompressor().stream_reader(stream, read_across_frames=True, closefd=True)
        return cast("IO[bytes]", reader)
    return stream


def _too_large(where: str, size: int) -> Problem:
    remedy = "Export it in parts; a CSV table in UTF-8 is read without being held in memory."
    return Problem(where, f"{size:,} bytes to be read as a whole", f"at most {MOST_BYTES:,}", remedy)


def _pieces(data: bytes) -> Iterator[bytes] | None:
    """The plain bytes piece by piece; null where nothing is packed."""
    if data.startswith(GZIP_MAGIC):
        return _of_gzip(data)
    return _of_zstd(data) if data.startswith(ZSTD_MAGIC) else None


def _of_gzip(data: bytes) -> Iterator[bytes]:
    with gzip.open(io.BytesIO(data), "rb") as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _of_zstd(data: bytes) -> Iterator[bytes]:
    """Frame after frame; a frame without an end is a file that is cut off."""
    context = zstandard.ZstdDecompressor()
    frame = context.decompressobj()
    is_begun = False
    for at in range(0, len(data), _PIECE):
        piece = data[at : at + _PIECE]
        while piece:
            is_begun = True
            yield frame.decompress(piece)
            if not frame.eof:
                break
            piece, frame, is_begun = frame.unused_data, context.decompressobj(), False
    if is_begun:
        raise EOFError
