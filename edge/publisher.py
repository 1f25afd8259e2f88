"""What is, told to the hub: state parts when they change, alerts, figures.

Owns what is published when. Must not decide anything about the room.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from drivers.core.capability import Health, HealthState, SeatOutputs
from drivers.core.reading import Clock
from edge import reporting
from edge.alarms import FIRE, Alarms, Subject, fire_alert, programme_subject
from edge.camera.sight import NO_EYE
from edge.camera_concerns import camera_concerns
from edge.contract import messages, topics
from edge.floor_messages import floor_state
from edge.runtime.link import Link
from edge.wishes import Wish

if TYPE_CHECKING:
    from edge.controller import Controller
    from edge.ears import Ears

HEALTH_EVERY_S = 0.9
"""Health is looked at this often; a state that changed goes out at once."""

COUNTERS_EVERY_S = 10.0
"""Counters and ages change all the time and are read by people."""

LEVELS_EVERY_S = 0.2
"""Meters move as smoothly as the eye asks for."""


class Publisher:
    """Publishes one room."""

    def __init__(self, controller: Controller, link: Link, now_s: Clock) -> None:
        """Describes the room at once; the link keeps it until it is connected."""
        self.restarts: dict[str, int] = {}
        self._controller = controller
        self._link = link
        self._now_s = now_s
        self._rev = 0
        self._published: dict[str, object] = {}
        self._health_s = -1e9
        self._counters_s = -1e9
        self._levels_s = -1e9
        self._ages_due: set[str] = set()
        plan = controller.plan
        self._alarms = Alarms(plan.describe.boot)
        self._titles = {d.id: d.title for d in plan.describe.devices}
        link.publish_state(topics.up(plan.id, "describe"), plan.describe)

    def look(self, wanted: Mapping[int, SeatOutputs], now_s: float) -> None:
        """Publish every part but the cameras' that is not what was published last."""
        devices, screens = self._controller.devices, self._controller.screens
        self._part(
            "seats",
            messages.SeatsState,
            lambda aged: {
                "seats": {
                    str(n): reporting.seat_actual(devices, n, wanted[n], now_s, aged=aged)
                    for n in wanted
                }
            },
        )
        self._part(
            "displays",
            messages.DisplaysState,
            lambda aged: {
                "displays": {
                    ident: reporting.display_actual(
                        display, screens.wanted.get(ident, Wish()), now_s, aged=aged
                    )
                    for ident, display in devices.displays.items()
                },
                "scene": screens.scene_actual(now_s),
            },
        )
        self._floor(now_s)
        self._fire()
        if now_s - self._health_s >= HEALTH_EVERY_S:
            self._health_s = now_s
            self._health(now_s)

    def look_at_cameras(self, now_s: float) -> None:
        """Publish the cameras' part when something in it changed."""
        shots, eyes = self._controller.shots, self._controller.eyes
        sights = {ident: eye.sight() for ident, eye in eyes.items()}
        self._part(
            "cameras",
            messages.CamerasState,
            lambda aged: {
                "cameras": {
                    ident: reporting.camera_actual(
                        camera, shots, sights.get(ident, NO_EYE), now_s, aged=aged
                    )
                    for ident, camera in self._controller.devices.cameras.items()
                },
                "policy": shots.policy,
            },
        )

    def look_at_programme(self, now_s: float) -> None:
        """Publish what leaves the room, in a room that has such a thing."""
        programme, stream = self._controller.programme, self._controller.stream
        if self._controller.devices.switcher is not None or stream is not None:
            self._part(
                "programme",
                messages.ProgrammeState,
                lambda aged: reporting.programme_actual(programme, stream, now_s, aged=aged),
            )

    def look_at_sound(self, ears: Ears, now_s: float) -> None:
        """Publish who talks when it changed, and the meters, which may be lost."""
        self._part(
            "audio",
            messages.AudioState,
            lambda aged: {
                "listens": ears.talking is not None,
                "talking": list(ears.talking or ()),
                "heard_s": ears.heard_s() if aged else {},
            },
        )
        if now_s - self._levels_s >= LEVELS_EVERY_S:
            self._levels_s = now_s
            levels = ears.levels()
            if levels or self._published.get("levels"):
                self._published["levels"] = levels
                topic = topics.up(self._controller.plan.id, "tele", "levels")
                self._link.publish_once(topic, messages.Tele(figures=levels), qos=0)

    def _part(
        self,
        name: str,
        kind: type[messages.State],
        fields: Callable[[bool], Mapping[str, object]],
    ) -> None:
        """Publish ``fields(aged=True)`` when they changed, or ages are to be told again.

        Compared without ages, which always change.
        """
        plain = fields(False)
        if self._published.get(name) != plain or name in self._ages_due:
            self._ages_due.discard(name)
            self._published[name] = plain
            self.tell(name, kind, **fields(True))

    def echo(self, hub_ms: int) -> None:
        """Answer the hub's time at once: it measures the way there and back."""
        topic = topics.up(self._controller.plan.id, "tele", "link")
        self._link.publish_once(topic, messages.Tele(figures={"hub_ms": float(hub_ms)}), qos=0)

    def tell(self, part: str, kind: type[messages.State], **fields: object) -> None:
        """Publish a part.

        Raises:
            BadMessage: it is too long.
        """
        self._send(part, kind.model_validate({**self._stamp(), **fields}))

    def tell_floor_anew(self) -> None:
        """Our connection is new: the ages in the floor that was told last are of another time."""
        self._published.pop("floor", None)

    def _floor(self, now_s: float) -> None:
        """Told anew for each connection of the hub, too: it merges fresh ages only."""
        room, contact = self._controller.room, self._controller.hub.contact
        key = (room.authority, room.report, room.floor, room.gen, room.applied, contact)
        if self._published.get("floor") != key:
            self._published["floor"] = key
            self._stamp()
            self._send("floor", floor_state(room, self._rev, contact, now_s))

    def _fire(self) -> None:
        """Once the contact is known: an alert that an earlier start left behind goes, too."""
        closed = self._controller.fire.is_closed
        if self._published.get(FIRE) is not closed:
            self._published[FIRE] = closed
            alert = fire_alert(self._controller.room.boot) if closed else None
            self._link.publish_state(topics.up(self._controller.plan.id, "alert", FIRE), alert)

    def _stamp(self) -> dict[str, object]:
        self._rev += 1
        return {"boot": self._controller.room.boot, "rev": self._rev}

    def _send(self, part: str, message: messages.State) -> None:
        self._link.publish_state(topics.up(self._controller.plan.id, "state", part), message)

    def _health(self, now_s: float) -> None:
        controller = self._controller
        full = now_s - self._counters_s >= COUNTERS_EVERY_S
        found = {ident: d.health(now_s) for ident, d in controller.devices.all().items()}
        states = {ident: (h.state, h.reason) for ident, h in found.items()}
        if full:
            self._counters_s = now_s
            self._figures(found)
            self._ages_due = {"seats", "cameras", "displays", "programme", "audio"}
        if full or states != self._published.get("devices"):
            self._published["devices"] = states
            self.tell(
                "devices",
                messages.DevicesState,
                devices={i: reporting.device_actual(h, now_s) for i, h in found.items()},
                restarts=self.restarts,
            )
        for ident, alert in self._alarms.update(self._subjects(found, now_s), now_s).items():
            self._link.publish_state(topics.up(controller.plan.id, "alert", ident), alert)

    def _figures(self, found: dict[str, Health]) -> None:
        """What may be lost: counters that a plot can do without."""
        figures = {
            f"{ident}.{name}": float(value)
            for ident, health in found.items()
            for name, value in health.counters.items()
            if name.endswith("_ms")
        }
        if self._controller.ears is not None:
            figures |= self._controller.ears.figures()
        figures["refused_messages"] = float(self._link.gatekeeper.total_refused)
        self._link.publish_once(
            topics.up(self._controller.plan.id, "tele", "room"),
            messages.Tele(figures=figures),
            qos=0,
        )
        self._link.refresh_status()

    def _subjects(
        self, found: dict[str, Health], now_s: float
    ) -> dict[str, tuple[Subject, Health]]:
        """Devices, and the units on buses that work: a dead bus is one alarm, not thirty."""
        controller = self._controller
        subjects = {
            ident: (Subject(ident, self._titles[ident], device=ident), health)
            for ident, health in found.items()
        }
        subjects.update(camera_concerns(controller.shots, controller.eyes, self._titles))
        wanted = controller.programme.wanted
        subjects["programme"] = (
            programme_subject(wanted),
            controller.programme.health(now_s),
        )
        for number, bus in controller.devices.buses.items():
            title = messages.Text(vi=f"Ghế số {number}", en=f"Seat {number}")
            subject = Subject(
                f"seat-{number}", title, device=bus.id, seat=controller.plan.seat(number)
            )
            if found[bus.id].state is HealthState.FAULT:
                health = Health(HealthState.UNCONFIRMED, "its bus does not work")
            else:
                health = bus.seat_health(number, now_s)
            subjects[subject.id] = (subject, health)
        seats = {number: controller.plan.seat(number) for number in controller.devices.buses}
        held = controller.room.floor.mode == "push_to_talk"
        subjects |= controller.stuck_keys.subjects(seats, now_s, mic_is_held=held)
        if controller.ears is not None:
            subjects |= controller.ears.subjects()
        return subjects
