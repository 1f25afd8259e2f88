"""What a device can do, as small protocols, and the values they exchange.

Owns the vocabulary between drivers and the edge. A caller asks *can it move?*, never
*which class is it?*. Must not know any device.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Protocol, runtime_checkable

from drivers.core.reading import Reading


class HealthState(StrEnum):
    """Judged from proof: an acknowledgement alone leaves a device unconfirmed."""

    OK = "ok"
    UNCONFIRMED = "unconfirmed"
    FAULT = "fault"


NOT_OPENED = "not opened yet"
"""Why a wire is down that nobody has tried to open."""


def down_state(reason: str | None) -> HealthState:
    """How a device is whose wire is down: a fault, once opening it was tried."""
    return HealthState.UNCONFIRMED if reason == NOT_OPENED else HealthState.FAULT


@dataclass(frozen=True, slots=True)
class Health:
    """How a device is, why, and when it last proved it (monotonic seconds).

    ``reason`` stays word for word while nothing changes: another one is news, and told anew.
    """

    state: HealthState
    reason: str | None = None
    proof_at_s: float | None = None
    counters: Mapping[str, int] = field(default_factory=dict)


@runtime_checkable
class Device(Protocol):
    """Anything with a wire and a life of its own."""

    id: str

    async def run(self) -> None:
        """Live until cancelled: open, talk, reopen. Leaves outputs safe on the way out."""
        ...

    def health(self, now_s: float) -> Health:
        """How it is, from what it proved."""
        ...


@runtime_checkable
class Turning(Protocol):
    """A device that is asked without rest, so that one can see whether its driver hangs."""

    id: str
    turns: int
    """Grows while the driver works, whether or not the device answers."""


@dataclass(frozen=True, slots=True)
class Aim:
    """Where a camera looks: pan positive to its right, tilt positive up, width of the picture."""

    pan_deg: float
    tilt_deg: float
    fov_deg: float

    def beyond(
        self, pan_limits_deg: tuple[float, float], tilt_limits_deg: tuple[float, float]
    ) -> str | None:
        """Which axis is outside its limits, NaN included; None when neither is."""
        for axis, value, (low, high) in (
            ("pan", self.pan_deg, pan_limits_deg),
            ("tilt", self.tilt_deg, tilt_limits_deg),
        ):
            if not low <= value <= high:
                return f"{axis} {value:.1f}° is beyond {low:g}..{high:g}°"
        return None


@dataclass(frozen=True, slots=True)
class CameraState:
    """What a camera last proved."""

    aim: Reading[Aim]
    moving: Reading[bool]
    power: Reading[bool]


@runtime_checkable
class Camera(Device, Protocol):
    """A camera that can be pointed."""

    async def move(self, aim: Aim) -> None:
        """Start moving there; returns when the camera has accepted, not when it has arrived.

        A newer move replaces an older one that still waits.

        Raises:
            LinkDown, NoReply, Refused
        """
        ...

    async def stop(self) -> None:
        """Stop every axis now, past all queues."""
        ...

    def state(self, now_s: float) -> CameraState:
        """Position and movement as last reported, unknown when stale."""
        ...

    def arrived(self, aim: Aim, now_s: float) -> bool | None:
        """It reports to rest within its tolerance of ``aim``; None when unknown."""
        ...

    def move_time_s(self, start: Aim, end: Aim) -> float:
        """How long its motors take, from the model's speeds."""
        ...


@runtime_checkable
class Bounded(Protocol):
    """A camera that knows beforehand where it cannot look."""

    def out_of_reach(self, aim: Aim) -> str | None:
        """Why ``move`` would refuse this aim, or None."""
        ...


@runtime_checkable
class Drivable(Protocol):
    """A camera that can be moved by speed, as one who follows somebody needs."""

    async def drive(self, pan_deg_s: float, tilt_deg_s: float) -> None:
        """Keep these speeds, right and up positive, until renewed, moved or stopped.

        Held within what the motors, the zoom and the limits allow. A dead-man's switch: not
        renewed within half a second, the camera is stopped.

        Raises:
            LinkDown, NoReply, Refused
        """
        ...

    def fastest_deg_s(self, now_s: float) -> tuple[float, float]:
        """Top speeds of pan and tilt for the present width of the picture."""
        ...


@dataclass(frozen=True, slots=True)
class DisplayState:
    """What a display last proved."""

    power: Reading[bool]
    source: Reading[str]
    volume: Reading[int]


@runtime_checkable
class Display(Device, Protocol):
    """A screen or projector."""

    async def set_power(self, on: bool) -> None:
        """Switch; returns when a later question confirmed the new state.

        Raises:
            LinkDown, NoReply, Refused
        """
        ...

    async def set_source(self, source: str) -> None:
        """Choose an input by its name in the driver's table."""
        ...

    async def set_volume(self, percent: int) -> None:
        """0 to 100."""
        ...

    def state(self, now_s: float) -> DisplayState:
        """As last reported, unknown when stale."""
        ...


@runtime_checkable
class Switcher(Device, Protocol):
    """What puts one of several pictures out: a video switcher or matrix."""

    @property
    def sources(self) -> Collection[str]:
        """The pictures it has, by the names of the room file."""
        ...

    async def select(self, source: str) -> None:
        """Put a picture out; returns when the switcher has answered that it is.

        Raises:
            LinkDown, NoReply
            Refused: by the switcher, no such picture, or replaced by a later choice.
        """
        ...

    def selected(self, now_s: float) -> Reading[str]:
        """What is out, as last reported; an input without a name is ``input N``."""
        ...


Lamp = Literal["off", "on", "slow", "fast"]
"""A lamp is off, on, blinks slowly (about 1 Hz) or fast (about 4 Hz)."""


@dataclass(frozen=True, slots=True)
class SeatOutputs:
    """What a seat's unit should show and do. A unit may lack the last two lamps."""

    microphone: bool = False
    red: Lamp = "off"
    green: Lamp = "off"
    yes: Lamp = "off"
    abstain: Lamp = "off"
    no: Lamp = "off"
    amber: Lamp = "off"
    """Muted by the chair; fast: fire alarm."""
    sign_in: Lamp = "off"
    """White: please sign in."""


@dataclass(frozen=True, slots=True)
class SeatState:
    """What a seat's unit last proved. ``microphone`` is the relay as the unit reads it back."""

    present: Reading[bool]
    microphone: Reading[bool]
    outputs: Reading[SeatOutputs]


@dataclass(frozen=True, slots=True)
class KeyPress:
    """A key went down, or came up after ``held_ms``.

    ``at_s`` is the corrected monotonic time of the press itself (arrival minus the age the
    unit reported), so presses order truly even when they are read late.
    """

    source: str
    key: str
    at_s: float
    released: bool = False
    held_ms: int | None = None


@runtime_checkable
class SeatUnits(Device, Protocol):
    """A bus of delegate units, addressed by seat number.

    ``on_change`` is called when a unit proved something new; whoever listens sets it.
    """

    on_change: Callable[[], None]

    def set_outputs(self, seat: int, outputs: SeatOutputs) -> None:
        """What should be; the driver keeps making it true, and refreshes the dead-man."""
        ...

    def seat_state(self, seat: int, now_s: float) -> SeatState:
        """What is, per seat."""
        ...

    def seat_health(self, seat: int, now_s: float) -> Health:
        """How the unit at this seat is."""
        ...


@runtime_checkable
class Keys(Device, Protocol):
    """Hardware keys with lamps and contacts: the chair's console."""

    @property
    def names(self) -> tuple[str, ...]:
        """The keys there are."""
        ...

    def set_lamp(self, name: str, lamp: Lamp) -> None:
        """Light the lamp of that key, or one that has no key."""
        ...

    def contact(self, name: str) -> Reading[bool]:
        """State of a contact such as the fire alarm; unknown before it was read."""
        ...
