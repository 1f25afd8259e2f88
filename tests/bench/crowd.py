"""Many simulated rooms on a few connections: they arrive, vote, and wait for their receipts.

Owns what each room says and when. A room keeps the manners of ``edge.runtime.link``: what is
recorded while the last message has no receipt gathers and goes together, and what stays without
a receipt goes again. Must not measure the hub's inside: only what rooms see.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from edge.contract import messages, topics
from edge.contract.wire import encode, together
from edge.runtime.gathering import Gathering
from tests.bench.wire import Wire, connected
from tests.hub_room import describe, floor_state, status

CONNECTIONS = 20
"""Rooms share them: what is measured is the hub, not the broker's handling of sockets."""

LOOK_S = 0.01
"""How often rooms look whether something is due."""

Json = dict[str, Any]
Body = Callable[[str, int], tuple[messages.EventKind, Json]]
"""Kind and body of the event of one seat: room, number of the seat."""


@dataclass
class CrowdRoom:
    """One room: its outbox, and what it was told."""

    name: str
    wire: Wire
    floor_boot: str | None = None
    ballot: Json = field(default_factory=dict)
    waiting: dict[int, bytes] = field(default_factory=dict)
    recorded_s: dict[int, float] = field(default_factory=dict)
    receipted_s: dict[int, float] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    sent_s: dict[int, float] = field(default_factory=dict)
    repeated: int = 0
    sent_messages: int = 0
    _seq: int = 0
    _gathering: Gathering = field(default_factory=Gathering)

    @property
    def boot(self) -> str:
        """Its only start."""
        return f"boot-{self.name}"

    @property
    def epoch(self) -> str:
        """Of its outbox."""
        return f"epoch-{self.name}"

    def status(self) -> messages.Status:
        """It is there."""
        return status("online", self.boot, self.epoch, start=1)

    def arrive(self, seats: int) -> None:
        """Everything a room says when it starts."""
        for kind, item, message in (
            ("status", None, self.status()),
            ("describe", None, describe(self.boot, seats, self.name)),
            ("state", "floor", floor_state(self.boot)),
        ):
            self.wire.publish(topics.up(self.name, kind, item), encode(message), retain=True)

    def write(self, kind: messages.EventKind, body: Json) -> tuple[int, bytes]:
        """The next event, ready to be recorded: its number and its bytes."""
        self._seq += 1
        event = messages.Event(
            id=f"{self.name}-{self._seq}",
            source=self.name,
            epoch=self.epoch,
            seq=self._seq,
            boot=self.boot,
            mono_ms=0,
            ts=0.0,
            clock="synced",
            start=1,
            kind=kind,
            body=body,
        )
        return self._seq, encode(event)

    def record(self, seq: int, event: bytes) -> None:
        """As if the outbox had committed it just now."""
        self.waiting[seq] = event
        self.recorded_s[seq] = time.monotonic()

    def send_due(self) -> None:
        """What waits and is not under way, unless the last message is unanswered."""
        now_s = time.monotonic()
        if not self._gathering.may_send(now_s):
            return
        again_s = self._gathering.resend_after_s
        due = [seq for seq in self.waiting if now_s - self.sent_s.get(seq, -1e9) >= again_s]
        if not due:
            return
        self.repeated += sum(seq in self.sent_s for seq in due)
        self.sent_s.update(dict.fromkeys(due, now_s))
        self._gathering.sent(now_s)
        for data in together(self.waiting[seq] for seq in due):
            self.sent_messages += 1
            self.wire.publish(topics.up(self.name, "events"), data)

    def forget(self) -> None:
        """Everything is receipted: the next ballot counts anew."""
        for kept in (self.recorded_s, self.receipted_s, self.refused, self.sent_s):
            kept.clear()
        self.repeated = self.sent_messages = 0

    def take(self, kind: str, payload: bytes) -> None:
        """One message of the hub."""
        match kind:
            case "receipt":
                self._settle(json.loads(payload))
            case "floor":
                self.floor_boot = json.loads(payload)["for_boot"]
            case "ballot":
                self.ballot = json.loads(payload)

    def _settle(self, receipt: Json) -> None:
        now_s = time.monotonic()
        refused = {item["seq"]: item["code"] for item in receipt["refused"]}
        self.refused |= refused
        gone = {seq for seq in self.waiting if seq <= receipt["upto"]} | set(receipt["extra"])
        for seq in (gone | refused.keys()) & self.waiting.keys():
            del self.waiting[seq]
            self.receipted_s[seq] = now_s
        self._gathering.answered(now_s)
        self.send_due()


Room = TypeVar("Room", bound=CrowdRoom)


class Crowd(Generic[Room]):
    """All rooms of one bench."""

    def __init__(self, rooms: int, seats: int, kind: type[Room]) -> None:
        self.seats = seats
        self.names = [f"room-{number:04}" for number in range(1, rooms + 1)]
        self.rooms: dict[str, Room] = {}
        self._kind = kind
        self._hub_online = False
        self._wires: list[Wire] = []
        self._news = asyncio.Event()

    async def connect(self, port: int) -> None:
        """Connections and subscriptions."""
        for number in range(min(CONNECTIONS, len(self.names))):
            wire = await connected(port, f"crowd-{number}", self._take)
            self._wires.append(wire)
            mine = self.names[number::CONNECTIONS]
            for name in mine:
                self.rooms[name] = self._kind(name, wire)
            for at in range(0, len(mine), 50):
                wire.subscribe(f"{topics.ROOT}/{name}/down/#" for name in mine[at : at + 50])
                await wire.ready.wait()
        self._wires[0].subscribe([topics.HUB_STATUS])

    def _take(self, topic: str, payload: bytes) -> None:
        if topic == topics.HUB_STATUS:
            self._hub_online = json.loads(payload)["state"] == "online"
        else:
            _, _, name, _, kind, *_ = topic.split("/")
            self.rooms[name].take(kind, payload)
        self._news.set()

    async def until_hub(self, *, online: bool = True) -> None:
        """Wait until the hub is there, or is not."""
        await self.until(lambda room: self._hub_online is online, "the hub")

    async def until(
        self, told: Callable[[Room], bool], what: str, patience_s: float = 60.0
    ) -> float:
        """Wait until it holds for every room; the monotonic time when it did."""
        missing = set(self.rooms)
        deadline_s = time.monotonic() + patience_s
        while True:
            missing = {name for name in missing if not told(self.rooms[name])}
            if not missing:
                return time.monotonic()
            if time.monotonic() > deadline_s:
                raise AssertionError(
                    f"waited {patience_s:g} s for: {what}; {len(missing)} rooms have not, "
                    f"such as {min(missing)}"
                )
            self._news.clear()
            try:
                async with asyncio.timeout(0.2):
                    await self._news.wait()
            except TimeoutError:
                continue

    async def arrive(self, names: Iterable[str] | None = None) -> None:
        """These rooms, or all, say what they are, and get their floor."""
        coming = set(self.names if names is None else names)
        for name in sorted(coming):
            room = self.rooms[name]
            room.arrive(self.seats)
            if room.wire.unacknowledged > 200:
                await asyncio.sleep(LOOK_S)
        await self.until(
            lambda room: room.name not in coming or room.floor_boot == room.boot, "the floor"
        )

    async def press_all(self, body: Body, spread_s: float, seed: int) -> float:
        """Every seat of every room presses once, at random within ``spread_s``.

        Returns:
            The monotonic time of the first press. All have their receipt when it returns.
        """
        chance = random.Random(seed)
        order = sorted(
            (chance.random() * spread_s, name, seat)
            for name in self.names
            for seat in range(1, self.seats + 1)
        )
        plan = [(at_s, self.rooms[name], body(name, seat)) for at_s, name, seat in order]
        presses = [(at_s, room, *room.write(*what)) for at_s, room, what in plan]
        began_s, at = time.monotonic(), 0
        while at < len(presses):
            now_s = time.monotonic() - began_s
            pressed: dict[str, CrowdRoom] = {}
            while at < len(presses) and presses[at][0] <= now_s:
                _, room, seq, event = presses[at]
                room.record(seq, event)
                pressed[room.name] = room
                at += 1
            for room in pressed.values():
                room.send_due()
            await asyncio.sleep(LOOK_S if at < len(presses) else 0)
        sending = asyncio.create_task(self.send_forever(), name="crowd sender")
        try:
            await self.until(lambda room: not room.waiting, "receipts")
        finally:
            sending.cancel()
            await asyncio.wait({sending})
        return began_s

    async def send_forever(self) -> None:
        """Look after what gathers and what has no receipt."""
        while True:
            for room in self.rooms.values():
                room.send_due()
            await asyncio.sleep(LOOK_S)

    def close(self) -> None:
        """Let go of the broker."""
        for wire in self._wires:
            wire.close()
