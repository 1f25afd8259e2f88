"""One look after arrival, at most two corrections, then rest: a seated head is not followed.

Theory. A computed aim is off by what the pose is off and by where the person leans: a degree
or two. The first face corrects that at once, if it must be. One picture catches the head
somewhere in its sway, and who centres on that is off by twice the sway when it swings back: so
the second correction waits for the mean of some seconds. Following every sway would cost
hundreds of commands a minute for a third of a degree; so after the corrections the camera
rests, and only a head that has been out of a tenth of the picture for longer than a second is
framed anew. Detections made while the
camera moved decide nothing. A miss is no news; a face lost for long gives the seat's aim back.

Owns the decision to correct, and the angles of a face. Must not detect or move. Degrees as the
camera reports them; monotonic seconds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from drivers.core.capability import Aim
from edge.camera.aim import EYES_AT, apart_deg, composed, headroom_deg, wrapped_deg
from edge.camera.faces import Face
from edge.rules.reasons import Sentence


@dataclass(frozen=True, slots=True)
class Manners:
    """How a head should stand in the picture. Shares of the picture unless units are named."""

    settle_s: float = 0.5
    """After arrival, before the first look."""
    corrections: int = 2
    dead_zone: float = 0.10
    """Of the width: inside, nothing is done."""
    average_s: float = 4.0
    """The mean of so long is where somebody sits: most of a sway's period."""
    mean_zone: float = 0.03
    """Of the width: where the mean may be off without a correction."""
    outside_s: float = 1.0
    """So long outside the dead zone before a resting head is framed anew."""
    rest_s: float = 30.0
    """Between two such frames: at most two commands a minute for one who sits."""
    eyes_at: float = EYES_AT
    """Height of the eyes, from above."""
    head_share: float = 0.28
    """Height of the head: a quarter to a third."""
    zoom_out_at: float = 1.25
    zoom_in_at: float = 0.65
    """The head is so much larger or smaller than wanted: the zoom is corrected too. Out sooner
    than in: cut-off hair is worse than a small head."""
    lost_s: float = 2.0
    """The face is held so long, then the seat's aim is enough."""


EYES_IN_FACE = 0.40
"""From the top of a detector's box to the eyes."""
HEAD_OF_FACE = 1.35
"""Height of a head with hair and chin over that of the detector's box."""
HEAD_M = 0.24
"""Height of a head."""
PLAUSIBLE = (0.4, 2.5)
"""Size of a face over what its distance lets expect: outside it is a poster or a screen."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Faces in one picture, and where the camera looked when it was taken."""

    faces: Sequence[Face]
    aim: Aim
    size_px: tuple[int, int]
    taken_s: float


@dataclass(frozen=True, slots=True)
class Target:
    """A seat as the camera expects it: its shot, how far away, how near the next head is."""

    aim: Aim
    """Of the shot (``edge.camera.aim.composed``): the head is expected on its upper third."""
    distance_m: float
    gate_deg: float
    """Half the angle to the nearest other seat: a face further off is a neighbour."""


@dataclass(frozen=True, slots=True)
class Framing:
    """How far the framing of one shot is."""

    target: Target
    arrived_s: float | None = None
    corrected: int = 0
    done_s: float = float("-inf")
    """When the last correction was sent."""
    outside_since_s: float | None = None
    seen_s: float | None = None
    """When its face was seen last."""
    recent: tuple[tuple[float, Aim], ...] = ()
    """The last pictures at rest: when, and the aim that each asks for."""
    settled: bool = False
    """The mean is where it should be, or was put there."""


@dataclass(frozen=True, slots=True)
class Correction:
    """Move here, and why."""

    aim: Aim
    why: Sentence


def angles_of(x_px: float, y_px: float, aim: Aim, size_px: tuple[int, int]) -> tuple[float, float]:
    """Pan and tilt of a point of the picture, for a pinhole camera that stands level."""
    width, height = size_px
    focal_px = width / 2 / math.tan(math.radians(aim.fov_deg) / 2)
    right = math.degrees(math.atan((x_px - width / 2) / focal_px))
    down = math.degrees(math.atan((y_px - height / 2) / focal_px))
    shrink = max(0.2, math.cos(math.radians(aim.tilt_deg)))
    return wrapped_deg(aim.pan_deg + right / shrink), aim.tilt_deg - down


def find(seen: Seen, target: Target) -> Face | None:
    """The face of who sits there: near the expected angle and of a plausible size."""
    best: tuple[float, Face] | None = None
    expected_deg = target.aim.tilt_deg + headroom_deg(target.aim.fov_deg)
    for face in seen.faces:
        pan_deg, tilt_deg = angles_of(*face.centre, seen.aim, seen.size_px)
        off_deg = math.hypot(
            wrapped_deg(pan_deg - target.aim.pan_deg) * math.cos(math.radians(tilt_deg)),
            tilt_deg - expected_deg,
        )
        if off_deg > target.gate_deg or not is_plausible(face, seen, target.distance_m):
            continue
        if best is None or off_deg < best[0]:
            best = off_deg, face
    return None if best is None else best[1]


def is_plausible(face: Face, seen: Seen, distance_m: float) -> bool:
    """Of the size of a face so far away: no poster, no screen."""
    focal_px = seen.size_px[0] / 2 / math.tan(math.radians(seen.aim.fov_deg) / 2)
    expected_px = HEAD_M / HEAD_OF_FACE / distance_m * focal_px
    return PLAUSIBLE[0] <= face.height / expected_px <= PLAUSIBLE[1]


def arrived(framing: Framing, now_s: float) -> Framing:
    """The camera reports to be there."""
    return replace(framing, arrived_s=now_s, outside_since_s=None, recent=())


def look(
    framing: Framing, seen: Seen, manners: Manners, now_s: float
) -> tuple[Framing, Correction | None]:
    """What one picture, taken while the camera stood still, leads to."""
    if framing.arrived_s is None or seen.taken_s < framing.arrived_s + manners.settle_s:
        return framing, None
    face = find(seen, framing.target)
    if face is None:
        return framing, None  # no news
    off, wanted = _judged(face, seen, manners)
    is_first = not framing.recent
    framing = _remembered(framing, wanted, seen.taken_s, manners)
    if not framing.settled and framing.corrected < manners.corrections:
        return _after_arrival(framing, seen, manners, now_s, off if is_first else 0.0)
    if off <= manners.dead_zone:  # size alone is not worth a command to somebody at rest
        return replace(framing, outside_since_s=None), None
    since_s = framing.outside_since_s
    if since_s is None:
        return replace(framing, outside_since_s=seen.taken_s), None
    has_left = seen.taken_s - since_s >= manners.outside_s
    if has_left and now_s - framing.done_s >= manners.rest_s:
        there = _mean([aim for at_s, aim in framing.recent if at_s >= since_s])
        return _corrected(framing, there, now_s, HAS_MOVED)
    return framing, None


def _remembered(framing: Framing, wanted: Aim, taken_s: float, manners: Manners) -> Framing:
    """A longer time back than ``average_s`` is forgotten, but for one picture."""
    first = next(
        (n for n, (at_s, _) in enumerate(framing.recent) if taken_s - at_s <= manners.average_s),
        len(framing.recent),
    )
    kept = framing.recent[max(0, first - 1) :]
    return replace(framing, seen_s=taken_s, recent=(*kept, (taken_s, wanted)))


def _after_arrival(
    framing: Framing, seen: Seen, manners: Manners, now_s: float, first_off: float
) -> tuple[Framing, Correction | None]:
    """The first picture counts when it is far off, then the mean; ``first_off``: 0 for others."""
    newest = framing.recent[-1][1]
    if first_off > manners.dead_zone:
        return _corrected(framing, newest, now_s, AFTER_ARRIVAL)
    if seen.taken_s - framing.recent[0][0] < manners.average_s:
        return framing, None
    mean = _mean([aim for _, aim in framing.recent])
    is_zoomed = mean.fov_deg == seen.aim.fov_deg
    settled = replace(framing, settled=True, outside_since_s=None)
    if is_zoomed and apart_deg(mean, seen.aim) <= manners.mean_zone * seen.aim.fov_deg:
        return settled, None
    return _corrected(settled, mean, now_s, AFTER_ARRIVAL)


def _mean(aims: Sequence[Aim]) -> Aim:
    """The middle of aims that are near each other; the zoom is the last one's."""
    origin = aims[0].pan_deg
    pan_deg = sum(wrapped_deg(aim.pan_deg - origin) for aim in aims) / len(aims)
    tilt_deg = sum(aim.tilt_deg for aim in aims) / len(aims)
    return Aim(wrapped_deg(origin + pan_deg), tilt_deg, aims[-1].fov_deg)


AFTER_ARRIVAL = Sentence("căn theo khuôn mặt sau khi tới nơi", "centred on the face on arrival")
HAS_MOVED = Sentence("người phát biểu đã đổi chỗ ngồi", "the speaker has moved")


def _judged(face: Face, seen: Seen, manners: Manners) -> tuple[float, Aim]:
    """How far off the head is (share of the width), and the aim that would put it right."""
    width, height = seen.size_px
    eyes_px = face.y + EYES_IN_FACE * face.height
    share = face.height * HEAD_OF_FACE / height / manners.head_share
    fov_deg = seen.aim.fov_deg
    if share > manners.zoom_out_at or share < manners.zoom_in_at:
        half = math.tan(math.radians(seen.aim.fov_deg) / 2) * share
        fov_deg = math.degrees(2 * math.atan(half))
    off = math.hypot(face.centre[0] - width / 2, eyes_px - manners.eyes_at * height) / width
    pan_deg, tilt_deg = angles_of(face.centre[0], eyes_px, seen.aim, seen.size_px)
    return off, composed(Aim(pan_deg, tilt_deg, fov_deg), manners.eyes_at)


def _corrected(
    framing: Framing, aim: Aim, now_s: float, why: Sentence
) -> tuple[Framing, Correction]:
    after = replace(
        framing,
        arrived_s=None,
        corrected=framing.corrected + 1,
        done_s=now_s,
        outside_since_s=None,
    )
    return after, Correction(aim, why)


def is_lost(framing: Framing, manners: Manners, now_s: float) -> bool:
    """The face was seen, and has not been for so long: the seat's own aim is better."""
    return framing.seen_s is not None and now_s - framing.seen_s > manners.lost_s
