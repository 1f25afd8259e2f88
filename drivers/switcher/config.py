"""Settings of one switcher, as they stand in a room file.

Owns their names, bounds and defaults. Must not open anything.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from drivers.core.section import Ident, Section, plug
from drivers.switcher.dialects import DIALECTS, Dialect

Source = Annotated[str, Field(pattern=r"^(room:)?[a-z0-9-]{1,32}$")]
Input = Annotated[int, Field(ge=1, le=9999)]


class SwitcherConfig(Section):
    """One switcher that puts the programme out. Unknown keys are errors."""

    driver: Literal["switcher"] = Field("switcher", description="how to talk to it")
    id: Ident = Field(description="name of the switcher in its room")
    port: Annotated[
        str, plug("serial", "tcp", hint="a switcher speaks on a serial line or TCP")
    ] = Field(description="serial port, tcp:HOST:23, or twin:serial:ROOM/ID")
    baud: int = Field(9600, ge=1200, le=115200, description="speed of a serial line, 8N1")
    dialect: str | None = Field(
        None, description="its words, a name from drivers/switcher/dialects.py"
    )
    words: Dialect | None = Field(None, description="its words, when no dialect has them")
    output: int = Field(1, ge=1, le=9999, description="the output that carries the programme")
    inputs: dict[Source, Input] = Field(
        min_length=1,
        max_length=64,
        description="where each picture is plugged in: a camera's id, or room:ID for another "
        "room's picture",
    )
    poll_s: float = Field(3.0, ge=0.5, le=60.0, description="how often it is asked")
    answer_s: float = Field(0.5, ge=0.1, le=10.0, description="how long to wait for an answer")

    @model_validator(mode="after")
    def _speaks(self) -> SwitcherConfig:
        if (self.dialect is None) == (self.words is None):
            raise ValueError("either dialect or words says how it speaks")
        if self.dialect is not None and self.dialect not in DIALECTS:
            known = ", ".join(DIALECTS)
            raise ValueError(f"unknown dialect {self.dialect!r}; known: {known}")
        plugged = list(self.inputs.values())
        twice = next((one for one in plugged if plugged.count(one) > 1), None)
        if twice is not None:
            raise ValueError(f"inputs: {twice} has two pictures; a socket carries one")
        return self

    @property
    def language(self) -> Dialect:
        """The words to use."""
        return self.words or DIALECTS[self.dialect or ""]
