"""What a camera has proved about its movement, from the positions it reported.

Owns the questions *where is it*, *does it move*, *has it arrived*, *is it stuck*. Pure: told
what was ordered and what was reported, and when. Must not touch a wire.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.core.capability import Aim
from drivers.core.reading import Reading
from drivers.visca.models import Model

JITTER_DEG = 0.05
JITTER_ZOOM_UNITS = 4
"""Encoders wobble by a unit or two at rest; anything above is movement."""

FOV_TOLERANCE = 0.04
"""Share of the picture's width by which it may be off and still count as framed."""

START_MARGIN_S = 1.5
"""A camera may begin and end softly; only after this is a missing arrival a fact."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Raw positions as reported at one moment."""

    pan: int
    tilt: int
    zoom: int
    at_s: float


class Tracker:
    """Remembers the last order and the last two samples."""

    def __init__(self, model: Model, tolerance_deg: float, stale_after_s: float) -> None:
        """Knows nothing yet."""
        self._model = model
        self._tolerance_deg = tolerance_deg
        self._stale_after_s = stale_after_s
        self._last: Sample | None = None
        self._before: Sample | None = None
        self._reason = "not asked yet"
        self._ordered_at_s: float | None = None
        self._due_s = 0.0
        self._target: Aim | None = None
        self._reached = False

    def ordered(self, target: Aim | None, now_s: float) -> None:
        """Something that moves (or stops) the camera is on its way; None: nobody knows where to."""
        here, takes_s = self.aim, 0.0
        if here is not None and target is not None:
            takes_s = self._model.move_time_s(here, target)
        self._target, self._ordered_at_s, self._reached = target, now_s, False
        self._due_s = now_s + takes_s + START_MARGIN_S

    def reported(self, pan: int, tilt: int, zoom: int, now_s: float) -> None:
        """The camera told its position."""
        self._before, self._last = self._last, Sample(pan, tilt, zoom, now_s)
        if self._target is not None and self.arrived(self._target, now_s):
            self._reached = True

    def lost(self, reason: str) -> None:
        """The wire is gone: what was known is history."""
        self._before = self._last = None
        self._reason = reason

    @property
    def aim(self) -> Aim | None:
        """Where it was last, however long ago."""
        last = self._last
        return None if last is None else self._model.to_aim(last.pan, last.tilt, last.zoom)

    def aim_reading(self, now_s: float) -> Reading[Aim]:
        """Where it looks; unknown before the first report and when that is old."""
        aim = self.aim
        if aim is None or self._last is None:
            return Reading.unknown(self._reason)
        return Reading.known(aim, self._last.at_s).fresh(
            now_s, self._stale_after_s, "no answer lately"
        )

    def moving(self, now_s: float) -> Reading[bool]:
        """Whether two reports after the last order differ."""
        last, before = self._last, self._before
        if last is None:
            return Reading.unknown(self._reason)
        since = self._ordered_at_s
        if before is None or (since is not None and before.at_s < since):
            return Reading(None, last.at_s, "not yet reported twice since the last order")
        reading = Reading.known(self._differ(last, before), last.at_s)
        return reading.fresh(now_s, self._stale_after_s, "no answer lately")

    def _differ(self, last: Sample, before: Sample) -> bool:
        jitter = JITTER_DEG * self._model.units_per_deg
        return (
            abs(last.pan - before.pan) > jitter
            or abs(last.tilt - before.tilt) > jitter
            or abs(last.zoom - before.zoom) > JITTER_ZOOM_UNITS
        )

    def arrived(self, aim: Aim, now_s: float) -> bool | None:
        """At rest within the tolerance of ``aim``; None when unknown."""
        here, moving = self.aim_reading(now_s).value, self.moving(now_s).value
        if here is None or moving is None:
            return None
        return not moving and self._near(here, aim)

    def _near(self, here: Aim, aim: Aim) -> bool:
        wanted_fov = self._model.fov_deg(self._model.zoom_units(aim.fov_deg))
        return (
            abs(here.pan_deg - aim.pan_deg) <= self._tolerance_deg
            and abs(here.tilt_deg - aim.tilt_deg) <= self._tolerance_deg
            and abs(here.fov_deg - wanted_fov) <= FOV_TOLERANCE * wanted_fov
        )

    def at_rest(self, now_s: float) -> bool:
        """Proved not to move."""
        return self.moving(now_s).value is False

    def settled(self, now_s: float) -> bool:
        """Nothing interesting will happen: rest is proved, and the target reached or overdue."""
        if self._ordered_at_s is None:
            return self._last is not None
        if not self.at_rest(now_s):
            return False
        return self._reached or now_s >= self._due_s

    def may_move(self, now_s: float) -> bool:
        """Something was ordered and its end is not proved."""
        return self._ordered_at_s is not None and not self.settled(now_s)

    def missed(self, now_s: float) -> Aim | None:
        """The target it never reached though it rests and the time is over: it is stuck."""
        if self._target is None or self._reached or now_s < self._due_s:
            return None
        return self._target if self.arrived(self._target, now_s) is False else None
