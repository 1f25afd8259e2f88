"""How the floor of a room that was alone joins the meeting's again.

Theory. While a room cannot be reached it is master of its own seats, so what it reports about
them replaces what the meeting believed: who speaks there, and whose turn or request ended
there. A request is the exception: it is in the meeting's queue, or in the room's, or in both,
and as long as the room does not say that it ended there, it stays, at the earlier of its two
times. A room that started anew knows nothing of its old requests, and so cannot lose them.

Seats of other rooms stay as they are. If more delegates now speak than places exist, the
chair's room wins: its turns stay, then the longer turn stays. Whoever loses the place goes
back into the queue, if the mode has one, at the time the turn began, so nothing that a person
pressed is dropped silently. A fire alarm of either side is the alarm of both. Merging the
same report twice changes nothing.

Owns the merge. Must not know how the report travelled; all times are already on the
meeting's clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from edge.rules.events import Effect, Ended, Queued
from edge.rules.state import Floor, Hold, Turn, Waiting, room_of
from edge.rules.timers import paced
from edge.rules.turns import Outcome, end_all, end_turns, settle, wait


@dataclass(frozen=True, slots=True)
class RoomReport:
    """What a room says of its own seats."""

    room: str
    speaking: tuple[Turn, ...]
    queue: tuple[Waiting, ...]
    ended: Mapping[str, int] | None = None
    """Seats whose turn or request ended while the room led itself, and in which report. None:
    the room does not say, then every request that it does not report ended there."""
    hold: Hold | None = None
    """A chair in the room holds priority."""
    alarm: bool = False
    fire: bool | None = None
    """Its fire contact is closed; None: it does not say."""
    spoken_s: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """Speaking time by seat of turns that ended while it led itself, since its start."""

    def after(self, merged: int) -> RoomReport:
        """The report with only what is new since report ``merged`` of the same boot."""
        if self.ended is None:
            return self
        return replace(self, ended={s: n for s, n in self.ended.items() if n > merged})


def believed(floor: Floor, room: str) -> RoomReport:
    """What this floor holds of the room. Merging the meeting's own only ends the suspension."""
    return RoomReport(
        room,
        tuple(t for t in floor.speaking if room_of(t.seat) == room),
        tuple(w for w in floor.queue if room_of(w.seat) == room),
        ended={},
        hold=floor.hold if floor.hold is not None and room_of(floor.hold.seat) == room else None,
    )


def merge(floor: Floor, report: RoomReport, now_s: float) -> Outcome:
    """The meeting's floor with this room back in it, and what had to change for that."""
    report = _own(floor, report)
    joined, lost_turns = _turns(floor, report, now_s)
    joined = replace(
        _with_totals(joined, report),
        lost_rooms=floor.lost_rooms - {report.room},
        queue=_requests(floor, report),
        hold=_hold(floor, report),
        fire_rooms=_fire_rooms(floor, report),
    )
    joined, yielded = _within_limit(joined, now_s)
    unanswered = tuple(w for w in joined.queue if not joined.speaks(w.seat))
    joined = replace(joined, queue=joined.in_order(unanswered))
    effects = (*lost_turns, *yielded)
    if joined.alarm or report.alarm or report.fire:
        joined, silenced = end_all(replace(joined, alarm=True), "set_fire", now_s)
        effects = (*effects, *silenced)
    settled, granted = settle(joined, now_s)
    return paced(settled, now_s), (*effects, *granted)


def _own(floor: Floor, report: RoomReport) -> RoomReport:
    """The report without seats that do not exist, or are not the room's."""

    def known(seat: str) -> bool:
        return seat in floor.roles and room_of(seat) == report.room

    hold = report.hold if report.hold is not None and floor.is_chair(report.hold.seat) else None
    return replace(
        report,
        speaking=tuple(t for t in report.speaking if known(t.seat)),
        queue=tuple(w for w in report.queue if known(w.seat)),
        hold=hold if hold is not None and known(hold.seat) else None,
        spoken_s={s: t for s, t in report.spoken_s.items() if known(s)},
    )


def _turns(floor: Floor, report: RoomReport, now_s: float) -> Outcome:
    """Turns as the room says. One that both know goes on as the meeting has it."""
    speaks, ended = {t.seat for t in report.speaking}, report.ended or {}
    mine = {t.seat for t in floor.speaking if room_of(t.seat) == report.room}
    # Those that ended in the room are in the time that it counted itself.
    kept = tuple(t for t in floor.speaking if not (t.seat in mine and t.seat in ended))
    over = tuple(Ended(seat, "merge") for seat in sorted(mine & set(ended) - speaks))
    floor, more = end_turns(replace(floor, speaking=kept), frozenset(mine - speaks), "merge", now_s)
    new = (t for t in report.speaking if not floor.speaks(t.seat))
    turns = sorted((*floor.speaking, *new), key=lambda t: t.since_s)
    return replace(floor, speaking=tuple(turns)), (*over, *more)


def _with_totals(floor: Floor, report: RoomReport) -> Floor:
    """Add what the room counted and has not been added yet."""
    if not report.spoken_s:
        return floor
    totals_s = dict(floor.totals_s)
    for seat, spoken_s in report.spoken_s.items():
        totals_s[seat] = totals_s.get(seat, 0.0) + spoken_s - floor.merged_s.get(seat, 0.0)
    return replace(floor, totals_s=totals_s, merged_s={**floor.merged_s, **report.spoken_s})


def _hold(floor: Floor, report: RoomReport) -> Hold | None:
    """A chair who let go alone has let go; one who holds does, unless another does already."""
    known = floor.hold
    if known is None or (report.ended is not None and room_of(known.seat) == report.room):
        return report.hold
    return known


def _fire_rooms(floor: Floor, report: RoomReport) -> frozenset[str]:
    if report.fire is None:
        return floor.fire_rooms
    return floor.fire_rooms | {report.room} if report.fire else floor.fire_rooms - {report.room}


def _requests(floor: Floor, report: RoomReport) -> tuple[Waiting, ...]:
    """Both queues in one: a request ends only where somebody ended it."""
    ended = floor.roles.keys() if report.ended is None else report.ended.keys()
    kept = {w.seat: w for w in floor.queue if room_of(w.seat) != report.room or w.seat not in ended}
    for waiting in report.queue:
        known = kept.get(waiting.seat)
        if known is None or waiting.asked_s < known.asked_s:
            kept[waiting.seat] = waiting
    return tuple(kept.values())


def _within_limit(floor: Floor, now_s: float) -> Outcome:
    """Put the turns that are one too many back into the queue."""
    effects: tuple[Effect, ...] = ()
    rooms = dict.fromkeys(room_of(t.seat) for t in floor.counted())
    for room in (*(r for r in rooms if r in floor.settings.max_open_per_room), None):
        turns = [t for t in floor.counted() if room is None or room_of(t.seat) == room]
        most = floor.max_open if room is None else floor.settings.max_open_per_room[room]
        floor, yielded = _yield(floor, turns, len(turns) - most, now_s)
        effects = (*effects, *yielded)
    return floor, effects


def _yield(floor: Floor, turns: list[Turn], excess: int, now_s: float) -> Outcome:
    if excess <= 0:
        return floor, ()
    chair_rooms = {room_of(seat) for seat, role in floor.roles.items() if role == "chair"}
    # Last in this order yields first: other rooms before the chair's, the newest turn first.
    turns.sort(key=lambda t: (room_of(t.seat) not in chair_rooms, t.since_s))
    yielding = turns[-excess:]
    floor, _ = end_turns(floor, frozenset(t.seat for t in yielding), "merge", now_s)
    effects: list[Effect] = []
    for turn in yielding:
        effects.append(Ended(turn.seat, "merge"))
        if floor.has_queue():
            if not floor.waits(turn.seat):  # else the request that the turn had answered is back
                floor, _ = wait(floor, turn.seat, turn.since_s, "speech")
            effects.append(Queued(turn.seat))
    return floor, tuple(effects)
