"""How long a hub's start takes with many meetings in its records, and what it then holds in memory.

Owns making the records and reading them in a fresh process. ``python -m tests.bench.start FOLDER``
is that process.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import psutil

from edge.contract import messages
from edge.rules import ballot_events as act
from edge.rules import floor as rules
from hub.desk import Item
from hub.meeting import commands
from hub.meeting_form import MeetingForm
from hub.replay import replayed
from hub.snapshots import Snapshots
from hub.store.inbox import Key
from hub.store.store import Store
from tests import hub_room
from tests.hub_votes import KEY, drained, vote
from tests.meeting_house import House, house
from tests.soak.people import SPEECHES, VOTERS, form

ROOM = "main"
SEATS = 3
"""Of the room that ``hub_room`` describes."""

Json = dict[str, Any]


class Meetings:
    """One meeting after the other, as the soak holds them, without rooms and pages."""

    def __init__(self, hub: House) -> None:
        """Nothing was held."""
        self._hub = hub
        self._seq = 0

    async def room(self) -> None:
        """The room is there."""
        ask = self._hub.desk.ask
        await ask(commands.StatusHeard(ROOM, hub_room.status("online", "b1")))
        await ask(commands.DescribeHeard(ROOM, hub_room.describe("b1")))
        await ask(commands.FloorHeard(ROOM, hub_room.floor_state("b1"), 0.0, 1))

    async def hold(self, number: int) -> None:
        """One, from its form to its end."""
        ident, ballot, hub = f"m{number}", f"b{number}", self._hub
        await hub.prepared.create(ident, MeetingForm.model_validate(form(number)), "t")
        await hub.prepared.start(ident, "t")
        for turn in range(SPEECHES):
            seat = f"{ROOM}/{turn % SEATS + 1}"
            await hub.desk.ask(commands.FloorOrder(rules.Give(seat), "t"))
            await hub.desk.ask(commands.FloorOrder(rules.Take(seat), "t"))
        await self._order(ballot, act.Prepare("t"), act.Open("t", anyway=True))
        for press in range(VOTERS):
            seat = f"{ROOM}/{press % SEATS + 1}"
            await self._hear(
                lambda seq, seat=seat, press=press: vote(
                    seat, seq, "yes", ballot=ballot, revision=press + 1
                )
            )
        await self._order(ballot, act.Close("t"))
        await self._hear(lambda seq: drained(ROOM, seq, ballot=ballot))
        await self._order(ballot, act.Announce("t"))
        assert await hub.prepared.end(ident, "t") is None

    async def _order(self, ballot: str, *events: act.Event) -> None:
        for event in events:
            refused = await self._hub.desk.ask(commands.BallotOrder(ballot, 1, event, KEY))
            assert refused is None, refused

    async def _hear(self, make: Any) -> None:
        self._seq += 1
        event: messages.Event = make(self._seq)
        given = commands.EventHeard(ROOM, event, 0.0)
        await self._hub.desk.put(Item(given, Key(ROOM, "e1", self._seq)))


async def records(folder: Path, meetings: int) -> None:
    """The records of so many meetings, and the snapshot that their hub would have made."""
    async with house(folder) as hub:
        held = Meetings(hub)
        await held.room()
        for number in range(meetings):
            await held.hold(number)
        seen = Snapshots()
        replayed(hub.store, lambda *_: None, seen)
        await seen.keep(hub.store)


def read(folder: Path) -> Json:
    """What a start costs, in this process: nothing else was done in it.

    Time of the processor, because the machine may have other work.
    """
    began_s = time.process_time()
    store = Store(folder)
    opened_s = time.process_time()
    seen = list[int]()
    replayed(store, lambda stored, _: seen.append(stored.n))
    short_s = time.process_time()
    rss_mb = psutil.Process(os.getpid()).memory_info().rss / 1e6
    every = list[int]()
    replayed(store, lambda stored, _: every.append(stored.n), whole=True)
    whole_s = time.process_time()
    store.close()
    return {
        "events": len(every),
        "events read": len(seen),
        "processor to open the store, ms": round(1000 * (opened_s - began_s), 1),
        "processor to make the meeting, ms": round(1000 * (short_s - opened_s), 1),
        "memory then, MB": round(rss_mb, 1),
        "processor to make it from all events, ms": round(1000 * (whole_s - short_s), 1),
        "records, MB": round(sum(path.stat().st_size for path in folder.glob("*")) / 1e6, 2),
    }


async def start(folder: Path, counts: list[int]) -> Json:
    """Figures for each number of meetings."""
    found: Json = {}
    for count in counts:
        place = folder / str(count)
        place.mkdir()
        await records(place, count)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.bench.start", str(place), stdout=asyncio.subprocess.PIPE
        )
        out, _ = await process.communicate()
        assert process.returncode == 0, f"a start with {count} meetings failed"
        found |= {f"{count} meetings: {name}": value for name, value in json.loads(out).items()}
    return found


if __name__ == "__main__":
    print(json.dumps(read(Path(sys.argv[1]))))
