"""Settings of one Samsung display.

Owns what a room file may say about it and the bounds of each figure. Must not import the
codec or the driver: a room file is checked without opening anything.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from drivers.core.section import Ident, Section, SourceName, plug

SourceCode = Annotated[int, Field(ge=0x01, le=0xFE)]


class SamsungMdcConfig(Section):
    """One display on a serial line of its own or on the network."""

    ABILITIES: ClassVar[tuple[str, ...]] = ("power", "source", "volume")

    id: Ident = Field(description="name of the display in its room")
    port: Annotated[
        str, plug("serial", "tcp", hint="a Samsung display listens on TCP 1515 or RS-232C")
    ] = Field(description="serial port, tcp:HOST:1515, or twin:serial:ROOM/ID, twin:tcp:ROOM/ID")
    baud: int = Field(
        9600, ge=1200, le=115200, description="speed of a serial line, 8N1 (the maker's: 9600)"
    )
    display_id: int = Field(
        1,
        ge=0,
        le=0xFD,
        description="ID set in the display's own menu; 254 means all displays, which never answer",
    )
    poll_s: float = Field(
        5.0, ge=0.5, le=60.0, description="seconds between two questions for its status"
    )
    answer_s: float = Field(
        1.0, ge=0.1, le=10.0, description="seconds to wait for each answer before repeating"
    )
    gap_ms: int = Field(
        60, ge=50, le=1000, description="milliseconds of rest between two commands on the line"
    )
    warm_up_s: float = Field(
        45.0,
        ge=1.0,
        le=300.0,
        description="seconds after power on during which refusals and silence are normal",
    )
    cool_down_s: float = Field(
        15.0, ge=1.0, le=300.0, description="seconds in which power off has to show"
    )
    sources: dict[SourceName, SourceCode] = Field(
        default_factory=lambda: {"HDMI1": 0x21, "HDMI2": 0x23, "DP1": 0x25},
        description="inputs in use here, each by the name it goes by, with the maker's code",
    )
