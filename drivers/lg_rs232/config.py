"""Settings of one LG commercial display.

Owns what a room file may say about it and the bounds of each figure. Must not import the
codec or the driver: a room file is checked without opening anything.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from drivers.core.address import parse_port

SourceName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
SourceCode = Annotated[str, Field(pattern=r"^[0-9a-f]{2}$")]


class LgConfig(BaseModel):
    """One display on a serial line of its own or on the network."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ABILITIES: ClassVar[tuple[str, ...]] = ("power", "source", "volume")

    id: str = Field(pattern=r"^[a-z0-9-]{1,32}$", description="name of the display in its room")
    port: str = Field(
        description="serial port, tcp:HOST:9761, or twin:serial:ROOM/ID, twin:tcp:ROOM/ID"
    )
    baud: int = Field(
        9600, ge=1200, le=115200, description="speed of a serial line, 8N1 (the maker's: 9600)"
    )
    set_id: int = Field(
        1, ge=1, le=99, description="set ID as the display's own menu shows it, in decimal"
    )
    input_command: Literal["xb", "kb"] = Field(
        "xb", description="how inputs are chosen: xb, or kb on models of before 2008"
    )
    poll_s: float = Field(
        5.0, ge=0.5, le=60.0, description="seconds between two questions for its status"
    )
    answer_s: float = Field(
        2.0, ge=0.1, le=10.0, description="seconds to wait for each answer before repeating"
    )
    gap_ms: int = Field(
        50, ge=50, le=1000, description="milliseconds of rest between two commands on the line"
    )
    warm_up_s: float = Field(
        30.0, ge=1.0, le=300.0, description="seconds in which power on has to show"
    )
    cool_down_s: float = Field(
        15.0, ge=1.0, le=300.0, description="seconds in which power off has to show"
    )
    silent_when_off: bool = Field(
        False,
        description="this model says nothing in standby: silence after power off is no fault",
    )
    sources: dict[SourceName, SourceCode] = Field(
        default_factory=lambda: {"HDMI1": "90", "HDMI2": "91", "DP": "c0"},
        description="inputs in use here, each by the name it goes by, with the maker's code",
    )

    @field_validator("port")
    @classmethod
    def _port_is_readable(cls, port: str) -> str:
        if parse_port(port).kind == "udp":
            raise ValueError(f"port {port!r}: an LG display listens on TCP 9761 or RS-232C")
        return port

    @field_validator("sources")
    @classmethod
    def _no_code_twice(cls, sources: dict[str, str]) -> dict[str, str]:
        if len(set(sources.values())) < len(sources):
            raise ValueError("two names for one input; the display tells one code only")
        return sources
