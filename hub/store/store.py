"""The one writer of the hub's database.

Theory. SQLite in WAL mode with ``synchronous=FULL``: what ``commit`` has returned is on the
disk. All work on the connection happens in one thread of its own, so a slow disk never stops
the event loop. A commit is one transaction: events, the keys of the messages they came from,
and dead letters, all or nothing. A second hub on the same directory is refused by a lock.

Owns the database file. Must not know what events mean.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from hub.clock import LastSeen
from hub.meeting import events
from hub.store.inbox import Decided, Inbox, Key
from hub.store.schema import SchemaTooNewError, migrate

log = logging.getLogger(__name__)

FILE = "hub.sqlite3"
DEAD_LETTERS_KEPT = 1000
DEAD_LETTER_BYTES = 16384
LOCK_WAIT_S = 2.0
"""How long a commit waits for somebody who looks at the file with another tool."""

T = TypeVar("T")


class StoreError(Exception):
    """The database cannot be used; ``str()`` is one clear line naming the file."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An event with its place in the record."""

    n: int
    ts: float
    event: events.Event


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message nobody could read, kept for whoever looks for the fault."""

    topic: str
    why: str
    raw: bytes


class Store:
    """Open with ``Store(directory)``, close with ``close()``. ``commit`` from one event loop."""

    def __init__(self, directory: Path, *, wall: Callable[[], float] = time.time) -> None:
        """Lock the directory, open and migrate the database, count this start in ``gen``.

        Raises:
            StoreError: the directory or file cannot be used, or another hub uses it.
        """
        self.path = directory / FILE
        self.gen = 0
        self.inbox = Inbox()
        self.last: LastSeen | None = None
        self._wall = wall
        self._lock = _locked(directory)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="hub store")
        try:
            self._database = self._thread.submit(self._open).result()
        except BaseException:
            self._thread.shutdown()
            os.close(self._lock)
            raise

    def _open(self) -> sqlite3.Connection:
        try:
            database = sqlite3.connect(self.path, isolation_level=None, timeout=LOCK_WAIT_S)
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA synchronous=FULL")
            migrate(database)
            self._begin(database)
        except SchemaTooNewError as error:
            raise StoreError(f"{self.path}: made by a newer version ({error})") from error
        except sqlite3.Error as error:
            raise StoreError(f"{self.path}: {error}") from error
        return database

    def _begin(self, database: sqlite3.Connection) -> None:
        """Count the start; learn what has been seen.

        The generation is no smaller than the wall clock's seconds: a hub with a new, empty
        database must not look older to the rooms than the hub it replaces.
        """
        row = database.execute("SELECT value FROM meta WHERE key = 'gen'").fetchone()
        self.gen = max(int(row[0]) + 1 if row else 1, int(self._wall()))
        database.execute("INSERT OR REPLACE INTO meta VALUES ('gen', ?)", (str(self.gen),))
        newest = database.execute("SELECT at_s, ts FROM events ORDER BY n DESC LIMIT 1").fetchone()
        self.last = LastSeen(*newest) if newest else None
        islands = database.execute(
            """
            SELECT source, epoch, MIN(seq), MAX(seq) FROM (
                SELECT source, epoch, seq,
                    seq - ROW_NUMBER() OVER (PARTITION BY source, epoch ORDER BY seq) AS island
                FROM inbox)
            GROUP BY source, epoch, island ORDER BY source, epoch, 3
            """
        )
        ranges: dict[tuple[str, str], list[tuple[int, int]]] = {}
        for source, epoch, first, last in islands:
            ranges.setdefault((source, epoch), []).append((first, last))
        for (source, epoch), found in ranges.items():
            self.inbox.learn(source, epoch, found)
        refused = database.execute(
            "SELECT source, epoch, seq, code FROM inbox WHERE code <> '' ORDER BY seq"
        )
        for source, epoch, seq, code in refused:
            self.inbox.add(Decided(Key(source, epoch, seq), code))

    def history(self) -> Iterator[Stored]:
        """Everything that happened, in order. Before the first ``commit`` only.

        Raises:
            StoreError: an event cannot be read: the file is damaged or of another version.
        """
        select = "SELECT n, ts, what, body FROM events ORDER BY n"
        rows = self._thread.submit(lambda: self._database.execute(select).fetchall()).result()
        for n, ts, what, body in rows:
            try:
                yield Stored(n, ts, events.from_json(what, body))
            except ValueError as error:
                raise StoreError(f"{self.path}: event {n} cannot be read: {error}") from error

    async def commit(
        self,
        happened: Sequence[events.Event],
        decided: Sequence[Decided] = (),
        dead: Sequence[DeadLetter] = (),
    ) -> list[Stored]:
        """Write all of it in one transaction and return when it is on the disk.

        Raises:
            StoreError: the disk is full or the file locked: nothing was written, and the
                same commit may be tried again.
        """
        loop = asyncio.get_running_loop()
        stored = await loop.run_in_executor(self._thread, self._write, happened, decided, dead)
        for item in decided:
            self.inbox.add(item)
        return stored

    def _write(
        self,
        happened: Sequence[events.Event],
        decided: Sequence[Decided],
        dead: Sequence[DeadLetter],
    ) -> list[Stored]:
        ts = self._wall()
        stored: list[Stored] = []
        database = self._database
        try:
            database.execute("BEGIN IMMEDIATE")
            for event in happened:
                what, body = events.to_json(event)
                row = database.execute(
                    "INSERT INTO events (ts, at_s, what, body) VALUES (?, ?, ?, ?)",
                    (ts, event.at_s, what, body),
                )
                stored.append(Stored(int(row.lastrowid or 0), ts, event))
            database.executemany(
                "INSERT INTO inbox VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [(d.key.source, d.key.epoch, d.key.seq, d.code) for d in decided],
            )
            if dead:
                self._bury(dead, ts)
            database.execute("COMMIT")
        except sqlite3.Error as error:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise StoreError(f"{self.path}: {error}") from error
        return stored

    def _bury(self, dead: Sequence[DeadLetter], ts: float) -> None:
        self._database.executemany(
            "INSERT INTO dead_letters (ts, topic, why, raw) VALUES (?, ?, ?, ?)",
            [(ts, d.topic[:200], d.why[:400], d.raw[:DEAD_LETTER_BYTES]) for d in dead],
        )
        self._database.execute(
            "DELETE FROM dead_letters WHERE n <= (SELECT MAX(n) FROM dead_letters) - ?",
            (DEAD_LETTERS_KEPT,),
        )

    async def ping(self) -> None:
        """Return when the writer's thread has: it hangs if the disk does."""
        await asyncio.get_running_loop().run_in_executor(self._thread, int)

    def close(self) -> None:
        """Finish what is being written, then let go of file and lock."""
        self._thread.submit(self._database.close).result()
        self._thread.shutdown()
        os.close(self._lock)


def _locked(directory: Path) -> int:
    """Hold the directory for this process; the kernel lets go of it if we die."""
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        held = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise StoreError(f"{directory}: cannot be used: {error.strerror}") from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(held)
        raise StoreError(f"{directory}: another hub runs on this directory") from error
    return held
