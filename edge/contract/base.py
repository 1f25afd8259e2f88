"""What every payload of contract v1 is made of: the root model, names, bounds, texts.

Owns the words that several payloads share. Must not know any single payload.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from edge.contract import topics

VERSION: Literal[1] = 1

RoomId = Annotated[str, Field(pattern=rf"^{topics.ID}$")]
DeviceId = Annotated[str, Field(pattern=rf"^{topics.ID}$")]
SeatName = Annotated[str, Field(pattern=rf"^{topics.ID}/[1-9][0-9]{{0,2}}$")]
Word = Annotated[str, Field(max_length=64)]
Line = Annotated[str, Field(max_length=400)]
Count = Annotated[int, Field(ge=0)]
Role = Literal["chair", "vice_chair", "delegate", "guest", "observer"]
Clock = Literal["synced", "holdover", "unset"]
HealthWord = Literal["ok", "unconfirmed", "fault"]
Lamp = Literal["off", "on", "slow", "fast"]


def _finite(value: Any) -> Any:
    """Free fields are JSON too: what ``allow_inf_nan`` refuses elsewhere, refused in them."""
    match value:
        case float() if not math.isfinite(value):
            raise ValueError("Input should be a finite number")
        case dict():
            _finite([*value.values()])
        case list():
            for item in value:
                _finite(item)
    return value


Fields = Annotated[dict[str, Any], AfterValidator(_finite)]
"""Named values whose meaning another field gives."""


class Message(BaseModel):
    """Root of everything on the wire. JSON knows no infinite number: ``1e999`` is none of ours."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    v: Literal[1] = VERSION


class Part(BaseModel):
    """Root of what stands inside a message."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class Text(BaseModel):
    """A sentence for people, in Vietnamese and English."""

    model_config = ConfigDict(frozen=True)

    vi: Line
    en: Line


class State(Message):
    """Root of ``up/state/<part>``, retained; ``rev`` counts inside one boot."""

    boot: Word
    rev: Count
