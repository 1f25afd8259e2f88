"""What may be sent to the API, and what comes back.

Owns the bodies of commands to seats, the list of all commands, and the answers.
Must not know what a command leads to.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from edge.contract.messages import SeatName
from hub.api.ballot_bodies import BALLOT_COMMANDS, BallotBody
from hub.api.camera_bodies import CAMERA_COMMANDS, CameraOrder
from hub.api.care_bodies import CARE_COMMANDS, CareBody
from hub.api.closed import ClosedBody
from hub.api.display_bodies import DISPLAY_COMMANDS, DisplayOrder
from hub.api.floor_bodies import FLOOR_COMMANDS, FloorBody
from hub.api.meeting_bodies import MEETING_COMMANDS, MeetingBody
from hub.api.seat_bodies import SEAT_COMMANDS, SeatBody


class LocateSeat(ClosedBody):
    """Let the lamps of a seat blink, so that it can be found in the room."""

    seat: SeatName
    on: bool


Body = (
    FloorBody
    | BallotBody
    | SeatBody
    | MeetingBody
    | CameraOrder
    | CareBody
    | DisplayOrder
    | LocateSeat
)

COMMANDS: dict[str, type[Body]] = {
    **FLOOR_COMMANDS,
    **BALLOT_COMMANDS,
    **MEETING_COMMANDS,
    **SEAT_COMMANDS,
    **CAMERA_COMMANDS,
    **CARE_COMMANDS,
    **DISPLAY_COMMANDS,
    "locate_seat": LocateSeat,
}
"""Name in the address, and the body that belongs to it."""


class ReasonText(BaseModel):
    """Why something was not done."""

    code: str
    vi: str
    en: str


class Accepted(BaseModel):
    """The command is committed. How a device carried it out comes in the stream."""

    id: str
    status: Literal["accepted"] = "accepted"


class Rejected(BaseModel):
    """Nothing was done, and this is why."""

    id: str
    status: Literal["rejected"] = "rejected"
    reason: ReasonText


class Health(BaseModel):
    """Whether the hub can do its work."""

    ok: bool
    broker: Literal["connected", "lost"]
    storage: Annotated[str, Field(description="ok, or what is wrong with the disk")]
    rooms_online: int
    listeners: int
    refused_messages: int
    restarts: dict[str, int]
