"""A vote on the disk of its room: event and row of the vote book, in one transaction.

Owns that one measurement, in one process: from handing over to *it is on the disk*. Beside it
stands what SQLite alone needs for two such rows on the same disk.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from pathlib import Path

from edge.contract import messages
from edge.rules.seat_votes import Held, Standing
from edge.runtime.outbox import Outbox
from edge.runtime.vote_book import Entry, VoteBook

PAUSE_S = 0.005
"""Seats do not press in the same millisecond; a batch would make a commit look cheaper."""


async def commit_ms(folder: Path, count: int) -> list[float]:
    """Milliseconds per vote of one room, one after the other."""
    outbox = Outbox(folder / "main.sqlite", "bench")
    book = VoteBook(outbox)
    samples: list[float] = []
    for number in range(count):
        seat, revision = number % 25 + 1, number // 25 + 1
        person = f"main/{seat}"
        vote = messages.Vote(
            ballot="bench",
            generation=1,
            seat=person,
            person=person,
            choices=["yes"],
            revision=revision,
        )
        entry = Entry(
            ("bench", 1), person, seat, Held(tuple(vote.choices), revision, Standing.RECORDED)
        )
        also, note = book.recording(entry, (1, 1))
        began_ns = time.monotonic_ns()
        seq, done = outbox.append("vote", vote.model_dump(), time.monotonic(), also)
        await done
        samples.append((time.monotonic_ns() - began_ns) / 1e6)
        note(seq)
        await asyncio.sleep(PAUSE_S)
    await outbox.close()
    return samples


def alone_ms(folder: Path, count: int) -> list[float]:
    """The same two rows without any of our code: begin, insert, replace, commit."""
    database = sqlite3.connect(folder / "alone.sqlite", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT)")
    database.execute("CREATE TABLE book (person TEXT PRIMARY KEY, seq INTEGER) WITHOUT ROWID")
    body = json.dumps({"ballot": "bench", "person": "main/12", "choices": ["yes"]}) * 3
    samples: list[float] = []
    for number in range(count):
        began_ns = time.monotonic_ns()
        database.execute("BEGIN IMMEDIATE")
        database.execute("INSERT INTO outbox (body) VALUES (?)", (body,))
        database.execute("INSERT OR REPLACE INTO book VALUES (?, ?)", (f"{number % 25}", number))
        database.execute("COMMIT")
        samples.append((time.monotonic_ns() - began_ns) / 1e6)
        time.sleep(PAUSE_S)
    database.close()
    return samples
