"""How the titles of a room file look.

Owns that there is one in each language. Must not know a device.
"""

from __future__ import annotations

from pydantic import Field

from drivers.core.section import Section


class Title(Section):
    """A name for people."""

    vi: str = Field(min_length=1, max_length=100, description="in Vietnamese")
    en: str = Field(min_length=1, max_length=100, description="in English")
