"""The hub's database: nothing that was committed is lost, nothing is there twice.

Owns store, schema, numbers and inbox. Must not test what events mean.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.meeting import events
from hub.meeting.numbers import Numbers
from hub.store import schema
from hub.store.change import Change, DeadLetter
from hub.store.inbox import TOGETHER, Decided, Inbox, Key
from hub.store.store import DEAD_LETTERS_KEPT, FILE, Store, StoreError

GONE = events.RoomOffline(10.0, "main")


@contextmanager
def opened(folder: Path, wall_s: float = 1000.0) -> Iterator[Store]:
    """A store, closed at the end."""
    store = Store(folder, wall=lambda: wall_s)
    try:
        yield store
    finally:
        store.close()


async def test_what_was_committed_is_there_again(tmp_path: Path) -> None:
    key = Key("main", "e1", 1)
    with opened(tmp_path) as store:
        assert store.last is None
        stored = await store.commit(Change([GONE], [Decided(key, "queue_full")]))
        assert [(s.n, s.ts, s.event) for s in stored] == [(1, 1000.0, GONE)]
        first_gen = store.gen
    with opened(tmp_path, 900.0) as store:
        assert store.gen == first_gen + 1
        assert [s.event for s in store.history()] == [GONE]
        assert store.last is not None
        assert (store.last.at_s, store.last.ts) == (10.0, 1000.0)
        assert key in store.inbox
        (receipt,) = store.inbox.receipts([key])
        assert receipt[1].refused[0].code == "queue_full"


def test_a_new_database_is_no_older_than_the_one_it_replaces(tmp_path: Path) -> None:
    with opened(tmp_path / "old", 5000.0) as old:
        before = old.gen
    with opened(tmp_path / "new", 5001.0) as new:
        assert new.gen > before


async def test_a_key_counts_once(tmp_path: Path) -> None:
    decided = Decided(Key("main", "e1", 1))
    with opened(tmp_path) as store:
        await store.commit(Change(decided=[decided]))
        await store.commit(Change(decided=[decided]))
    with sqlite3.connect(tmp_path / FILE) as database:
        assert database.execute("SELECT COUNT(*) FROM inbox").fetchone() == (1,)
    database.close()


async def test_dead_letters_are_bounded(tmp_path: Path) -> None:
    letters = [DeadLetter("t", "why", b"x" * 20000)] * (DEAD_LETTERS_KEPT + 5)
    with opened(tmp_path) as store:
        await store.commit(Change(dead=letters))
    database = sqlite3.connect(tmp_path / FILE)
    count, longest = database.execute(
        "SELECT COUNT(*), MAX(LENGTH(raw)) FROM dead_letters"
    ).fetchone()
    database.close()
    assert (count, longest) == (DEAD_LETTERS_KEPT, 16384)


async def test_a_full_disk_writes_nothing_and_can_be_tried_again(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        limit = store._thread.submit(
            lambda: store._database.execute("PRAGMA max_page_count = 1").fetchone()
        ).result()
        long = events.Audited(1.0, "main", "x" * 9000, {}, "e1", 1)
        key = Key("main", "e1", 1)
        for _ in range(2):
            with pytest.raises(StoreError, match="full"):
                await store.commit(Change([long] * 20, [Decided(key)]))
        assert key not in store.inbox
        store._thread.submit(
            lambda: store._database.execute(f"PRAGMA max_page_count = {limit[0] + 1000}").fetchall()
        ).result()
        await store.commit(Change([long], [Decided(key)]))
        assert key in store.inbox


def test_a_second_hub_on_the_same_records_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path), pytest.raises(StoreError, match="another hub"):
        Store(tmp_path)


def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    with opened(tmp_path):
        pass
    database = sqlite3.connect(tmp_path / FILE)
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(StoreError, match="newer version"):
        Store(tmp_path)


def test_what_is_no_database_is_said_so(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a database at all, but long enough" * 100)
    with pytest.raises(StoreError, match=FILE):
        Store(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be used"):
        Store(tmp_path / "file")


def test_an_unreadable_event_names_its_place(tmp_path: Path) -> None:
    with opened(tmp_path):
        pass
    database = sqlite3.connect(tmp_path / FILE)
    database.execute("INSERT INTO events (ts, at_s, what, body) VALUES (1, 1, 'pressed', '{}')")
    database.commit()
    database.close()
    with opened(tmp_path) as store, pytest.raises(StoreError, match="event 1 cannot be read"):
        list(store.history())


def test_each_migration_runs_once_and_from_any_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path):
        pass
    monkeypatch.setattr(
        schema, "MIGRATIONS", (*schema.MIGRATIONS, "CREATE TABLE later (x); CREATE TABLE more (y);")
    )
    for _ in range(2):
        with opened(tmp_path):
            pass
    database = sqlite3.connect(tmp_path / FILE)
    assert database.execute("PRAGMA user_version").fetchone() == (len(schema.MIGRATIONS),)
    assert database.execute("SELECT COUNT(*) FROM later").fetchone() == (0,)
    database.close()


COMMITTER = """
import asyncio, sys
from pathlib import Path
from hub.meeting.events import RoomOffline
from hub.store.change import Change
from hub.store.inbox import Decided, Key
from hub.store.store import Store

async def main():
    store = Store(Path(sys.argv[1]))
    first = len(list(store.history())) + 1
    for n in range(first, first + 100000):
        await store.commit(Change([RoomOffline(float(n), "main")], [Decided(Key("main", "e1", n))]))
        sys.stdout.write(f"{n}\\n")
        sys.stdout.flush()

asyncio.run(main())
"""


@pytest.mark.parametrize("kill_after", [1, 7, 40])
def test_kill_at_any_moment_loses_nothing_that_was_confirmed(
    tmp_path: Path, kill_after: int
) -> None:
    confirmed = 0
    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", COMMITTER, str(tmp_path)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        ) as process:
            assert process.stdout is not None
            for _ in range(kill_after):
                confirmed = int(process.stdout.readline())
            process.send_signal(signal.SIGKILL)
            confirmed = max([confirmed, *(int(line) for line in process.stdout if line.strip())])
    with opened(tmp_path) as store:
        times = [stored.event.at_s for stored in store.history()]
        assert times == [float(n) for n in range(1, len(times) + 1)]
        assert len(times) >= confirmed
        # An event and its key are one transaction: never one without the other.
        ((_, receipt),) = store.inbox.receipts([Key("main", "e1", 1)])
        assert receipt.upto == len(times)


@given(st.lists(st.integers(0, 60)))
def test_numbers_are_a_set_that_knows_its_beginning(numbers: list[int]) -> None:
    found = Numbers()
    for number in numbers:
        found.add(number)
    seen = set(numbers)
    assert {n for n in range(62) if n in found} == seen
    upto = 0
    while upto + 1 in seen:
        upto += 1
    assert found.upto == upto
    assert Numbers(found.ranges).ranges == found.ranges
    assert all(first[1] + 1 < second[0] for first, second in pairwise(found.ranges))


def test_receipts_name_what_is_beyond_the_contiguous_part() -> None:
    inbox = Inbox()
    for seq in (1, 2, 5, 7):
        inbox.add(Decided(Key("main", "e1", seq)))
    inbox.add(Decided(Key("other", "e9", 40), "not_speaking"))
    found = dict(
        inbox.receipts([Key("main", "e1", 7), Key("main", "e1", 5), Key("other", "e9", 40)])
    )
    assert (found["main"].upto, found["main"].extra) == (2, [5, 7])
    assert (found["other"].upto, found["other"].extra) == (0, [40])
    assert [r.code for r in found["other"].refused] == ["not_speaking"]


def test_many_refusals_fit_their_receipts() -> None:
    inbox = Inbox()
    keys = [Key("main", "e1", seq) for seq in range(1, 2 * TOGETHER + 2)]
    for key in keys:
        inbox.add(Decided(key, "device_fault"))
    receipts = inbox.receipts(keys)
    assert len(receipts) == 3
    assert max(len(receipt.model_dump_json()) for _, receipt in receipts) < 16384
    assert sum(len(receipt.refused) for _, receipt in receipts) == len(keys)


def test_a_receipt_never_speaks_for_a_refused_event_that_it_does_not_name() -> None:
    """The one that named it may be lost: the room asks again instead of believing *counted*."""
    inbox = Inbox()
    for seq, code in ((1, ""), (2, "vote_closed"), (3, "")):
        inbox.add(Decided(Key("main", "e1", seq), code))
    ((_, third),) = inbox.receipts([Key("main", "e1", 3)])
    assert (third.upto, third.extra, third.refused) == (1, [3], [])
    ((_, again),) = inbox.receipts([Key("main", "e1", 2)])
    assert [refusal.seq for refusal in again.refused] == [2]
