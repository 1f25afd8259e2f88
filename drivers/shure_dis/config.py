"""Settings of one Shure/DIS central unit, as they stand in a room file.

Owns their names, bounds and defaults. Must not open anything.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from drivers.core.address import parse_port


class ShureDisConfig(BaseModel):
    """A central unit (DIS-CCU, DCS 6000, MXC) whose discussion units are seats of the room."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    driver: Literal["shure_dis"] = Field(description="how to talk to it")
    id: str = Field(pattern=r"^[a-z0-9-]{1,32}$", description="name of the system in its room")
    port: str = Field(description="tcp:HOST:3142, or twin:tcp:ROOM/ID")
    poll_s: float = Field(
        2.0, ge=0.5, le=60.0, description="how often the state of all microphones is asked for"
    )
    answer_s: float = Field(
        1.0, ge=0.2, le=10.0, description="how long the whole state may take to come"
    )

    @field_validator("port")
    @classmethod
    def _port(cls, value: str) -> str:
        if parse_port(value).kind != "tcp":
            raise ValueError(f"port {value!r}: a central unit listens on TCP, usually port 3142")
        return value
