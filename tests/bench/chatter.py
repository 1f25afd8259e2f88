"""Rooms that talk: each says twenty messages a second, and now and then somebody presses a key.

Owns what a busy room says and how often (``MIX``), and the process that says it for all rooms:
``python -m tests.bench.chatter PORT ROOMS SEED`` takes orders as lines of JSON and answers each
with what it did and saw. It is a process of its own, so that its work is not the hub's, and it
tells how late it was itself. Must not measure the hub's inside.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from edge.contract import messages, topics
from edge.contract.wire import encode
from tests.bench.bars import rank
from tests.bench.crowd import Crowd, CrowdRoom, Json

RATE = 20
"""Messages of one room per second."""

MIX = {
    "tele/levels": 50,
    "state/cameras": 50,
    "state/seats": 34,
    "state/audio": 30,
    "state/floor": 20,
    "state/displays": 4,
    "state/devices": 2,
    "status": 2,
    "tele/room": 2,
    "tele/link": 2,
    "audit": 2,
    "ask": 1,
    "leave": 1,
}
"""Messages of one room in ten seconds, while people speak: levels five times a second as the room
controller sends them, cameras that move, who talks, lamps and microphones, the floor followed."""

ROUND = sum(MIX.values())
SPEAKS_FOR = 20
"""Messages between a request and its end: one second, so that queues stay as short as they are."""

SEATS = 25
VARIANTS = 8
REV = 987654321
LOOK_S = 0.002
LATE_MS = 20.0
"""Who sends later than this is busy itself: its figures say little of the hub."""


def pattern(seed: int) -> list[str]:
    """The order of one round."""
    rest = [kind for kind, count in MIX.items() for _ in range(count)]
    rest.remove("ask")
    rest.remove("leave")
    random.Random(seed).shuffle(rest)
    return [*rest[:90], "ask", *rest[90 : 90 + SPEAKS_FOR], "leave", *rest[90 + SPEAKS_FOR :]]


def _seats(n: int) -> messages.SeatsState:
    def seat(number: int) -> messages.SeatActual:
        lit = number == n + 1
        return messages.SeatActual(
            microphone=lit,
            wanted=lit,
            red="on" if lit else "off",
            green="slow" if number % 7 == n % 7 else "off",
            amber="off",
            sign_in="off",
            votes="off",
            health="ok",
            age_ms=number * 3 + n,
        )

    return messages.SeatsState(
        boot="", rev=REV, seats={str(s): seat(s) for s in range(1, SEATS + 1)}
    )


def _cameras(n: int) -> messages.CamerasState:
    def camera(number: int) -> messages.CameraActual:
        return messages.CameraActual(
            pan_deg=-40.5 + 7 * n + number,
            tilt_deg=-8.0 + n,
            fov_deg=12.5,
            moving=n % 2 == 0,
            target=f"main/{n + 1}",
            arrived=n % 2 == 1,
            on_air=number == 1,
            sightings=["main/1", "main/9", "main/17", "main/25"],
            why=messages.Text(vi="đang phát biểu, ghế này", en="speaks, this seat"),
            detector="model",
            picture="ok",
            faces=n % 4,
            framed="framed",
            health="ok",
            age_ms=40 + n,
        )

    return messages.CamerasState(
        boot="", rev=REV, cameras={f"cam-{number}": camera(number) for number in (1, 2)}
    )


def _displays(n: int) -> messages.DisplaysState:
    shown = messages.DisplayActual(
        power=True, source="hdmi-1", volume=20 + n, wanted_power=True, health="ok", age_ms=900
    )
    return messages.DisplaysState(boot="", rev=REV, displays={"display-1": shown})


def _devices(n: int) -> messages.DevicesState:
    one = messages.DeviceActual(
        health="ok", age_ms=20, counters={"cycle_ms": 90 + n, "polls": n, "timeouts": 0}
    )
    names = ("bus-1", "cam-1", "cam-2", "display-1")
    return messages.DevicesState(boot="", rev=REV, devices=dict.fromkeys(names, one))


def _audio(n: int) -> messages.AudioState:
    heard_s = {str(number): 10.0 * number + n for number in range(1, SEATS + 1, 3)}
    return messages.AudioState(
        boot="", rev=REV, listens=True, talking=[f"main/{n + 1}"], heard_s=heard_s
    )


def _floor(n: int) -> messages.FloorState:
    return messages.FloorState(
        boot="",
        rev=REV,
        authority="hub",
        report=0,
        mode="request",
        speaking=[],
        queue=[messages.Waiting(seat=f"main/{n + 1}", for_ms=700)],
        applied=n,
    )


def _figures(n: int) -> messages.Tele:
    names = ("bus-1.cycle_ms", "cam-1.answer_ms", "cam-2.answer_ms", "refused_messages")
    return messages.Tele(figures=dict.fromkeys(names, 20.0 + n))


def _levels(n: int) -> messages.Tele:
    return messages.Tele(
        figures={str(number): -60.0 + (number * 7 + n * 5) % 40 for number in range(1, SEATS + 1)}
    )


STATES: dict[str, Callable[[int], messages.State]] = {
    "state/seats": _seats,
    "state/cameras": _cameras,
    "state/displays": _displays,
    "state/devices": _devices,
    "state/audio": _audio,
    "state/floor": _floor,
}
TELE: dict[str, Callable[[int], messages.Tele]] = {
    "tele/levels": _levels,
    "tele/room": _figures,
    "tele/link": lambda n: messages.Tele(figures={"hub_ms": float(n)}),
}


class Phrases:
    """Payloads that are written once and said by every room, with its boot and a new ``rev``."""

    def __init__(self) -> None:
        self._tele = {k: [encode(make(n)) for n in range(VARIANTS)] for k, make in TELE.items()}
        self._state = {
            kind: [self._cut(encode(make(n))) for n in range(VARIANTS)]
            for kind, make in STATES.items()
        }

    @staticmethod
    def _cut(data: bytes) -> tuple[bytes, bytes]:
        head, tail = data.split(b'"boot":"","rev":%d' % REV)
        return head, tail

    def tele(self, kind: str, n: int) -> bytes:
        """Figures that may be lost."""
        return self._tele[kind][n % VARIANTS]

    def state(self, kind: str, boot: bytes, rev: int) -> bytes:
        """A part of the room's state."""
        head, tail = self._state[kind][rev % VARIANTS]
        return b'%s"boot":"%s","rev":%d%s' % (head, boot, rev, tail)


@dataclass
class TalkingRoom(CrowdRoom):
    """One of them: what it asked for and has not seen come true."""

    said: int = 0
    seat: int = 1
    awaited: dict[int, int] = field(default_factory=dict)
    """Presses by number of the event, with their time in ns."""
    seen_ms: list[float] = field(default_factory=list)
    """Press → a floor that has it, of those since the list was emptied."""

    def take(self, kind: str, payload: bytes) -> None:
        if kind == "receipt":
            super().take(kind, payload)
        elif kind == "floor" and (self.awaited or self.floor_boot is None):
            self._follow(json.loads(payload))

    def _follow(self, floor: Json) -> None:
        self.floor_boot = floor["for_boot"]
        if floor["heard_epoch"] != self.epoch:
            return
        now_ns = time.monotonic_ns()
        decided = {s for s in self.awaited if s <= floor["heard_seq"] or s in floor["heard_extra"]}
        for seq in decided:
            self.seen_ms.append((now_ns - self.awaited.pop(seq)) / 1e6)

    def press(self, intent: str) -> tuple[str, int]:
        """A key, recorded and sent: its seat, and when."""
        name = topics.seat_name(self.name, self.seat)
        body = {"key": "mic", "intent": intent, "seat": name, "leads": "hub", "report": 0}
        seq, event = self.write("press", body)
        now_ns = time.monotonic_ns()
        self.awaited[seq] = now_ns
        self.record(seq, event)
        self.send_due()
        return name, now_ns


class Talk(Crowd[TalkingRoom]):
    """All rooms; the first ``active`` of them talk."""

    def __init__(self, rooms: int, seed: int) -> None:
        super().__init__(rooms, SEATS, TalkingRoom)
        self.active = 0
        self.sent = 0
        self.late_ms: list[float] = []
        self.asked: list[tuple[str, int]] = []
        """Requests: seat, and the time in ns."""
        self._chance = random.Random(seed)
        self._pattern = pattern(seed)
        self._phrases = Phrases()

    async def join(self, rooms: int) -> bool:
        """So many talk from now on; new ones arrive first. False: not all of them got a floor."""
        new = [name for name in self.names[:rooms] if self.rooms[name].floor_boot is None]
        try:
            await self.arrive(new)
        except AssertionError:
            return False
        self.active = rooms
        return True

    async def talk(self) -> None:
        """Say what is due, evenly spread, until cancelled."""
        turn, rooms, due_s = 0, 0, 0.0
        while True:
            if rooms != self.active:
                turn, rooms, due_s = 0, self.active, time.monotonic()
            now_s = time.monotonic()
            while rooms and due_s <= now_s:
                self.late_ms.append((now_s - due_s) * 1e3)
                self._say(self.rooms[self.names[turn % rooms]], turn % rooms)
                turn += 1
                due_s += 1 / (RATE * rooms)
            await asyncio.sleep(LOOK_S)

    def _say(self, room: TalkingRoom, place: int) -> None:
        kind = self._pattern[(room.said + place * 37) % ROUND]
        room.said += 1
        self.sent += 1
        if kind == "ask":
            room.seat = self._chance.randint(1, SEATS)
            self.asked.append(room.press(kind))
        elif kind == "leave":
            room.press(kind)
        elif kind == "audit":
            room.record(*room.write(kind, {"what": "bench", "detail": {"n": room.said}}))
            room.send_due()
        elif kind == "status":
            room.wire.publish(topics.up(room.name, kind), encode(room.status()), retain=True)
        else:
            group, _, item = kind.partition("/")
            topic = topics.up(room.name, group, item)
            if group == "tele":
                room.wire.publish(topic, self._phrases.tele(kind, room.said), qos=0)
            else:
                data = self._phrases.state(kind, room.boot.encode(), room.said)
                room.wire.publish(topic, data, retain=True)

    async def window(self, seconds: float) -> Json:
        """What was said and seen in so many seconds, beginning when the last is forgotten."""
        self.late_ms, self.asked, self.sent = [], [], 0
        for room in self.rooms.values():
            room.seen_ms.clear()
        began_s, cpu_s = time.monotonic(), time.process_time()
        await asyncio.sleep(seconds)
        took_s = time.monotonic() - began_s
        used = (time.process_time() - cpu_s) / took_s
        late_ms = rank(self.late_ms, 0.99) if self.late_ms else 0.0
        now_ns = time.monotonic_ns()
        waits_ms = [
            (now_ns - ns) / 1e6 for room in self.rooms.values() for ns in room.awaited.values()
        ]
        return {
            "rooms": self.active,
            "sent": self.sent,
            "seconds": took_s,
            "late_ms": late_ms,
            "cpu": used,
            "saturated": late_ms > LATE_MS or self.sent < 0.95 * RATE * self.active * took_s,
            "seen_ms": [ms for room in self.rooms.values() for ms in room.seen_ms],
            "waiting_ms": waits_ms,
            "asked": self.asked,
        }


async def serve(port: int, rooms: int, seed: int) -> None:
    """Do what stdin says, one line after the other, until it ends."""
    talk = Talk(rooms, seed)
    await talk.connect(port)
    await talk.until_hub()
    works = [asyncio.create_task(talk.talk()), asyncio.create_task(talk.send_forever())]
    orders: dict[str, Callable[[Any], Awaitable[Any]]] = {
        "rooms": talk.join,
        "window": talk.window,
        "away": lambda _: talk.until_hub(online=False),
        "back": lambda _: talk.until_hub(),
    }
    try:
        while line := await asyncio.to_thread(sys.stdin.readline):
            name, value = json.loads(line)
            print(json.dumps(await orders[name](value)), flush=True)
            if any(work.done() for work in works):
                raise RuntimeError("the talking has ended")
    finally:
        for work in works:
            work.cancel()
        talk.close()


if __name__ == "__main__":
    asyncio.run(serve(*map(int, sys.argv[1:4])))
