"""Accounts, tokens, sessions and seat codes on the disk.

Theory. A file of its own beside the records: it may be written while the hub runs (``phonghop-hub
user``), it is readable by the hub's account alone, and whoever gets a copy of the records gets no
hash of a password with it. WAL: looking up waits for nobody who writes. ``synchronous=FULL``: a
sign-out is not undone by a power cut. What is looked up uses one connection, what is written
another; the second belongs to one thread at a time (``door`` has it).

Owns the file. Must not know what is right or too late.
"""

from __future__ import annotations

import os
import re
import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hub.access.rights import Role
from hub.access.sessions import Session

FILE = "access.sqlite3"
WAIT_S = 2.0
"""For another process that is writing."""

ACCOUNT_NAME = r"^[a-z0-9][a-z0-9._-]{0,31}$"

SCHEMA = (
    """
    CREATE TABLE accounts (
        name TEXT PRIMARY KEY,
        full_name TEXT NOT NULL,
        role TEXT NOT NULL,
        seat TEXT,
        password TEXT NOT NULL,
        disabled INTEGER NOT NULL DEFAULT 0,
        made_ts REAL NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE tokens (
        name TEXT PRIMARY KEY,
        digest BLOB NOT NULL UNIQUE,
        scopes TEXT NOT NULL,
        made_ts REAL NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE sessions (
        key BLOB PRIMARY KEY,
        name TEXT NOT NULL,
        role TEXT NOT NULL,
        seat TEXT,
        account TEXT NOT NULL,
        begun_s REAL NOT NULL,
        seen_s REAL NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE seat_codes (
        seat TEXT PRIMARY KEY,
        digest BLOB NOT NULL UNIQUE,
        meeting TEXT NOT NULL,
        made_s REAL NOT NULL
    ) WITHOUT ROWID;
    """,
)
"""Steps; ``PRAGMA user_version`` counts those a file has been through."""


def account_name(text: str) -> str:
    """The name of an account or token as it is kept.

    Raises:
        BookError: it cannot be one.
    """
    name = text.strip().casefold()
    if not re.fullmatch(ACCOUNT_NAME, name):
        raise BookError(
            f"name {text[:40]!r}: small letters without marks, digits, . _ -; 1 to 32 of them"
        )
    return name


class BookError(Exception):
    """The file cannot be used, or not like that; ``str()`` is one clear line."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who works here."""

    name: str
    full_name: str
    role: Role
    seat: str | None
    password: str
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Token:
    """What an integration shows."""

    name: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class SeatCode:
    """That a seat has a code; the code itself is not here."""

    seat: str
    meeting: str
    """Which meeting it is for: ``Meeting.identity``."""
    made_s: float


class Book:
    """Open with ``Book(directory)``, close with ``close()``."""

    def __init__(self, directory: Path) -> None:
        """Open or make the file.

        Raises:
            BookError: it cannot be used.
        """
        self.path = directory / FILE
        try:
            directory.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
            self._writer = _opened(self.path)
            _migrate(self._writer, self.path)
            self._reader = _opened(self.path)
        except (OSError, sqlite3.Error) as error:
            raise BookError(f"{self.path}: {error}") from error

    def close(self) -> None:
        """Let go of the file."""
        self._reader.close()
        self._writer.close()

    # --- accounts ----------------------------------------------------------------------------

    def accounts(self) -> list[Account]:
        """All of them, by name."""
        rows = self._reader.execute(
            "SELECT name, full_name, role, seat, password, disabled FROM accounts ORDER BY name"
        )
        return [_account(row) for row in rows]

    def account(self, name: str) -> Account | None:
        """The account of that name."""
        row = self._reader.execute(
            "SELECT name, full_name, role, seat, password, disabled FROM accounts WHERE name = ?",
            (name,),
        ).fetchone()
        return None if row is None else _account(row)

    def add_account(self, account: Account) -> None:
        """A new account.

        Raises:
            BookError: the name is taken.
        """
        try:
            self._write(
                "INSERT INTO accounts VALUES (?, ?, ?, ?, ?, ?, ?)",
                account.name,
                account.full_name,
                str(account.role),
                account.seat,
                account.password,
                int(account.disabled),
                time.time(),
            )
        except sqlite3.IntegrityError as error:
            raise BookError(f"an account {account.name} exists already") from error

    def set_password(self, name: str, password: str) -> None:
        """Another password; who is signed in with the old one is not any more."""
        self._change("UPDATE accounts SET password = ? WHERE name = ?", name, password, name)

    def set_disabled(self, name: str, disabled: bool) -> None:
        """The account may not, or may again, be used."""
        self._change("UPDATE accounts SET disabled = ? WHERE name = ?", name, int(disabled), name)

    def remove_account(self, name: str) -> None:
        """The account is gone; records that name it stay."""
        self._change("DELETE FROM accounts WHERE name = ?", name, name)

    def _change(self, sql: str, name: str, *values: object) -> None:
        if self._write(sql, *values) == 0:
            raise BookError(f"there is no account {name}")
        self._write("DELETE FROM sessions WHERE account = ?", name)

    # --- tokens ------------------------------------------------------------------------------

    def tokens(self) -> list[Token]:
        """All of them, by name."""
        rows = self._reader.execute("SELECT name, scopes FROM tokens ORDER BY name")
        return [Token(name, frozenset(scopes.split())) for name, scopes in rows]

    def token(self, digest: bytes) -> Token | None:
        """The token with this digest."""
        row = self._reader.execute(
            "SELECT name, scopes FROM tokens WHERE digest = ?", (digest,)
        ).fetchone()
        return None if row is None else Token(row[0], frozenset(row[1].split()))

    def put_token(self, name: str, digest: bytes, scopes: Iterable[str]) -> None:
        """A new token; an older one of the same name holds no more."""
        self._write(
            "INSERT OR REPLACE INTO tokens VALUES (?, ?, ?, ?)",
            name,
            digest,
            " ".join(sorted(scopes)),
            time.time(),
        )

    def remove_token(self, name: str) -> None:
        """The token holds no more.

        Raises:
            BookError: there is none of that name.
        """
        if self._write("DELETE FROM tokens WHERE name = ?", name) == 0:
            raise BookError(f"there is no token {name}")

    # --- sessions ----------------------------------------------------------------------------

    def session(self, key: bytes) -> Session | None:
        """The session with this key."""
        row = self._reader.execute("SELECT * FROM sessions WHERE key = ?", (key,)).fetchone()
        return None if row is None else _session(row)

    def sessions(self) -> list[Session]:
        """All that have not been removed."""
        return [_session(row) for row in self._reader.execute("SELECT * FROM sessions")]

    def add_session(self, session: Session) -> None:
        """Somebody signed in."""
        self._write(
            "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?)",
            session.key,
            session.name,
            str(session.role),
            session.seat,
            session.account,
            session.begun_s,
            session.seen_s,
        )

    def remove_sessions(self, keys: Iterable[bytes]) -> None:
        """These have signed out, or are over."""
        self._write_many("DELETE FROM sessions WHERE key = ?", [(key,) for key in keys])

    def sessions_seen(self, seen_s: dict[bytes, float]) -> None:
        """When these were last used."""
        rows = [(at_s, key) for key, at_s in seen_s.items()]
        self._write_many("UPDATE sessions SET seen_s = ? WHERE key = ?", rows)

    # --- codes of seats ----------------------------------------------------------------------

    def seat_codes(self) -> list[SeatCode]:
        """Which seats have a code."""
        rows = self._reader.execute("SELECT seat, meeting, made_s FROM seat_codes ORDER BY seat")
        return [SeatCode(*row) for row in rows]

    def seat_code(self, digest: bytes) -> SeatCode | None:
        """The seat that this code is for."""
        row = self._reader.execute(
            "SELECT seat, meeting, made_s FROM seat_codes WHERE digest = ?", (digest,)
        ).fetchone()
        return None if row is None else SeatCode(*row)

    def code_of(self, seat: str) -> SeatCode | None:
        """The code of this seat."""
        row = self._reader.execute(
            "SELECT seat, meeting, made_s FROM seat_codes WHERE seat = ?", (seat,)
        ).fetchone()
        return None if row is None else SeatCode(*row)

    def put_seat_codes(self, codes: dict[str, bytes], meeting: str, made_s: float) -> None:
        """New codes by seat; older ones of these seats, and who came in with them, hold no more."""
        self.revoke_seat_codes(codes)
        self._write_many(
            "INSERT OR REPLACE INTO seat_codes VALUES (?, ?, ?, ?)",
            [(seat, digest, meeting, made_s) for seat, digest in codes.items()],
        )

    def revoke_seat_codes(self, seats: Iterable[str]) -> None:
        """Codes of these seats, and who came in with them, hold no more."""
        rows = [(seat,) for seat in seats]
        self._write_many("DELETE FROM seat_codes WHERE seat = ?", rows)
        sessions = [(seat, str(Role.DELEGATE)) for (seat,) in rows]
        self._write_many("DELETE FROM sessions WHERE seat = ? AND role = ?", sessions)

    # --- writing -----------------------------------------------------------------------------

    def _write(self, sql: str, *values: object) -> int:
        try:
            return self._writer.execute(sql, values).rowcount
        except sqlite3.IntegrityError:
            raise
        except sqlite3.Error as error:
            raise BookError(f"{self.path}: {error}") from error

    def _write_many(self, sql: str, rows: Sequence[tuple[object, ...]]) -> None:
        if not rows:
            return
        try:
            self._writer.execute("BEGIN IMMEDIATE")
            self._writer.executemany(sql, rows)
            self._writer.execute("COMMIT")
        except sqlite3.Error as error:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
            raise BookError(f"{self.path}: {error}") from error


def _opened(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None, timeout=WAIT_S, check_same_thread=False)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("PRAGMA secure_delete=ON")
    return database


def _migrate(database: sqlite3.Connection, path: Path) -> None:
    (done,) = database.execute("PRAGMA user_version").fetchone()
    if done > len(SCHEMA):
        raise BookError(f"{path}: made by a newer version (schema {done})")
    for number, step in enumerate(SCHEMA[done:], start=done + 1):
        database.executescript(f"BEGIN IMMEDIATE; {step} PRAGMA user_version = {number}; COMMIT;")


def _account(row: tuple[str, str, str, str | None, str, int]) -> Account:
    name, full_name, role, seat, password, disabled = row
    return Account(name, full_name, Role(role), seat, password, bool(disabled))


def _session(row: tuple[bytes, str, str, str | None, str, float, float]) -> Session:
    key, name, role, seat, account, begun_s, seen_s = row
    return Session(key, name, Role(role), seat, account, begun_s, seen_s)
