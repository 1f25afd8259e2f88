"""Where a start begins to read: the meeting as it was some thousand events ago.

Theory. The meeting is the sum of its events, and their number grows for years. So from time to time
what they come to is kept beside them, and a start adds only what came after. A snapshot may be lost
or thrown away at any time: then a start reads everything, and the next one is made. It is believed
only if it was made by the very same rules, whatever version they are called: any change of a file
that events pass through makes old snapshots void. It is always some way behind, because pages show
the newest lines of the record with the names that were true when they happened.

Owns when snapshots are made and which are believed. Must not know what is in them
(``hub.meeting.kept``).
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import sqlite3
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from hub.meeting import kept
from hub.meeting.state import Meeting

if TYPE_CHECKING:
    from hub.store.store import Store

log = logging.getLogger(__name__)

EVERY = 1000
"""Events from one to the next. A start reads twice as many at most, in a tenth of a second."""

KEY = "snapshot"
"""In the store's table ``meta``; whoever changes old events deletes it."""

_SOURCES = ("hub/meeting/*.py", "edge/rules/*.py", "edge/contract/*.py")
"""Files that events pass through on their way to a meeting."""


@cache
def rules() -> str:
    """Says by which rules a snapshot is made; empty when that cannot be found out."""
    root, found = Path(__file__).parent.parent, hashlib.sha256()
    files = [path for pattern in _SOURCES for path in sorted(root.glob(pattern))]
    for path in files:
        found.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest() if files else ""


def newest(store: Store) -> tuple[int, Meeting]:
    """The meeting after the event of that number; 0 and an empty one when nothing is believed.

    Raises:
        StoreError: the file cannot be read.
    """
    text = store.meta(KEY)
    if text is None:
        return 0, Meeting()
    try:
        found = json.loads(text)
        if not rules() or found["rules"] != rules():
            log.info("a snapshot of other rules is not used: everything is read once")
            return 0, Meeting()
        if found["sha256"] != _digest(found["n"], found["meeting"]):
            raise ValueError("its digest does not fit")
        return found["n"], kept.read(found["meeting"])
    except (KeyError, TypeError, ValueError) as error:
        log.warning("%s: the snapshot cannot be used, everything is read: %s", store.path, error)
        return 0, Meeting()


class Snapshots:
    """Sees the meeting grow, and keeps it from time to time."""

    def __init__(self, every: int = EVERY) -> None:
        """Nothing has been seen."""
        self._every = every
        self._older: tuple[int, Meeting] | None = None
        self._newer = (0, Meeting())
        self._news = asyncio.Event()

    def see(self, n: int, meeting: Meeting) -> None:
        """The meeting after event ``n``; each is seen, in order, but not necessarily apart."""
        if n - self._newer[0] >= self._every:
            self._older = self._newer if self._newer[0] else None
            self._newer = n, replace(meeting, ballots={}, damaged={}, keys={})
            self._news.set()

    async def keep_forever(self, store: Store) -> None:
        """Write what is old enough until cancelled.

        Raises:
            StoreError: it cannot be written.
        """
        while True:
            await self._news.wait()
            self._news.clear()
            await self.keep(store)

    async def keep(self, store: Store) -> None:
        """Write what is old enough.

        Raises:
            StoreError: it cannot be written.
        """
        if self._older is not None and rules():
            n, meeting = self._older
            document = await asyncio.to_thread(kept.write, meeting)
            found = {"n": n, "rules": rules(), "meeting": document}
            text = json.dumps(found | {"sha256": _digest(n, document)})
            await store.work(partial(_put, text=text))


def forget(database: sqlite3.Connection) -> None:
    """There is none any more: old events say something else now."""
    database.execute("DELETE FROM meta WHERE key = ?", (KEY,))


def _put(database: sqlite3.Connection, text: str) -> None:
    database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (KEY, text))


def _digest(n: int, document: str) -> str:
    return hashlib.sha256(f"{n} {document}".encode()).hexdigest()
