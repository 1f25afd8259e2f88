"""Votes on the disk: the line and the key of its event are one, and what was lived comes back.

Owns what the store and the desk do with ballots. Must not test rules.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from edge.contract import messages
from edge.rules import ballot_events as act
from edge.rules.ballot_journal import verify
from edge.rules.ballot_state import Stage, tally
from edge.rules.reasons import Reason
from hub.clock import HubClock
from hub.desk import Committed, Desk, Item
from hub.meeting import commands
from hub.meeting.inputs import KeyChange
from hub.meeting.motion import Motion
from hub.replay import replayed
from hub.store.change import Change
from hub.store.inbox import Decided, Key
from hub.store.store import FILE, Store, StoreError
from tests import hub_room
from tests.hub_votes import KEY, box, drained, mark, motion, secret, vote

BALLOT = ("b-1", 1)


class Bench:
    """A desk on a real store, started from what the folder holds."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder)
        meeting = replayed(self.store, lambda stored, meeting: None)
        self.told: list[Committed] = []
        clock = HubClock(self.store.last)
        self.desk = Desk(meeting, self.store, clock, self.told.append, lambda error: None)

    async def sit(self, *motions: Motion) -> None:
        """Two rooms are there and b-1 is open."""
        await self.desk.put(
            Item(commands.Configure("v1", "t", "open", 1, 9, {}, {}, motions=motions))
        )
        for room in ("main", "sat"):
            await self.desk.put(Item(commands.StatusHeard(room, hub_room.status("online", "b1"))))
            await self.desk.put(Item(commands.DescribeHeard(room, hub_room.describe("b1"))))
        assert await self.order(act.Prepare()) is None
        assert await self.order(act.Open()) is None

    async def order(self, event: act.Event) -> Reason | None:
        """The chair wants this."""
        return await self.desk.ask(commands.BallotOrder("b-1", 1, event, KEY))

    async def hear(self, *heard: messages.Event) -> None:
        """Events of rooms, and wait until all of them have been looked at."""
        for event in heard:
            given = commands.EventHeard(event.source, event, 0.0)
            await self.desk.put(Item(given, Key(event.source, event.epoch, event.seq)))
        await self.desk.ask(commands.AskAttendance(False, "test"))

    def receipted(self) -> set[tuple[str, int]]:
        """Room and number of every event that has been receipted."""
        return {(key.source, key.seq) for done in self.told for key in done.heard}


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Bench]:
    """A bench whose desk runs; at the end nothing is said goodbye to."""
    bench = Bench(folder)
    task = asyncio.create_task(bench.desk.run(), name="desk")
    try:
        yield bench
    finally:
        task.cancel()
        await asyncio.wait({task})
        bench.store.close()


async def test_a_start_brings_back_what_was_lived(tmp_path: Path) -> None:
    async with running(tmp_path) as bench:
        await bench.sit(motion())
        await bench.hear(vote("main/1", 1, "yes"), vote("main/1", 1, "yes"), vote("sat/1", 1, "no"))
        await bench.hear(vote("sat/1", 2, "yes", person="main/1"))
        lived = bench.desk.meeting.ballots
    async with running(tmp_path) as bench:
        assert bench.desk.meeting.ballots == lived
        assert bench.desk.meeting.shown == BALLOT
        await bench.hear(vote("main/2", 2, "yes"))
        assert tally(bench.desk.meeting.ballots[BALLOT].ballot) == {
            "yes": 2, "no": 1, "abstain": 0,
        }  # fmt: skip


async def test_a_vote_and_the_key_of_its_event_are_written_together_or_not_at_all(
    tmp_path: Path,
) -> None:
    store = Store(tmp_path)
    line = {"n": 0, "v": 1, "hash": "x"}
    await store.commit(Change(lines=[(BALLOT, line)]))
    again = Change(decided=[Decided(Key("main", "e1", 1))], lines=[(BALLOT, line)])
    with pytest.raises(StoreError, match="UNIQUE"):
        await store.commit(again)
    assert Key("main", "e1", 1) not in store.inbox
    store.close()
    database = sqlite3.connect(tmp_path / FILE)
    assert database.execute("SELECT COUNT(*) FROM inbox").fetchone() == (0,)
    database.close()


async def test_drained_is_decided_after_everything_before_it(tmp_path: Path) -> None:
    async with running(tmp_path) as bench:
        await bench.sit(motion())
        await bench.order(act.Close())
        await bench.hear(drained("main", 3), vote("main/2", 2, "yes"))
        assert ("main", 3) not in bench.receipted()
        await bench.hear(vote("main/1", 1, "yes"))
        assert ("main", 3) in bench.receipted()
        ballot = bench.desk.meeting.ballots[BALLOT].ballot
        assert (ballot.drained, tally(ballot)["yes"]) == ({"main"}, 2)


async def test_drained_and_what_it_waits_for_in_one_batch_need_no_second_word(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as bench:
        await bench.sit(motion())
        await bench.order(act.Close())
        for event in (drained("main", 2), vote("main/1", 1, "yes"), drained("sat", 1)):
            given = commands.EventHeard(event.source, event, 0.0)
            bench.desk._queue.put_nowait(Item(given, Key(event.source, "e1", event.seq)))
        await bench.hear()
        assert bench.desk.meeting.ballots[BALLOT].ballot.stage is Stage.COUNTED
        assert {("main", 1), ("main", 2), ("sat", 1)} <= bench.receipted()


async def test_a_hub_that_dies_before_a_secret_count_is_told_the_boxes_again(
    tmp_path: Path,
) -> None:
    boxes = drained("main", 3, box("main", "yes", "no")), drained("sat", 2, box("sat", "yes"))
    async with running(tmp_path) as bench:
        await bench.sit(secret())
        await bench.hear(mark("main/1", 1), mark("main/2", 2), mark("sat/1", 1))
        await bench.order(act.Close())
        await bench.hear(boxes[0])
        assert bench.desk.meeting.ballots[BALLOT].ballot.drained == {"main"}
        assert ("main", 3) not in bench.receipted()
    async with running(tmp_path) as bench:
        assert bench.desk.meeting.keys == {BALLOT: KEY}
        await bench.hear(boxes[1])
        assert bench.desk.meeting.ballots[BALLOT].ballot.rooms_not_heard() == ["main"]
        await bench.hear(boxes[0])
        ballot = bench.desk.meeting.ballots[BALLOT].ballot
        assert (ballot.stage, tally(ballot)) == (
            Stage.COUNTED, {"yes": 2, "no": 1, "abstain": 0},
        )  # fmt: skip
        assert {("main", 3), ("sat", 2)} <= bench.receipted()
        lines = await bench.store.lines(BALLOT)
    assert verify(lines).journal == bench.desk.meeting.ballots[BALLOT]


async def test_a_key_leaves_no_byte_behind(tmp_path: Path) -> None:
    store = Store(tmp_path)
    await store.commit(Change(keys=[KeyChange(BALLOT, KEY)]))
    assert store.keys() == {BALLOT: KEY}
    store._thread.submit(
        lambda: store._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    ).result()
    assert KEY in (tmp_path / FILE).read_bytes()
    await store.commit(Change(keys=[KeyChange(BALLOT, None)]))
    assert not any(KEY in path.read_bytes() for path in tmp_path.iterdir())
    store.close()


async def test_a_changed_record_is_noticed_and_the_hub_starts(tmp_path: Path) -> None:
    async with running(tmp_path) as bench:
        await bench.sit(motion())
        await bench.hear(vote("main/1", 1, "no"))
    database = sqlite3.connect(tmp_path / FILE)
    database.execute("UPDATE ballot_lines SET line = replace(line, '\"no\"]', '\"yes\"]')")
    database.commit()
    database.close()
    async with running(tmp_path) as bench:
        assert "hash" in bench.desk.meeting.damaged[BALLOT]
        assert bench.desk.meeting.ballots == {}
        assert await bench.order(act.Close()) is Reason.VOTE_DAMAGED
        await bench.hear(vote("main/2", 2, "yes"))
        ((_, receipt),) = bench.store.inbox.receipts([Key("main", "e1", 2)])
        assert [refused.code for refused in receipt.refused] == ["vote_damaged"]


async def test_ballots_come_back_in_the_order_in_which_they_began(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for ballot in ("z", "a", "m"):
        await store.commit(Change(lines=[((ballot, 1), {"n": 0})]))
    await store.commit(Change(lines=[(("z", 1), {"n": 1})]))
    assert store.ballots() == [("z", 1), ("a", 1), ("m", 1)]
    store.close()


async def test_a_poisoned_event_is_put_aside_and_of_a_mark_neither_words_nor_time(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as bench:
        await bench.sit(motion())
        for seq, kind in enumerate(("vote", "mark"), 1):
            good = vote("main/1", seq, "yes")
            await bench.hear(good.model_copy(update={"kind": kind, "body": {"seat": "main/1"}}))
        assert [letter.topic for done in bench.told for letter in done.dead] == [
            "phonghop/v1/main/up/event"
        ] * 2
    database = sqlite3.connect(tmp_path / FILE)
    rows = database.execute("SELECT ts, why, raw FROM dead_letters ORDER BY n").fetchall()
    database.close()
    assert [why.split(":")[0] for _, why, _ in rows] == ["body of vote", "body of mark"]
    assert json.loads(rows[0][2])["body"] == {"seat": "main/1"}
    assert (rows[1][0], rows[1][2]) == (0.0, b"")


async def test_an_error_of_ours_keeps_the_event_in_its_room_and_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path) as bench:
        await bench.sit(motion())

        def breaks(*anything: object) -> None:
            raise ZeroDivisionError

        with monkeypatch.context() as patched:
            patched.setitem(commands._EVENTS, "vote", breaks)
            await bench.hear(vote("main/1", 1, "yes"))
        assert ("main", 1) not in bench.receipted()
        assert [room for done in bench.told for room in done.broken] == ["main"]
        await bench.hear(vote("main/1", 1, "yes"))
        assert ("main", 1) in bench.receipted()
