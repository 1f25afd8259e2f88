"""One run from start to figures: meeting, ballots and faults side by side, then the judges.

Owns the order of things and the figures. Must not print: ``__main__`` does.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge.twin.client import TwinClient
from tests.chaos import floor, votes
from tests.chaos.chair import Chair, Motion, Page, Stuck, meeting_file, page_session, script
from tests.chaos.faults import Faults
from tests.chaos.history import History
from tests.chaos.ledger import ledger, pack, table
from tests.chaos.looks import Looker
from tests.chaos.people import Hands, fingers, speak, vote, watch
from tests.chaos.schedule import ROOMS, Fault, one_by_one, schedule
from tests.chaos.site import REAL, ChaosSite, Programs, running

MAX_OPEN = 2
BALLOT_LEAST_S = 6.0
"""No ballot is quicker: so many are prepared that the meeting never runs out of them."""

READY_S = 90.0
DRAIN_S = 60.0
"""Without faults both outboxes are empty long before this."""

CALM_S = 8.0
"""After the drain people look once more whether a microphone is open that should not."""

ROOT = Path(__file__).parents[2]
Say = Callable[[str], None]
Figures = dict[str, Any]

MUST_BE_NOUGHT = (
    "lost",
    "phantom",
    "doubled",
    "chair_lockouts",
    "open_without_right",
    "died",
    "stuck",
    "unproven",
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does."""

    seed: int
    duration_s: float
    faults: Sequence[Fault]
    motions: Sequence[Motion]
    programs: Programs = REAL
    drain_s: float = DRAIN_S
    calm_s: float = CALM_S
    do_people_speak: bool = True
    one_by_one: bool = False
    """Each fault has the site for itself: what it leaves working, and how long it heals."""

    @staticmethod
    def of(seed: int, duration_s: float, one_by_one_: bool = False) -> Plan:
        """Everything follows from the seed."""
        count = 2 + int(duration_s / BALLOT_LEAST_S)
        faults = schedule(seed, duration_s)
        if one_by_one_:
            faults = one_by_one(seed, 1 + int(duration_s))
        return Plan(seed, duration_s, faults, script(seed, count), one_by_one=one_by_one_)


class Meeting:
    """A running site with people in it."""

    def __init__(
        self, site: ChaosSite, hands: dict[str, Hands], chair: Chair, faults: Faults
    ) -> None:
        """Made by ``meeting``."""
        self.site = site
        self.faults = faults
        self.history = site.history
        self.hands = hands
        self.chair = chair
        self.looker = Looker(chair.page, site.history, site.ended, self.oldest_event)

    def outbox_rows(self, room: str) -> int | None:
        """How many events wait in a room's file; None when it cannot be read now."""
        return self._ask_outbox(room, "SELECT count(*) FROM outbox")

    def _ask_outbox(self, room: str, question: str) -> int | None:
        path = self.site.edge_data(room) / f"{room}.sqlite"
        try:
            with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as base:
                return int(base.execute(question).fetchone()[0])
        except sqlite3.Error:
            return None

    def oldest_event(self, room: str) -> int | None:
        """The number of the first event that waits; 0: none does; None: it cannot be read now."""
        return self._ask_outbox(room, "SELECT coalesce(min(seq), 0) FROM outbox")

    async def drained_s(self, patience_s: float) -> float | None:
        """How long it takes until no event waits in any room; None when that takes too long."""
        started_s = time.monotonic()
        while time.monotonic() - started_s < patience_s:
            if all(self.outbox_rows(room) == 0 for room in ROOMS):
                return time.monotonic() - started_s
            await asyncio.sleep(0.1)
        return None

    async def ready(self) -> None:
        """Both rooms are led by the hub.

        Raises:
            AssertionError: they are not, after a long time.
        """
        try:
            async with asyncio.timeout(READY_S):
                while not all(self.history.floors[room] for room in ROOMS):
                    await asyncio.sleep(0.1)
        except TimeoutError as error:
            raise AssertionError(f"the rooms never came:\n{self.site.report()}") from error
        await self.chair.rooms_back()


@contextlib.asynccontextmanager
async def meeting(folder: Path, plan: Plan, say: Say) -> AsyncIterator[Meeting]:
    """Everything runs and somebody watches every seat."""
    text = meeting_file(plan.motions, MAX_OPEN)
    async with contextlib.AsyncExitStack() as stack:
        site = await stack.enter_async_context(running(folder, plan.seed, plan.programs, text))
        hands = {}
        for room in ROOMS:
            watching = asyncio.Event()
            await stack.enter_async_context(going(watch(room, site.history, watching)))
            await watching.wait()
            twin = await stack.enter_async_context(TwinClient(room))
            hands[room] = Hands(room, twin, site.history)
        session = await stack.enter_async_context(page_session(site.http_port))
        chair = Chair(Page(session), site.history, say, plan.seed)
        made = Meeting(site, hands, chair, Faults(site, say))
        await made.ready()
        yield made


@contextlib.asynccontextmanager
async def going(*works: Any) -> AsyncIterator[None]:
    """These go on meanwhile; a failure of one of them is a failure of the run."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        for end in ends:
            if isinstance(end, Exception):
                raise end


Voting = Callable[[Meeting, Motion], Coroutine[Any, Any, None]]


async def run(folder: Path, plan: Plan, say: Say, voting: Voting | None = None) -> Figures:
    """Hold the meeting of this plan; the figures.

    Args:
        folder: for files and logs of the run.
        plan: what happens.
        say: gets lines for people.
        voting: what people do in a ballot that has been opened; by default as the seed says.
    """
    async with meeting(folder, plan, say) as held:
        end = await _hold(held, plan, say, voting or _as_seeded(plan.seed))
        held.history.ended_s = time.monotonic()
        await held.chair.collect()
        held.history.write(folder / "history.json")
        journals = await held.chair.journals()
    return _figures(folder, plan, held.history, end, journals, say)


@dataclass(frozen=True, slots=True)
class End:
    """How the meeting came to its end."""

    started_s: float
    drained_s: float | None
    stuck: int


async def _hold(held: Meeting, plan: Plan, say: Say, voting: Voting) -> End:
    """Ballots, talk and faults side by side; then the end without faults."""
    faults, started_s = held.faults, time.monotonic()
    talk = [speak(h, plan.seed) for h in held.hands.values()] if plan.do_people_speak else []
    async with asyncio.TaskGroup() as tasks:
        meanwhile = [
            tasks.create_task(faults.nurse(), name="nurse"),
            tasks.create_task(held.chair.acknowledge(), name="acknowledge"),
            tasks.create_task(held.looker.run(), name="looker"),
        ]
        ballots = tasks.create_task(_ballots(held, plan, started_s, voting, say), name="ballots")
        async with going(*talk):
            if plan.one_by_one:
                until_s = started_s + plan.duration_s
                await faults.run_one_by_one(plan.faults, until_s, held.looker.well)
                await held.looker.well()
            else:
                await faults.run(plan.faults, started_s)
            await asyncio.sleep(max(0.0, started_s + plan.duration_s - time.monotonic()))
        await faults.heal()
        say("no more faults: the meeting comes to its end")
        draining = tasks.create_task(held.drained_s(plan.drain_s), name="draining")
        stuck = [await ballots, await draining is None]
        stuck.append(await held.drained_s(plan.drain_s) is None)
        if any(stuck[1:]):
            say("STUCK: events wait in a room's outbox for ever")
        await asyncio.sleep(plan.calm_s)
        for task in meanwhile:
            task.cancel()
    return End(started_s, draining.result(), sum(stuck))


def _figures(
    folder: Path, plan: Plan, history: History, end: End, journals: dict[str, str], say: Say
) -> Figures:
    """Ask the judges, and tell people what is wrong."""
    verdict = votes.judge(history)
    lockouts = floor.lockouts(history)
    without_right = floor.without_right(history, MAX_OPEN)
    unproven = [ballot for ballot, journal in journals.items() if not proves(folder, journal)]
    for line in verdict.told:
        say(line)
    for line in verdict.wrong:
        say(f"WRONG: {line}")
    for wrong in (*lockouts, *without_right):
        say(f"WRONG at {wrong.at_s - end.started_s:.1f} s: {wrong.what}")
    for ballot in unproven:
        say(f"WRONG: the journal of {ballot} does not prove its result")
    rows = ledger(history)
    by_fault = {row.kind: row.figures() for row in rows}
    for line in table(by_fault, verdict.lost):
        say(line)
    (folder / "ledger.json").write_text(json.dumps(pack(rows)), encoding="utf-8")
    return {
        "seed": plan.seed,
        "duration_s": plan.duration_s,
        **verdict.figures(),
        "duplicates_suppressed": history.duplicates,
        "deepest_outbox": history.deepest_outbox,
        "drain_s_max": None if end.drained_s is None else round(end.drained_s, 1),
        "chair_stops": len(floor.stops(history)),
        "chair_lockouts": len(lockouts),
        "open_without_right": len(without_right),
        "died": len(history.died),
        "stuck": end.stuck,
        "unproven": len(unproven),
        "floor_presses": len(history.presses) - verdict.presses,
        "forgotten_bytes": history.forgotten_bytes,
        "garbage_sent": history.garbage,
        "crowd_came": history.crowd,
        "faults": dict(sorted(history.faults.items())),
        "by_fault": by_fault,
    }


async def _ballots(held: Meeting, plan: Plan, started_s: float, voting: Voting, say: Say) -> bool:
    """One after the other, until the time is over. True when one does not come to its end."""
    for motion in plan.motions:
        try:
            await held.chair.hold(motion, functools.partial(voting, held))
        except Stuck as error:
            say(f"STUCK: {error}")
            return True
        if time.monotonic() > started_s + plan.duration_s:
            break
    return False


def _as_seeded(seed: int) -> Voting:
    async def voting(held: Meeting, motion: Motion) -> None:
        presses = fingers(random.Random(f"votes {seed} {motion.ballot}"), motion.open_s)
        async with asyncio.TaskGroup() as rooms:
            for hands in held.hands.values():
                rooms.create_task(vote(hands, held.history, presses), name=f"vote {hands.room}")

    return voting


def proves(folder: Path, journal: str) -> bool:
    """The record of a ballot is whole and gives its own result, by the hub's own proof."""
    path = folder / "journal.jsonl"
    path.write_text(journal, encoding="utf-8")
    command = [sys.executable, "-m", "hub.cli", "tally", "--verify", str(path)]
    return subprocess.run(command, cwd=ROOT, capture_output=True).returncode == 0


def is_clean(figures: Figures) -> bool:
    """Nothing that must not be has been."""
    return all(figures[name] == 0 for name in MUST_BE_NOUGHT)
