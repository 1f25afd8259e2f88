"""One who walks while speaking: found where the room file says, followed, and given up in order.

Theory. ``follow`` says how fast to turn; here stands when. The camera first goes to the place by
one absolute move, like to any seat. The face that is seen from there is followed by speed. What
the picture shows belongs to where the camera looked *then*; that is known from its reports, and
between and after them from the speeds that were asked for. Without a new picture of the face
the camera is stopped within half a second; after two it shows the whole stretch that the person
may walk, and comes near again when a face is seen there. Whoever cannot be followed calmly (the
camera swings to and fro, because pictures come too late or two faces take turns) is shown that
way for a while, too.

Owns the life of one such shot. Must not detect, drive, or know a driver. Degrees as the camera
reports them, monotonic seconds.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace
from itertools import pairwise

from drivers.core.capability import Aim
from edge.camera import follow
from edge.camera.aim import composed, wrapped_deg
from edge.camera.faces import Face
from edge.camera.follow import Loop, Track
from edge.camera.framing import EYES_IN_FACE, Manners, Seen, Target, angles_of, is_plausible
from edge.camera.sight import FramedWord

Speeds = tuple[float, float]
STAND: Speeds = (0.0, 0.0)

COMMAND_S = 0.1
"""From asking for a speed until the motors have it: a line at 9600 baud, an answer and a little
waiting behind a question; rounded up."""

BLIND_S = 0.5
"""No new picture of the face for so long, whatever pictures' age: stop."""

REST_SHARE, START_SHARE = 0.03, 0.06
"""Of the width: inside the first the camera stands, outside the second it starts again."""

PATH_S = 3.0
"""Reports and speeds that are remembered: longer than the oldest picture that is followed."""

SWINGS, SWINGS_WITHIN_S, SWING_DEG_S = 5, 6.0, 3.0
"""So many changes of direction, faster than that, in so long: nobody walks like this."""

AGAIN_S, AGAIN_MOST_S = 8.0, 120.0
"""After a face was lost the whole stretch is shown at least so long; twice as long each time
that it was lost again within ``WELL_S``; swings count twice."""

WELL_S = 20.0
"""Whoever was followed for so long can be followed."""


class Whereabouts:
    """Where one camera looked, and will look: its reports, and between them its speeds."""

    def __init__(self) -> None:
        """Nothing is known."""
        self._reports: deque[tuple[float, float, float]] = deque()
        self._speeds: deque[tuple[float, Speeds]] = deque()

    def reported(self, aim: Aim, at_s: float) -> None:
        """The camera said so."""
        if self._reports and at_s <= self._reports[-1][0]:
            return
        self._reports.append((at_s, aim.pan_deg, aim.tilt_deg))
        while len(self._reports) > 2 and self._reports[1][0] < at_s - PATH_S:
            self._reports.popleft()
        while len(self._speeds) > 1 and self._speeds[1][0] < at_s - PATH_S:
            self._speeds.popleft()

    def asked(self, speeds: Speeds, from_s: float) -> None:
        """The motors get these speeds at ``from_s``."""
        self._speeds.append((from_s, speeds))

    def forget_speeds(self) -> None:
        """Somebody else moved it since."""
        self._speeds.clear()

    def at(self, when_s: float) -> tuple[float, float] | None:
        """Pan and tilt at a time; None before the first report."""
        if not self._reports:
            return None
        for (from_s, pan, tilt), (to_s, pan_2, tilt_2) in pairwise(self._reports):
            if from_s <= when_s < to_s:
                share = (when_s - from_s) / (to_s - from_s)
                return (
                    wrapped_deg(pan + wrapped_deg(pan_2 - pan) * share),
                    tilt + (tilt_2 - tilt) * share,
                )
        at_s, pan, tilt = self._reports[-1]
        if when_s <= at_s:
            return self._reports[0][1:] if when_s < self._reports[0][0] else (pan, tilt)
        turned = self._turned(at_s, when_s)
        return wrapped_deg(pan + turned[0]), tilt + turned[1]

    def _turned(self, from_s: float, to_s: float) -> Speeds:
        """By the speeds that were asked for."""
        pan = tilt = 0.0
        ends_s = (*(begin_s for begin_s, _ in self._speeds), math.inf)[1:]
        for (begin_s, speeds), end_s in zip(self._speeds, ends_s, strict=True):
            span_s = min(end_s, to_s) - max(begin_s, from_s)
            if span_s > 0:
                pan, tilt = pan + speeds[0] * span_s, tilt + speeds[1] * span_s
        return pan, tilt


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where somebody walks. ``near`` is the shot of one who stands in the middle of it.

    Its gate is the angle to either end. ``whole`` shows all of it.
    """

    near: Target
    whole: Aim


class Pursuit:
    """The shot of one who walks, from the order on; ``latency_s``: from light to picture."""

    def __init__(self, stretch: Stretch, manners: Manners, latency_s: float) -> None:
        """The camera was sent to the near shot."""
        self.path = Whereabouts()
        self.word: FramedWord = "waiting"
        self._stretch = stretch
        self._manners = manners
        fov_deg = stretch.near.aim.fov_deg
        self._loop = Loop(
            rest_deg=REST_SHARE * fov_deg,
            start_deg=START_SHARE * fov_deg,
            blind_s=BLIND_S + latency_s,
            latency_s=COMMAND_S,
        )
        self._is_near = True
        self._rest_s: float | None = None
        self._track: Track | None = None
        self._face_s: float | None = None
        """When a picture of the face came last."""
        self._begun_s = self._near_again_s = float("-inf")
        self._away_s = AGAIN_S / 2
        self._swings: deque[float] = deque(maxlen=SWINGS)
        self._way = 0.0

    @property
    def is_following(self) -> bool:
        """The camera is steered by speed, or stands because the person does."""
        return self._track is not None

    def rests(self, reached: bool, now_s: float) -> None:
        """Whether the camera reports to rest where it was sent last."""
        if self.is_following:
            return
        if not reached:
            self._rest_s = None
        elif self._rest_s is None:
            self._rest_s = now_s
            self.word = "looking" if self.word == "waiting" else self.word

    def look(self, seen: Seen, now_s: float) -> Aim | None:
        """What one new picture leads to, ``seen.aim`` being where the camera looks now.

        An aim: go there by an absolute move.
        """
        if not self.is_following and self._rest_s is None:
            return None
        there = self.path.at(seen.taken_s)
        if there is not None and self.is_following:
            seen = replace(seen, aim=Aim(there[0], there[1], seen.aim.fov_deg))
        elif not self.is_following and seen.taken_s < (self._rest_s or 0.0):
            return None
        face = self._find(seen)
        if face is None:
            return None if self.is_following else self._not_found(now_s)
        pan_deg, tilt_deg = _wanted(face, seen, self._manners)
        self._face_s = now_s
        if not self._is_near:
            return self._come_near(pan_deg, tilt_deg, now_s)
        if not self.is_following:
            self._begun_s = now_s
        self._track = follow.seen(self._track, pan_deg, tilt_deg, seen.taken_s, self._loop)
        self.word = "following"
        return None

    def _find(self, seen: Seen) -> Face | None:
        """The face on the stretch that is nearest to where it is expected."""
        near = self._stretch.near
        middle = near.aim.pan_deg, near.aim.tilt_deg
        expected = self._track.at(seen.taken_s) if self._track is not None else middle
        best: tuple[float, Face] | None = None
        for face in seen.faces:
            wanted = _wanted(face, seen, self._manners)
            on_stretch = _apart_deg(wanted, middle) <= near.gate_deg
            if not on_stretch or not is_plausible(face, seen, near.distance_m):
                continue
            off_deg = _apart_deg(wanted, expected)
            if best is None or off_deg < best[0]:
                best = off_deg, face
        return None if best is None else best[1]

    def _come_near(self, pan_deg: float, tilt_deg: float, now_s: float) -> Aim | None:
        if now_s < self._near_again_s:
            return None
        self._is_near, self._rest_s, self.word = True, None, "looking"
        self.path.forget_speeds()
        return Aim(pan_deg, tilt_deg, self._stretch.near.aim.fov_deg)

    def _not_found(self, now_s: float) -> Aim | None:
        """At rest, and nobody is there."""
        rest_s = self._rest_s if self._rest_s is not None else now_s
        if now_s - rest_s <= self._manners.lost_s + self._manners.settle_s:
            return None
        self.word = "no_face" if self._face_s is None else "lost"
        return self._go_wide() if self._is_near else None

    def _go_wide(self) -> Aim:
        self._track, self._rest_s, self._is_near, self._way = None, None, False, 0.0
        self._swings.clear()
        self.path.forget_speeds()
        return self._stretch.whole

    def steer(self, now_s: float, fastest_deg_s: Speeds) -> Speeds | Aim | None:
        """What to ask of the camera now: speeds, ``STAND`` to stop it, or an aim.

        None: nothing, as long as nobody is followed.
        """
        if self._track is None:
            return None
        if now_s - (self._face_s or 0.0) > self._manners.lost_s:
            return self._give_up("lost", now_s)
        there = self.path.at(now_s + COMMAND_S)
        if there is None:
            return STAND
        self._track, speeds = follow.drive(self._track, there, now_s, self._loop, fastest_deg_s)
        if self._hunts(speeds[0], now_s):
            self._away_s *= 2
            return self._give_up("late", now_s)
        self.path.asked(speeds, now_s + COMMAND_S)
        return speeds

    def _give_up(self, word: FramedWord, now_s: float) -> Aim:
        was_well = now_s - self._begun_s > WELL_S
        self._away_s = AGAIN_S if was_well else min(2 * self._away_s, AGAIN_MOST_S)
        self.word, self._near_again_s = word, now_s + self._away_s
        return self._go_wide()

    def _hunts(self, pan_deg_s: float, now_s: float) -> bool:
        """The camera turns to and fro as nobody walks."""
        if abs(pan_deg_s) < SWING_DEG_S:
            return False
        way, self._way = self._way, math.copysign(1.0, pan_deg_s)
        if way in (0.0, self._way):
            return False
        self._swings.append(now_s)
        return len(self._swings) == SWINGS and now_s - self._swings[0] <= SWINGS_WITHIN_S


def _wanted(face: Face, seen: Seen, manners: Manners) -> tuple[float, float]:
    """Where the camera would have to look for the eyes to stand where they belong."""
    eyes_px = face.y + EYES_IN_FACE * face.height
    pan_deg, tilt_deg = angles_of(face.centre[0], eyes_px, seen.aim, seen.size_px)
    aim = composed(Aim(pan_deg, tilt_deg, seen.aim.fov_deg), manners.eyes_at)
    return aim.pan_deg, aim.tilt_deg


def _apart_deg(a: tuple[float, float], b: tuple[float, float]) -> float:
    shrink = math.cos(math.radians(a[1]))
    return math.hypot(wrapped_deg(a[0] - b[0]) * shrink, a[1] - b[1])
