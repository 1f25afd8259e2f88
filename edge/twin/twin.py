"""All simulated devices of one room, and what hands can do to them.

Owns which sim stands on which port, and the names by which people reach them. Must not speak
a protocol (the sims do) nor share code with a driver. Devices whose port is no ``twin:`` port
are real and left alone.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from drivers.console.sim import ConsoleSim, SimContact, SimKey, SimLamp
from drivers.core.address import parse_port, twin_path
from drivers.core.simulation import PtyWire, Sim, TcpWire, UdpWire
from drivers.delegate_unit.sim import DelegateBusSim
from drivers.delegate_unit.sim_units import KEY_NAMES
from drivers.pelco_d.sim import Dome, PelcoBusSim
from drivers.switcher.sim import SwitcherSim
from drivers.visca.sim import BODIES, ViscaCameraSim
from edge.twin import cinema
from edge.twin.bought import BoughtPlace, baud_of, make_conference
from edge.twin.changes import CameraWatch, Noticed, SeatWatch, Watchers, WireWatch
from edge.twin.control import ControlServer, Send, TwinError, only_twin_of
from edge.twin.faults import Fallible
from edge.twin.installed import kept_presets
from edge.twin.panels import make_panel
from edge.twin.sound import Sound, sound_of
from firmware_config.schema import (
    CONSOLE_ID,
    BusSection,
    CameraSection,
    ConferenceSection,
    ConsoleSection,
    PelcoCameraSection,
    RoomConfig,
)

if TYPE_CHECKING:
    from edge.twin.video import VideoWire

log = logging.getLogger(__name__)

PLUG_IN_S = 5.0
"""Making a port takes milliseconds; beyond this something holds it up."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a seat's keys are."""

    bus: DelegateBusSim
    unit: int
    slot: int
    keys = KEY_NAMES

    def press(self, key: str, hold_ms: int) -> None:
        """A finger on a key of the seat."""
        self.bus.press(self.unit, key, hold_ms, slot=self.slot)

    def look(self) -> dict[str, Any]:
        """Microphone relay and lamps as they are on the table."""
        slot = self._slot()
        return {"microphone": slot["microphone"], **slot["lamps"]}

    def is_open(self) -> bool:
        """The relay of the microphone, as it was when the unit was asked last."""
        return self.bus.unit(self.unit).is_open(self.slot)

    def show(self) -> dict[str, Any]:
        """The same, and the keys that a finger is on."""
        return {**self.look(), "held": self._slot()["held"]}

    def _slot(self) -> dict[str, Any]:
        shown = self.bus.unit(self.unit).show(time.monotonic())
        slot: dict[str, Any] = shown["slots"][str(self.slot)]
        return slot


class Twin:
    """One simulated room. Implements ``Hands`` of the control socket."""

    def __init__(
        self, config: RoomConfig, mounted_off_deg: Mapping[str, float] | None = None
    ) -> None:
        """Nothing is opened before ``run``.

        ``mounted_off_deg`` turns cameras away from what the room file says, clockwise.

        Raises:
            TwinError: no device of the room is on a twin's port, or there is no such camera.
        """
        config = _mounted(config, mounted_off_deg or {})
        self.room = config.room.id
        self._config = config
        self._watchers = Watchers()
        self._wires: dict[str, PtyWire | TcpWire | UdpWire] = {}
        self._seats: dict[str, Place | BoughtPlace] = {}
        self._cameras: dict[str, cinema.Shown] = {}
        self._pelco_lines: dict[str, PelcoBusSim] = {}
        self._videos: Mapping[str, VideoWire] = {}
        self._displays: dict[str, Sim] = {}
        self._switcher: SwitcherSim | None = None
        self._console: ConsoleSim | None = None
        self._sound: Sound | None = None
        self._seat_watches: list[SeatWatch] = []
        ports = [bus.port for bus in config.buses]
        ports += [system.port for system in config.conference_systems]
        ports += [camera.port for camera in config.cameras]
        ports += [display.port for display in config.displays]
        ports += [config.switcher.port] if config.switcher is not None else []
        ports = [port for port in ports if parse_port(port).twin]
        if not ports and not _is_simulated(config.console):
            raise TwinError(f"room {self.room}: no device is on a twin: port, nothing to simulate")

    async def run(self, ready: Callable[[], None]) -> None:
        """Serve until cancelled; ``ready`` is called when every port can be opened.

        Raises:
            TwinError: another twin of this room runs, or a port cannot be made.
        """
        with only_twin_of(self.room):
            control = ControlServer(self.room, self)
            self._plug_in()
            try:
                async with asyncio.TaskGroup() as tasks:
                    for name, wire in self._wires.items():
                        tasks.create_task(wire.run(), name=f"twin {self.room} {name}")
                    events = [wire.ready for wire in self._wires.values()]
                    for name, video in self._videos.items():
                        tasks.create_task(video.run(), name=f"twin {self.room} {name}")
                        events.append(video.ready)
                    if self._console is not None:
                        tasks.create_task(self._console.run(), name=f"twin {self.room} console")
                        events.append(self._console.ready)
                    async with asyncio.timeout(PLUG_IN_S):
                        for event in events:
                            await event.wait()
                    tasks.create_task(control.run(ready), name=f"twin {self.room} control")
            except* OSError as group:
                reason = _first(group)
                raise TwinError(f"twin of {self.room}: cannot make its ports: {reason}") from group

    # Building -----------------------------------------------------------------------------

    def _plug_in(self) -> None:
        for bus in self._config.buses:
            if parse_port(bus.port).twin:
                self._add_bus(bus)
        for system in self._config.conference_systems:
            if parse_port(system.port).twin:
                self._add_conference_system(system)
        for camera in self._config.cameras:
            if parse_port(camera.port).twin:
                self._add_camera(camera)
        self._videos = cinema.make_videos(self._config, self._cameras)
        for display in self._config.displays:
            if parse_port(display.port).twin:
                self._displays[display.id], baud = make_panel(display)
                self._wire(display.id, display.port, self._displays[display.id], baud)
        switcher = self._config.switcher
        if switcher is not None and parse_port(switcher.port).twin:
            self._switcher = SwitcherSim(
                max(switcher.inputs.values()),
                switcher.output,
                matrix="output" in switcher.language.select,
            )
            self._wire(switcher.id, switcher.port, self._switcher, switcher.baud)
        if self._config.console is not None and _is_simulated(self._config.console):
            self._console = _console(self._config.console)
        audio = self._config.audio
        if audio is not None and audio.source.startswith("twin:"):
            self._sound = sound_of(self._config, audio, self._open_microphones)
            if self._sound is not None:
                self._wire(audio.id, audio.source.replace("twin:", "twin:udp:", 1), self._sound, 0)

    def _open_microphones(self) -> set[int]:
        return {int(name) for name, place in self._seats.items() if place.is_open()}

    def _add_bus(self, bus: BusSection) -> None:
        seats = self._config.seats_on(bus.id)
        units = dict.fromkeys((seat.unit for seat in seats), bus.map)
        sim = DelegateBusSim(units, byte_s=bus.byte_s)
        by_unit: dict[int, list[str]] = {}
        for seat in seats:
            name = str(seat.number)
            self._seats[name] = Place(sim, seat.unit, seat.slot)
            by_unit.setdefault(seat.unit, []).append(name)
        watch = SeatWatch(by_unit, lambda name: self._seats[name].look(), self._watchers)
        self._seat_watches.append(watch)
        # A parity bit makes characters longer, which is the same as a slower line.
        self._wire(bus.id, bus.port, Noticed(sim, watch.notice), round(10 / bus.byte_s))

    def _add_conference_system(self, system: ConferenceSection) -> None:
        seats = self._config.seats_on(system.id)
        chairs = [seat.unit for seat in seats if seat.role == "chair"]
        sim = make_conference(system, [seat.unit for seat in seats], chairs)
        names = {str(seat.number): BoughtPlace(sim, seat.unit) for seat in seats}
        self._seats.update(names)
        watch = SeatWatch({0: names}, lambda name: names[name].look(), self._watchers)
        self._seat_watches.append(watch)
        self._wire(
            system.id, system.port, Noticed(sim, lambda _: watch.notice(b"")), baud_of(system)
        )

    def _add_camera(self, camera: CameraSection) -> None:
        if camera.driver == "pelco_d":
            self._add_dome(camera)
            return
        sim = ViscaCameraSim(BODIES[camera.model], camera.wire_flavour, camera.address)
        watch = CameraWatch(camera.id, lambda: sim.command_count, self._watchers)
        self._cameras[camera.id] = sim
        self._wire(camera.id, camera.port, Noticed(sim, watch.notice), camera.baud)

    def _add_dome(self, camera: PelcoCameraSection) -> None:
        """Domes on one port hang on one wire, which people know by the name of that port."""
        dome = Dome(answers=camera.positions == "told")
        dome.presets = kept_presets(self._config, camera)
        if camera.fov_deg is not None:
            dome.fov_deg = camera.fov_deg
        self._cameras[camera.id] = dome
        line = self._pelco_lines.get(camera.port)
        if line is None:
            line = self._pelco_lines[camera.port] = PelcoBusSim({})
            name = parse_port(camera.port).target.rpartition("/")[2]
            self._wire(name, camera.port, line, camera.baud)
        line.domes[camera.address] = dome

    def _wire(self, name: str, text: str, sim: Sim, baud: int) -> None:
        port = parse_port(text)
        path, seed = twin_path(port.target), len(self._wires) + 1
        match port.kind:
            case "serial":
                self._wires[name] = PtyWire(sim, path, baud, seed)
            case "tcp":
                self._wires[name] = TcpWire(sim, path, seed)
            case "udp":
                self._wires[name] = UdpWire(sim, path, seed)
        self._wires[name].tap = WireWatch(name, self._watchers).tap

    # Hands --------------------------------------------------------------------------------

    def press(self, who: str, key: str, hold_ms: int) -> int:
        """See ``Hands.press``."""
        push: Callable[[str, int], None]
        if who == CONSOLE_ID:
            console = self._need_console()
            push, keys = console.press, tuple(console.show()["keys"])
        elif who in self._seats:
            push, keys = self._seats[who].press, self._seats[who].keys
        else:
            known = f"{self._seats_known()}, or {CONSOLE_ID}"
            raise TwinError(f"no seat {who!r} in the twin of {self.room}; {known}")
        if key not in keys:
            where = who if who == CONSOLE_ID else f"seat {who}"
            raise TwinError(f"{where} has no key {key!r}; its keys are {', '.join(keys)}")
        pressed_ns = time.monotonic_ns()
        push(key, hold_ms)
        return pressed_ns

    def contact(self, name: str, active: bool) -> None:
        """See ``Hands.contact``."""
        try:
            self._need_console().set_contact(name, active)
        except ValueError as error:
            raise TwinError(str(error)) from error

    def fault(self, device: str, fault: str | None) -> None:
        """See ``Hands.fault``; ``seat-12`` is the unit of seat 12, with all its seats."""
        try:
            self._fallible().switch(device, fault)
        except LookupError as error:
            raise TwinError(
                f"no device {device!r} in the twin of {self.room}; devices are "
                f"{', '.join(self._devices())} and seat-NUMBER, where {self._seats_known()}"
            ) from error
        except ValueError as error:
            raise TwinError(f"{device}: {error}") from error

    def _fallible(self) -> Fallible:
        units = {
            name: (place.bus, place.unit)
            for name, place in self._seats.items()
            if isinstance(place, Place)
        }
        return Fallible(self._wires, self._videos, self._console, units)

    def voice(self, who: str, what: str) -> None:
        """See ``Hands.voice``."""
        if self._sound is None:
            raise TwinError(f"the twin of {self.room} has no sound")
        if who not in self._seats:
            raise TwinError(f"no seat {who!r} in the twin of {self.room}; {self._seats_known()}")
        try:
            self._sound.say(int(who), what)
        except ValueError as error:
            raise TwinError(str(error)) from error

    def watch(self, what: str, send: Send) -> Callable[[], None]:
        """See ``Hands.watch``."""
        unwatch = self._watchers.add(what, send)
        for seats in self._seat_watches:
            seats.begin()
        return unwatch

    def show(self) -> dict[str, Any]:
        """See ``Hands.show``."""
        return {
            "room": self.room,
            "seats": {name: place.show() for name, place in self._seats.items()},
            "cameras": {
                camera.id: {**self._cameras[camera.id].show(), "heading_deg": camera.heading_deg}
                for camera in self._config.cameras
                if camera.id in self._cameras
            },
            "videos": {name: video.show() for name, video in self._videos.items()},
            "displays": {name: sim.show() for name, sim in self._displays.items()},
            "switcher": self._switcher.show() if self._switcher is not None else {},
            "console": self._console.show() if self._console is not None else {},
            "audio": self._sound.show() if self._sound is not None else {},
            "faults": dict(self._fallible().standing()),
            "faults_known": self._fallible().known(),
        }

    def _need_console(self) -> ConsoleSim:
        if self._console is None:
            raise TwinError(f"the twin of {self.room} has no console")
        return self._console

    def _devices(self) -> Iterator[str]:
        yield from self._wires
        yield from self._videos
        if self._console is not None:
            yield CONSOLE_ID

    def _seats_known(self) -> str:
        numbers = sorted(map(int, self._seats))
        if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
            return f"seats are {numbers[0]} to {numbers[-1]}"
        return f"seats are {', '.join(map(str, numbers)) or 'none'}"

    def summary(self) -> str:
        """One line for people: what is simulated."""
        return f"room {self.room}, {len(self._seats)} seats, devices {', '.join(self._devices())}"


def _mounted(config: RoomConfig, off_deg: Mapping[str, float]) -> RoomConfig:
    """The room as it really is."""
    known = [camera.id for camera in config.cameras]
    for name in off_deg:
        if name not in known:
            raise TwinError(f"room {config.room.id} has no camera {name!r}: {', '.join(known)}")
    cameras = tuple(
        c.model_copy(update={"heading_deg": c.heading_deg + off_deg.get(c.id, 0.0)})
        for c in config.cameras
    )
    return config.model_copy(update={"cameras": cameras})


def _is_simulated(console: ConsoleSection | None) -> bool:
    return console is not None and console.pins != "gpio"


def _console(config: ConsoleSection) -> ConsoleSim:
    """The panel as it is wired: pin numbers as plain data, for the sim shares no settings."""
    keys = {
        name: SimKey(key.pin, key.lamp_pin, key.active_low, key.lamp_active_low)
        for name, key in config.keys.items()
    }
    contacts = {
        name: SimContact(contact.pin, contact.normally_closed, contact.active_low)
        for name, contact in config.contacts.items()
    }
    lamps = {name: SimLamp(lamp.pin, lamp.active_low) for name, lamp in config.lamps.items()}
    return ConsoleSim(twin_path(config.pins.removeprefix("twin:")), keys, contacts, lamps)


def _first(group: BaseExceptionGroup[OSError]) -> str:
    """The reason of the first error in a tree of them."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return str(error)
