"""Judges the microphones: was the chair ever locked out, was one open without right.

Theory. What counts is the contact of the relay at the seat. Five things must hold whatever
fails, each after a time in which an honest room does it (bus, relay, a busy machine):

1. A room without controller closes by itself: the units' dead-man, 1.5 s.
2. All off, priority and fire close every delegate of the chair's own room, hub or no hub.
3. While fire is on, no microphone of the room is open, the chair's included.
4. In one room no more delegates are heard than the limit allows.
5. Nobody is heard whom the room's own report does not name as speaking.

Owns this judgement, from the history alone. Must not import the product.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.chaos.history import History, Span

CHAIRS = frozenset({"main/1", "main/2"})
WATCHLESS = frozenset({"satellite-1/7", "satellite-1/8"})
"""On a button box that cannot watch over its relays (docs/devices/delegate-unit.md)."""

DEAD_MAN_S = 1.5
SLACK_S = 1.5
"""For the line, the relay, and two processors that do many things at once."""

STOP_S = 2.5
"""From the key of all off, priority or fire to every relay open."""

OVERLAP_S = 2.5
"""How long one speaker may be heard beside the next: the way to the hub and back."""

SETTLE_S = 3.0
"""After a controller is back, or a link is fair again."""

REPORT_S = 4.0
"""An open microphone that the room's report does not name is wrong after this."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that must not be, for people to look into."""

    at_s: float
    what: str


def lockouts(history: History) -> list[Fault]:
    """A chair's key that did not close the delegates of its own room in time (rule 2)."""
    found: list[Fault] = []
    for press in history.presses:
        if press.who != "console" or press.key not in ("all_off", "priority", "fire"):
            continue
        until_s = press.at_s + STOP_S
        if _is_rough(history.away[press.room], press.at_s - SETTLE_S, until_s):
            continue
        found += [
            Fault(press.at_s, f"{press.key} in {press.room} left {seat} open")
            for seat, spans in _open(history, press.room)
            if seat not in CHAIRS
            and any(span.from_s <= press.at_s and until_s < span.to_s for span in spans)
        ]
    return found


def without_right(history: History, max_open: int) -> list[Fault]:
    """Microphones that were open though nobody could have allowed it (rules 1, 3, 4, 5)."""
    return [
        *_dead_rooms(history),
        *_fires(history),
        *_too_many(history, max_open),
        *_unreported(history),
    ]


def _dead_rooms(history: History) -> Iterator[Fault]:
    for room, spans in history.away.items():
        for away in spans:
            from_s = away.from_s + DEAD_MAN_S + SLACK_S
            for seat, opened in _open(history, room):
                if seat not in WATCHLESS and _is_rough(opened, from_s, away.to_s):
                    yield Fault(from_s, f"{seat} open in a room without controller")


def _fires(history: History) -> Iterator[Fault]:
    for room, alarm in _alarms(history):
        from_s = alarm.from_s + STOP_S
        if _is_rough(history.away[room], alarm.from_s - SETTLE_S, alarm.to_s):
            continue
        for seat, opened in _open(history, room):
            if _is_rough(opened, from_s, alarm.to_s):
                yield Fault(from_s, f"{seat} open in a fire alarm")


def _alarms(history: History) -> Iterator[tuple[str, Span]]:
    begun: dict[str, Span] = {}
    for press in history.presses:
        if press.key == "fire":
            begun[press.room] = Span(press.at_s)
        elif press.key == "fire_over" and press.room in begun:
            alarm = begun.pop(press.room)
            yield press.room, Span(alarm.from_s, press.at_s)
    yield from begun.items()


def _too_many(history: History, max_open: int) -> Iterator[Fault]:
    for room in sorted({seat.partition("/")[0] for seat in history.relays}):
        changes = sorted(
            (at_s, seat, is_open)
            for seat, relay in history.relays.items()
            if seat.partition("/")[0] == room and seat not in CHAIRS | WATCHLESS
            for at_s, is_open in relay
        )
        opened: set[str] = set()
        since_s: float | None = None
        for at_s, seat, is_open in changes:
            if since_s is not None and at_s - since_s > OVERLAP_S:
                yield Fault(since_s, f"{len(opened)} delegates heard in {room}: {sorted(opened)}")
            (opened.add if is_open else opened.discard)(seat)
            since_s = (since_s or at_s) if len(opened) > max_open else None


def _unreported(history: History) -> Iterator[Fault]:
    for room, floors in history.floors.items():
        rough = [
            span
            for name in (f"edge-{room}", f"link-{room}", "broker")
            for span in history.rough[name]
        ]
        for seat, opened in _open(history, room):
            for span in opened:
                for gap in _not_named(floors, seat, span):
                    is_long = gap.to_s - gap.from_s > REPORT_S
                    if is_long and not _is_rough(rough, gap.from_s - SETTLE_S, gap.to_s):
                        yield Fault(gap.from_s, f"{seat} open, and the room does not know it")


def _not_named(floors: list[tuple[float, frozenset[str]]], seat: str, span: Span) -> list[Span]:
    """The parts of ``span`` in which the room's newest report did not name the seat."""
    found: list[Span] = []
    ends = [at_s for at_s, _ in floors[1:]] + [span.to_s]
    for (from_s, speaking), to_s in zip(floors, ends, strict=True):
        if seat in speaking or not span.meets(from_s, to_s):
            continue
        if found and found[-1].to_s == from_s:
            found[-1].to_s = min(to_s, span.to_s)
        else:
            found.append(Span(max(from_s, span.from_s), min(to_s, span.to_s)))
    return found


def _open(history: History, room: str) -> Iterator[tuple[str, list[Span]]]:
    """When each microphone of a room was open."""
    for seat, changes in history.relays.items():
        if seat.partition("/")[0] == room:
            spans: list[Span] = []
            was_open = False
            for at_s, is_open in changes:
                if is_open and not was_open:
                    spans.append(Span(at_s, history.ended_s))
                elif was_open and not is_open:
                    spans[-1].to_s = at_s
                was_open = is_open
            yield seat, spans


def _is_rough(spans: list[Span], from_s: float, to_s: float) -> bool:
    return from_s <= to_s and any(span.meets(from_s, to_s) for span in spans)
