"""What a command about ballots or attendance asks of the meeting.

Owns the way from a command's body to an input of the desk, and the making of keys. Must not
judge it.
"""

from __future__ import annotations

import secrets
import time

from edge.rules import ballot_events as event
from edge.rules.slip_sheet import KEY_BYTES
from hub.api import ballot_bodies as bodies
from hub.api.models import Body
from hub.meeting.inputs import (
    AskAttendance,
    BallotOrder,
    HandVote,
    PlanMotion,
    SignInOrder,
    VoteAgain,
)

Wanted = PlanMotion | BallotOrder | VoteAgain | SignInOrder | AskAttendance | HandVote


def ballot_order(body: Body, by: str) -> Wanted | None:
    """The order that ``body`` is; None when it is about something else."""
    match body:
        case bodies.PrepareBallot():
            return PlanMotion(body.motion(), by)
        case bodies.AgainBallot():
            return VoteAgain(body.ballot, body.generation, by)
        case bodies.SignIn():
            seats = (body.seat,) if isinstance(body.seat, str) else tuple(body.seat or ())
            return SignInOrder(seats, body.room, body.present, by)
        case bodies.AskAttendance():
            return AskAttendance(body.on, by)
        case bodies.ReadyBallot():
            fresh = secrets.token_bytes(KEY_BYTES)
            return BallotOrder(body.ballot, body.generation, event.Prepare(by), fresh)
        case bodies.RollCallVote():
            return HandVote(body.ballot, body.generation, body.person, (body.choice,), by)
        case bodies.OfBallot():
            return BallotOrder(body.ballot, body.generation, _event(body, by))
        case _:
            return None


def _event(body: bodies.OfBallot, by: str) -> event.Event:
    match body:
        case bodies.OpenBallot():
            return event.Open(by, body.anyway, time.time())
        case bodies.PauseBallot():
            return event.Pause(by)
        case bodies.ResumeBallot():
            return event.Resume(by)
        case bodies.CloseBallot():
            return event.Close(by, time.time())
        case bodies.CountBallot():
            return event.Count(by)
        case bodies.AnnounceBallot():
            return event.Announce(by, body.anyway)
        case bodies.AnnulBallot():
            return event.Annul(by, body.why)
        case bodies.AbortBallot():
            return event.Abort(by, body.why)
        case bodies.WithdrawBallot():
            return event.Withdraw(by, body.why)
        case bodies.CallNext():
            return event.CallNext(by)
        case bodies.RecusePerson():
            return event.Recuse(body.person, by)
        case _:
            raise TypeError(f"{type(body).__name__} asks nothing of a ballot")
