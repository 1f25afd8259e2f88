"""Meetings follow each other, their ballots leave the memory: a start comes to the same as a life.

Owns the law over random lives of several meetings: after each start the hub is as it was, the
memory has this meeting's ballots and no other, and every journal ever begun is in the store, holds,
and is what was lived.
"""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.rules import ballot_events as act
from edge.rules.ballot_journal import Journal, verify
from edge.rules.ballot_state import Stage
from edge.rules.reasons import Reason
from hub.archive import Archive
from hub.clock import HubClock
from hub.desk import Committed, Desk, Item
from hub.meeting import commands
from hub.meeting.inputs import Input, PlanMotion
from hub.meeting.state import BallotKey, Meeting
from hub.replay import replayed
from hub.snapshots import Snapshots
from hub.store.inbox import Key
from hub.store.store import Store
from tests import hub_room
from tests.hub_votes import KEY, drained, motion, vote

SEATS = ("main/1", "main/2", "sat/1")

ballots = st.integers(0, 5)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("meeting"), st.just(0)),
        st.tuples(st.just("ballot"), st.just(0)),
        st.tuples(st.just("count"), ballots),
        st.tuples(st.just("announce"), ballots),
        st.tuples(st.just("again"), ballots),
        st.tuples(st.just("vote"), ballots),
        st.tuples(st.just("drained"), ballots),
        st.tuples(st.just("leave"), st.just(0)),
        st.tuples(st.just("restart"), st.just(0)),
    ),
    min_size=6,
    max_size=28,
)


@dataclass
class Life:
    """A hub's inner half that is ended and started again, and what was seen of its ballots."""

    folder: Path
    lived: dict[BallotKey, Journal] = field(default_factory=dict)
    keys: list[BallotKey] = field(default_factory=list)
    seqs: dict[str, int] = field(default_factory=dict)
    meetings: int = 0
    planned: int = 0

    async def begin(self) -> None:
        """Start; the desk works."""
        self.store = Store(self.folder)
        self.snapshots = Snapshots(every=3)
        meeting = replayed(self.store, lambda *_: None, self.snapshots)
        assert meeting == replayed(self.store, lambda *_: None, whole=True)
        await self.snapshots.keep(self.store)
        clock = HubClock(self.store.last)
        self.desk = Desk(meeting, self.store, clock, self._see, lambda _: None)
        self.task = asyncio.create_task(self.desk.run(), name="desk")

    async def end(self) -> Meeting:
        """End without a word; the meeting as it was."""
        await self.snapshots.keep(self.store)
        self.task.cancel()
        await asyncio.wait({self.task})
        self.store.close()
        return self.desk.meeting

    def _see(self, done: Committed) -> None:
        if done.stored:
            self.snapshots.see(done.stored[-1].n, done.after)
        self.lived |= done.after.ballots
        self.keys += [key for key in done.after.begun if key not in self.keys]

    async def ask(self, given: Input) -> Reason | None:
        """Somebody wants this."""
        return await self.desk.ask(given)

    async def order(self, key: BallotKey, *events: act.Event) -> None:
        """The chair wants these."""
        for event in events:
            await self.ask(commands.BallotOrder(*key, event, KEY))

    async def hear(self, room: str, make: str, key: BallotKey, choice: str = "yes") -> None:
        """A room's event, and wait until it has been looked at."""
        seq = self.seqs[room] = self.seqs.get(room, 0) + 1
        named = {"ballot": key[0], "generation": key[1]}
        heard = (
            vote(f"{room}/1", seq, choice, revision=seq, **named)
            if make == "vote"
            else drained(room, seq, **named)
        )
        self.desk._queue.put_nowait(
            Item(commands.EventHeard(room, heard, 0.0), Key(room, "e1", seq))
        )
        await self.ask(commands.AskAttendance(False, "t"))


async def live(folder: Path, chosen: list[tuple[str, int]]) -> None:
    """One life."""
    life = Life(folder)
    await life.begin()
    for room in ("main", "sat"):
        await life.ask(commands.StatusHeard(room, hub_room.status("online", "b1")))
        await life.ask(commands.DescribeHeard(room, hub_room.describe("b1")))
        await life.ask(commands.FloorHeard(room, hub_room.floor_state("b1"), 0.0, 1))
    for what, which in [*chosen, ("restart", 0)]:
        key = life.keys[-1 - which % len(life.keys)] if life.keys else ("none", 1)
        match what:
            case "meeting":
                await life.ask(commands.EndMeeting(life.desk.meeting.prepared, "t"))
                life.meetings += 1
                ident = f"m{life.meetings}"
                await life.ask(
                    commands.Configure(
                        ident, ident, "open", 1, 9, {}, {}, prepared=ident, session="running"
                    )
                )
                if life.desk.meeting.prepared == ident:  # no vote has the keys
                    assert not life.desk.meeting.ballots
            case "ballot":
                life.planned += 1
                new = (f"v{life.planned}", 1)
                await life.ask(PlanMotion(motion(id=new[0]), "t"))
                await life.order(new, act.Prepare("t"), act.Open("t", anyway=True))
            case "count":
                await life.order(key, act.Close("t"), act.Count("t"))
            case "announce":
                await life.order(key, act.Announce("t"))
            case "again":
                await life.ask(commands.VoteAgain(*key, "t"))
            case "vote":
                await life.hear(SEATS[which % 3].partition("/")[0], "vote", key)
            case "drained":
                await life.hear(("main", "sat")[which % 2], "drained", key)
            case "leave":
                present = bool(life.desk.meeting.attendance.left)
                await life.ask(commands.SignInOrder(("main/2",), None, present, "t"))
            case _:
                before = await life.end()
                await life.begin()
                assert life.desk.meeting == before
        meeting = life.desk.meeting
        assert meeting.ballots.keys() == meeting.begun.keys()
        assert not meeting.ballots.keys() & meeting.past
        assert meeting.ballots.keys() | meeting.past == set(life.keys)
    await check(life)


async def check(life: Life) -> None:
    """Every journal is there, holds, and says at least what was lived in memory."""
    archive = Archive(lambda: life.desk.meeting, life.store.lines)
    assert set(life.store.ballots()) == set(life.keys)
    for key in life.keys:
        journal = await archive.journal(key)
        assert journal is not None
        lived, lines = life.lived[key], await life.store.lines(key)
        assert verify(lines).journal == journal
        assert verify(lines[: lived.length]).journal.head == lived.head
        assert journal.length == len(lines)
        if key in life.desk.meeting.past:
            assert journal.ballot.stage not in (Stage.OPEN, Stage.PAUSED, Stage.CLOSING)
    await life.end()


@settings(max_examples=25)
@given(steps)
def test_after_any_meetings_a_start_comes_to_the_same_and_every_journal_is_there(
    chosen: list[tuple[str, int]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(live(Path(folder), chosen))
