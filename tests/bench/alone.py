"""What SQLite alone commits: the very rows that the hub wrote, in the very batches, again.

Owns the comparison that a storm's figure stands beside: same rows, same schema, same disk, same
settings (WAL, synchronous=FULL), nobody else in the process. The hub decides all votes of one
batch at one time, which stands in the journal's lines: so the file itself tells its batches.
"""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from hub.store.schema import migrate

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Written:
    """What the hub wrote for one storm: two rows per vote."""

    inbox: Rows
    lines: Rows
    batches: tuple[int, ...]
    """Votes per commit."""


def written(path: Path, ballot: str) -> Written:
    """The votes of one ballot in the hub's file."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        found = database.execute(
            "SELECT * FROM ballot_lines WHERE ballot = ? ORDER BY n", (ballot,)
        ).fetchall()
        lines = [row for row in found if '"cast"' in row[-1]]
        at_s = "SELECT json_extract(line, '$.at_s') FROM ballot_lines WHERE ballot = ? ORDER BY n"
        times = [t for (t,), row in zip(database.execute(at_s, (ballot,)), found, strict=True)
                 if '"cast"' in row[-1]]  # fmt: skip
        inbox = database.execute("SELECT * FROM inbox LIMIT ?", (len(lines),)).fetchall()
    batches = tuple(len(list(group)) for _, group in groupby(times))
    return Written(inbox, lines, batches)


def votes_per_s(rows: Written, batches: tuple[int, ...], folder: Path) -> float:
    """Votes per second that a new file takes in these batches."""
    path = folder / "alone.sqlite3"
    for old in folder.glob("alone.sqlite3*"):
        old.unlink()
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    migrate(database)
    inbox, lines = iter(rows.inbox), iter(rows.lines)
    into_inbox = "INSERT INTO inbox VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
    into_lines = "INSERT INTO ballot_lines VALUES (?, ?, ?, ?)"
    began_s = time.perf_counter()
    for size in batches:
        database.execute("BEGIN IMMEDIATE")
        database.executemany(into_inbox, islice(inbox, size))
        database.executemany(into_lines, islice(lines, size))
        database.execute("COMMIT")
    took_s = time.perf_counter() - began_s
    database.close()
    return len(rows.lines) / took_s


def even(total: int, size: int) -> tuple[int, ...]:
    """Batches of one size."""
    return tuple(min(size, total - at) for at in range(0, total, size))
