"""Events that survive any crash of edge, broker or hub, until the hub's receipt.

Theory. An event is committed to SQLite (WAL, synchronous=FULL) before anybody is told that
it is recorded, and deleted only when the hub says that it has committed it; an MQTT PUBACK
says neither. ``seq`` never repeats inside one ``epoch``; the epoch is a random name made with
the file, so a swapped card cannot collide with old numbers. All writing happens in one
thread; what arrives while a commit runs goes into the next one.

Owns the file and the numbers. Must not know MQTT.
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
from typing import Any

log = logging.getLogger(__name__)

BOUND_ROWS = 100_000
"""Events kept for an absent hub: weeks of meetings, some 30 MB on the card."""

WINDOW_ROWS = 200
"""Events held in memory and under way to the hub at once."""

MIGRATIONS = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE outbox (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, body TEXT NOT NULL,
        boot TEXT NOT NULL, mono_ms INTEGER NOT NULL, ts REAL NOT NULL, clock TEXT NOT NULL
    ) STRICT;
    """,
    "ALTER TABLE outbox ADD COLUMN start INTEGER NOT NULL DEFAULT 0;",
)
"""Schema, one step per version; ``PRAGMA user_version`` counts the steps taken."""


class OutboxError(Exception):
    """The event could not be recorded: nothing may claim that it was."""


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


def open_database(path: Path) -> sqlite3.Connection:
    """Open, create or migrate the file.

    Raises:
        OutboxError: the file is damaged or newer than this program; says which.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        version: int = database.execute("PRAGMA user_version").fetchone()[0]
        if version > len(MIGRATIONS):
            raise OutboxError(f"{path}: schema {version} is newer than this program")
        for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
            database.executescript(f"BEGIN; {script} PRAGMA user_version={number}; COMMIT;")
        return database
    except sqlite3.DatabaseError as error:
        raise OutboxError(f"{path}: {error}") from error


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
        self.on_recorded: Callable[[], None] = lambda: None
        self._database = open_database(path)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="outbox")
        self._bound_rows = bound_rows
        self._now_s = now_s
        self._wall_s = wall_s
        self._queued: list[tuple[Row, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._deletions: set[int] = set()
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
        self._database.execute("INSERT INTO meta VALUES ('epoch', ?)", (epoch,))
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
        self, kind: str, body: dict[str, Any], at_s: float
    ) -> tuple[int, asyncio.Future[None]]:
        """Record an event that happened at ``at_s`` (monotonic).

        Returns:
            Its number, and a future that is done when the event is on the disk and fails
            with OutboxError when it is not.

        Raises:
            OutboxFull: the bound is reached; nothing was recorded.
        """
        if self.depth + len(self._queued) >= self._bound_rows:
            raise OutboxFull(f"{self.depth} events wait for the hub, no room for more")
        self._last_seq += 1
        row = Row(
            seq=self._last_seq,
            id=secrets.token_hex(8),
            kind=kind,
            body=body,
            boot=self.boot,
            mono_ms=int(at_s * 1000),
            ts=self._wall_s() - max(0.0, self._now_s() - at_s),
            clock="unset",
            start=self.start,
        )
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queued.append((row, done))
        self._write_soon()
        return row.seq, done

    def settle(self, epoch: str, upto: int, extra: Iterable[int], refused: Iterable[int]) -> None:
        """The hub has committed these: they may go. Receipts of another epoch mean nothing."""
        if epoch != self.epoch:
            return
        gone = {seq for seq in self._window if seq <= upto} | set(extra) | set(refused)
        for seq in gone & self._window.keys():
            del self._window[seq]
            self._sent_s.pop(seq, None)
            self._deletions.add(seq)
        self._write_soon()

    def _write_soon(self) -> None:
        if self._writing is None:
            self._writing = asyncio.create_task(self._write(), name="outbox writer")

    async def _write(self) -> None:
        """Commit batch after batch until nothing waits."""
        loop = asyncio.get_running_loop()
        try:
            while self._queued or self._deletions:
                batch, self._queued = self._queued, []
                gone, self._deletions = self._deletions, set()
                try:
                    await loop.run_in_executor(
                        self._thread, self._commit, [row for row, _ in batch], gone
                    )
                except sqlite3.Error as error:
                    self._failed(batch, error)
                    self._deletions |= gone
                    if not batch:  # only a clean-up failed: it goes along with the next event
                        return
                else:
                    self._committed(batch, gone)
        finally:
            self._writing = None

    def _commit(self, rows: list[Row], gone: set[int]) -> None:
        """In the writer thread: one transaction."""
        with self._database as database:
            database.execute("BEGIN IMMEDIATE")
            if not self._start_stored:
                database.execute(*self._start_statement)
            database.executemany(
                "INSERT INTO outbox VALUES (?,?,?,?,?,?,?,?,?)",
                [
                    (
                        *(r.seq, r.id, r.kind, json.dumps(r.body)),
                        *(r.boot, r.mono_ms, r.ts, r.clock, r.start),
                    )
                    for r in rows
                ],
            )
            database.executemany("DELETE FROM outbox WHERE seq=?", [(seq,) for seq in gone])

    def _committed(self, batch: list[tuple[Row, asyncio.Future[None]]], gone: set[int]) -> None:
        self._start_stored = True
        held_back = self.depth > len(self._window) + len(gone)
        self.depth += len(batch) - len(gone)
        for row, done in batch:
            if not held_back and len(self._window) < WINDOW_ROWS:
                self._window[row.seq] = row
            if not done.done():
                done.set_result(None)
        if not self._window and self.depth:
            self._refill()
        if batch:
            self.on_recorded()

    def _failed(self, batch: list[tuple[Row, asyncio.Future[None]]], error: sqlite3.Error) -> None:
        """Nobody may believe in these; their numbers are used again, so no gap remains."""
        batch, self._queued = [*batch, *self._queued], []
        if batch:
            self._last_seq = batch[0][0].seq - 1
            log.error("outbox: %d events not recorded: %s", len(batch), error)
        for _, done in batch:
            if not done.done():
                done.set_exception(OutboxFull(f"not recorded: {error}"))

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
        """How old the event is; by the wall clock when an earlier start recorded it."""
        if row.boot == self.boot:
            return max(0, int(self._now_s() * 1000) - row.mono_ms)
        return max(0, int((self._wall_s() - row.ts) * 1000))

    def oldest_ms(self) -> int | None:
        """Age of the oldest event that waits: the figure an alarm looks at."""
        first = next(iter(self._window.values()), None)
        return None if first is None else self.age_ms(first)

    async def close(self) -> None:
        """Finish what is being written and close the file."""
        while self._writing is not None:
            await asyncio.wait({self._writing})
        await asyncio.get_running_loop().run_in_executor(self._thread, self._database.close)
        self._thread.shutdown()
