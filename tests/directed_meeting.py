"""The director on a meeting of known turns: what was shown when, and how right that was.

Owns running ``edge.camera.director`` against simulated cameras in the room of ``camera_room``, and
counting. Must not judge the counts.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from edge.camera.aim import Pose
from edge.camera.director import CameraView, Cut, Direction, Move, direct
from edge.camera.subject import WIDE, Pacing, Scene, group_of, seats_of
from edge.camera.targets import Bearings, Targets
from tests.camera_room import u_table
from tests.listening_room import Turn

TICK_S = 0.1
SEATS = list(u_table())
"""Channel 0 is the first of them."""
POSES = {"left": Pose((1.5, 0.2, 1.9), 10.0), "right": Pose((4.5, 0.2, 1.9), -10.0)}
FASTEST_DEG_S, SETTLE_S = 60.0, 0.4
PING_PONG_S = 6.0

Seats = tuple[str, ...]
Hearing = Callable[[float], tuple[Seats, Seats]]
"""Seats that are heard at a time, the clearest first; and those of them who are not pausing."""


@dataclass
class Shown:
    """What one meeting looked like. Times in seconds."""

    length_s: float
    single_s: float = 0.0
    """One person talks, alone."""
    right_s: float = 0.0
    """Of that: the decision shows the talker, alone or in a shot of two."""
    alone_s: float = 0.0
    wide_s: float = 0.0
    on_air_s: float = 0.0
    """Of that: the camera on air shows the talker."""
    shots: list[tuple[float, str]] = field(default_factory=list)
    """What the director wanted to be seen, from when."""
    cuts: list[tuple[float, str]] = field(default_factory=list)
    """What was on air, from when."""
    empty_moves: int = 0
    travelling: int = 0
    """Moves of the camera on air although the other one was free."""
    without_why: int = 0

    @property
    def shortest_s(self) -> float:
        """The shortest shot that was wanted; the first and the last are cut off by the meeting."""
        times = [at_s for at_s, _ in self.shots][1:]
        return min((b - a for a, b in itertools.pairwise(times)), default=self.length_s)

    def ping_pong(self, shots: Sequence[tuple[float, str]]) -> int:
        """A to B and back to A within ``PING_PONG_S`` of A's start."""
        return sum(
            first == third and third_s - first_s <= PING_PONG_S
            for (first_s, first), _, (third_s, third) in zip(
                shots, shots[1:], shots[2:], strict=False
            )
        )


EARS_S = 0.3
"""What the listening chain takes to believe in a new voice (``talkers.WINDOW_S``)."""


def heard_exactly(turns: Sequence[Turn]) -> Hearing:
    """An ear that is never wrong, and as late as ears must be."""

    def talkers(at_s: float) -> tuple[Seats, Seats]:
        now = [turn for turn in turns if turn.start_s + EARS_S <= at_s < turn.end_s]
        heard = tuple(SEATS[turn.seat] for turn in sorted(now, key=lambda t: -t.start_s))
        return heard, heard

    return talkers


def shown(
    turns: Sequence[Turn], length_s: float, hearing: Hearing, pacing: Pacing | None = None
) -> Shown:
    """Direct one meeting; every microphone is open all the time."""
    pacing = pacing or Pacing()
    places = u_table()
    targets = {camera: Targets(Bearings(pose), places) for camera, pose in POSES.items()}
    people = {SEATS[turn.seat] for turn in turns}
    direction, found = Direction(), Shown(length_s)
    arrives_s = dict.fromkeys(POSES, 0.0)
    aims = {camera: targets[camera].aim(WIDE) for camera in POSES}
    for tick in range(round(length_s / TICK_S)):
        now_s = tick * TICK_S
        talkers, voiced = hearing(now_s)
        asked = {WIDE, direction.subject.target, *talkers, *seats_of(direction.subject.target)}
        single = sorted(t for t in asked if len(seats_of(t)) == 1)
        asked |= {group_of(pair) for pair in itertools.combinations(single, 2)}
        views = {
            camera: CameraView(
                works=True,
                arrived=now_s >= arrives_s[camera],
                cost={t: c for t in asked if (c := targets[camera].cost(t)) is not None},
            )
            for camera in POSES
        }
        scene = Scene(speaking=tuple(SEATS), talkers=talkers, voiced=voiced)
        before = direction
        direction, decisions = direct(before, scene, views, pacing, now_s)
        if not found.shots or found.shots[-1][1] != direction.subject.target:
            found.shots.append((now_s, direction.subject.target))
        for decision in decisions:
            found.without_why += not (decision.why.vi and decision.why.en)
            if isinstance(decision, Cut):
                found.cuts.append((now_s, direction.shots[decision.camera]))
            if isinstance(decision, Move):
                aim, here = targets[decision.camera].aim(decision.target), aims[decision.camera]
                assert aim is not None
                assert here is not None
                swing = max(abs(aim.pan_deg - here.pan_deg), abs(aim.tilt_deg - here.tilt_deg))
                arrives_s[decision.camera] = now_s + SETTLE_S + swing / FASTEST_DEG_S
                aims[decision.camera] = aim
                found.travelling += decision.camera == before.on_air
                wanted = seats_of(decision.target)
                found.empty_moves += bool(wanted) and not set(wanted) <= people
        _count(found, turns, direction, arrives_s, now_s)
    return found


def _count(
    found: Shown, turns: Sequence[Turn], now: Direction, arrives_s: dict[str, float], now_s: float
) -> None:
    talking = {SEATS[turn.seat] for turn in turns if turn.start_s <= now_s < turn.end_s}
    if len(talking) != 1:
        return
    (talker,) = talking
    found.single_s += TICK_S
    found.right_s += TICK_S * (talker in seats_of(now.subject.target))
    found.alone_s += TICK_S * (now.subject.target == talker)
    found.wide_s += TICK_S * (now.subject.target == WIDE)
    camera = now.on_air
    if camera is not None and now_s >= arrives_s[camera]:
        found.on_air_s += TICK_S * (talker in seats_of(now.shots.get(camera, WIDE)))
