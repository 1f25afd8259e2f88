"""What every table of a room file is, and how its titles look.

Owns that unknown keys are errors. Must not know a device.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Section(BaseModel):
    """Closed: an unknown key is an error, not a comment."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Title(Section):
    """A name for people."""

    vi: str = Field(min_length=1, max_length=100, description="in Vietnamese")
    en: str = Field(min_length=1, max_length=100, description="in English")
