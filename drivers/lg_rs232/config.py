"""Settings of one LG commercial display.

Owns what a room file may say about it and the bounds of each figure. Must not import the
codec or the driver: a room file is checked without opening anything.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from drivers.core.section import Ident, Section, SourceName, one_name_each, plug

SourceCode = Annotated[str, Field(pattern=r"^[0-9a-f]{2}$")]


class LgConfig(Section):
    """One display on a serial line of its own or on the network."""

    ABILITIES: ClassVar[tuple[str, ...]] = ("power", "source", "volume")

    id: Ident = Field(description="name of the display in its room")
    port: Annotated[
        str, plug("serial", "tcp", hint="an LG display listens on TCP 9761 or RS-232C")
    ] = Field(description="serial port, tcp:HOST:9761, or twin:serial:ROOM/ID, twin:tcp:ROOM/ID")
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
    sources: Annotated[dict[SourceName, SourceCode], AfterValidator(one_name_each)] = Field(
        default_factory=lambda: {"HDMI1": "90", "HDMI2": "91", "DP": "c0"},
        description="inputs in use here, each by the name it goes by, with the maker's code",
    )
