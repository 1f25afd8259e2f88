"""What a command about the floor asks of the meeting.

Owns the way from a command's body to an input of the desk. Must not judge it.
"""

from __future__ import annotations

from typing import get_args

from edge.rules import floor
from edge.rules.floor import FloorEvent
from hub.api import floor_bodies as bodies
from hub.api.models import Body
from hub.meeting.commands import FloorOrder, SettingsOrder
from hub.meeting.wire import settings_given


def floor_order(body: Body, by: str) -> FloorOrder | SettingsOrder | None:
    """The order that ``body`` is; None when it is not about the floor."""
    if isinstance(body, bodies.SetSettings):
        return SettingsOrder(settings_given(body.settings, named=True), by)
    if isinstance(body, get_args(bodies.FloorBody)):
        return FloorOrder(_event(body), by)
    return None


def _event(body: Body) -> FloorEvent:
    match body:
        case bodies.SetMode():
            return floor.SetRules(body.mode, body.max_open, body.queue_max)
        case bodies.SetRegistration():
            return floor.SetRegistration(body.to)
        case bodies.SetDebate():
            return floor.SetDebate(body.on)
        case bodies.SetRecess():
            return floor.SetRecess(body.on)
        case bodies.SetMuted():
            return floor.SetMuted(body.on)
        case _:
            return _plain_event(body)


def _plain_event(body: Body) -> FloorEvent:
    """Events that mean a seat, or nothing but themselves."""
    match body:
        case bodies.OpenMicrophone():
            return floor.Give(body.seat)
        case bodies.CloseMicrophone():
            return floor.Take(body.seat)
        case bodies.Extend(seat=str() as seat):
            return floor.Extend(seat)
        case bodies.TakePriority():
            return floor.PriorityHeld(body.seat)
        case bodies.ReleasePriority():
            return floor.PriorityReleased(body.seat)
        case _:
            return _SIMPLE[type(body)]


_SIMPLE: dict[type[Body], FloorEvent] = {
    bodies.NextSpeaker: floor.Next(),
    bodies.EndTurn: floor.EndTurn(),
    bodies.Extend: floor.ExtendTurns(),
    bodies.AllOff: floor.AllOff(),
    bodies.ClearQueue: floor.ClearQueue(),
    bodies.AcknowledgeFire: floor.AcknowledgeFire(),
}
