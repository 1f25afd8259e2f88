"""Events that survive any crash of edge, broker or hub, until the hub's receipt.

Theory. An event is committed to SQLite (WAL, synchronous=FULL) before anybody is told that
it is recorded, and deleted only when the hub says that it has committed it; an MQTT PUBACK
says neither. ``seq`` never repeats inside one ``epoch``; the epoch is a random name made with
the file, so a swapped card cannot collide with old numbers. All writing happens in one
thread; what arrives while a commit runs goes into the next one. Other tables of the file are
written in the very transaction of an event: whoever appends brings that work along.

Owns the queue and the numbers. Must not know MQTT, or what the other tables mean.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from edge.runtime.database import OutboxError, open_database

log = logging.getLogger(__name__)

BOUND_ROWS = 100_000
"""Events kept for an absent hub: weeks of meetings, some 30 MB on the card."""

WINDOW_ROWS = 200
"""Events held in memory and under way to the hub at once."""

ORDINARY = frozenset({"press", "audit", "vote_refused"})
"""Kinds that leave the last hundredth of the bound to votes: presses must not cost a vote."""

UNBOUNDED = frozenset({"drained"})
"""Kinds that are always taken: one for each ballot, and the chair waits for it."""

Also = Callable[[sqlite3.Connection, int], None]
"""What is written in one transaction with an event, whose number it is given: both or neither.
It runs in the writer's thread."""

Change = Callable[[sqlite3.Connection], None]
"""What is written without an event, tried again until the disk takes it."""

T = TypeVar("T")


class OutboxFull(OutboxError):
    """The bound is reached, or the disk is."""


@dataclass(frozen=True, slots=True)
class Row:
    """One recorded event."""

    seq: int
    id: str
    kind: str
    body: dict[str, Any]
    boot: str
    mono_ms: int
    ts: float
    clock: str
    start: int = 0
    """The start of the edge that recorded it."""

    @property
    def has_time(self) -> bool:
        """False for what was recorded without one."""
        return self.ts != 0.0


@dataclass(frozen=True, slots=True)
class _Entry:
    """An event that waits to be written."""

    row: Row
    also: Also
    done: asyncio.Future[None]


def _nothing(_database: sqlite3.Connection, _seq: int) -> None:
    """Most events come alone."""


class Outbox:
    """The queue of recorded events. Use ``append``, ``settle``, ``due`` from the event loop."""

    def __init__(
        self,
        path: Path,
        boot: str,
        *,
        bound_rows: int = BOUND_ROWS,
        now_s: Callable[[], float] = time.monotonic,
        wall_s: Callable[[], float] = time.time,
    ) -> None:
        """Open the file and read what an earlier start left behind.

        Raises:
            OutboxError: see ``open_database``.
        """
        self.boot = boot
        self.folder = path.parent
        self.on_recorded: Callable[[], None] = lambda: None
        self._database = open_database(path)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="outbox")
        self._bound_rows = bound_rows
        self._now_s = now_s
        self._wall_s = wall_s
        self._queued: list[_Entry] = []
        self._changes: list[Change] = []
        self._scrub_wanted = False
        self._closed = False
        self._writing: asyncio.Task[None] | None = None
        self._deletions: set[int] = set()
        self._under_way: tuple[list[_Entry], set[int]] = [], set()
        """What is being written now: events, and numbers that go."""
        self._sent_s: dict[int, float] = {}
        self.epoch = self._read_epoch()
        self.start = self._read_start() + 1
        """Counts the starts in this file: presses of an earlier one are told from later ones."""
        self._start_stored = self._store_start()
        last = self._database.execute("SELECT seq FROM sqlite_sequence").fetchone()
        self._last_seq: int = last[0] if last else 0
        self.depth: int = self._database.execute("SELECT count(*) FROM outbox").fetchone()[0]
        self._window: dict[int, Row] = {}
        self._refill()

    def _read_epoch(self) -> str:
        found = self._database.execute("SELECT value FROM meta WHERE key='epoch'").fetchone()
        if found:
            return str(found[0])
        epoch = secrets.token_hex(8)
        try:
            self._database.execute("INSERT INTO meta VALUES ('epoch', ?)", (epoch,))
        except sqlite3.Error as error:
            raise OutboxError(f"a new outbox cannot be written: {error}") from error
        return epoch

    def _read_start(self) -> int:
        found = self._database.execute("SELECT value FROM meta WHERE key='start'").fetchone()
        return int(found[0]) if found else 0

    def _store_start(self) -> bool:
        """False when the disk refuses: then it is stored with the first event of this start."""
        try:
            self._database.execute(*self._start_statement)
        except sqlite3.OperationalError as error:
            log.error("outbox: start %d not recorded: %s", self.start, error)
            return False
        return True

    @property
    def _start_statement(self) -> tuple[str, tuple[str]]:
        return "INSERT OR REPLACE INTO meta VALUES ('start', ?)", (str(self.start),)

    def append(
        self, kind: str, body: dict[str, Any], at_s: float | None, also: Also = _nothing
    ) -> tuple[int, asyncio.Future[None]]:
        """Record an event that happened at ``at_s`` (monotonic); None: nobody may know when.

        Returns:
            Its number, and a future that is done when the event, and what goes along with it,
            is on the disk and fails with OutboxError when it is not.

        Raises:
            OutboxFull: the bound is reached; nothing was recorded.
        """
        self._require_room(kind)
        self._last_seq += 1
        row = Row(
            seq=self._last_seq,
            id=secrets.token_hex(8),
            kind=kind,
            body=body,
            boot=self.boot,
            mono_ms=0 if at_s is None else int(at_s * 1000),
            ts=0.0 if at_s is None else self._wall_s() - max(0.0, self._now_s() - at_s),
            clock="unset",
            start=self.start,
        )
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queued.append(_Entry(row, also, done))
        self._write_soon()
        return row.seq, done

    def _require_room(self, kind: str) -> None:
        if self._closed:
            raise OutboxFull("the room is being stopped")
        kept_free = self._bound_rows // 100 if kind in ORDINARY else 0
        waiting = self.depth + len(self._queued)
        if kind not in UNBOUNDED and waiting >= self._bound_rows - kept_free:
            raise OutboxFull(f"{self.depth} events wait for the hub, no room for more")

    def oldest_open(self) -> int:
        """Every event before this number has had its receipt."""
        if self._window:
            return next(iter(self._window))
        batch, gone = self._under_way
        if self.depth > len(gone) + len(self._deletions):
            return 1  # the oldest are on the disk alone for a moment
        waiting = [*batch, *self._queued]
        return waiting[0].row.seq if waiting else self._last_seq + 1

    def change(self, work: Change) -> None:
        """Write to another table, without an event."""
        self._changes.append(work)
        self._write_soon()

    def scrub(self) -> None:
        """After what is being written: leave no earlier version of any page in the log file."""
        self._scrub_wanted = True
        self._write_soon()

    def read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """Read other tables at the start, before anything is written.

        Raises:
            OutboxError: the file is damaged.
        """
        try:
            return query(self._database)
        except sqlite3.Error as error:
            raise OutboxError(f"the votes of an earlier start cannot be read: {error}") from error

    def settle(
        self,
        epoch: str,
        upto: int,
        extra: Iterable[int],
        refused: Iterable[int],
        also: Change | None = None,
    ) -> None:
        """The hub has committed these: they may go, in one transaction with ``also``.

        Receipts of another epoch mean nothing.
        """
        if epoch != self.epoch:
            return
        if also is not None:
            self._changes.append(also)
        gone = {seq for seq in self._window if seq <= upto} | set(extra) | set(refused)
        for seq in gone & self._window.keys():
            del self._window[seq]
            self._sent_s.pop(seq, None)
            self._deletions.add(seq)
        self._write_soon()

    def _write_soon(self) -> None:
        if self._writing is None and not self._closed:
            self._writing = asyncio.create_task(self._write(), name="outbox writer")

    async def _write(self) -> None:
        """Commit batch after batch until nothing waits."""
        loop = asyncio.get_running_loop()
        try:
            while self._queued or self._deletions or self._changes or self._scrub_wanted:
                if self._scrub_wanted and not (self._queued or self._deletions or self._changes):
                    self._scrub_wanted = False
                    await loop.run_in_executor(self._thread, self._checkpoint)
                    continue
                batch, self._queued = self._queued, []
                gone, self._deletions = self._deletions, set()
                changes, self._changes = self._changes, []
                self._under_way = batch, gone
                try:
                    await loop.run_in_executor(self._thread, self._commit, batch, changes, gone)
                except (sqlite3.Error, OutboxError) as error:
                    self._under_way = [], set()
                    self._failed(batch, error)
                    self._deletions |= gone
                    self._changes[:0] = changes
                    if not batch:  # only a clean-up failed: it goes along with the next event
                        return
                else:
                    self._committed(batch, gone)
        finally:
            self._writing = None

    def _commit(self, batch: list[_Entry], changes: list[Change], gone: set[int]) -> None:
        """In the writer thread: one transaction."""
        with self._database as database:
            database.execute("BEGIN IMMEDIATE")
            if not self._start_stored:
                database.execute(*self._start_statement)
            for change in changes:
                change(database)
            for entry in batch:
                row = entry.row
                database.execute(
                    "INSERT INTO outbox VALUES (?,?,?,?,?,?,?,?,?)",
                    (
                        *(row.seq, row.id, row.kind, json.dumps(row.body)),
                        *(row.boot, row.mono_ms, row.ts, row.clock, row.start),
                    ),
                )
                entry.also(database, row.seq)
            database.executemany("DELETE FROM outbox WHERE seq=?", [(seq,) for seq in gone])

    def _checkpoint(self) -> None:
        """In the writer thread. A disk that refuses is no news here: commits tell it too."""
        try:
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            log.error("outbox: the log file is not emptied: %s", error)

    def _committed(self, batch: list[_Entry], gone: set[int]) -> None:
        self._start_stored, self._under_way = True, ([], set())
        known = len(self._window) + len(gone) + len(self._deletions)
        held_back = self.depth > known  # older ones are still on the disk alone
        self.depth += len(batch) - len(gone)
        for entry in batch:
            if not held_back and len(self._window) < WINDOW_ROWS:
                self._window[entry.row.seq] = entry.row
            if not entry.done.done():
                entry.done.set_result(None)
        if not self._window and self.depth:
            self._refill()
        if batch:
            self.on_recorded()

    def _failed(self, batch: list[_Entry], error: Exception) -> None:
        """Nobody may believe in these; their numbers are used again, so no gap remains."""
        batch, self._queued = [*batch, *self._queued], []
        if batch:
            self._last_seq = batch[0].row.seq - 1
            log.error("outbox: %d events not recorded: %s", len(batch), error)
        for entry in batch:
            if not entry.done.done():
                refusal = OutboxFull(f"not recorded: {error}")
                refusal.__cause__ = error
                entry.done.set_exception(refusal)

    def _refill(self) -> None:
        """Take the oldest rows into memory. Quick: by primary key, at most a window."""
        found = self._database.execute(
            "SELECT seq,id,kind,body,boot,mono_ms,ts,clock,start FROM outbox ORDER BY seq LIMIT ?",
            (WINDOW_ROWS,),
        )
        for seq, ident, kind, body, *stamps in found:
            if seq not in self._deletions:
                self._window[seq] = Row(seq, ident, kind, json.loads(body), *stamps)

    def due(self, resend_after_s: float) -> list[Row]:
        """Events to send now, oldest first; each is then under way for ``resend_after_s``."""
        now_s = self._now_s()
        rows = [
            row
            for seq, row in self._window.items()
            if now_s - self._sent_s.get(seq, -1e9) >= resend_after_s
        ]
        for row in rows:
            self._sent_s[row.seq] = now_s
        return rows

    def forget_sent(self) -> None:
        """The link is new: everything is to be sent again."""
        self._sent_s.clear()

    def age_ms(self, row: Row) -> int:
        """How old the event is; by the wall clock when an earlier start recorded it.

        0 for what has no time.
        """
        if not row.has_time:
            return 0
        if row.boot == self.boot:
            return max(0, int(self._now_s() * 1000) - row.mono_ms)
        return max(0, int((self._wall_s() - row.ts) * 1000))

    def oldest_ms(self) -> int | None:
        """Age of the oldest event that waits: the figure an alarm looks at."""
        first = next((row for row in self._window.values() if row.has_time), None)
        return None if first is None else self.age_ms(first)

    async def ping(self) -> None:
        """Return when the writer's thread has: it hangs if the disk does."""
        await asyncio.get_running_loop().run_in_executor(self._thread, int)

    async def close(self) -> None:
        """Finish what is being written, and what follows from it; close the file."""
        while self._writing is not None:
            await asyncio.wait({self._writing})
            await asyncio.sleep(0)  # who waited for a commit may have more to write
        self._closed = True
        await asyncio.get_running_loop().run_in_executor(self._thread, self._database.close)
        self._thread.shutdown()


__all__ = ["Also", "Change", "Outbox", "OutboxError", "OutboxFull", "Row"]
