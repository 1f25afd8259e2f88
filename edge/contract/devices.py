"""Payloads about a room's devices: what stands where, and what each last proved.

Owns shapes and bounds. Must not say what should be: a reading is never a wish.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from edge.contract.base import (
    Count,
    DeviceId,
    HealthWord,
    Lamp,
    Line,
    Message,
    Part,
    Role,
    SeatName,
    State,
    Text,
    Word,
)


class SeatPlace(Part):
    """A seat as its room describes it. Metres, see the room's coordinate system."""

    number: int = Field(ge=1, le=999)
    role: Role = "delegate"
    position_m: tuple[float, float, float]
    device: DeviceId
    """The bus its unit is on."""


class DevicePlace(Part):
    """A device as its room describes it."""

    id: DeviceId
    kind: Literal["units", "camera", "display", "console", "switcher", "audio"]
    title: Text
    position_m: tuple[float, float, float] | None = None
    heading_deg: float | None = None
    model: Word = ""
    sources: list[Word] = Field(default_factory=list)
    abilities: list[Literal["power", "source", "volume"]] | None = None
    """What a display can be told. None: an older room, which does not say."""
    simulated: bool = False


class ScenePlace(Part):
    """A way of meeting that the room knows: what its displays do in it is the room's matter."""

    id: DeviceId
    title: Text


class Describe(Message):
    """``up/describe``, retained: all a hub needs to know of a room it never saw."""

    boot: Word
    title: Text
    on_link_loss: Literal["standalone", "hold"]
    seats: list[SeatPlace]
    devices: list[DevicePlace]
    scenes: list[ScenePlace] = Field(default_factory=list)


class SeatActual(Part):
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

FramedWord = Literal[
    "waiting", "looking", "framed", "following", "no_face", "lost", "too_close", "late"
]
"""How far the framing of a seat is: the camera is on its way; a face is looked for or being
centred; it stands where it should; one who walks is followed; none was found; it was lost and
the seat's own aim is back; the neighbour is too near to tell faces apart; the picture does not
follow the camera, or one who walks could not be followed calmly."""


class AimQuality(Part):
    """What a camera's sightings are worth: how far off its aims are expected to be."""

    worst_seat: SeatName | None = None
    worst_deg: float | None = None
    """Root mean square of the angle there."""
    seats_deg: dict[str, float] = Field(default_factory=dict)
    """The same by seat number as text; empty where seats and cameras are too many to tell."""
    warnings: list[Text] = Field(default_factory=list, max_length=8)


class CameraActual(Part):
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
    aside: bool = False
    """A person is aiming it: for a while it takes no part in the programme."""
    sightings: list[SeatName] = Field(default_factory=list)
    """Seats at which it was aimed by hand."""
    propose: list[SeatName] = Field(default_factory=list)
    """Seats that are worth sighting next, the best first."""
    aim_quality: AimQuality | None = None
    """None while there are too few sightings."""
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


class DisplayActual(Part):
    """What a display last proved; ``wanted_...`` is what was asked of it last."""

    power: bool | None
    source: Word | None
    volume: int | None
    wanted_power: bool | None = None
    wanted_source: Word | None = None
    wanted_volume: int | None = None
    health: HealthWord
    reason: Line | None = None
    age_ms: Count | None = None


class Behind(Part):
    """Something of a display that is not yet as the scene wants it, and why."""

    device: DeviceId
    what: Literal["power", "source", "volume"]
    reason: Line


class SceneActual(Part):
    """The scene in force: what of it has not been proved stands in ``behind``."""

    id: DeviceId
    by: Literal["hand", "meeting"]
    """Somebody chose it, or a meeting began with it."""
    behind: list[Behind] = Field(default_factory=list, max_length=48)


class AudioState(State):
    """``up/state/audio``: who is heard. Levels are telemetry, ``up/tele/levels``: dBFS by seat."""

    listens: bool
    """Sound comes; while it does not, nothing is known of who talks."""
    talking: list[SeatName] = Field(default_factory=list)
    """Who talks now, the clearest first."""
    heard_s: dict[str, float] = Field(default_factory=dict)
    """How long each seat has been heard since the start of the controller, by seat number."""


class DeviceActual(Part):
    """Health of any device and its counters."""

    health: HealthWord
    reason: Line | None = None
    age_ms: Count | None = None
    counters: dict[str, int] = Field(default_factory=dict)


Verdict = Literal["pass", "fail", "unconfirmed"]


class CheckItem(Part):
    """One thing that was looked at before a meeting, and what it proved."""

    id: Word
    """Of a device, or ``seats``, ``microphones``, ``clock``, ``disk``, ``link``, ``screen``."""
    kind: Word
    title: Text
    verdict: Verdict
    evidence: Text
    todo: Text | None = None
    """What to do about it; None where it passed."""
    seats: list[int] = Field(default_factory=list)
    """Which seats this is about, where it is about seats."""


class CheckState(State):
    """``up/state/check``: the room's check of itself, as far as it is."""

    check: Word
    """Id of the command that began it."""
    by: Word = ""
    running: bool
    active: bool = True
    """Lamps blink and cameras move; False while people speak: then nothing is touched."""
    done: Count
    of: Count
    began_ts: float = 0.0
    items: list[CheckItem] = Field(default_factory=list)


class DrillsState(State):
    """``up/state/drills``: of a room whose devices are simulated, so that people can practise."""

    known: dict[DeviceId, list[Word]]
    """Faults that each device can have."""
    standing: dict[DeviceId, Word] = Field(default_factory=dict)
    """Faults that are switched on."""


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
    scene: SceneActual | None = None
    """None: no scene has been chosen, or the displays went off after the last meeting."""


class ProgrammeState(State):
    """``up/state/programme``: the picture that leaves the room, wanted beside confirmed."""

    wanted: Word | None
    """The director's choice: a camera's id, ``room:satellite-1``, or None."""
    out: Word | None
    """What the switcher last said is out; ``input 5`` when nobody named that socket."""
    health: HealthWord
    reason: Line | None = None
    age_ms: Count | None = None
    stream: Word | None = None
    """HOST:PORT where the programme can be watched, when the room offers it."""
    watching: Count | None = None
    """How many do."""


class DevicesState(State):
    """``up/state/devices``: every device, the supervisor's tasks included under ``tasks``."""

    devices: dict[str, DeviceActual]
    restarts: dict[str, int] = Field(default_factory=dict)
