"""What one room consists of, for the parts of the controller that share it.

Owns two plain containers: the plan (what stands where, from the room file) and the devices
(what moves and listens). Must not choose or open anything: ``composition`` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from drivers.core.capability import Camera, Device, Display, Keys, SeatUnits, Switcher
from edge.camera.aim import Point
from edge.camera.subject import Pacing, Policy
from edge.camera.targets import Bearings, Targets
from edge.contract import messages
from edge.contract.topics import seat_name
from edge.rules.floor import Role
from edge.rules.following import OnLinkLoss
from edge.wishes import AroundMeeting, DisplayScene


@dataclass(frozen=True)
class Plan:
    """What stands where. ``describe`` is what the hub is told."""

    id: str
    on_link_loss: OnLinkLoss
    describe: messages.Describe
    roles: Mapping[int, Role]
    places_m: Mapping[int, Point]
    walks_m: Mapping[int, float] = field(default_factory=dict)
    """Seats whose people walk while they speak, and how far to each side."""
    bearings: Mapping[str, Bearings] = field(default_factory=dict)
    """How each camera stands."""
    pacing: Pacing = field(default_factory=Pacing)
    camera_policy: Policy = "track"
    locked_cameras: frozenset[str] = frozenset()
    """Cameras that the automatic leaves where they are."""
    outside: tuple[str, ...] = ()
    """Other rooms' pictures that the programme can show: ``room:satellite-1``."""
    scenes: tuple[DisplayScene, ...] = ()
    """Ways of meeting, with what the displays do in each."""
    around_meeting: AroundMeeting = field(default_factory=AroundMeeting)
    sightings_file: Path | None = None
    """Where sightings are kept; None: nowhere."""

    def seat(self, number: int) -> str:
        """``main/12``."""
        return seat_name(self.id, number)

    @property
    def roles_by_seat(self) -> dict[str, Role]:
        """Roles under the seats' full names."""
        return {self.seat(number): role for number, role in self.roles.items()}

    def targets(self, camera: str) -> Targets:
        """What ``camera`` can be aimed at, and where that is."""
        places_m = {self.seat(n): place for n, place in self.places_m.items()}
        walks_m = {self.seat(n): walk_m for n, walk_m in self.walks_m.items()}
        return Targets(self.bearings[camera], places_m, walks_m)


@dataclass
class Devices:
    """The room's devices by what they can do; ``buses`` maps a seat to the bus of its unit."""

    buses: Mapping[int, SeatUnits]
    cameras: Mapping[str, Camera]
    displays: Mapping[str, Display]
    console: Keys | None
    switcher: Switcher | None = None
    audio: Device | None = None
    """The source of the microphones' sound."""

    def all(self) -> dict[str, Device]:
        """Every device once, by id."""
        found: dict[str, Device] = {bus.id: bus for bus in self.buses.values()}
        found.update(self.cameras)
        found.update(self.displays)
        if self.console is not None:
            found[self.console.id] = self.console
        if self.switcher is not None:
            found[self.switcher.id] = self.switcher
        if self.audio is not None:
            found[self.audio.id] = self.audio
        return found
