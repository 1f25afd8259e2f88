"""From pictures of one camera to corrections: which pictures may be trusted, and for what.

Theory. A picture is old when it comes, and nobody says how old. What was taken before the camera
stood still must not correct anything. So after a swing the picture itself is asked: it must have
moved as a whole and then come to rest. How long after the motors that was is the latency of
this camera, learned at each swing, never believed to be less than the room file says. A picture
that does not follow the camera corrects nothing at all.

Owns that judgement and the life of one shot's framing. Must not detect, read pictures or move
a camera. Degrees as the camera reports them; monotonic seconds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from drivers.core.capability import Aim
from edge.camera import framing
from edge.camera.aim import WIDEST_DEG, apart_deg, composed, headroom_deg
from edge.camera.faces import Face
from edge.camera.framing import Framing, Manners, Seen, Target
from edge.camera.pursuit import Pursuit, Speeds, Stretch
from edge.camera.sight import FramedWord
from edge.camera.subject import seats_of
from edge.camera.targets import Targets

SWING_SHARE = 0.25
"""Of the picture's width: a move by so much changes the picture beyond doubt."""

MOVED_SHARE, STILL_SHARE = 0.12, 0.08
"""Of the picture's cells: more than the first differ from before the order only when the camera
has moved; fewer than the second differ from picture to picture once it stands. People who talk
and lean change a twentieth."""

CELL_CHANGED = 8
"""Grey levels; the noise of a cell is a tenth of that."""

Cells = NDArray[np.int16]
"""A picture as a few grey cells, (rows, columns)."""

LATER_S = 0.6
"""Pictures that are surely so much older than the room file says cannot steer: one who walks is
then framed like one who sits."""

WIDER_AFTER_S, WIDER = 8.0, 1.7
"""Nobody is found at a seat for so long: the same seat, so much wider, once. Whoever looks down or
aside is in the picture then, and an empty chair does not fill it."""

LATE_S = 4.0
"""At rest for so long and the picture has not moved: it does not follow the camera."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """One picture as it was looked at; ``faces`` is None while nobody asks for them."""

    faces: Sequence[Face] | None
    size_px: tuple[int, int]
    at_s: float
    cells: Cells


def share_changed(before: Cells, now: Cells) -> float:
    """How much of the picture is another one, 0 to 1."""
    return float(np.mean(np.abs(now - before) > CELL_CHANGED))


class Gaze:
    """The framing of one camera's shots, one after the other."""

    def __init__(self, targets: Targets, latency_s: float, manners: Manners) -> None:
        """``latency_s``: from light to picture, at least."""
        self.latency_s = latency_s
        self._least_latency_s = latency_s
        self._targets = targets
        self._manners = manners
        self._framing: Framing | None = None
        self._seat_aim: Aim | None = None
        self._pursuit: Pursuit | None = None
        self._word: FramedWord | None = None
        self._rest_s: float | None = None
        """Since when the camera has rested at the aim of its newest order."""
        self._owes_motion = False
        self._has_moved = False
        self._looked_s: deque[float] = deque(maxlen=3)
        self._surely_late_s = 0.0
        self._is_at_seat_aim, self._is_wider = True, False
        self._nobody_since_s: float | None = None
        self._last: Cells | None = None
        self._before: Cells | None = None
        """The newest picture, and the one when the order was given."""

    @property
    def wants_faces(self) -> bool:
        """There is somebody to be framed."""
        return self._framing is not None

    @property
    def pursues(self) -> bool:
        """Somebody who may walk is shown: pictures are worth more looks than usual."""
        return self._pursuit is not None

    @property
    def is_following(self) -> bool:
        """Somebody walks: the camera is steered by speed."""
        return self._pursuit is not None and self._pursuit.is_following

    def ordered(self, target: str, aim: Aim, here: Aim | None, *, steerable: bool = False) -> None:
        """The camera was sent to show ``target``; ``here`` is where it looked before.

        ``steerable``: it can be moved by speed, so who walks can be followed.
        """
        self._framing, self._word, self._rest_s, self._pursuit = None, None, None, None
        seats = seats_of(target)
        if len(seats) != 1:
            return
        (seat,) = seats
        if self._targets.is_crowded(seat):
            self._word = "too_close"
            return
        self._word, gate_deg = "waiting", self._targets.gate_deg(seat)
        self._framing = Framing(Target(aim, self._targets.distance_m(seat), gate_deg))
        self._seat_aim, self._is_at_seat_aim = aim, True
        self._is_wider, self._nobody_since_s = False, None
        whole = self._targets.whole_walk(seat)
        if whole is not None and steerable:
            stretch = Stretch(self._framing.target, whole)
            self._pursuit = Pursuit(stretch, self._manners, self._least_latency_s)
        swing_deg = 360.0 if here is None else apart_deg(here, aim)
        self._before = self._last
        is_swing = here is not None and swing_deg > SWING_SHARE * aim.fov_deg
        self._owes_motion = is_swing and self._before is not None
        self._has_moved = False

    def rests(self, reached: bool, now_s: float) -> None:
        """Whether the camera reports to rest where it was sent last."""
        if self._framing is None or self.is_following:
            return
        if self._pursuit is not None:
            self._pursuit.rests(reached, now_s)
        if not reached:
            self._rest_s = None
        elif self._rest_s is None:
            self._rest_s = now_s
            self._framing = framing.arrived(self._framing, now_s)
            self._word = "looking" if self._word == "waiting" else self._word

    def look(self, glimpse: Glimpse, here: Aim, now_s: float) -> Aim | None:
        """Where the camera should look instead, if anywhere; ``here`` is where it looks.

        Every picture is to be shown, also while the camera moves.
        """
        follows = self._follows(glimpse)
        is_new = self._last is None or not np.array_equal(self._last, glimpse.cells)
        self._last = glimpse.cells
        if self._pursuit is not None and self._surely_late_s > self._least_latency_s + LATER_S:
            self._pursuit = None
        is_ready = self._rest_s is not None or self.is_following
        if self._framing is None or not is_ready or glimpse.faces is None or not follows:
            return None
        if self._pursuit is not None:
            # The same picture again shows nobody walking.
            return self._pursue(self._pursuit, glimpse, here, now_s) if is_new else None
        before = self._framing
        seen = Seen(glimpse.faces, here, glimpse.size_px, glimpse.at_s - self.latency_s)
        self._framing, correction = framing.look(before, seen, self._manners, now_s)
        if correction is not None:
            self._word, self._rest_s, self._is_at_seat_aim = "looking", None, False
            self._is_wider = False
            return correction.aim
        return self._judge(self._framing, seen, now_s)

    def _pursue(self, pursuit: Pursuit, glimpse: Glimpse, here: Aim, now_s: float) -> Aim | None:
        taken_s = glimpse.at_s - self._least_latency_s
        aim = pursuit.look(Seen(glimpse.faces or (), here, glimpse.size_px, taken_s), now_s)
        if aim is not None:
            self._rest_s = None
        return aim

    def reported(self, aim: Aim, at_s: float) -> None:
        """Where the camera says it looked at that time."""
        if self._pursuit is not None:
            self._pursuit.path.reported(aim, at_s)

    def steer(self, now_s: float, fastest_deg_s: Speeds) -> Speeds | Aim | None:
        """What to ask of the camera while somebody is followed; see ``Pursuit.steer``."""
        if self._pursuit is None or not self._pursuit.is_following:
            return None
        step = self._pursuit.steer(now_s, fastest_deg_s)
        if isinstance(step, Aim):
            self._rest_s = None
        return step

    def _follows(self, glimpse: Glimpse) -> bool:
        """The picture shows what the camera looks at now."""
        before, last = self._before, self._last
        self._looked_s.append(glimpse.at_s)
        if not self._owes_motion or before is None or last is None:
            return True
        self._has_moved |= share_changed(before, glimpse.cells) > MOVED_SHARE
        if self._rest_s is None:
            return False
        if self._has_moved and share_changed(last, glimpse.cells) < STILL_SHARE:
            self._owes_motion = False
            # This picture is like the one before; the one before that was still another.
            self._surely_late_s = self._looked_s[0] - self._rest_s
            late_s = min(glimpse.at_s - self._rest_s, LATE_S)
            self.latency_s = max(self._least_latency_s, late_s)
            self._word = "looking" if self._word == "late" else self._word
            return True
        if glimpse.at_s - self._rest_s > LATE_S:
            self._word = "late"
        return False

    def _judge(self, now: Framing, seen: Seen, now_s: float) -> Aim | None:
        """What this picture says of the framing; the seat's aim when the face is gone."""
        looked_s = None if now.arrived_s is None else now.arrived_s + self._manners.settle_s
        if looked_s is None or seen.taken_s < looked_s:
            return None
        if now.seen_s == seen.taken_s:
            self._nobody_since_s = None
            self._word = "framed" if now.outside_since_s is None else "looking"
            return None
        # Pictures from before the camera stood still are no news of a face, neither way.
        since_s = None if now.seen_s is None else max(now.seen_s, looked_s)
        if framing.is_lost(replace(now, seen_s=since_s), self._manners, seen.taken_s):
            return self._give_up(now, now_s)
        if now.seen_s is None and seen.taken_s - looked_s > self._manners.lost_s:
            self._word = "lost" if self._word == "lost" else "no_face"
            return self._widen(now, seen.taken_s)
        return None

    def _widen(self, now: Framing, taken_s: float) -> Aim | None:
        """Nobody is found, neither at the seat's own aim: the seat with more around it."""
        if self._nobody_since_s is None:
            self._nobody_since_s = taken_s
        aim = self._seat_aim
        if aim is None or self._is_wider or taken_s - self._nobody_since_s < WIDER_AFTER_S:
            return None
        self._is_wider, self._is_at_seat_aim, self._rest_s = True, False, None
        self._framing = replace(now, arrived_s=None, outside_since_s=None, recent=(), settled=False)
        head = replace(aim, tilt_deg=aim.tilt_deg + headroom_deg(aim.fov_deg))
        return composed(replace(head, fov_deg=min(WIDEST_DEG, WIDER * aim.fov_deg)))

    def _give_up(self, now: Framing, now_s: float) -> Aim | None:
        """The face is gone: the seat's own aim again, and a long rest before the next try."""
        manners = self._manners
        self._word = "lost"
        self._framing = replace(
            now, seen_s=None, corrected=manners.corrections, done_s=now_s + manners.rest_s
        )
        if self._is_at_seat_aim:
            return None
        self._is_at_seat_aim, self._rest_s = True, None
        self._framing = replace(self._framing, arrived_s=None, outside_since_s=None)
        return self._seat_aim

    @property
    def word(self) -> FramedWord | None:
        """How far the framing is; None when nobody alone is shown."""
        if self._pursuit is not None and self._word != "late":
            return self._pursuit.word
        return self._word
