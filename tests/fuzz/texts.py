"""Texts to bytes, in one encoding or another."""

from __future__ import annotations

import random

LOSSY = {"cp1252", "latin-1 as utf-16", "utf-16 as bytes", "utf-7"}


def encoded(text: str, chance: random.Random, told: list[str]) -> bytes:
    """The text in some encoding; how is appended to what is reported."""
    way = chance.choice(["utf-8"] * 6 + ["utf-8-sig", "utf-16", "utf-16-le", "utf-32", *sorted(LOSSY)])
    told.append(way)
    if way == "latin-1 as utf-16":
        return b"\xff\xfe" + text.encode("latin-1", "replace")
    if way == "utf-16 as bytes":
        return text.encode("utf-16-be", "surrogatepass")[1:]
    if way in {"utf-8", "utf-8-sig"}:
        return text.encode(way, "surrogatepass")
    return text.encode(way, "replace")
