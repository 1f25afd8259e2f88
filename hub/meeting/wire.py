"""The floor as messages carry it, and as the rules know it.

Theory. Clocks differ, so messages carry ages in milliseconds and the rules carry times on
the meeting's clock. A message's ages are of the moment when it was heard, not of the one
when somebody reads it.

Owns the two directions, field by field. Must not decide anything.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from edge.contract import messages
from edge.rules.floor import Hold, Settings, Turn, Waiting
from edge.rules.merge import RoomReport
from edge.rules.timers import elapsed_s


def age_ms(since_s: float, now_s: float) -> int:
    """How long ago, never negative. Rounded: cut off, it would grow younger with each trip."""
    return max(0, round((now_s - since_s) * 1000))


def turn_message(turn: Turn, now_s: float) -> messages.Turn:
    """A turn as it goes out at ``now_s``."""
    silent_s = turn.silent_since_s
    return messages.Turn(
        seat=turn.seat,
        for_ms=age_ms(turn.since_s, now_s),
        spent_ms=round(elapsed_s(turn, now_s) * 1000),
        extra_ms=round(turn.extra_s * 1000),
        paused=turn.paused_at_s is not None,
        by_voice=turn.by_voice,
        silent_ms=None if silent_s is None else age_ms(silent_s, now_s),
    )


def turn_of(message: messages.Turn, heard_s: float) -> Turn:
    """The turn that a message heard at ``heard_s`` tells of.

    How often its clock stood still does not travel, only how long in all: the time used is
    the same.
    """
    spent_ms = message.for_ms if message.spent_ms is None else message.spent_ms
    silent_ms = message.silent_ms
    return Turn(
        message.seat,
        since_s=heard_s - message.for_ms / 1000,
        paused_s=max(0, message.for_ms - spent_ms) / 1000,
        paused_at_s=heard_s if message.paused else None,
        extra_s=message.extra_ms / 1000,
        by_voice=message.by_voice,
        silent_since_s=None if silent_ms is None else heard_s - silent_ms / 1000,
    )


def waiting_message(waiting: Waiting, now_s: float, *, suspended: bool) -> messages.Waiting:
    """A request as it goes out at ``now_s``."""
    return messages.Waiting(
        seat=waiting.seat,
        for_ms=age_ms(waiting.asked_s, now_s),
        suspended=suspended,
        kind=waiting.kind,
    )


def waiting_of(message: messages.Waiting, heard_s: float) -> Waiting:
    """The request that a message heard at ``heard_s`` tells of."""
    return Waiting(message.seat, heard_s - message.for_ms / 1000, message.kind)


def report_of(room: str, state: messages.FloorState, heard_s: float) -> RoomReport:
    """What ``room`` said of its own floor, on the meeting's clock."""
    return RoomReport(
        room,
        tuple(turn_of(turn, heard_s) for turn in state.speaking),
        tuple(waiting_of(waiting, heard_s) for waiting in state.queue),
        ended=state.ended,
        hold=None if state.hold is None else Hold(state.hold.seat, state.hold.opened),
        alarm=state.alarm,
        fire=state.fire,
        spoken_s=state.spoken_s,
    )


def settings_message(settings: Settings) -> messages.FloorSettings:
    """Settings as they go out."""
    given: dict[str, Any] = {kind.name: getattr(settings, kind.name) for kind in fields(Settings)}
    return messages.FloorSettings(**(given | {"protected": sorted(settings.protected)}))


def settings_of(message: messages.FloorSettings) -> Settings:
    """The settings that a message tells of."""
    return Settings(**settings_given(message))


def settings_given(message: messages.FloorSettings, *, named: bool = False) -> dict[str, Any]:
    """Values of settings as the rules have them; with ``named`` only those that were sent."""
    names = message.model_fields_set if named else {kind.name for kind in fields(Settings)}
    given: dict[str, Any] = {name: getattr(message, name) for name in sorted(names)}
    return given | {name: frozenset(given[name]) for name in given.keys() & {"protected"}}
