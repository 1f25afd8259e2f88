"""From a room file to the plan: what stands where, and how the room describes itself.

Owns that translation. Must not open or choose a device.
"""

from __future__ import annotations

from pathlib import Path

from drivers.core.address import parse_port
from edge.camera.subject import ELSEWHERE, Pacing
from edge.contract import messages
from edge.room import Plan
from edge.sighted import bearings_of, sightings_path
from edge.wishes import AroundMeeting, DisplayScene, Wish
from firmware_config.scenes import SceneSection
from firmware_config.schema import RoomConfig
from firmware_config.title import Title


def make_plan(config: RoomConfig, boot: str, data_dir: Path | None = None) -> Plan:
    """What stands where, and the description for the hub; ``data_dir`` may hold sightings."""
    seats = [
        messages.SeatPlace(number=s.number, role=s.role, position_m=s.position_m, device=s.bus)
        for s in config.seats
    ]
    return Plan(
        id=config.room.id,
        on_link_loss=config.room.on_link_loss,
        describe=messages.Describe(
            boot=boot,
            title=_text(config.room.title),
            on_link_loss=config.room.on_link_loss,
            seats=seats,
            devices=_places(config),
            scenes=[messages.ScenePlace(id=s.id, title=_text(s.title)) for s in config.scenes],
        ),
        roles={s.number: s.role for s in config.seats},
        places_m={s.number: s.position_m for s in config.seats},
        walks_m={s.number: s.walks_m for s in config.seats if s.walks_m > 0},
        bearings=bearings_of(config, data_dir),
        pacing=Pacing(**config.pacing.model_dump()),
        camera_policy=config.room.camera_policy,
        sightings_file=None if data_dir is None else sightings_path(data_dir, config.room.id),
        locked_cameras=frozenset(c.id for c in config.cameras if c.locked),
        outside=_outside(config),
        scenes=tuple(_scene(section) for section in config.scenes),
        around_meeting=AroundMeeting(**config.meeting.model_dump()),
    )


def _scene(section: SceneSection) -> DisplayScene:
    wishes = {d.id: Wish(d.power, d.source, d.volume) for d in section.displays}
    return DisplayScene(section.id, _text(section.title), wishes, section.camera)


def _outside(config: RoomConfig) -> tuple[str, ...]:
    """Other rooms' pictures on the switcher."""
    inputs = config.switcher.inputs if config.switcher is not None else ()
    return tuple(source for source in inputs if source.startswith(ELSEWHERE))


def _text(title: Title) -> messages.Text:
    return messages.Text(vi=title.vi, en=title.en)


def _places(config: RoomConfig) -> list[messages.DevicePlace]:
    places = [
        messages.DevicePlace(
            id=b.id, kind="units", title=_text(b.title), model=b.map, simulated=_twin(b.port)
        )
        for b in config.buses
    ]
    places += [
        messages.DevicePlace(
            id=s.id, kind="units", title=_text(s.title), model=s.driver, simulated=_twin(s.port)
        )
        for s in config.conference_systems
    ]
    places += [
        messages.DevicePlace(
            id=c.id,
            kind="camera",
            title=_text(c.title),
            position_m=c.position_m,
            heading_deg=c.heading_deg,
            model=c.model,
            simulated=_twin(c.port),
        )
        for c in config.cameras
    ]
    places += [
        messages.DevicePlace(
            id=d.id,
            kind="display",
            title=_text(d.title),
            position_m=d.position_m,
            model=d.driver,
            sources=list(d.sources),
            abilities=list(d.ABILITIES),
            simulated=_twin(d.port),
        )
        for d in config.displays
    ]
    if config.switcher is not None:
        places.append(
            messages.DevicePlace(
                id=config.switcher.id,
                kind="switcher",
                title=_text(config.switcher.title),
                model=config.switcher.dialect or "",
                sources=list(config.switcher.inputs),
                simulated=_twin(config.switcher.port),
            )
        )
    if config.console is not None:
        places.append(
            messages.DevicePlace(
                id="console",
                kind="console",
                title=_text(config.console.title),
                simulated=config.console.pins.startswith("twin:"),
            )
        )
    if config.audio is not None:
        places.append(
            messages.DevicePlace(
                id=config.audio.id,
                kind="audio",
                title=_text(config.audio.title),
                model=config.audio.source[:64],
                simulated=config.audio.source.startswith("twin:"),
            )
        )
    return places


def _twin(port: str) -> bool:
    return parse_port(port).twin
