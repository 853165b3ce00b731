"""The chain over the register: the digest of each import covers its decisions and the digest before it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

GENESIS: Final = hashlib.sha256(b"billsight register").hexdigest()
"""The digest of a register that holds nothing."""

_Rows = list[dict[str, Any]]
_STORED: Final = "select place, import_id, digest from chain order by place"


@dataclass(frozen=True)
class ChainHead:
    """The end of the chain: it says everything that the register holds, in 64 characters.

    Attributes:
        imports: number of imports, reverts included.
        digest: of the last import; `GENESIS` for an empty register.
    """

    imports: int = 0
    digest: str = GENESIS


@dataclass(frozen=True)
class Witness:
    """Somebody who knows what the register held.

    Attributes:
        who: the witness, as a message names it.
        head: the end of the chain at that time; the register may have grown since.
    """

    who: str
    head: ChainHead


@dataclass(frozen=True)
class Tables:
    """Where a kind of import is written down, each in the order of its rows.

    Attributes:
        key: column of `decisions`: their order.
        subject: column of `decisions`: what they are about.
        is_placed: whether an import says its place in the chain; the others have the places between, in their order.
    """

    imports: str
    decisions: str
    key: str
    subject: str
    is_placed: bool


MAPPINGS: Final = Tables("imports", "judgements", "judgement_id", "customer_id_acct", is_placed=False)
CONTACTS: Final = Tables("contact_imports", "contact_decisions", "decision_id", "company_id_cw", is_placed=True)


@dataclass(frozen=True)
class Link:
    """One import in the chain.

    Attributes:
        tables: where it is written down.
    """

    import_id: str
    digest: str
    tables: Tables


def head_of(links: Sequence[Link]) -> ChainHead:
    """The end of the chain."""
    return ChainHead(len(links), links[-1].digest) if links else ChainHead()


def links_of(connection: sqlite3.Connection) -> list[Link]:
    """The chain, computed from what the tables hold, whatever version wrote them.

    An import of decisions about contacts says its place in the chain; the others have the places between, in their
    order.
    """
    of_mappings, of_contacts = (_acts(connection, tables) for tables in (MAPPINGS, CONTACTS))
    links: list[Link] = []

    def add(act: _Rows, tables: Tables) -> None:
        digest = _digest(head_of(links).digest, act[0], act[1:])
        links.append(Link(act[0].get("import_id", ""), digest, tables))

    placed = sorted(of_contacts, key=lambda act: act[0].get("place", 0))
    for act in of_mappings:
        while placed and placed[0][0].get("place", 0) <= len(links) + 1:
            add(placed.pop(0), CONTACTS)
        add(act, MAPPINGS)
    for act in placed:
        add(act, CONTACTS)
    return links


def next_place(connection: sqlite3.Connection) -> int:
    """The place in the chain of the next import, in the transaction that adds it."""
    return int(connection.execute("select coalesce(max(place), 0) + 1 from chain").fetchone()[0])


def fill(connection: sqlite3.Connection) -> None:
    """Write the whole chain of a register that has none yet."""
    links = links_of(connection)
    connection.executemany(
        "insert into chain (place, import_id, digest) values (?, ?, ?)",
        ((place, link.import_id, link.digest) for place, link in enumerate(links, 1)),
    )


def add_link(connection: sqlite3.Connection, import_id: str, tables: Tables = MAPPINGS) -> ChainHead:
    """Add the link of an import that was just written, in the same transaction.

    Returns:
        The new end of the chain.
    """
    last = connection.execute("select place, digest from chain order by place desc limit 1").fetchone()
    place, before = last or (0, GENESIS)
    (act,) = _rows(connection, f"select * from {tables.imports} where import_id = ?", import_id)
    query = f"select * from {tables.decisions} where import_id = ? order by {tables.key}"
    head = ChainHead(place + 1, _digest(before, act, _rows(connection, query, import_id)))
    connection.execute(
        "insert into chain (place, import_id, digest) values (?, ?, ?)", (head.imports, import_id, head.digest)
    )
    return head


def is_stored(connection: sqlite3.Connection, links: Sequence[Link]) -> bool:
    """Whether the digests that the register holds are those of its contents."""
    stored = connection.execute(_STORED).fetchall()
    return stored == [(place, link.import_id, link.digest) for place, link in enumerate(links, 1)]


def objection(links: Sequence[Link], witnesses: Iterable[Witness]) -> str | None:
    """What the first witness has against this chain; `None` if each knows it, or a beginning of it."""
    for witness in witnesses:
        known, found = witness.head, len(links)
        if not known.imports or (found >= known.imports and links[known.imports - 1].digest == known.digest):
            continue
        held = f"{witness.who} knows it with {known.imports} import{'' if known.imports == 1 else 's'}"
        if found == 0:
            return f"it is empty or gone, but {held}"
        if found < known.imports:
            return f"it holds {found} import{'' if found == 1 else 's'}, but {held}"
        return f"it holds other judgements than {witness.who} knows"
    return None


def _acts(connection: sqlite3.Connection, tables: Tables) -> list[_Rows]:
    """Each import with its decisions behind it; none where a version wrote the register that had no such table."""
    if not _rows(connection, "select name from sqlite_master where name = ?", tables.imports):
        return []
    decisions: defaultdict[Any, _Rows] = defaultdict(list)
    for row in _rows(connection, f"select * from {tables.decisions} order by {tables.key}"):
        decisions[row.get("import_id")].append(row)
    acts = [
        [row, *decisions.pop(row.get("import_id"), [])]
        for row in _rows(connection, f"select * from {tables.imports} order by rowid")
    ]
    # decisions of no import belong nowhere, so they change the last digest
    orphans = [row for rows in decisions.values() for row in rows]
    return [*acts, [{}, *orphans]] if orphans else acts


def _digest(before: str, act: dict[str, Any], judgements: Iterable[dict[str, Any]]) -> str:
    # what is null is left out, so that a column of a later version does not change the digests of older rows
    content = json.dumps(
        [before, act, *judgements], ensure_ascii=True, sort_keys=True, separators=(",", ":"), default=repr
    )
    return hashlib.sha256(content.encode()).hexdigest()


def _rows(connection: sqlite3.Connection, query: str, *values: str) -> _Rows:
    """Rows by the names of their columns, without what is null."""
    cursor = connection.execute(query, values)
    names = [column[0] for column in cursor.description]
    return [{name: value for name, value in zip(names, row, strict=True) if value is not None} for row in cursor]
