"""The only place that chooses real devices and wires objects.

Owns the way from a room file to running objects. Must not hold rules or state.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from drivers.audio.absent import AbsentInput
from drivers.audio.config import AudioConfig
from drivers.cec.driver import CecDisplay
from drivers.console.driver import Console
from drivers.core.address import host_port
from drivers.core.capability import Device, Display, KeyPress, SeatUnits
from drivers.delegate_unit.driver import DelegateBus
from drivers.lg_rs232.driver import LgDisplay
from drivers.pjlink.driver import PjlinkDisplay
from drivers.samsung_mdc.driver import SamsungMdcDisplay
from drivers.shure_dis.driver import DisSystem
from drivers.switcher.driver import SerialSwitcher
from drivers.televic.driver import TelevicSystem
from edge.alive import Alive
from edge.camera.sight import Blind, Eye
from edge.console import check_names
from edge.contract import messages, topics
from edge.controller import Controller
from edge.drills import AskTwin, Drills
from edge.kept_rules import KeptRules
from edge.optics import make_cameras
from edge.planning import make_plan
from edge.renewal import Renewal
from edge.room import Devices
from edge.runtime.link import Link
from edge.runtime.notify import notify
from edge.runtime.outbox import Outbox
from edge.runtime.supervisor import Supervisor
from edge.shots import Shots
from edge.update import Telling, Word, why_not
from edge.version import VERSION
from edge.voting import Voting
from firmware_config.schema import ConferenceSection, DisplaySection, RoomConfig

if TYPE_CHECKING:
    from edge.ears import Ears
    from edge.runtime.identity import Identity
    from edge.stream import ProgrammeStream

log = logging.getLogger(__name__)

OnKey = Callable[[KeyPress], None]
OnContact = Callable[[str, bool], None]


def make_devices(
    config: RoomConfig,
    on_seat_key: OnKey,
    on_console_key: OnKey,
    on_contact: OnContact = lambda name, is_closed: None,
    on_change: Callable[[], None] = lambda: None,
    data_dir: Path | None = None,
) -> Devices:
    """Every device of the room, none of them opened yet; ``data_dir`` may hold sightings.

    Raises:
        ValueError: the room file asks for something a driver cannot do; one line.
    """
    buses: dict[int, SeatUnits] = {}
    for section in config.buses:
        seats = config.seats_on(section.id)
        bus = DelegateBus(section, seats, on_seat_key)
        bus.on_change = on_change
        buses.update({seat.number: bus for seat in seats})
    for system in config.conference_systems:
        places = {seat.number: seat.unit for seat in config.seats_on(system.id)}
        units = make_conference_system(system, places, on_seat_key)
        units.on_change = on_change
        buses.update(dict.fromkeys(places, units))
    console = None
    if config.console is not None:
        check_names(config.console)
        console = Console(config.console, on_console_key, on_contact=on_contact)
    return Devices(
        buses=buses,
        cameras=make_cameras(config, data_dir),
        displays={section.id: make_display(section) for section in config.displays},
        console=console,
        switcher=None if config.switcher is None else SerialSwitcher(config.switcher),
        audio=make_audio(config.audio) if config.audio is not None else None,
    )


def make_conference_system(
    section: ConferenceSection, places: Mapping[int, int], on_seat_key: OnKey
) -> SeatUnits:
    """The bought system, not opened yet; ``places`` are its numbers for our seats."""
    if section.driver == "shure_dis":
        return DisSystem(section, places, on_seat_key)
    return TelevicSystem(section, places, on_seat_key)


def make_display(section: DisplaySection) -> Display:
    """The display, not opened yet."""
    match section.driver:
        case "samsung_mdc":
            return SamsungMdcDisplay(section)
        case "lg_rs232":
            return LgDisplay(section)
        case "pjlink":
            return PjlinkDisplay(section)
        case "cec":
            return CecDisplay(section)


def make_audio(config: AudioConfig) -> Device:
    """The source of sound, not opened yet; where a package is missing, what says so."""
    try:
        from drivers.audio.device import open_device
        from drivers.audio.input import AudioInput
        from drivers.audio.rtp import open_rtp, open_twin
    except ImportError as error:
        log.warning("no sound: %s is missing: install phonghop[audio]", error.name)
        return AbsentInput(config.id, error.name or "numpy")
    match config.source.partition(":")[0]:
        case "device":
            return AudioInput(config.id, lambda: open_device(config))
        case "twin":
            return AudioInput(config.id, lambda: open_twin(config))
        case _:
            return AudioInput(config.id, lambda: open_rtp(config))


def make_ears(config: RoomConfig, devices: Devices) -> Ears | None:
    """What listens to the room; None where no sound is configured or can be heard."""
    if config.audio is None or devices.audio is None or isinstance(devices.audio, AbsentInput):
        return None
    try:
        from drivers.audio.input import AudioInput
        from edge.ears import Ears, EarsPlan, detector
        from edge.listening.dominance import Margins
    except ImportError as error:
        log.warning("nobody listens: %s is missing: install phonghop[audio]", error.name)
        return None
    if not isinstance(devices.audio, AudioInput):
        return None
    plan = EarsPlan(
        room=config.room.id,
        channels=config.audio.channels,
        rate_hz=config.audio.rate_hz,
        hears_closed=config.audio.hears_closed,
        margins=Margins(**config.audio.margins.model_dump()),
    )
    return Ears(plan, devices.audio, devices, detector())


def make_eyes(config: RoomConfig, devices: Devices, shots: Shots, data_dir: Path) -> dict[str, Eye]:
    """An eye for every camera with a picture; blind, with the reason, where OpenCV is missing."""
    videos = {camera.id: camera.video for camera in config.cameras if camera.video is not None}
    if not videos:
        return {}
    try:
        from edge.looking import make_eye
    except ImportError as error:
        reason = f"{error.name} is not installed (phonghop[vision])"
        return {camera: Blind(reason) for camera in videos}
    model = None if config.vision.model is None else Path(config.vision.model)
    return {
        ident: make_eye(devices.cameras[ident], video, shots, model, data_dir)
        for ident, video in videos.items()
    }


def make_stream(
    config: RoomConfig, eyes: Mapping[str, Eye], shots: Shots
) -> ProgrammeStream | None:
    """The programme as a stream, where the room file wants one and its libraries are there."""
    if config.stream is None:
        return None
    try:
        from edge.camera.eyes import PictureEye
        from edge.stream import ProgrammeStream
    except ImportError as error:
        log.error("no programme stream: %s is not installed (phonghop[vision])", error.name)
        return None
    pictures = {ident: eye.capture for ident, eye in eyes.items() if isinstance(eye, PictureEye)}
    return ProgrammeStream(config.stream, pictures, lambda: shots.direction.on_air)


class Room:
    """One whole controller, ready to run."""

    def __init__(
        self,
        config: RoomConfig,
        data_dir: Path,
        broker: str | None = None,
        identity: Identity | None = None,
        ask_twin: AskTwin | None = None,
    ) -> None:
        """Wire everything; nothing is opened but the outbox file.

        With an ``identity`` the broker is reached by TLS, without one as it is. ``ask_twin``
        reaches the room's twin, where it has simulated devices.

        Raises:
            OutboxError: the outbox file cannot be used.
            ValueError: the room file asks for something impossible.
        """
        boot = secrets.token_hex(6)
        self.outbox = Outbox(data_dir / f"{config.room.id}.sqlite", boot)
        self.plan = make_plan(config, boot, data_dir)
        self.devices = make_devices(
            config,
            # The controller is made of the devices, and so after them.
            lambda press: self.controller.seat_key(press),
            lambda press: self.controller.console_key(press),
            lambda name, is_closed: self.controller.contact(name, is_closed),
            lambda: self.controller.changed(),
            data_dir,
        )
        self.kept = KeptRules(data_dir / f"{config.room.id}.rules.json")
        voting = Voting(config.room.id, self.outbox)
        self.controller = Controller(self.plan, self.devices, self.outbox, self.kept, voting)
        host, port = host_port(broker or config.room.broker)
        self.link = Link(
            config.room.id,
            host,
            port,
            self.outbox,
            self._status,
            self._deliver,
            self.controller.link_changed,
            None if identity is None else identity.tls,
        )
        self.renewal = None if identity is None else Renewal(identity, self.link)
        self.controller.connect(self.link)
        self.controller.ears = make_ears(config, self.devices)
        if self.controller.ears is not None:
            self.controller.ears.on_talking = self.controller.on_talking
        self.supervisor = Supervisor()
        self.controller.publisher.restarts = self.supervisor.restarts
        for ident, device in self.devices.all().items():
            self.supervisor.add(ident, device.run)
        eyes = make_eyes(config, self.devices, self.controller.shots, data_dir)
        self.controller.eyes = eyes
        stream = make_stream(config, eyes, self.controller.shots)
        if stream is not None:
            self.controller.stream = stream
            self.supervisor.add("programme stream", stream.run)
        for ident, eye in eyes.items():
            self.supervisor.add(f"{ident} eye", eye.run)
        self.supervisor.add("link", self.link.run)
        if self.renewal is not None:
            self.supervisor.add("renewal", self.renewal.run)
        self.supervisor.add("controller", self.controller.run)
        if ask_twin is not None and any(d.simulated for d in self.plan.describe.devices):
            self.controller.drills = Drills(self.controller, ask_twin)
            self.supervisor.add("drills", self.controller.drills.run)
        alive = Alive(
            self.devices,
            self.outbox,
            lambda: self.controller.ticks,
            lambda: self.link.connected,
        )
        self.supervisor.add("signs of life", alive.run)
        self.supervisor.add("trial of the disk", alive.try_the_disk)
        self.supervisor.add("word for updates", Telling(self.plan.id, self.word).run)

    def _deliver(self, topic: topics.Topic | None, message: messages.Message) -> None:
        if not isinstance(message, messages.IdentityGrant):
            self.controller.deliver(topic, message)
        elif self.renewal is not None:
            self.renewal.take(message)

    def word(self) -> Word:
        """Whether the room may be restarted now."""
        room = self.controller
        online = self.link.connected and room.hub.is_online
        reason = why_not(room.room.floor, room.session, room.voting.ballot, hub_online=online)
        return Word(reason, online)

    def _status(self, state: str) -> messages.Status:
        return messages.Status(
            state=state,
            boot=self.outbox.boot,
            epoch=self.outbox.epoch,
            version=VERSION,
            start=self.outbox.start,
            outbox=self.outbox.depth,
            outbox_oldest_ms=self.outbox.oldest_ms(),
            ts=time.time(),
        )

    async def run(self) -> None:
        """Run until cancelled; outputs are left safe and the outbox closed."""
        try:
            await self.supervisor.run()
        finally:
            notify("STOPPING=1")
            await self.kept.close()
            await self.outbox.close()
