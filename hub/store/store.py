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
import json
import logging
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from hub.clock import LastSeen
from hub.meeting import events
from hub.meeting.inputs import KeyChange
from hub.meeting.state import BallotKey
from hub.store.answers import ANSWERS_KEPT, Answered, Answers
from hub.store.change import Change, DeadLetter
from hub.store.inbox import Decided, Inbox, Key
from hub.store.schema import SchemaTooNewError, migrate

log = logging.getLogger(__name__)

T = TypeVar("T")

FILE = "hub.sqlite3"
DEAD_LETTERS_KEPT = 1000
DEAD_LETTER_BYTES = 16384
PAGE = 1000
"""Events in memory at once while everything is read."""

LOG_BYTES = 8 * 1024**2
"""The write-ahead log is cut to this after a checkpoint: a long export or backup makes it longer,
because nothing may be taken out of it while somebody reads."""

LOCK_WAIT_S = 2.0
"""How long a commit waits for somebody who looks at the file with another tool."""


class StoreError(Exception):
    """The database cannot be used; ``str()`` is one clear line naming the file."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An event with its place in the record."""

    n: int
    ts: float
    event: events.Event


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
        self.answers = Answers()
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
            database.execute(f"PRAGMA journal_size_limit={LOG_BYTES}")
            database.execute("PRAGMA secure_delete=ON")  # a key that is deleted is overwritten
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
        answers = database.execute("SELECT seat, press, code FROM page_answers ORDER BY n")
        self.answers = Answers(Answered((seat, press), code) for seat, press, code in answers)

    def history(self, after: int = 0) -> Iterator[Stored]:
        """What happened after event ``after``, in order. Before the first ``commit`` only.

        Raises:
            StoreError: an event cannot be read: the file is damaged or of another version.
        """
        select = "SELECT n, ts, what, body FROM events WHERE n > ? ORDER BY n LIMIT ?"
        while rows := self._asked(select, (after, PAGE)):
            for n, ts, what, body in rows:
                try:
                    yield Stored(n, ts, events.from_json(what, body))
                except ValueError as error:
                    raise StoreError(f"{self.path}: event {n} cannot be read: {error}") from error
                after = n

    def meta(self, key: str) -> str | None:
        """A note beside the records; None when there is none."""
        rows = self._asked("SELECT value FROM meta WHERE key = ?", (key,))
        return rows[0][0] if rows else None

    def ballots(self) -> list[BallotKey]:
        """Every ballot with a record, in the order in which they began."""
        rows = self._asked("SELECT ballot, generation FROM ballots ORDER BY place")
        return [(ballot, generation) for ballot, generation in rows]

    def keys(self) -> dict[BallotKey, bytes]:
        """Keys of secret boxes whose ballot is not over."""
        rows = self._asked("SELECT ballot, generation, key FROM ballot_keys")
        return {(ballot, generation): key for ballot, generation, key in rows}

    async def lines(self, ballot: BallotKey) -> list[str]:
        """The record of one ballot, in order; empty when there is none.

        Raises:
            StoreError: it cannot be read.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._lines, ballot)

    def lines_now(self, ballot: BallotKey) -> list[str]:
        """The same, for whoever can wait."""
        return self._thread.submit(self._lines, ballot).result()

    def _lines(self, ballot: BallotKey) -> list[str]:
        select = "SELECT line FROM ballot_lines WHERE ballot = ? AND generation = ? ORDER BY n"
        try:
            return [line for (line,) in self._database.execute(select, ballot)]
        except sqlite3.Error as error:
            raise StoreError(f"{self.path}: {error}") from error

    def _asked(self, select: str, values: tuple[object, ...] = ()) -> list[Any]:
        def act() -> list[Any]:
            return self._database.execute(select, values).fetchall()

        return self._thread.submit(act).result()

    async def work(self, act: Callable[[sqlite3.Connection], T]) -> T:
        """Let ``act`` read and write, all of it in one transaction; its answer.

        Raises:
            StoreError: nothing was written.
            Exception: whatever ``act`` raises; then nothing was written either.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._work, act)

    def _work(self, act: Callable[[sqlite3.Connection], T]) -> T:
        database = self._database
        try:
            database.execute("BEGIN IMMEDIATE")
            answer = act(database)
            database.execute("COMMIT")
        except sqlite3.Error as error:
            raise StoreError(f"{self.path}: {error}") from error
        finally:
            if database.in_transaction:
                database.execute("ROLLBACK")
        return answer

    async def commit(self, change: Change) -> list[Stored]:
        """Write all of it in one transaction and return when it is on the disk.

        Raises:
            StoreError: the disk is full or the file locked: nothing was written, and the
                same commit may be tried again.
        """
        loop = asyncio.get_running_loop()
        stored = await loop.run_in_executor(self._thread, self._write, change)
        for item in change.decided:
            self.inbox.add(item)
        for answered in change.answered:
            self.answers.add(answered)
        return stored

    def _write(self, change: Change) -> list[Stored]:
        ts = self._wall()
        database = self._database
        try:
            database.execute("BEGIN IMMEDIATE")
            stored = [self._write_event(event, ts) for event in change.happened]
            database.executemany(
                "INSERT INTO inbox VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [(d.key.source, d.key.epoch, d.key.seq, d.code) for d in change.decided],
            )
            database.executemany(
                "INSERT INTO ballots (ballot, generation) VALUES (?, ?)",
                [ballot for ballot, line in change.lines if line["n"] == 0],
            )
            database.executemany(
                "INSERT INTO ballot_lines VALUES (?, ?, ?, ?)",
                [(*ballot, line["n"], _text(line)) for ballot, line in change.lines],
            )
            for key in change.keys:
                self._write_key(key)
            if change.dead:
                self._bury(change.dead, ts)
            if change.answered:
                self._write_answers(change.answered)
            database.execute("COMMIT")
        except sqlite3.Error as error:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise StoreError(f"{self.path}: {error}") from error
        if any(key.value is None for key in change.keys):
            self._forget()
        return stored

    def _write_event(self, event: events.Event, ts: float) -> Stored:
        what, body = events.to_json(event)
        row = self._database.execute(
            "INSERT INTO events (ts, at_s, what, body) VALUES (?, ?, ?, ?)",
            (ts, event.at_s, what, body),
        )
        return Stored(int(row.lastrowid or 0), ts, event)

    def _write_key(self, change: KeyChange) -> None:
        self._database.execute(
            "DELETE FROM ballot_keys WHERE ballot = ? AND generation = ?", change.ballot
        )
        if change.value is not None:
            self._database.execute(
                "INSERT INTO ballot_keys VALUES (?, ?, ?)", (*change.ballot, change.value)
            )

    def _write_answers(self, answered: Sequence[Answered]) -> None:
        self._database.executemany(
            "INSERT INTO page_answers (seat, press, code) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            [(*answer.press, answer.code) for answer in answered],
        )
        self._database.execute(
            "DELETE FROM page_answers WHERE n <= (SELECT MAX(n) FROM page_answers) - ?",
            (ANSWERS_KEPT,),
        )

    def _forget(self) -> None:
        """Leave no copy of a deleted key behind in the log file beside the database."""
        try:
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.Error as error:  # it is tried again by itself, with the next checkpoint
            log.warning("%s: the write-ahead log could not be emptied: %s", self.path, error)

    def _bury(self, dead: Sequence[DeadLetter], ts: float) -> None:
        rows = [
            (0.0 if d.is_timeless else ts, d.topic[:200], d.why[:400], d.raw[:DEAD_LETTER_BYTES])
            for d in dead
        ]
        self._database.executemany(
            "INSERT INTO dead_letters (ts, topic, why, raw) VALUES (?, ?, ?, ?)", rows
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


_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


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
