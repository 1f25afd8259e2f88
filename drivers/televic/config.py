"""Settings of one central unit that speaks the control panel protocol, as in a room file.

Owns their names, bounds and defaults. Must not open anything.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from drivers.core.section import Ident, Section, plug


class TelevicConfig(Section):
    """A central unit (Televic TCS5500, Sennheiser SDC 8000 and 8200) on its panel socket."""

    driver: Literal["televic"] = Field(description="how to talk to it")
    id: Ident = Field(description="name of the system in its room")
    port: Annotated[
        str, plug("serial", "tcp", hint="the panel socket is a serial line, or TCP to one")
    ] = Field(description="serial port, tcp:HOST:PORT of a converter, or a twin's")
    baud: int = Field(19_200, ge=1200, le=115_200, description="speed of a serial line, 8N1")
    poll_s: float = Field(
        1.0, ge=0.5, le=60.0, description="how often the state of all microphones is asked for"
    )
    answer_s: float = Field(0.5, ge=0.1, le=10.0, description="how long an order may wait for 06")
