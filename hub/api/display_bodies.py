"""What may be asked of a room's displays over HTTP.

Owns these bodies. Must not know what a display makes of them, nor what a scene is made of.
"""

from __future__ import annotations

from pydantic import Field

from edge.contract.messages import DeviceId, RoomId
from hub.api.closed import ClosedBody


class DisplayBody(ClosedBody):
    """Root of what is asked of one display."""

    room: RoomId
    display: DeviceId


class DisplayPower(DisplayBody):
    """Switch a display on or off."""

    on: bool


class DisplayInput(DisplayBody):
    """Show an input, by the name that the room file gives it."""

    source: str = Field(min_length=1, max_length=64)


class DisplayVolume(DisplayBody):
    """Make a display so loud, in per cent."""

    percent: int = Field(ge=0, le=100)


class SetScene(ClosedBody):
    """All displays of a room as one of its scenes has them."""

    room: RoomId
    scene: DeviceId


DisplayOrder = DisplayPower | DisplayInput | DisplayVolume | SetScene

DISPLAY_COMMANDS: dict[str, type[DisplayOrder]] = {
    "display_power": DisplayPower,
    "display_input": DisplayInput,
    "display_volume": DisplayVolume,
    "set_scene": SetScene,
}
"""Name in the address, and the body that belongs to it."""
