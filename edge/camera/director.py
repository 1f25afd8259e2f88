"""Which camera shows the subject, when it goes on air, and what the others do meanwhile.

Theory. ``subject`` says who should be seen. The camera for it is the one whose view suits best
among those that work, may move and are not on air, so that no travelling shot is seen; the
programme cuts to it when the camera *reports* to be there, never on a guess. With a single
camera there is no choice, and the why says so. A camera that is later than its motors allow is
not waited for: another one goes. Cameras that have nothing to do look at who is called next.
A shot by hand holds the automatic back. Every decision carries its why.

Owns the choice of cameras. Must not move anything. Times are monotonic seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from edge.camera.subject import ELSEWHERE, WIDE, Pacing, Scene, Subject, choose, seats_of
from edge.rules.reasons import Sentence

OFF_AIR = Sentence("camera đang không lên hình", "off air")
ONLY_CAMERA = Sentence("chỉ còn camera này", "the only camera")
BEST_VIEW = Sentence("góc nhìn tốt nhất", "best view")
ROOM = Sentence("toàn phòng", "the whole room")
NEXT = Sentence("được gọi tiếp theo", "called next")
LATE = Sentence("camera kia chưa tới nơi", "the other camera is late")
TAKEN = Sentence("camera đang được chỉnh hướng", "the camera on air is being aimed by hand")
LOST = Sentence("camera đang lên hình bị lỗi", "the camera on air has failed")


@dataclass(frozen=True, slots=True)
class CameraView:
    """One camera, or a picture from outside, as the director sees it.

    ``cost`` tells per target how badly this camera sees it (lower is better); a target that
    is missing cannot be seen. ``arrived`` is for the shot it was sent to last. ``travel_s``:
    how long its motors take to a target from where it is now, where that is known.
    """

    works: bool
    arrived: bool | None
    cost: Mapping[str, float]
    travel_s: Mapping[str, float] = field(default_factory=dict)
    locked: bool = False
    """The automatic does not move it; it may be cut to for what it shows."""
    aside: bool = False
    """A person is aiming it: as good as not there, though nothing is wrong with it."""


@dataclass(frozen=True, slots=True)
class Direction:
    """What the director has decided so far.

    ``shots`` has the target of each camera and ``due_s`` when it should be there, ``wanted``
    the camera whose shot should be on air, ``on_air`` the one that is.
    """

    subject: Subject = field(default_factory=Subject)
    shots: Mapping[str, str] = field(default_factory=dict)
    due_s: Mapping[str, float] = field(default_factory=dict)
    wanted: str | None = None
    on_air: str | None = None
    on_air_since_s: float = float("-inf")
    why: Mapping[str, Sentence] = field(default_factory=dict)
    manual_until_s: float = float("-inf")
    stands_in_for: str | None = None
    """The subject for which the whole room is shown, because only the camera on air sees it."""


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
Cameras = Mapping[str, CameraView]
Outcome = tuple[Direction, tuple[Decision, ...]]


def direct(
    before: Direction, scene: Scene, cameras: Cameras, pacing: Pacing, now_s: float
) -> Outcome:
    """Decide for the scene as it is now."""
    now = replace(before, subject=choose(before.subject, scene, pacing, now_s))
    now, rescue = _leave_dead(now, cameras, now_s)
    moves: tuple[Decision, ...] = ()
    if now_s >= before.manual_until_s and scene.policy != "locked":
        now, moves = _send_someone(now, cameras, pacing, now_s)
        now, ahead = _look_ahead(now, scene, cameras, pacing, now_s)
        moves = (*moves, *ahead)
    # What a camera reports now is about its last shot, not about the one it has just got.
    settled = {c: v for c, v in cameras.items() if c not in {move.camera for move in moves}}
    is_urgent = bool(scene.only_wide) or scene.priority is not None
    is_calm = is_urgent or now_s < now.manual_until_s or _is_old(now, settled, pacing, now_s)
    now, cuts = _cut(now, settled, now_s) if is_calm else (now, ())
    return now, (*rescue, *moves, *cuts)


def by_hand(
    before: Direction, camera: str, target: str, by: str, pacing: Pacing, now_s: float
) -> Outcome:
    """A person aims a camera: it goes there and on air, and the automatic waits."""
    why = Sentence(f"chỉnh tay: {by}", f"aimed by hand: {by}")
    held = replace(before, wanted=camera, manual_until_s=now_s + pacing.manual_s)
    return _sent(held, camera, target, why, float("inf"))


def _sent(now: Direction, camera: str, target: str, why: Sentence, due_s: float) -> Outcome:
    sent = replace(
        now,
        shots={**now.shots, camera: target},
        due_s={**now.due_s, camera: due_s},
        why={**now.why, camera: why},
    )
    return sent, (Move(camera, target, why),)


def _send_someone(now: Direction, cameras: Cameras, pacing: Pacing, now_s: float) -> Outcome:
    """Make sure that some camera shows the subject, or is on its way and not late."""
    now, target = _showable(now, cameras)
    able = [c for c, view in cameras.items() if view.works and target in view.cost]
    if not able:
        return now, ()
    at_it = [c for c in able if now.shots.get(c) == target]
    there = [c for c in at_it if cameras[c].arrived]
    coming = [c for c in at_it if now_s <= now.due_s.get(c, float("inf"))]
    if there or coming:
        kept = now.wanted if now.wanted in (there or coming) else (there or coming)[0]
        # Who shows it already goes before who is still on the way.
        best = now.on_air if now.on_air in there else kept
        return replace(now, wanted=best), ()
    movable = [c for c in able if not cameras[c].locked]
    fresh = [c for c in movable if c not in at_it] or movable
    if not fresh:
        return now, ()
    off_air = [c for c in fresh if c != now.on_air]
    if not off_air and at_it and now.on_air is not None:
        return now, ()  # late, but nobody else could do better
    chosen = min(off_air or fresh, key=lambda c: (cameras[c].cost[target], c))
    choice = OFF_AIR if off_air else ONLY_CAMERA
    if at_it:
        choice = LATE
    elif now.on_air is None:
        choice = BEST_VIEW
    why = _joined(now.subject.why, choice)
    due_s = now_s + cameras[chosen].travel_s.get(target, 0.0) + pacing.late_s
    return _sent(replace(now, wanted=chosen), chosen, target, why, due_s)


def _showable(now: Direction, cameras: Cameras) -> tuple[Direction, str]:
    """The subject, or the whole room where no camera can show it without a travelling shot."""
    target = now.subject.target
    if target == now.stands_in_for:
        return now, WIDE
    now = replace(now, stands_in_for=None)
    working = {c: view for c, view in cameras.items() if view.works}
    able = {c for c, view in working.items() if target in view.cost}
    if not able:
        return now, WIDE
    on_air = now.on_air
    would_travel = able == {on_air} and now.shots.get(on_air or "") != target
    is_other_free = any(
        c != on_air and not view.locked and WIDE in view.cost for c, view in working.items()
    )
    if would_travel and is_other_free and target != WIDE:
        return replace(now, stands_in_for=target), WIDE
    return now, target


def _look_ahead(
    now: Direction, scene: Scene, cameras: Cameras, pacing: Pacing, now_s: float
) -> Outcome:
    """A camera with nothing to do goes to who is called next, before the call."""
    target = scene.next_up
    if target is None or scene.only_wide or scene.policy != "track":
        return now, ()
    if any(now.shots.get(c) == target and cameras[c].works for c in cameras):
        return now, ()
    # Who was called a moment ago is shown as soon as the shot on air is old enough.
    coming = {c for c, shot in now.shots.items() if shot == now.subject.wished}
    busy = {now.on_air, now.wanted, *coming}
    idle = [
        c
        for c, view in cameras.items()
        if c not in busy and view.works and not view.locked and target in view.cost
    ]
    if not idle:
        return now, ()
    chosen = min(idle, key=lambda c: (cameras[c].cost[target], c))
    why = Sentence(f"{target} {NEXT.vi}", f"{target} is {NEXT.en}")
    due_s = now_s + cameras[chosen].travel_s.get(target, 0.0) + pacing.late_s
    return _sent(now, chosen, target, why, due_s)


def _leave_dead(now: Direction, cameras: Cameras, now_s: float) -> Outcome:
    """Away at once from a camera that died on air, best to one that shows the subject."""
    on_air = now.on_air
    if on_air is None or (on_air in cameras and cameras[on_air].works):
        return now, ()
    there = [c for c in cameras if _is_there(c, cameras)]
    if not there:
        return now, ()
    wanted = (now.subject.target, WIDE)
    best = min(there, key=lambda c: ([now.shots.get(c) != target for target in wanted], c))
    is_taken = on_air in cameras and cameras[on_air].aside
    return _on_air(now, best, TAKEN if is_taken else LOST, now_s)


def _is_old(now: Direction, settled: Cameras, pacing: Pacing, now_s: float) -> bool:
    """What is on air was seen for long enough, or travels.

    The subject keeps its minimum already; but one camera swings longer than another, and what
    comes late must not be cut away the sooner.
    """
    view = settled.get(now.on_air or "")
    if view is None or view.arrived is False:
        return True  # a camera that is silent for a moment may well stand still
    return now_s - now.on_air_since_s >= pacing.min_shot_s


def _cut(now: Direction, settled: Cameras, now_s: float) -> Outcome:
    """Cut to the wanted camera once it reports to be there."""
    wanted = now.wanted
    if wanted is None or wanted == now.on_air or not _is_there(wanted, settled):
        return now, ()
    shot = now.shots.get(wanted, WIDE)
    shown = ROOM if shot == WIDE else _named(shot)
    why = Sentence(f"{shown.vi}: camera đã tới nơi", f"{shown.en}: camera has arrived")
    return _on_air(now, wanted, why, now_s)


def _is_there(camera: str, cameras: Cameras) -> bool:
    view = cameras.get(camera)
    return view is not None and view.works and bool(view.arrived)


def _on_air(now: Direction, camera: str, why: Sentence, now_s: float) -> Outcome:
    cut = replace(now, on_air=camera, on_air_since_s=now_s, why={**now.why, camera: why})
    return cut, (Cut(camera, why),)


def _named(target: str) -> Sentence:
    if target.startswith(ELSEWHERE):
        room = target.removeprefix(ELSEWHERE)
        return Sentence(f"điểm cầu {room}", f"room {room}")
    seats = " + ".join(seats_of(target))
    return Sentence(seats, seats)


def _joined(a: Sentence, b: Sentence) -> Sentence:
    return Sentence(f"{a.vi}; {b.vi}", f"{a.en}; {b.en}")
