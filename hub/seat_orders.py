"""What a command from a seat's page asks of the meeting.

Owns the way from a command's body to an input of the desk. Must not judge it.
"""

from __future__ import annotations

from edge.rules.floor import Ask, Leave
from hub.api import seat_bodies as bodies
from hub.api.models import Body
from hub.meeting.commands import FloorOrder
from hub.meeting.inputs import PageVote, SignInOrder


def seat_order(body: Body, now_s: float, by: str) -> FloorOrder | SignInOrder | None:
    """The order that ``body`` is; None when it is a vote, or about something else."""
    match body:
        case bodies.AskFloor():
            return FloorOrder(Ask(body.seat, now_s, body.kind), by)
        case bodies.Withdraw():
            return FloorOrder(Leave(body.seat), by)
        case bodies.SignInSeat():
            return SignInOrder((body.seat,), None, True, by)
        case _:
            return None


def page_vote(body: bodies.CastVote) -> PageVote:
    """The vote that ``body`` is."""
    return PageVote(
        body.ballot,
        body.generation,
        body.seat,
        tuple(body.choices),
        body.press,
        body.age_ms / 1000,
    )
