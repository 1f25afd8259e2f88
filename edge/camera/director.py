"""Who speaks -> which shot -> which camera. Pure: cameras in, decisions out.

Theory. The subject is the seat that got the floor last in this room, or the whole room when
nobody here speaks. The camera for it is the one whose view suits best among those that work,
and it should not be the one on air, so that no travelling shot is seen. The programme cuts
to it when the camera *reports* to be there (``arrived``), never on a guess; with a single
camera there is no choice, and the why says so. A shot by hand holds the automatic back for
``MANUAL_HOLD_S``. Every decision carries its why.

Owns the choice of shots. Must not move anything. Times are monotonic seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from edge.rules.reasons import Sentence

MANUAL_HOLD_S = 15.0
"""How long a shot chosen by hand is left alone: long enough to finish what it was for."""

WIDE = "wide"
"""The target that is everybody."""


NOBODY = Sentence("không ai phát biểu ở đây", "nobody speaks here")
OFF_AIR = Sentence("camera đang không lên hình", "off air")
ONLY_CAMERA = Sentence("chỉ còn camera này", "the only camera")
BEST_VIEW = Sentence("góc nhìn tốt nhất", "best view")
ROOM = Sentence("toàn phòng", "the whole room")


@dataclass(frozen=True, slots=True)
class CameraView:
    """One camera as the director sees it.

    ``cost`` tells per target how badly this camera sees it (lower is better); a target that
    is missing cannot be seen. ``arrived`` is for the shot it was sent to last.
    """

    works: bool
    arrived: bool | None
    cost: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Direction:
    """What the director has decided so far.

    ``shots`` has the target of each camera, ``wanted`` the camera whose shot should be on
    air, ``on_air`` the one that is.
    """

    shots: Mapping[str, str] = field(default_factory=dict)
    wanted: str | None = None
    on_air: str | None = None
    why: Mapping[str, Sentence] = field(default_factory=dict)
    manual_until_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Move:
    """Send ``camera`` to ``target``."""

    camera: str
    target: str
    why: Sentence


@dataclass(frozen=True, slots=True)
class Cut:
    """Put ``camera`` on air."""

    camera: str
    why: Sentence


Decision = Move | Cut


def direct(
    before: Direction, speaking: tuple[str, ...], cameras: Mapping[str, CameraView], now_s: float
) -> tuple[Direction, tuple[Decision, ...]]:
    """Decide for the seats of this room that speak, newest last."""
    decisions: list[Decision] = []
    after = before
    if now_s >= before.manual_until_s:
        subject = speaking[-1] if speaking else WIDE
        after, moves = _send_someone(after, subject, cameras)
        decisions += moves
    after, cuts = _cut_when_arrived(after, cameras)
    return after, (*decisions, *cuts)


def by_hand(
    before: Direction, camera: str, target: str, by: str, now_s: float
) -> tuple[Direction, tuple[Decision, ...]]:
    """A person aims a camera: it goes there, and the automatic waits."""
    why = Sentence(f"chỉnh tay: {by}", f"aimed by hand: {by}")
    return (
        replace(
            before,
            shots={**before.shots, camera: target},
            wanted=camera,
            why={**before.why, camera: why},
            manual_until_s=now_s + MANUAL_HOLD_S,
        ),
        (Move(camera, target, why),),
    )


def _send_someone(
    before: Direction, subject: str, cameras: Mapping[str, CameraView]
) -> tuple[Direction, list[Decision]]:
    able = [c for c, view in cameras.items() if view.works and subject in view.cost]
    if not able:
        return before, []
    at_it = [c for c in able if before.shots.get(c) == subject]
    if at_it:  # somebody shows it, or is on the way
        return replace(before, wanted=before.wanted if before.wanted in at_it else at_it[0]), []
    off_air = [c for c in able if c != before.on_air]
    chosen = min(off_air or able, key=lambda c: (cameras[c].cost[subject], c))
    what = NOBODY if subject == WIDE else Sentence(f"{subject} phát biểu", f"{subject} speaks")
    choice = OFF_AIR if off_air else ONLY_CAMERA
    if before.on_air is None:
        choice = BEST_VIEW
    why = Sentence(f"{what.vi}; {choice.vi}", f"{what.en}; {choice.en}")
    after = replace(
        before,
        shots={**before.shots, chosen: subject},
        wanted=chosen,
        why={**before.why, chosen: why},
    )
    return after, [Move(chosen, subject, why)]


def _cut_when_arrived(
    before: Direction, cameras: Mapping[str, CameraView]
) -> tuple[Direction, list[Decision]]:
    """Cut to the wanted camera once it reports to be there."""
    wanted = before.wanted
    if wanted is None or wanted == before.on_air or wanted not in cameras:
        return before, []
    if not cameras[wanted].arrived:
        return before, []
    shot = before.shots[wanted]
    target = ROOM if shot == WIDE else Sentence(shot, shot)
    why = Sentence(f"{target.vi}: camera đã tới nơi", f"{target.en}: camera has arrived")
    return (
        replace(before, on_air=wanted, why={**before.why, wanted: why}),
        [Cut(wanted, why)],
    )
