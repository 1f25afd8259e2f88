"""Settings of one display on an HDMI socket of the controller.

Owns what a room file may say about it and the bounds of each figure. Must not start anything.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from drivers.core.section import Ident, Section, SourceName

PhysicalAddress = Annotated[str, Field(pattern=r"^[1-9a-e](\.[0-9a-e]){3}$")]


class CecConfig(Section):
    """One display, reached over the HDMI cable that shows it the room's page."""

    ABILITIES: ClassVar[tuple[str, ...]] = ("power", "source")
    """CEC turns a volume up and down a step; many displays leave even that to an amplifier."""

    id: Ident = Field(description="name of the display in its room")
    port: str = Field(
        pattern=r"^/dev/[A-Za-z0-9/_.-]{1,64}$",
        description="the HDMI socket's CEC device: /dev/cec0 is HDMI 0 of a Raspberry Pi",
    )
    program: str = Field(
        "cec-ctl",
        min_length=1,
        max_length=400,
        description="the program cec-ctl of v4l-utils, by name or path",
    )
    poll_s: float = Field(
        10.0, ge=2.0, le=60.0, description="seconds between two questions for its power"
    )
    answer_s: float = Field(
        3.0, ge=1.0, le=20.0, description="seconds that one run of the program may take"
    )
    warm_up_s: float = Field(
        30.0, ge=1.0, le=300.0, description="seconds in which power on has to show"
    )
    cool_down_s: float = Field(
        30.0,
        ge=1.0,
        le=300.0,
        description="seconds in which power off has to show; many displays say so late",
    )
    sources: dict[SourceName, PhysicalAddress] = Field(
        default_factory=lambda: {"HDMI1": "1.0.0.0", "HDMI2": "2.0.0.0"},
        description="inputs in use here, each by the name it goes by, with its physical address: "
        "the first digit is the display's socket",
    )
