"""Ways of meeting, and what displays do around a meeting, as they stand in a room file.

Owns their keys and bounds. Must not know which displays there are (``clashes`` compares).
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from drivers.core.section import Ident, Section
from firmware_config.title import Title


class SceneDisplay(Section):
    """What one display does in a scene; what is not written stays as it is."""

    id: Ident = Field(description="the display, by its id")
    power: bool = Field(True, description="whether it is on")
    source: str | None = Field(
        None, min_length=1, max_length=32, description="the input it shows, by its name"
    )
    volume: int | None = Field(None, ge=0, le=100, description="how loud it is, in per cent")


class SceneSection(Section):
    """How the room's displays stand for one way of meeting."""

    id: Ident = Field(description="name of the scene in commands")
    title: Title = Field(description="its name for people")
    camera: Literal["track", "fixed"] | None = Field(
        None, description="cameras track who speaks, or stay on the whole room"
    )
    displays: tuple[SceneDisplay, ...] = Field(
        max_length=16, description="what each display does; others stay as they are"
    )


class MeetingSection(Section):
    """What displays do when a meeting begins and when the last one is over."""

    scene: Ident | None = Field(
        None, description="the scene a meeting begins with; without one displays are left alone"
    )
    off_after_s: float = Field(
        600.0,
        ge=0,
        le=14400,
        allow_inf_nan=False,
        description="seconds after a meeting in which another may begin before they go off",
    )
