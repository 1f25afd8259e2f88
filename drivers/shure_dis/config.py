"""Settings of one Shure/DIS central unit, as they stand in a room file.

Owns their names, bounds and defaults. Must not open anything.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from drivers.core.section import Ident, Section, plug


class ShureDisConfig(Section):
    """A central unit (DIS-CCU, DCS 6000, MXC) whose discussion units are seats of the room."""

    driver: Literal["shure_dis"] = Field(description="how to talk to it")
    id: Ident = Field(description="name of the system in its room")
    port: Annotated[str, plug("tcp", hint="a central unit listens on TCP, usually port 3142")] = (
        Field(description="tcp:HOST:3142, or twin:tcp:ROOM/ID")
    )
    poll_s: float = Field(
        2.0, ge=0.5, le=60.0, description="how often the state of all microphones is asked for"
    )
    answer_s: float = Field(
        1.0, ge=0.2, le=10.0, description="how long the whole state may take to come"
    )
