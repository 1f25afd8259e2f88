"""Reading the record of events beside its one writer.

Theory. SQLite in WAL mode lets others read what is committed while the writer writes. Each
question opens the file read-only in a thread of its own, so a long export never keeps a commit
waiting, and a page too many costs time but no lock.

Owns these questions. Must not write, nor know what events mean.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from hub.meeting import events
from hub.store.store import Stored, StoreError


@dataclass(frozen=True, slots=True)
class Asked:
    """Which events. None asks for any."""

    after: int = 0
    """Their numbers are greater than this."""
    before: int | None = None
    """Smaller than this; then the newest come first."""
    since_ts: float | None = None
    room: str | None = None
    whats: Collection[str] | None = None
    """Names of events as in ``hub.meeting.events.name_of``."""
    limit: int = 200


def uri_of(path: Path, mode: str = "ro") -> str:
    """A database file as SQLite is told of it, whatever signs are in its name."""
    return f"file:{quote(str(path))}?mode={mode}"


class Reader:
    """Reads one database file."""

    def __init__(self, path: Path) -> None:
        """Nothing is opened before the first question."""
        self._uri = uri_of(path)

    async def events(self, asked: Asked) -> list[Stored]:
        """At most ``limit`` of them.

        Raises:
            StoreError: the file cannot be read.
        """
        return await asyncio.to_thread(self._events, asked)

    def _events(self, asked: Asked) -> list[Stored]:
        select, values = _query(asked)
        try:
            with closing(sqlite3.connect(self._uri, uri=True)) as database:
                rows = database.execute(select, values).fetchall()
            return [Stored(n, ts, events.from_json(what, body)) for n, ts, what, body in rows]
        except (sqlite3.Error, ValueError) as error:
            raise StoreError(f"records cannot be read: {error}") from error


def _query(asked: Asked) -> tuple[str, list[object]]:
    where, found = ["n > ?"], list[object]([asked.after])
    if asked.before is not None:
        where.append("n < ?")
        found.append(asked.before)
    if asked.since_ts is not None:
        where.append("ts >= ?")
        found.append(asked.since_ts)
    if asked.room is not None:
        where.append("json_extract(body, '$.room') = ?")
        found.append(asked.room)
    if asked.whats is not None:
        where.append(f"what IN ({','.join('?' * len(asked.whats))})")
        found += list(asked.whats)
    order = "n" if asked.before is None else "n DESC"
    select = f"SELECT n, ts, what, body FROM events WHERE {' AND '.join(where)} ORDER BY {order}"  # noqa: S608  # built from the words above only
    return f"{select} LIMIT ?", [*found, asked.limit]
