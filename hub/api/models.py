"""What may be sent to the API, and what comes back.

Owns the bodies of commands (closed: an unknown key is an error) and of answers. Must not
know what a command leads to.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from edge.contract.messages import DeviceId, Mode, RoomId, SeatName


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class OpenMicrophone(_Body):
    """Give a seat the floor, in or out of order."""

    seat: SeatName


class CloseMicrophone(_Body):
    """End a seat's turn, or its request."""

    seat: SeatName


class NextSpeaker(_Body):
    """The next one gets the floor."""


class AllOff(_Body):
    """Every delegate's turn ends; queue and chairs stay."""


class SetMode(_Body):
    """Other mode and limits of the floor, from now on."""

    mode: Mode
    max_open: int = Field(ge=1, le=25, description="microphones open at once, chairs not counted")
    queue_max: int = Field(ge=0, le=200, description="longest queue")


class AimCamera(_Body):
    """Aim a camera at a seat, or at the whole room: one of the two."""

    room: RoomId
    camera: DeviceId
    seat: SeatName | None = None
    wide: Literal[True] | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> AimCamera:
        if (self.seat is None) == (self.wide is None):
            raise ValueError("give either seat or wide")
        return self


class DisplayPower(_Body):
    """Switch a display on or off."""

    room: RoomId
    display: DeviceId
    on: bool


class LocateSeat(_Body):
    """Let the lamps of a seat blink, so that it can be found in the room."""

    seat: SeatName
    on: bool


Body = (
    OpenMicrophone
    | CloseMicrophone
    | NextSpeaker
    | AllOff
    | SetMode
    | AimCamera
    | DisplayPower
    | LocateSeat
)

COMMANDS: dict[str, type[Body]] = {
    "open_microphone": OpenMicrophone,
    "close_microphone": CloseMicrophone,
    "next": NextSpeaker,
    "all_off": AllOff,
    "set_mode": SetMode,
    "aim_camera": AimCamera,
    "display_power": DisplayPower,
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
