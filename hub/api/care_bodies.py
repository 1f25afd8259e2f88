"""What technicians, and the rooms' screens themselves, may send: bodies of commands.

Owns their shapes. Must not know what a command leads to.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from edge.contract.base import DeviceId, RoomId, Word
from hub.api.closed import ClosedBody

AlertId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9 -]{0,63}$")]


class DisplayAlive(ClosedBody):
    """The room's screen is being painted now. Sent every ten seconds; quiet in the records."""

    room: RoomId
    showing: Annotated[str, Field(pattern=r"^[a-z_]{1,32}$", description="name of the scene")]


class ExpectScreen(ClosedBody):
    """The room has a screen that must not be dead, or has none any more."""

    room: RoomId
    on: bool


class AcknowledgeAlarm(ClosedBody):
    """An alarm was seen: of a room, or with null of the hub itself."""

    room: RoomId | None = None
    alert: AlertId


class CheckRoom(ClosedBody):
    """Check a room before a meeting: every device proves itself, and the room reports."""

    room: RoomId


class DrillRoom(ClosedBody):
    """Let a device of a simulated room fail, or work again. Refused in a real room."""

    room: RoomId
    device: DeviceId
    fault: Word
    on: bool


CareBody = DisplayAlive | ExpectScreen | AcknowledgeAlarm | CheckRoom | DrillRoom

CARE_COMMANDS: dict[str, type[CareBody]] = {
    "display_alive": DisplayAlive,
    "expect_screen": ExpectScreen,
    "acknowledge_alarm": AcknowledgeAlarm,
    "check_room": CheckRoom,
    "drill": DrillRoom,
}
"""Name in the address, and the body that belongs to it."""
