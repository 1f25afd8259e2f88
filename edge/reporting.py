"""What the devices proved, as messages: actual beside desired, unknown with its reason.

Owns the translation from driver readings to the contract's state payloads. Asks the drivers
what they know; must not publish or decide.
"""

from __future__ import annotations

from typing import Any

from drivers.core.capability import Camera, Display, Health, Lamp, SeatOutputs
from edge.camera.sight import Sight
from edge.contract import messages
from edge.programme import Programme, Watched
from edge.room import Devices
from edge.shots import Shots
from edge.wishes import Wish

LINE_MOST = 400
"""Letters of a line in the contract."""

QUALITIES_TOLD = 600
"""Figures of seats, all cameras together, that leave room for the rest of a message."""


def _age_ms(at_s: float | None, now_s: float) -> int | None:
    return None if at_s is None else int(max(0.0, now_s - at_s) * 1000)


def _vote_lamps(shown: SeatOutputs) -> Lamp:
    """The vote lamps as one: which of them is lit is nobody's business."""
    return next((lamp for lamp in (shown.yes, shown.abstain, shown.no) if lamp != "off"), "off")


def seat_actual(
    devices: Devices, number: int, wanted: SeatOutputs, now_s: float, *, aged: bool
) -> messages.SeatActual:
    """One seat: relay and lamps as its unit reads them back; ``aged`` says how long ago."""
    bus = devices.buses[number]
    state, health = bus.seat_state(number, now_s), bus.seat_health(number, now_s)
    shown = state.outputs.value
    return messages.SeatActual(
        microphone=state.microphone.value,
        wanted=wanted.microphone,
        red=shown.red if shown else None,
        green=shown.green if shown else None,
        amber=shown.amber if shown else None,
        sign_in=shown.sign_in if shown else None,
        votes=_vote_lamps(shown) if shown else None,
        health=health.state.value,
        reason=health.reason or state.microphone.reason,
        age_ms=_age_ms(state.microphone.at_s, now_s) if aged else None,
    )


def camera_actual(
    camera: Camera, shots: Shots, sight: Sight, now_s: float, *, aged: bool
) -> messages.CameraActual:
    """One camera: where it says it looks, what it was sent to, and what it sees."""
    state, health, direction = camera.state(now_s), camera.health(now_s), shots.direction
    aim, why = state.aim.value, direction.why.get(camera.id)
    return messages.CameraActual(
        pan_deg=round(aim.pan_deg, 1) if aim else None,
        tilt_deg=round(aim.tilt_deg, 1) if aim else None,
        fov_deg=round(aim.fov_deg, 1) if aim else None,
        moving=state.moving.value,
        target=shots.target(camera.id),
        arrived=shots.arrived(camera.id),
        locked=camera.id in shots.locked or shots.policy == "locked",
        aside=shots.is_aside(camera.id),
        **_sighted(camera.id, shots),
        on_air=direction.on_air == camera.id,
        why=messages.Text(vi=why.vi, en=why.en) if why else None,
        detector=sight.detector,
        detector_reason=sight.detector_reason[:LINE_MOST] or None,
        picture=sight.picture,
        faces=sight.faces,
        framed=sight.framed,
        health=health.state.value,
        reason=health.reason or state.aim.reason,
        age_ms=_age_ms(state.aim.at_s, now_s) if aged else None,
    )


def _sighted(camera: str, shots: Shots) -> dict[str, Any]:
    """How well it is known how the camera stands."""
    targets = shots.targets[camera]
    bearings = targets.bearings
    told: dict[str, Any] = {"sightings": list(bearings.sighted), "propose": list(bearings.propose)}
    if not bearings.sighted:
        return told
    off_deg = {seat: round(targets.error_deg(seat), 1) for seat in bearings.error_deg}
    worst = max(off_deg, key=lambda seat: off_deg[seat], default=None)
    told["aim_quality"] = messages.AimQuality(
        worst_seat=worst,
        worst_deg=None if worst is None else off_deg[worst],
        seats_deg={seat.rpartition("/")[2]: off for seat, off in off_deg.items()}
        if len(off_deg) * len(shots.targets) <= QUALITIES_TOLD
        else {},
        warnings=[messages.Text(vi=said.vi, en=said.en) for said in bearings.warnings],
    )
    return told


def display_actual(
    display: Display, wanted: Wish, now_s: float, *, aged: bool
) -> messages.DisplayActual:
    """One display, as it answered last."""
    state, health = display.state(now_s), display.health(now_s)
    return messages.DisplayActual(
        power=state.power.value,
        source=state.source.value,
        volume=state.volume.value,
        wanted_power=wanted.power,
        wanted_source=wanted.source,
        wanted_volume=wanted.volume,
        health=health.state.value,
        reason=health.reason or state.power.reason,
        age_ms=_age_ms(state.power.at_s, now_s) if aged else None,
    )


def programme_actual(
    programme: Programme, stream: Watched | None, now_s: float, *, aged: bool
) -> dict[str, object]:
    """The picture that leaves the room: what is wanted, and what the switcher says is out."""
    out, health = programme.out(now_s), programme.health(now_s)
    return {
        "wanted": programme.wanted,
        "out": out.value,
        "health": health.state.value,
        "reason": health.reason or out.reason,
        "age_ms": _age_ms(out.at_s, now_s) if aged else None,
        "stream": None if stream is None else stream.address,
        "watching": None if stream is None else stream.watching,
    }


def device_actual(health: Health, now_s: float) -> messages.DeviceActual:
    """Health of any device, with its age and counters."""
    return messages.DeviceActual(
        health=health.state.value,
        reason=health.reason,
        age_ms=_age_ms(health.proof_at_s, now_s),
        counters=dict(health.counters),
    )
