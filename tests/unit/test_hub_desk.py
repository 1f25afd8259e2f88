"""The desk and the board: one writer, nothing told before it is committed.

Owns batching, dedupe and what happens while the disk refuses; and which report of a room
counts.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edge.contract import messages
from edge.rules import floor
from edge.rules.reasons import Reason
from edge.rules.settings import Settings
from hub import desk as desk_module
from hub.board import COMMANDS_KEPT, Board, Order
from hub.clock import FIRST_S, HubClock, LastSeen
from hub.desk import Committed, Desk, Item
from hub.meeting import commands, events
from hub.meeting.state import Meeting
from hub.store.change import Change
from hub.store.inbox import Key
from hub.store.store import Store, Stored, StoreError
from tests import hub_room

ROSTER = commands.Configure("v1", "Giao ban", "open", 1, 3, {}, {})


def arrival() -> list[commands.Input]:
    """Everything a room says when it starts."""
    return [
        commands.StatusHeard("main", hub_room.status("online", "b1")),
        commands.DescribeHeard("main", hub_room.describe("b1")),
        commands.FloorHeard("main", hub_room.floor_state("b1"), FIRST_S, 1),
    ]


class BrittleStore(Store):
    """A real store whose disk can be full."""

    full = False
    commits = 0

    async def commit(self, change: Change) -> list[Stored]:
        """Count, and refuse while full."""
        self.commits += 1
        if self.full:
            raise StoreError("disk is full")
        return await super().commit(change)


class Bench:
    """A desk on a real store."""

    def __init__(self, folder: Path) -> None:
        self.store = BrittleStore(folder)
        self.told: list[Committed] = []
        self.trouble: list[str] = []
        self.desk = Desk(
            Meeting(),
            self.store,
            HubClock(None),
            self.told.append,
            lambda error: self.trouble.append(str(error)),
        )

    async def room(self) -> None:
        """A room is there."""
        for given in (ROSTER, *arrival()):
            await self.desk.put(Item(given))

    def causes(self) -> list[str]:
        """Why the floor changed so far."""
        stored = [item.event for done in self.told for item in done.stored]
        return [event.cause for event in stored if isinstance(event, events.FloorChanged)]

    async def press(self, seq: int, seat: str, intent: str = "ask") -> None:
        """A key is pressed."""
        event = hub_room.press("main", seq, seat, intent)
        await self.desk.put(
            Item(commands.EventHeard("main", event, FIRST_S), Key("main", "e1", seq))
        )

    async def settled(self) -> None:
        """Everything put so far has been decided."""
        assert await self.desk.ask(commands.FloorOrder(floor.Next(), "t")) is Reason.QUEUE_EMPTY


@asynccontextmanager
async def bench_in(folder: Path) -> AsyncIterator[Bench]:
    """A bench whose desk runs."""
    bench = Bench(folder)
    running = asyncio.create_task(bench.desk.run(), name="desk")
    try:
        yield bench
    finally:
        running.cancel()
        await asyncio.wait({running})
        bench.store.close()


async def test_presses_that_wait_together_share_one_commit(tmp_path: Path) -> None:
    async with bench_in(tmp_path) as bench:
        await bench.room()
        await bench.settled()
        before = bench.store.commits
        for seq in range(1, 61):
            await bench.press(seq, "main/1", ("ask", "leave")[seq % 2 - 1])
        await bench.settled()
        assert bench.store.commits - before <= 3
        assert bench.store.inbox.receipts([Key("main", "e1", 60)])[0][1].upto == 60


async def test_a_duplicate_is_receipted_and_not_decided_again(tmp_path: Path) -> None:
    async with bench_in(tmp_path) as bench:
        await bench.room()
        for _ in range(3):
            await bench.press(1, "main/1")
        await bench.settled()
        await bench.press(1, "main/1")
        await bench.settled()
        heard = [key for done in bench.told for key in done.heard]
        assert heard == [Key("main", "e1", 1)] * 4
        stored = [item.event for done in bench.told for item in done.stored]
        assert len([event for event in stored if isinstance(event, events.Pressed)]) == 1
        assert [t.seat for t in bench.desk.meeting.floor.speaking] == ["main/1"]


async def test_while_the_disk_is_full_nothing_is_told_and_orders_are_turned_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_module, "RETRY_S", (0.001,))
    async with bench_in(tmp_path) as bench:
        await bench.room()
        await bench.settled()
        told = len(bench.told)
        bench.store.full = True
        await bench.press(1, "main/1")
        with pytest.raises(StoreError):
            await bench.desk.ask(commands.FloorOrder(floor.Give("main/2"), "t"))
        with pytest.raises(StoreError):
            await bench.desk.ask(commands.FloorOrder(floor.Give("main/2"), "t"))
        assert len(bench.told) == told
        assert not bench.desk.meeting.floor.speaking
        bench.store.full = False
        while bench.desk.storage_trouble is not None:
            await asyncio.sleep(0.001)
        await bench.press(2, "main/3")
        await asyncio.wait_for(_until(lambda: bench.desk.meeting.floor.queue != ()), 5)
        # The press came true as soon as it could be recorded, the order never.
        assert [t.seat for t in bench.desk.meeting.floor.speaking] == ["main/1"]
        assert bench.trouble == ["disk is full", "None"]


async def test_an_order_that_nobody_waits_for_any_more_does_not_come_true_later(
    tmp_path: Path,
) -> None:
    bench = Bench(tmp_path)  # a disk that hangs: the desk does not come to it
    asked = asyncio.create_task(bench.desk.ask(commands.FloorOrder(floor.SetMuted(True), "t")))
    await asyncio.sleep(0)
    asked.cancel()  # whoever asked has been told that it was not done
    await asyncio.wait({asked})
    running = asyncio.create_task(bench.desk.run())
    await bench.settled()
    running.cancel()
    await asyncio.wait({running})
    assert not bench.desk.meeting.floor.muted
    bench.store.close()


async def test_a_press_leaves_the_ballots_as_they_are(tmp_path: Path) -> None:
    async with bench_in(tmp_path) as bench:
        await bench.room()
        await bench.press(1, "main/1")
        await bench.settled()
        assert all(done.before.ballots is done.after.ballots for done in bench.told)


async def _until(true: Any) -> None:
    while not true():
        await asyncio.sleep(0.001)


async def test_one_input_that_breaks_the_rules_code_stops_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    def broken(meeting: Meeting, given: commands.Input, now_s: float) -> commands.Decision:
        if isinstance(given, commands.RoomSilent):
            raise ZeroDivisionError
        return commands.decide(meeting, given, now_s)

    monkeypatch.setattr(desk_module, "decide", broken)
    async with bench_in(tmp_path) as bench:
        await bench.room()
        with pytest.raises(ZeroDivisionError):
            await bench.desk.ask(commands.RoomSilent("main"))
        await bench.press(1, "main/1")
        await bench.settled()
        assert [t.seat for t in bench.desk.meeting.floor.speaking] == ["main/1"]


async def test_a_turn_ends_when_its_time_is_over_though_nothing_happens(tmp_path: Path) -> None:
    async with bench_in(tmp_path) as bench:
        await bench.room()
        limits = {"limit_s": {"delegate": 0.05}, "at_limit": "stop"}
        await bench.desk.ask(commands.SettingsOrder(limits, "t"))
        await bench.press(1, "main/1")
        ended = asyncio.create_task(_until(lambda: bench.causes()[-1:] == ["time"]))
        await asyncio.wait_for(ended, 10)
        assert bench.desk.meeting.floor.speaking == ()
        assert bench.desk.meeting.floor.totals_s["main/1"] >= 0.05


def test_a_deadline_comes_before_what_waits(tmp_path: Path) -> None:
    """The place of a turn whose time is over is free for the press that came a moment later."""
    now_s = 100.0
    clock = HubClock(LastSeen(0.0, 0.0), monotonic=lambda: now_s, wall=lambda: 0.0)
    store = Store(tmp_path)
    desk = Desk(Meeting(), store, clock, lambda done: None, lambda error: None)
    limits = Settings(limit_s={"delegate": 10.0}, at_limit="stop")
    for given in (replace(ROSTER, settings=limits), *arrival()):
        desk.meeting = desk.decide_all([Item(given)]).meeting
    for seq, later_s in ((1, 0.0), (2, 10.0)):
        now_s += later_s
        event = hub_room.press("main", seq, f"main/{seq}")
        work = desk.decide_all([Item(commands.EventHeard("main", event, clock.now_s()))])
        desk.meeting = work.meeting
    assert [e.cause for e in work.change.happened if isinstance(e, events.FloorChanged)] == [
        "time",
        "ask",
    ]
    assert [t.seat for t in desk.meeting.floor.speaking] == ["main/2"]
    assert desk.decide_all([]).change.happened == []  # and nothing is due any more
    store.close()


# --- the board ---------------------------------------------------------------------------------


def seats(boot: str, rev: int) -> messages.SeatsState:
    """A report of no seats."""
    return messages.SeatsState(boot=boot, rev=rev, seats={})


def test_only_the_present_boot_counts_and_inside_it_the_newest() -> None:
    board = Board()
    assert board.hear_state("main", "seats", seats("b2", 0), 1)  # before the status: let in
    board.hear_status("main", hub_room.status("online", "b2"))
    assert "seats" in board.room("main").states
    assert board.hear_state("main", "seats", seats("b2", 5), 2)
    assert not board.hear_state("main", "seats", seats("b2", 4), 3)
    assert not board.hear_state("main", "seats", seats("b1", 9), 4)
    assert board.room("main").seen_ms["seats"] == 2
    board.hear_status("main", hub_room.status("online", "b3"))
    assert board.room("main").states == {}


def test_the_will_of_an_earlier_start_is_ignored() -> None:
    board = Board()
    board.hear_status("main", hub_room.status("online", "b2"))
    board.hear_status("main", hub_room.status("offline", "b1"))
    assert board.room("main").online()
    board.hear_status("main", hub_room.status("offline", "b2"))
    assert not board.room("main").online()


def test_after_a_lost_link_a_room_must_be_heard_again() -> None:
    board = Board()
    board.hear_status("main", hub_room.status("online", "b1"))
    board.link_lost()
    assert not board.room("main").online()
    assert board.hear_state("main", "seats", seats("b2", 0), 1)


def test_alerts_come_and_go() -> None:
    text = messages.Text(vi="hỏng", en="broken")
    alert = messages.Alert(boot="b1", severity="fault", text=text, for_ms=300)
    board = Board()
    assert board.hear_alert("main", "cam-1", alert, 1000) == (None, alert)
    assert board.room("main").alerts["cam-1"][1] == 700
    assert board.hear_alert("main", "cam-1", None, 2000) == (alert, None)
    assert board.hear_alert("main", "cam-1", None, 2000) == (None, None)


def test_commands_are_bounded_and_end_once() -> None:
    board = Board()
    for n in range(COMMANDS_KEPT + 3):
        board.add_order(Order(str(n), "display_power", "main", "display-1", "power", n))
    assert len(board.orders) == COMMANDS_KEPT
    assert [o.id for o in board.overdue(4)] == ["3", "4"]
    assert board.end_order("4", "expired", None) is not None
    assert board.end_order("4", "done", None) is not None  # late, and still the truth
    assert board.end_order("4", "failed", None) is None
    assert board.end_order("0", "done", None) is None
