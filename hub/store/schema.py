"""Tables of the hub's database, as an ordered list of steps.

Owns the schema. ``PRAGMA user_version`` counts the steps a database has been through; a step
that was ever released is never changed, a new one is added below it.
"""

from __future__ import annotations

import sqlite3

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE events (
        n INTEGER PRIMARY KEY AUTOINCREMENT,
        ts REAL NOT NULL,
        at_s REAL NOT NULL,
        what TEXT NOT NULL,
        body TEXT NOT NULL
    );
    CREATE TABLE inbox (
        source TEXT NOT NULL,
        epoch TEXT NOT NULL,
        seq INTEGER NOT NULL,
        code TEXT NOT NULL,
        PRIMARY KEY (source, epoch, seq)
    ) WITHOUT ROWID;
    CREATE TABLE dead_letters (
        n INTEGER PRIMARY KEY AUTOINCREMENT,
        ts REAL NOT NULL,
        topic TEXT NOT NULL,
        why TEXT NOT NULL,
        raw BLOB NOT NULL
    );
    """,
    """
    CREATE TABLE ballots (
        place INTEGER PRIMARY KEY AUTOINCREMENT,
        ballot TEXT NOT NULL,
        generation INTEGER NOT NULL,
        UNIQUE (ballot, generation)
    );
    CREATE TABLE ballot_lines (
        ballot TEXT NOT NULL,
        generation INTEGER NOT NULL,
        n INTEGER NOT NULL,
        line TEXT NOT NULL,
        PRIMARY KEY (ballot, generation, n)
    ) WITHOUT ROWID;
    CREATE TABLE ballot_keys (
        ballot TEXT NOT NULL,
        generation INTEGER NOT NULL,
        key BLOB NOT NULL,
        PRIMARY KEY (ballot, generation)
    ) WITHOUT ROWID;
    """,
    """
    CREATE TABLE prepared (
        id TEXT PRIMARY KEY,
        rev INTEGER NOT NULL,
        form TEXT NOT NULL,
        origin TEXT NOT NULL,
        changed_ts REAL NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE papers (
        id TEXT PRIMARY KEY,
        place INTEGER NOT NULL,
        prepared TEXT NOT NULL,
        item TEXT NOT NULL,
        title TEXT NOT NULL,
        type TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        sha256 TEXT NOT NULL,
        readers TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX papers_of ON papers (prepared, item, place);
    """,
    """
    CREATE TABLE page_answers (
        n INTEGER PRIMARY KEY AUTOINCREMENT,
        seat TEXT NOT NULL,
        press TEXT NOT NULL,
        code TEXT NOT NULL,
        UNIQUE (seat, press)
    );
    """,
)
"""``inbox.code`` is empty for an accepted event, else why it was refused. ``ballots`` has the
order in which they began, ``ballot_lines`` the journal of each (``edge.rules.ballot_journal``),
``ballot_keys`` the keys of secret boxes while their ballot is not over. ``prepared`` has meetings
that people work on (``hub.meeting_form`` as JSON; ``origin`` is the digest of the file it came
from), ``papers`` their documents, whose contents are files named by ``sha256``. ``page_answers``
has what was answered to the newest presses of pages; none of them is about a secret vote that
counts."""


class SchemaTooNewError(Exception):
    """The database was made by a newer version of this program."""


def migrate(database: sqlite3.Connection) -> None:
    """Bring ``database`` to the newest schema, each step in a transaction of its own.

    Raises:
        SchemaTooNewError: it has been through steps this program does not know.
        sqlite3.Error: the file cannot be read or written.
    """
    (done,) = database.execute("PRAGMA user_version").fetchone()
    if done > len(MIGRATIONS):
        raise SchemaTooNewError(f"schema {done}, this version knows {len(MIGRATIONS)}")
    for number, step in enumerate(MIGRATIONS[done:], start=done + 1):
        database.executescript(f"BEGIN IMMEDIATE; {step} PRAGMA user_version = {number}; COMMIT;")
