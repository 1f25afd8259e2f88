"""Which fault comes when: a pure function of the seed.

Theory. Faults are dealt from a shuffled deck that holds every kind for every target, so that a
run of two minutes sees nearly all of them whatever its seed. A target has one fault at a time;
different targets fail together.

Owns the plan. Must not carry anything out.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass

ROOMS = ("main", "satellite-1")
EDGES = tuple(f"edge-{room}" for room in ROOMS)
PROCESSES = (*EDGES, "hub", "broker")
LINKS = tuple(f"link-{name}" for name in (*ROOMS, "hub"))
CLIENTS = tuple(f"client-{name}" for name in ROOMS)
"""Who is let in as a room, and sends garbage."""

POWERED = (*EDGES, "hub")
"""Whose disk is known to the byte."""

BROKER_MEMORIES = ("broker_stale", "broker_empty")
"""What a broker that is killed finds again: an old memory, or none."""

CROWD = "crowd-http"
"""Who stands at the hub's HTTP port and has no rights."""

UNITS = tuple(f"unit-{name}" for name in ROOMS)
"""A seat's unit on the line of its room; which seat, chance says."""

CHATTER_SEATS = range(3, 7)
"""Both rooms have them on a line of their own units."""

LINK_FAULTS = ("cut", "half_open", "delay", "slow", "duplicate", "stall")

FIRST_S = 2.0
"""The meeting begins in peace."""

MEAN_GAP_S = 1.6
"""Between two faults: about as many as one machine with two cores can live through."""

LENGTHS_S = {
    "kill": (0.0, 4.0),
    "power_cut": (0.5, 4.0),
    "broker_stale": (0.0, 4.0),
    "broker_empty": (0.0, 4.0),
    "pause": (0.3, 7.0),
    "cut": (0.0, 6.0),
    "half_open": (2.0, 14.0),
    "delay": (2.0, 8.0),
    "slow": (2.0, 8.0),
    "duplicate": (3.0, 12.0),
    "stall": (0.5, 8.0),
    "unplug": (2.0, 14.0),
    "clock": (0.0, 0.0),
    "disk_full": (1.0, 5.0),
    "hostile": (1.0, 6.0),
    "crowd": (2.0, 8.0),
    "chatter": (3.0, 8.0),
}
"""Shortest and longest. A link is noticed to be half open after some nine seconds; a room
leads itself after one second without the hub: both sides of both are in."""

CLOCK_JUMPS_S = (-400 * 86400.0, -3600.0, -2.0, 5.0, 600.0, 365 * 86400.0)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of the plan. ``at_s`` counts from the start of the meeting."""

    at_s: float
    kind: str
    target: str
    for_s: float
    amount: float = 0.0
    """Seconds of a delay or jump of the clock, bytes per second of a slow link, the share of
    what was not synced that a disk has all the same, the number of a seat."""

    @property
    def until_s(self) -> float:
        """When it is over."""
        return self.at_s + self.for_s

    def __str__(self) -> str:
        """For people: ``kill hub for 1.2 s``."""
        match self.kind:
            case "clock":
                return f"clock of {self.target} jumps by {self.amount:+.0f} s"
            case "delay":
                detail = f" by {self.amount:.2f} s"
            case "slow":
                detail = f" to {self.amount:.0f} bytes/s"
            case "power_cut":
                detail = f", {self.amount:.0%} of the unsynced blocks kept,"
            case "chatter":
                room = self.target.removeprefix("unit-")
                return f"chatter seat {self.amount:.0f} of {room} for {self.for_s:.1f} s"
            case "broker_stale" | "broker_empty":
                memory = "a stale memory" if self.kind == "broker_stale" else "no memory"
                return f"kill broker for {self.for_s:.1f} s, then {memory}"
            case _:
                detail = ""
        return f"{self.kind.replace('_', ' ')} {self.target}{detail} for {self.for_s:.1f} s"


def deck() -> list[tuple[str, str]]:
    """Every kind of fault with every target it has."""
    cards = [(kind, target) for kind in ("kill", "pause") for target in PROCESSES]
    # What the promise is about comes twice: sudden ends.
    cards += [("power_cut", target) for target in POWERED]
    cards += [(kind, "broker") for kind in BROKER_MEMORIES]
    cards += [(kind, target) for kind in LINK_FAULTS for target in LINKS]
    cards += [("unplug", f"link-{room}") for room in ROOMS]
    cards += [(kind, target) for kind in ("clock", "disk_full") for target in EDGES]
    cards += [("hostile", target) for target in CLIENTS]
    cards += [("crowd", CROWD)]
    cards += [("chatter", target) for target in UNITS]
    return cards


def schedule(seed: int, duration_s: float) -> list[Fault]:
    """Every fault of a run, in order; each is over when the run is."""
    chance = random.Random(f"faults {seed}")
    faults: list[Fault] = []
    busy_until_s: dict[str, float] = {}
    at_s = FIRST_S
    for kind, target in _cards(chance):
        at_s += chance.expovariate(1 / MEAN_GAP_S)
        if at_s >= duration_s:
            return faults
        for_s = min(chance.uniform(*LENGTHS_S[kind]), duration_s - at_s)
        fault = Fault(round(at_s, 3), kind, target, round(for_s, 3), _amount(kind, chance))
        if busy_until_s.get(target, 0.0) <= at_s:
            busy_until_s[target] = fault.until_s + 0.1
            faults.append(fault)
    return faults


ALONE_S = (2.0, 6.0)
"""How long a fault lasts that is looked at alone, where its kind lets it: enough to press keys."""


def one_by_one(seed: int, count: int) -> list[Fault]:
    """So many faults for a run in which each has the site for itself; ``at_s`` is a number."""
    chance = random.Random(f"one by one {seed}")
    faults: list[Fault] = []
    for number, (kind, target) in enumerate(itertools.islice(_cards(chance), count)):
        least_s, most_s = LENGTHS_S[kind]
        for_s = chance.uniform(max(least_s, min(ALONE_S[0], most_s)), min(most_s, ALONE_S[1]))
        faults.append(Fault(float(number), kind, target, round(for_s, 3), _amount(kind, chance)))
    return faults


def _cards(chance: random.Random) -> Iterator[tuple[str, str]]:
    """The deck, shuffled again each time it is through."""
    while True:
        cards = deck()
        chance.shuffle(cards)
        yield from cards


def _amount(kind: str, chance: random.Random) -> float:
    match kind:
        case "delay":
            return round(chance.uniform(0.02, 1.5), 2)
        case "slow":
            return float(chance.choice((2000, 8000, 30000)))
        case "clock":
            return chance.choice(CLOCK_JUMPS_S)
        case "chatter":
            return float(chance.choice(CHATTER_SEATS))
        case "power_cut":
            return chance.choice((0.0, 0.5))
        case _:
            return 0.0
