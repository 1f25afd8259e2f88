"""The root of every body that the API takes.

Owns its strictness: an unknown key is an error, and text is no number.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class ClosedBody(BaseModel):
    """Root of the bodies of commands."""

    model_config = ConfigDict(extra="forbid", strict=True)
