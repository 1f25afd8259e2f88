"""What was pressed, shown, sent and broken in one run, with its time. The judges read this.

Owns plain records; all times are seconds on CLOCK_MONOTONIC, which every process of one
machine shares. Must not judge.
"""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.chaos.packets import Publish
from tests.chaos.proxy import Direction

VOTE_KEYS = ("yes", "abstain", "no")
LAMPS = ("red", "green", "yes", "abstain", "no", "vote")
"""Of a seat on our own unit; ``vote`` is the one lamp for the vote on a button box."""

GARBAGE_MARK = b"zz_hostile"
"""Stands in every message of the hostile client: nobody said it, so nobody is judged by it."""

Lamps = dict[str, str]


@dataclass(frozen=True, slots=True)
class Press:
    """A finger on a key of a seat, or with ``all_off`` and the like of the console."""

    at_s: float
    room: str
    who: str
    """``12``, or ``console``."""
    key: str

    @property
    def seat(self) -> str:
        """``main/12``."""
        return f"{self.room}/{self.who}"


@dataclass(slots=True)
class Span:
    """From, to; ``to_s`` is infinite while it lasts."""

    from_s: float
    to_s: float = float("inf")

    def meets(self, from_s: float, to_s: float) -> bool:
        """The two have a moment in common."""
        return self.from_s <= to_s and from_s <= self.to_s


@dataclass(frozen=True, slots=True)
class Trouble:
    """One fault that was made."""

    kind: str
    target: str
    room: str | None
    """Whose it was; None: everybody's."""
    from_s: float
    to_s: float


@dataclass(slots=True)
class Question:
    """One ballot as the chair held it."""

    ballot: str
    generation: int
    kind: str
    press: str
    document: dict[str, Any] | None = None
    """The result document at the end of the run; None: it never had a result."""


@dataclass
class History:
    """Everything the judges need."""

    relays: dict[str, list[tuple[float, bool]]] = field(default_factory=lambda: defaultdict(list))
    """By seat (``main/12``): when the microphone's contact closed (True) and opened."""
    lamps: dict[str, list[tuple[float, Lamps]]] = field(default_factory=lambda: defaultdict(list))
    """By seat: all lamps after each change."""
    presses: list[Press] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    """Ballots in the order in which they were opened; one at a time."""
    away: dict[str, list[Span]] = field(default_factory=lambda: defaultdict(list))
    """By room: when its controller did not run, or was stopped."""
    rough: dict[str, list[Span]] = field(default_factory=lambda: defaultdict(list))
    """By name of link, process or broker: when something was wrong with it."""
    troubles: list[Trouble] = field(default_factory=list)
    """Every fault that was made and is over."""
    looks: list[tuple[float, str]] = field(default_factory=list)
    """Again and again: what was not well, or nothing."""
    floors: dict[str, list[tuple[float, frozenset[str]]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """By room: who speaks, as the room itself told the broker."""
    told: dict[str, list[tuple[float, str]]] = field(default_factory=lambda: defaultdict(list))
    """By room: which ballot it was told of, from when on; ``""``: of none."""
    told_rev: dict[str, tuple[int, int]] = field(default_factory=dict)
    """By room: the newest message about ballots; a room never goes back to an older one."""
    deliveries: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    """How often each event (source, epoch, seq) reached the hub."""
    ended_s: float = float("inf")
    """When the looking ended: what is open then is open until then."""
    deepest_outbox: int = 0
    died: list[str] = field(default_factory=list)
    """Processes that ended by themselves."""
    faults: Counter[str] = field(default_factory=Counter)
    forgotten_bytes: int = 0
    """What disks have forgotten when their power was cut."""
    crowd: int = 0
    """How often one of the crowd came to the hub's HTTP port."""
    garbage: int = 0
    """How many messages the hostile clients sent."""

    def press(self, room: str, who: str, key: str, pressed_ns: int) -> Press:
        """A key went down."""
        press = Press(pressed_ns / 1e9, room, who, key)
        self.presses.append(press)
        return press

    def seat_changed(self, room: str, seat: str, at_s: float, changed: dict[str, Any]) -> None:
        """What a seat's hardware shows has changed."""
        name = f"{room}/{seat}"
        if "microphone" in changed:
            self.relays[name].append((at_s, changed["microphone"]))
        lamps = {lamp: changed[lamp] for lamp in LAMPS if lamp in changed}
        if lamps:
            self.lamps[name].append((at_s, {**self.shown(name), **lamps}))

    def shown(self, seat: str) -> Lamps:
        """The lamps of a seat as they were last."""
        changes = self.lamps[seat]
        return changes[-1][1] if changes else {}

    def witness_room(self, room: str, direction: Direction, publish: Publish) -> None:
        """A message between a room and the broker."""
        if GARBAGE_MARK in publish.payload:
            return
        at_s, topic = time.monotonic(), publish.topic.split("/")
        if direction == "up" and topic[3:] == ["up", "state", "floor"]:
            floor = json.loads(publish.payload)
            speaking = frozenset(turn["seat"] for turn in floor["speaking"])
            self.floors[room].append((at_s, speaking))
        elif direction == "up" and topic[3:] == ["up", "status"]:
            depth = json.loads(publish.payload).get("outbox", 0)
            self.deepest_outbox = max(self.deepest_outbox, depth)

        elif direction == "down" and topic[3:] == ["down", "ballot"]:
            self._told_of(room, at_s, json.loads(publish.payload))

    def _told_of(self, room: str, at_s: float, message: dict[str, Any]) -> None:
        newest = message["gen"], message["rev"]
        if newest < self.told_rev.get(room, (0, 0)):
            return
        self.told_rev[room] = newest
        ballot = message["ballot"] or ""
        if not self.told[room] or self.told[room][-1][1] != ballot:
            self.told[room].append((at_s, ballot))

    def witness_hub(self, direction: Direction, publish: Publish) -> None:
        """A message between the hub and the broker."""
        if direction == "down" and GARBAGE_MARK not in publish.payload:
            for event in events_in(publish):
                self.deliveries[event["source"], event["epoch"], event["seq"]] += 1

    def write(self, path: Path) -> None:
        """Everything as JSON, for whoever looks for the reason of a failure."""
        found = {name: getattr(self, name) for name in self.__dataclass_fields__}
        found["deliveries"] = [[*event, count] for event, count in self.deliveries.items()]
        path.write_text(json.dumps(found, default=_plain, ensure_ascii=False), encoding="utf-8")

    @property
    def duplicates(self) -> int:
        """Events that reached the hub more than once, each further time counted."""
        return self.deliveries.total() - len(self.deliveries)


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else asdict(value)


def events_in(publish: Publish) -> Iterator[dict[str, Any]]:
    """The events that a message of a room carries: one, several, or none."""
    parts = publish.topic.split("/")
    if parts[3:] == ["up", "event"]:
        yield json.loads(publish.payload)
    elif parts[3:] == ["up", "events"]:
        yield from json.loads(publish.payload)["events"]
