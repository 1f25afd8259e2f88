"""Payloads about a room's devices: what stands where, and what each last proved.

Owns shapes and bounds. Must not say what should be: a reading is never a wish.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from edge.contract.base import (
    Count,
    DeviceId,
    HealthWord,
    Lamp,
    Line,
    Message,
    Role,
    State,
    Text,
    Word,
)


class SeatPlace(BaseModel):
    """A seat as its room describes it. Metres, see the room's coordinate system."""

    number: int = Field(ge=1, le=999)
    role: Role = "delegate"
    position_m: tuple[float, float, float]
    device: DeviceId
    """The bus its unit is on."""


class DevicePlace(BaseModel):
    """A device as its room describes it."""

    id: DeviceId
    kind: Literal["units", "camera", "display", "console"]
    title: Text
    position_m: tuple[float, float, float] | None = None
    heading_deg: float | None = None
    model: Word = ""
    sources: list[Word] = Field(default_factory=list)
    simulated: bool = False


class Describe(Message):
    """``up/describe``, retained: all a hub needs to know of a room it never saw."""

    boot: Word
    title: Text
    on_link_loss: Literal["standalone", "hold"]
    seats: list[SeatPlace]
    devices: list[DevicePlace]


class SeatActual(BaseModel):
    """What a seat's unit last proved. None is unknown, ``reason`` says why."""

    microphone: bool | None
    wanted: bool
    """What the room wants of the microphone now."""
    red: Lamp | None = None
    green: Lamp | None = None
    amber: Lamp | None = None
    sign_in: Lamp | None = None
    votes: Lamp | None = None
    """The vote lamps as one: which of them is lit is nobody's business."""
    health: HealthWord
    reason: Line | None = None
    age_ms: Count | None = None


Detector = Literal["model", "cascade", "geometry"]
"""How faces are found: by the model file, by OpenCV's cascade, or not at all."""

PictureWord = Literal["ok", "stale", "frozen", "none"]

FramedWord = Literal["waiting", "looking", "framed", "no_face", "lost", "too_close", "late"]
"""How far the framing of a seat is: the camera is on its way; a face is looked for or being
centred; it stands where it should; none was found; it was lost and the seat's own aim is back;
the neighbour is too near to tell faces apart; the picture does not follow the camera."""


class CameraActual(BaseModel):
    """What a camera last proved, what it is after, and why."""

    pan_deg: float | None
    tilt_deg: float | None
    fov_deg: float | None
    moving: bool | None
    target: Word | None = None
    """``main/12``, ``wide``, or None."""
    arrived: bool | None = None
    on_air: bool = False
    locked: bool = False
    """The automatic leaves it where it is."""
    why: Text | None = None
    detector: Detector | None = None
    """None: this camera has no picture to look at."""
    detector_reason: Line | None = None
    """Why it is no better one."""
    picture: PictureWord | None = None
    faces: Count | None = None
    """In the newest picture that was looked at."""
    framed: FramedWord | None = None
    health: HealthWord
    reason: Line | None = None
    age_ms: Count | None = None


class DisplayActual(BaseModel):
    """What a display last proved; ``wanted_power`` is what was asked of it last."""

    power: bool | None
    source: Word | None
    volume: int | None
    wanted_power: bool | None = None
    health: HealthWord
    reason: Line | None = None
    age_ms: Count | None = None


class DeviceActual(BaseModel):
    """Health of any device and its counters."""

    health: HealthWord
    reason: Line | None = None
    age_ms: Count | None = None
    counters: dict[str, int] = Field(default_factory=dict)


class SeatsState(State):
    """``up/state/seats``, by seat number as text."""

    seats: dict[str, SeatActual]


class CamerasState(State):
    """``up/state/cameras``."""

    cameras: dict[str, CameraActual]
    policy: Literal["track", "fixed", "locked"] = "track"


class DisplaysState(State):
    """``up/state/displays``."""

    displays: dict[str, DisplayActual]


class DevicesState(State):
    """``up/state/devices``: every device, the supervisor's tasks included under ``tasks``."""

    devices: dict[str, DeviceActual]
    restarts: dict[str, int] = Field(default_factory=dict)
