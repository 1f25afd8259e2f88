"""What a person at a seat may ask from the seat's page: bodies of commands.

Owns their shapes. Must not know what a command leads to. Each names the seat it acts for.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from edge.contract.base import SeatName
from edge.contract.voting import OptionId
from hub.api.ballot_bodies import OfBallot
from hub.api.closed import ClosedBody

PressId = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{8,64}$")]

AGE_MOST_MS = 86_400_000


class AskFloor(ClosedBody):
    """The seat asks for the floor, as with its microphone key."""

    seat: SeatName
    kind: Literal["speech", "debate", "point_of_order"] = "speech"


class Withdraw(ClosedBody):
    """The seat takes its request back, or ends its turn, as with its microphone key."""

    seat: SeatName


class CastVote(OfBallot):
    """The seat votes. The same press sent again gets the same answer and counts once."""

    seat: SeatName
    choices: list[OptionId] = Field(min_length=1, max_length=24)
    press: PressId = Field(description="made by the page, a new one for each press")
    age_ms: int = Field(
        default=0,
        ge=0,
        le=AGE_MOST_MS,
        description="how long ago it was pressed: it may have waited",
    )


class SignInSeat(ClosedBody):
    """Somebody is at the seat."""

    seat: SeatName


SeatBody = AskFloor | Withdraw | CastVote | SignInSeat

SEAT_COMMANDS: dict[str, type[SeatBody]] = {
    "ask_floor": AskFloor,
    "withdraw": Withdraw,
    "cast_vote": CastVote,
    "sign_in_seat": SignInSeat,
}
"""Name in the address, and the body that belongs to it."""
