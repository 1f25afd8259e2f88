"""The room's one file of what must survive: events on their way, votes as the seats show them.

Owns the schema, its migrations and how the file is opened. Must not know what rows mean.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

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
    # No row of these has a number or a time of its own: their order would be a trace.
    """
    CREATE TABLE vote_ballots (
        ballot TEXT NOT NULL, generation INTEGER NOT NULL,
        gen INTEGER NOT NULL, rev INTEGER NOT NULL,
        drained_gen INTEGER NOT NULL, drained_seq INTEGER NOT NULL, over INTEGER NOT NULL,
        PRIMARY KEY (ballot, generation)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE vote_book (
        ballot TEXT NOT NULL, generation INTEGER NOT NULL, person TEXT NOT NULL,
        seat INTEGER NOT NULL, seq INTEGER NOT NULL, revision INTEGER NOT NULL,
        choices TEXT NOT NULL, code TEXT NOT NULL,
        PRIMARY KEY (ballot, generation, person)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE vote_boxes (
        ballot TEXT NOT NULL, generation INTEGER NOT NULL, box BLOB NOT NULL,
        PRIMARY KEY (ballot, generation)
    ) STRICT, WITHOUT ROWID;
    """,
)
"""Schema, one step per version; ``PRAGMA user_version`` counts the steps taken."""


LOG_BYTES = 8 * 1024**2
"""The write-ahead log is cut to this after a checkpoint, whatever it has grown to."""


class OutboxError(Exception):
    """The event could not be recorded: nothing may claim that it was."""


def open_database(path: Path) -> sqlite3.Connection:
    """Open, create or migrate the file.

    Raises:
        OutboxError: the file is damaged, cannot be written or is newer than this program; says
            which.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute(f"PRAGMA journal_size_limit={LOG_BYTES}")
        # What is deleted is overwritten: the earlier box of a secret vote is nobody's business.
        database.execute("PRAGMA secure_delete=ON")
        version: int = database.execute("PRAGMA user_version").fetchone()[0]
        if version > len(MIGRATIONS):
            raise OutboxError(f"{path}: schema {version} is newer than this program")
        for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
            database.executescript(f"BEGIN; {script} PRAGMA user_version={number}; COMMIT;")
        return database
    except (OSError, sqlite3.DatabaseError) as error:
        raise OutboxError(f"{path}: {error}") from error
