"""What may stand in a room file: every key, its type, its bounds and what it means.

Owns the shape of ``rooms/*.toml``. What concerns a device alone belongs to its driver; here
it gets its place in the room. Must not read files, nor judge two parts at once (``clashes``).

Coordinates are metres, right-handed. The origin is the front wall's left corner at the floor,
as seen with the back to that wall: x to the right along it, y away from it into the room, z
up. ``heading_deg`` is where a camera looks at pan 0, seen from above, clockwise from +y: 0
looks straight into the room, 90 along +x, 270 along -x. Pan counts clockwise (to the
camera's right), tilt up; so a point in direction ``atan2(dx, dy)`` has the pan
``atan2(dx, dy) - heading_deg``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any, Final, Literal

from pydantic import Field, field_validator

from drivers.audio.config import AudioConfig
from drivers.cec.config import CecConfig
from drivers.console.config import ConsoleConfig
from drivers.core.address import host_port
from drivers.core.section import Ident, Section
from drivers.delegate_unit.config import BusConfig, SeatUnitConfig
from drivers.lg_rs232.config import LgConfig
from drivers.pelco_d.config import PelcoConfig
from drivers.pjlink.config import PjlinkConfig
from drivers.samsung_mdc.config import SamsungMdcConfig
from drivers.shure_dis.config import ShureDisConfig
from drivers.switcher.config import SwitcherConfig
from drivers.televic.config import TelevicConfig
from drivers.video.config import VideoConfig
from drivers.visca.config import ViscaConfig
from firmware_config.scenes import MeetingSection, SceneSection
from firmware_config.title import Title

CONSOLE_ID: Final = "console"
"""A room has one chair's console at most, so its name is fixed."""

Role = Literal["chair", "vice_chair", "delegate", "guest", "observer"]

Coordinate = Annotated[float, Field(ge=-200.0, le=200.0, allow_inf_nan=False)]
"""Metres. Bounds catch centimetres and millimetres written by mistake."""

Times = Annotated[float, Field(ge=0, le=120, allow_inf_nan=False)]
"""Seconds a person waits for a picture; more than two minutes is a mistake."""

Position = Annotated[
    tuple[Coordinate, Coordinate, Coordinate],
    Field(description="x, y, z in metres from the front wall's left corner at the floor"),
]


class RoomSection(Section):
    """The room as a whole."""

    id: Ident = Field(description="name of the room in topics and seat names")
    title: Title = Field(description="name of the room for people")
    on_link_loss: Literal["standalone", "hold"] = Field(
        "standalone",
        description="hub out of reach: lead the room's floor itself, or keep it as it is",
    )
    broker: str = Field("127.0.0.1:1883", description="MQTT broker, HOST:PORT")
    camera_policy: Literal["track", "fixed", "locked"] = Field(
        "track",
        description="cameras track who speaks, stay on the whole room, or stay where they are",
    )

    @field_validator("id")
    @classmethod
    def _not_the_hub(cls, value: str) -> str:
        if value == "hub":
            raise ValueError("'hub' is the hub's own place among the topics; choose another id")
        return value

    @field_validator("broker")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        host_port(value)
        return value


class BusSection(BusConfig):
    """A line with seat units."""

    title: Title = Field(
        Title(vi="Đường dây máy đại biểu", en="Seat unit bus"), description="its name for people"
    )


class ConferencePlace(Section):
    """What every bought conference system has; seats name it as their bus."""

    title: Title = Field(
        Title(vi="Hệ thống hội nghị", en="Conference system"), description="its name for people"
    )


class ShureConferenceSection(ShureDisConfig, ConferencePlace):
    """A Shure/DIS central unit."""


class TelevicConferenceSection(TelevicConfig, ConferencePlace):
    """A central unit of the Televic family."""


ConferenceSection = Annotated[
    ShureConferenceSection | TelevicConferenceSection, Field(discriminator="driver")
]
"""A bought conference system."""


class SeatSection(SeatUnitConfig):
    """A seat: where its unit is on the wire, who sits there, and where that is."""

    number: int = Field(ge=1, le=999, description="number of the seat in its room")
    bus: Ident = Field(description="id of its bus or conference system")
    unit: int = Field(
        ge=1,
        le=65_535,
        description="Modbus address of its unit (1 to 247), or its seat number at the central unit",
    )
    role: Role = Field("delegate", description="who usually sits there")
    position_m: Position = Field(
        description="where the person's face is: x, y, z in metres, z about 1.2, standing 1.6"
    )
    walks_m: float = Field(
        0.0,
        ge=0.0,
        le=8.0,
        description="whoever speaks here walks so far to each side, in metres, and is followed by "
        "a camera that can be steered; 0: sits",
    )


class WideShot(Section):
    """Where a camera looks when it shows the whole room."""

    pan_deg: float = Field(ge=-180, le=180, description="positive to the camera's right")
    tilt_deg: float = Field(ge=-90, le=90, description="positive up")
    fov_deg: float = Field(gt=0, le=150, description="width of the picture in degrees")


class SightingSection(Section):
    """The camera was aimed by hand at a seat, and said these angles."""

    seat: int = Field(ge=1, le=999, description="number of the seat it looked at")
    pan_deg: float = Field(ge=-360, le=360, description="as the camera reported it")
    tilt_deg: float = Field(ge=-180, le=180, description="as the camera reported it")


PresetTarget = Annotated[str, Field(pattern=r"^([1-9][0-9]{0,2}|wide)$")]


class CameraPlace(Section):
    """What every camera has, however it is spoken to: its place in the room and its picture."""

    title: Title = Field(description="name of the camera for people")
    position_m: Position = Field(description="where its lens is: x, y, z in metres")
    heading_deg: float = Field(
        ge=0, lt=360, description="where it looks at pan 0: degrees clockwise from +y"
    )
    wide_shot: WideShot | None = Field(
        None, description="its view of the whole room; without it, computed from the seats"
    )
    sightings: tuple[SightingSection, ...] = Field(
        (), max_length=250, description="seats it was aimed at by hand: they tell how it stands"
    )
    video: VideoConfig | None = Field(
        None, description="its picture; without one seats are framed by their places alone"
    )
    locked: bool = Field(False, description="the automatic leaves this camera where it is")
    presets: dict[PresetTarget, Annotated[int, Field(ge=1, le=255)]] = Field(
        default_factory=dict,
        max_length=250,
        description="presets kept in the camera, by seat number or wide: the way to aim one that "
        "does not tell where it looks",
    )


class ViscaCameraSection(ViscaConfig, CameraPlace):
    """A VISCA camera."""


class PelcoCameraSection(PelcoConfig, CameraPlace):
    """A Pelco-D camera; several may share one line, each with an address of its own."""


CameraSection = Annotated[ViscaCameraSection | PelcoCameraSection, Field(discriminator="driver")]
"""A camera with its place in the room."""


class DisplayPlace(Section):
    """What every display has, however it is spoken to."""

    title: Title = Field(description="name of the display for people")
    position_m: Position | None = Field(
        None, description="its middle: x, y, z in metres, for the plan of the room"
    )


class SamsungDisplaySection(SamsungMdcConfig, DisplayPlace):
    """A Samsung display."""

    driver: Literal["samsung_mdc"] = Field("samsung_mdc", description="how to talk to it")


class LgDisplaySection(LgConfig, DisplayPlace):
    """An LG display."""

    driver: Literal["lg_rs232"] = Field("lg_rs232", description="how to talk to it")


class PjlinkDisplaySection(PjlinkConfig, DisplayPlace):
    """A projector, or a display that speaks PJLink."""

    driver: Literal["pjlink"] = Field("pjlink", description="how to talk to it")


class CecDisplaySection(CecConfig, DisplayPlace):
    """A display on the controller's own HDMI socket."""

    driver: Literal["cec"] = Field("cec", description="how to talk to it")


DisplaySection = Annotated[
    SamsungDisplaySection | LgDisplaySection | PjlinkDisplaySection | CecDisplaySection,
    Field(discriminator="driver"),
]
"""A display with its place in the room."""


class SwitcherSection(SwitcherConfig):
    """The switcher that puts the programme out."""

    title: Title = Field(
        Title(vi="Bộ chuyển hình", en="Video switcher"), description="its name for people"
    )


class StreamSection(Section):
    """The programme as JPEG after JPEG over HTTP, for a browser, OBS or a conferencing PC."""

    host: str = Field(
        "127.0.0.1",
        min_length=1,
        max_length=255,
        description="address to listen on; beyond this machine anybody on the network may watch",
    )
    port: int = Field(8090, ge=1, le=65535, description="port to listen on")
    frames_per_s: float = Field(15.0, gt=0, le=30, description="pictures sent per second")
    width: int = Field(1280, ge=160, le=3840, description="pictures are no wider than this")
    quality: int = Field(80, ge=20, le=95, description="JPEG quality")
    clients: int = Field(8, ge=1, le=100, description="how many may watch at a time")


class ConsoleSection(ConsoleConfig):
    """The chair's console."""

    id: Literal["console"] = Field(CONSOLE_ID, description="a room has one, so its name is fixed")
    title: Title = Field(
        Title(vi="Bàn phím chủ trì", en="Chair's console"), description="its name for people"
    )


class MarginsSection(Section):
    """How clearly a seat's microphone must stand out before its seat is said to talk."""

    of_loudest_db: float = Field(3.0, ge=0, le=20, description="at most so far below the loudest")
    over_floor_db: float = Field(9.0, ge=0, le=40, description="over its own noise")
    over_median_db: float = Field(3.0, ge=0, le=20, description="over the median microphone")
    kept_s: float = Field(0.2, ge=0, le=2, description="a pause so short is none")


class AudioSection(AudioConfig):
    """The microphones' sound."""

    title: Title = Field(
        Title(vi="Âm thanh từ micro", en="Microphones' sound"), description="its name for people"
    )
    margins: MarginsSection = Field(
        MarginsSection(), description="how clearly a seat must stand out; rarely changed"
    )


class PacingSection(Section):
    """How calm the picture is: the times of the director."""

    min_shot_s: Times = Field(3.0, description="a shot stays at least this long")
    voice_delay_s: Times = Field(
        0.5, description="a voice that the ears believe in lasts this long before it counts"
    )
    pause_s: Times = Field(2.0, description="nobody has the floor for so long: the room is shown")
    wide_after_s: Times = Field(
        8.0, description="a microphone is open and nobody is heard for so long: the same"
    )
    overlap_s: Times = Field(2.0, description="two talk together for so long: both are shown")
    switches: int = Field(3, ge=2, le=5, description="as many changes between two are a dialogue")
    switches_within_s: Times = Field(20.0, description="in that time")
    group_s: Times = Field(6.0, description="a shot of several stays at least this long")
    tighten_s: Times = Field(
        16.0, description="who is seen with another is shown alone after talking alone for so long"
    )
    ping_pong_s: Times = Field(
        6.0, description="nobody comes back to a single shot within this time of losing it"
    )
    manual_s: Annotated[float, Field(ge=0, le=3600)] = Field(
        15.0, description="a shot by hand is left alone for so long"
    )
    late_s: Annotated[float, Field(ge=0.5, le=60)] = Field(
        3.0, description="a camera so much later than its motors allow is not waited for"
    )


class VisionSection(Section):
    """How faces are found."""

    model: str | None = Field(
        None,
        min_length=1,
        max_length=400,
        description="path of the model file; without it the installed one, or the cascade",
    )


class RoomConfig(Section):
    """One whole room file."""

    room: RoomSection = Field(description="the room as a whole")
    buses: tuple[BusSection, ...] = Field((), max_length=8, description="lines with seat units")
    conference_systems: tuple[ConferenceSection, ...] = Field(
        (), max_length=4, description="bought conference systems whose units are seats"
    )
    seats: tuple[SeatSection, ...] = Field((), max_length=250, description="places at the table")
    cameras: tuple[CameraSection, ...] = Field((), max_length=16, description="cameras")
    displays: tuple[DisplaySection, ...] = Field(
        (), max_length=16, description="screens and projectors"
    )
    scenes: tuple[SceneSection, ...] = Field(
        (), max_length=12, description="ways of meeting, with what the displays do in each"
    )
    meeting: MeetingSection = Field(
        MeetingSection(), description="displays around the beginning and the end of a meeting"
    )
    console: ConsoleSection | None = Field(None, description="the chair's console, if any")
    switcher: SwitcherSection | None = Field(
        None, description="the switcher that puts the programme out, if any"
    )
    stream: StreamSection | None = Field(None, description="the programme as a stream, if wanted")
    audio: AudioSection | None = Field(None, description="the microphones' sound, if it is heard")
    pacing: PacingSection = Field(PacingSection(), description="how calm the picture is")
    vision: VisionSection = Field(VisionSection(), description="how faces are found")

    def seats_on(self, bus: str) -> tuple[SeatSection, ...]:
        """The seats whose units hang on that bus or conference system."""
        return tuple(seat for seat in self.seats if seat.bus == bus)


@lru_cache(maxsize=1)
def room_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a room file, for editors and documents. Do not change it."""
    schema = RoomConfig.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Room", **schema}
