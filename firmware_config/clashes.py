"""What two parts of a room file may not share.

Owns the rules that need the whole room: ports, ids, seats and their places on a bus. Each
table alone is judged by the schema. Must not open a port.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TypeVar

from drivers.core.address import parse_port
from drivers.delegate_unit.config import check_seats
from firmware_config.scenes import SceneDisplay
from firmware_config.schema import (
    CONSOLE_ID,
    AudioSection,
    DisplaySection,
    PelcoCameraSection,
    RoomConfig,
)

T = TypeVar("T")

RESERVED_IDS = re.compile(rf"(room|audio|{CONSOLE_ID}|seat-[0-9]+|mic-[0-9]+-[a-z]+)\Z")
"""Names with a meaning of their own in topics, commands and the twin."""


def first_clash(config: RoomConfig) -> str | None:
    """The first clash in the order of the file, as one line naming its key; None is good."""
    return next(clashes(config), None)


def clashes(config: RoomConfig) -> Iterator[str]:
    """Every clash, as lines that name the key first."""
    yield from _ids(config)
    yield from _ports(config)
    yield from _seats(config)
    yield from _cameras(config)
    yield from _switcher(config)
    yield from _scenes(config)
    if config.audio is not None:
        yield from _audio(config, config.audio)


def _devices(config: RoomConfig) -> Iterator[tuple[str, str, str]]:
    """Place in the file, id and port of everything with a wire."""
    for table, devices in (
        ("buses", config.buses),
        ("conference_systems", config.conference_systems),
        ("cameras", config.cameras),
        ("displays", config.displays),
    ):
        for device in devices:
            yield f"{table}[id={device.id}]", device.id, device.port
    if config.switcher is not None:
        yield "switcher", config.switcher.id, config.switcher.port


def _ids(config: RoomConfig) -> Iterator[str]:
    seen: set[str] = set()
    for place, name, _ in _devices(config):
        if RESERVED_IDS.match(name):
            yield f"{place}.id: {name!r} has a meaning of its own; choose another id"
        if name in seen:
            yield f"{place}.id: {name!r} is used twice; every device needs an id of its own"
        seen.add(name)


def _ports(config: RoomConfig) -> Iterator[str]:
    owners: dict[str, str] = {}
    shared = {camera.id: camera for camera in config.cameras if camera.driver == "pelco_d"}
    lines: dict[str, PelcoCameraSection] = {}
    for place, name, text in _devices(config):
        port = parse_port(text)
        if port.twin and not re.fullmatch(rf"{config.room.id}/[a-z0-9-]{{1,32}}", port.target):
            yield (
                f"{place}.port: {text!r} must be twin:{port.kind}:{config.room.id}/NAME, "
                f"a port of this room's own twin"
            )
        wire = _wire(text)
        if name in shared and wire in lines:
            yield from _on_one_line(place, shared[name], lines[wire], shared.values())
        elif wire in owners:
            yield f"{place}.port: {text!r} is the port of {owners[wire]} already; one device each"
        owners[wire] = place
        if name in shared:
            lines.setdefault(wire, shared[name])
    console = config.console
    if console is not None and console.pins not in ("gpio", f"twin:{config.room.id}/{CONSOLE_ID}"):
        yield (
            f"console.pins: {console.pins!r} must be gpio or twin:{config.room.id}/{CONSOLE_ID}, "
            "the pins of this room's own twin"
        )


def _on_one_line(
    place: str,
    camera: PelcoCameraSection,
    first: PelcoCameraSection,
    others: Iterable[PelcoCameraSection],
) -> Iterator[str]:
    """Pelco-D cameras share a line, at one speed and with an address each."""
    if camera.baud != first.baud:
        yield f"{place}.baud: {camera.baud} is not the {first.baud} of {first.id} on the same line"
    for other in others:
        if other.id == camera.id:
            return
        if (_wire(other.port), other.address) == (_wire(camera.port), camera.address):
            yield f"{place}.address: {camera.address} is the address of {other.id} already"


def _wire(text: str) -> str:
    """What is really plugged: two links to one serial port are one wire, so are two twin kinds."""
    port = parse_port(text)
    if port.twin:
        return f"twin:{port.target}"
    return os.path.realpath(port.target) if port.kind == "serial" else str(port)


def _seats(config: RoomConfig) -> Iterator[str]:
    for number in _twice(seat.number for seat in config.seats):
        yield f"seats[number={number}].number: {number} is used twice; a seat is numbered once"
    buses = {bus.id for bus in config.buses} | {one.id for one in config.conference_systems}
    for seat in config.seats:
        if seat.bus not in buses:
            known = ", ".join(sorted(buses)) or "none"
            yield (
                f"seats[number={seat.number}].bus: {seat.bus!r} is no bus of this room "
                f"(buses: {known})"
            )
    for bus in config.buses:
        try:
            check_seats(bus, [seat for seat in config.seats if seat.bus == bus.id])
        except ValueError as error:
            yield f"seats: {error}"
    for system in config.conference_systems:
        seats = config.seats_on(system.id)
        for place in _twice(seat.unit for seat in seats):
            yield f"seats: unit {place} of {system.id!r} is used twice; a unit is one seat"
        for seat in seats:
            if seat.slot != 1:
                yield f"seats[number={seat.number}].slot: units of {system.id!r} have no slots"


def _audio(config: RoomConfig, audio: AudioSection) -> Iterator[str]:
    numbers = {seat.number for seat in config.seats}
    for seat in audio.channels:
        if seat and seat not in numbers:
            yield f"audio.channels: {seat} is no seat of this room; 0 is nobody's channel"
    if audio.source.startswith("twin:") and audio.source != f"twin:{config.room.id}/audio":
        yield (
            f"audio.source: {audio.source!r} must be twin:{config.room.id}/audio, "
            "the sound of this room's own twin"
        )
    carried = sum(stream.channels for stream in audio.streams)
    if audio.source == "rtp" and carried < len(audio.channels):
        yield (
            f"audio.channels: names {len(audio.channels)} channels, "
            f"the streams carry only {carried} together"
        )
    if audio.source != "rtp" and audio.streams:
        yield f"audio.streams: mean something for source rtp only, which is {audio.source!r}"
    for port in _twice(stream.port for stream in audio.streams if stream.group is None):
        yield f"audio.streams: port {port} is used twice; a stream needs a port of its own"


def _cameras(config: RoomConfig) -> Iterator[str]:
    """Sightings of seats that exist, each once; pictures of this room's own twin."""
    numbers = {seat.number for seat in config.seats}
    for camera in config.cameras:
        place = f"cameras[id={camera.id}]"
        for number in _twice(sighting.seat for sighting in camera.sightings):
            yield f"{place}.sightings: seat {number} is sighted twice; keep the better one"
        for target in camera.presets:
            if target.isdigit() and int(target) not in numbers:
                yield f"{place}.presets: there is no seat {target} in this room"
        for sighting in camera.sightings:
            if sighting.seat not in numbers:
                yield f"{place}.sightings: there is no seat {sighting.seat} in this room"
        source = camera.video.source if camera.video is not None else ""
        if source.startswith("twin:") and source != f"twin:{config.room.id}/{camera.id}":
            yield (
                f"{place}.video.source: {source!r} must be twin:{config.room.id}/{camera.id}, "
                "the picture of this camera in the room's own twin"
            )


def _switcher(config: RoomConfig) -> Iterator[str]:
    """Its inputs carry cameras of this room, or pictures of other rooms."""
    cameras = {camera.id for camera in config.cameras}
    for source in config.switcher.inputs if config.switcher is not None else ():
        room = source.removeprefix("room:")
        if room == source and source not in cameras:
            known = ", ".join(sorted(cameras)) or "none"
            yield (
                f"switcher.inputs: {source!r} is no camera of this room (cameras: {known}); "
                "another room's picture is room:ID"
            )
        if room != source and room == config.room.id:
            yield f"switcher.inputs: {source!r} is this room itself; name its cameras"


def _scenes(config: RoomConfig) -> Iterator[str]:
    """Scenes order about displays of this room what these can do."""
    displays = {display.id: display for display in config.displays}
    ids = [scene.id for scene in config.scenes]
    for name in _twice(ids):
        yield f"scenes[id={name}].id: {name!r} is used twice; every scene needs an id of its own"
    for scene in config.scenes:
        for name in _twice(wish.id for wish in scene.displays):
            yield f"scenes[id={scene.id}].displays: {name!r} is named twice"
        for wish in scene.displays:
            place = f"scenes[id={scene.id}].displays[id={wish.id}]"
            display = displays.get(wish.id)
            if display is None:
                known = ", ".join(displays) or "none"
                yield f"{place}.id: {wish.id!r} is no display of this room (displays: {known})"
                continue
            yield from _wish(place, wish, display)
    if config.meeting.scene is not None and config.meeting.scene not in ids:
        known = ", ".join(ids) or "none"
        yield f"meeting.scene: {config.meeting.scene!r} is no scene of this room (scenes: {known})"


def _wish(place: str, wish: SceneDisplay, display: DisplaySection) -> Iterator[str]:
    if not wish.power and (wish.source is not None or wish.volume is not None):
        yield f"{place}.power: a display that is off has neither source nor volume"
    if wish.source is not None and wish.source not in display.sources:
        known = ", ".join(display.sources) or "none"
        yield f"{place}.source: {wish.source!r} is no input of {wish.id} (sources: {known})"
    if wish.volume is not None and "volume" not in display.ABILITIES:
        yield f"{place}.volume: {display.driver} cannot set a volume"


def _twice(values: Iterable[T]) -> list[T]:
    return [value for value, count in Counter(values).items() if count > 1]
