"""The floor in messages: the hub's as the rules know it, the room's as the hub may merge it.

Each side has a clock of its own, so times travel as ages and become times where they arrive.

Owns the translation between ``edge.contract.floor`` and ``edge.rules``. Pure; must not decide
whether a message counts.
"""

from __future__ import annotations

from dataclasses import replace

from edge.contract import messages
from edge.rules import plain
from edge.rules.following import HubFloor, Room, report_of
from edge.rules.settings import Settings
from edge.rules.state import Floor, Hold, Turn, Waiting, room_of
from edge.rules.timers import elapsed_s


def hub_floor(message: messages.Floor, epoch: str, known: Floor, now_s: float) -> HubFloor:
    """``down/floor`` for the rules. What it says of our events counts for our ``epoch`` only."""
    heard = message.heard_epoch == epoch
    return HubFloor(
        gen=message.gen,
        rev=message.rev,
        for_boot=message.for_boot,
        for_report=message.for_report,
        free=message.free,
        heard_seq=message.heard_seq if heard else 0,
        heard_extra=frozenset(message.heard_extra if heard else ()),
        floor=floor_from(message, known, now_s),
    )


def floor_from(message: messages.Floor, known: Floor, now_s: float) -> Floor:
    """The whole floor, times on our clock. Roles are those of our own seats, from ``known``.

    What only the hub needs is empty: turns that can be taken back, and speaking totals.
    """
    return replace(
        known,
        mode=message.mode,
        max_open=message.max_open,
        queue_max=message.queue_max,
        speaking=tuple(_turn(t, now_s) for t in message.speaking),
        queue=tuple(Waiting(w.seat, now_s - w.for_ms / 1000, w.kind) for w in message.queue),
        lost_rooms=frozenset(room_of(w.seat) for w in message.queue if w.suspended),
        settings=plain.read(Settings, message.settings.model_dump(), "settings"),
        registration=message.registration,
        debating=message.debating,
        hold=Hold(message.hold.seat, message.hold.opened) if message.hold else None,
        recess=message.recess,
        muted=message.muted,
        fire_rooms=frozenset(message.fire_rooms),
        alarm=message.alarm,
        left=(),
        totals_s={},
        merged_s={},
    )


def _turn(turn: messages.Turn, now_s: float) -> Turn:
    spent_ms = turn.for_ms if turn.spent_ms is None else turn.spent_ms
    return Turn(
        turn.seat,
        now_s - turn.for_ms / 1000,
        paused_s=max(0, turn.for_ms - spent_ms) / 1000,
        paused_at_s=now_s if turn.paused else None,
        extra_s=turn.extra_ms / 1000,
        by_voice=turn.by_voice,
        silent_since_s=None if turn.silent_ms is None else now_s - turn.silent_ms / 1000,
    )


def floor_state(room: Room, rev: int, contact: int, now_s: float) -> messages.FloorState:
    """``up/state/floor``: the room's own seats, ages as of now.

    ``contact`` is the hub's connection it is made for, 0 when none is heard.
    """
    report = report_of(room)
    return messages.FloorState(
        boot=room.boot,
        rev=rev,
        authority=room.authority,
        free=room.free,
        report=room.report,
        mode=room.floor.mode,
        speaking=[_turn_out(turn, now_s) for turn in report.speaking],
        queue=[
            messages.Waiting(seat=w.seat, for_ms=_age_ms(w.asked_s, now_s), kind=w.kind)
            for w in report.queue
        ],
        gen=room.gen,
        applied=room.applied,
        ended=dict(room.ended),
        hold=messages.Hold(seat=report.hold.seat, opened=report.hold.opened)
        if report.hold
        else None,
        alarm=report.alarm,
        fire=report.fire,
        spoken_s=dict(report.spoken_s),
        contact=contact,
    )


def _turn_out(turn: Turn, now_s: float) -> messages.Turn:
    silent_s = turn.silent_since_s
    return messages.Turn(
        seat=turn.seat,
        for_ms=_age_ms(turn.since_s, now_s),
        spent_ms=round(elapsed_s(turn, now_s) * 1000),
        extra_ms=round(turn.extra_s * 1000),
        paused=turn.paused_at_s is not None,
        by_voice=turn.by_voice,
        silent_ms=None if silent_s is None else _age_ms(silent_s, now_s),
    )


def _age_ms(since_s: float, now_s: float) -> int:
    return max(0, round((now_s - since_s) * 1000))
