"""Watching the programme: what each room's cameras report, judged against the rules of the cut.

Owns the record of what was on air and what was wrong with it. Must not know the story, nor how
the director decides. Times are monotonic seconds.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

MIN_SHOT_S = 3.0
"""The rooms' own minimum (``Pacing.min_shot_s``)."""
PING_PONG_S = 6.0
"""From the start of a shot to its return: nobody swings to and fro faster."""
JITTER_S = 0.25
"""Reports travel: so much a shot may seem shorter than it was."""

URGENT = ("priority", "fire", "secret ballot", "has failed", "by hand")
"""In the why of a change that need not wait."""


@dataclass(frozen=True, slots=True)
class Shot:
    """On air since."""

    at_s: float
    camera: str
    target: str
    why: str


@dataclass(slots=True)
class Gallery:
    """The programme of one room, fed with its reports of the cameras one by one."""

    room: str
    shots: list[Shot] = field(default_factory=list)
    moves: int = 0
    faults: list[str] = field(default_factory=list)
    _before: Json = field(default_factory=dict)
    _sent_for: dict[str, str] = field(default_factory=dict)
    """Why each camera was moved last: a cut says only that it has arrived."""

    def see(self, at_s: float, cameras: Json) -> None:
        """The next report; ``cameras`` as in ``up/state/cameras``."""
        for ident, camera in cameras.items():
            before = self._before.get(ident, {})
            if camera["target"] != before.get("target"):
                self.moves += 1
                self._sent_for[ident] = (camera["why"] or {}).get("en", "")
                self._must_say_why(ident, camera)
                if camera["on_air"] and before.get("on_air"):
                    self._must_be_alone(ident, cameras)
            if camera["on_air"]:
                self._on_air(at_s, ident, camera)
        self._before = cameras

    def _on_air(self, at_s: float, ident: str, camera: Json) -> None:
        target = camera["target"]
        last = self.shots[-1] if self.shots else None
        if target is None or (last and (last.camera, last.target) == (ident, target)):
            return
        self._must_say_why(ident, camera)
        why = f"{self._sent_for.get(ident, '')}; {(camera['why'] or {}).get('en', '')}"
        if last is not None and last.camera != ident and camera["arrived"] is False:
            self.faults.append(f"{ident} was cut to before it arrived at {target}")
        self.shots.append(Shot(at_s, ident, target, why))

    def _must_say_why(self, ident: str, camera: Json) -> None:
        why = camera["why"] or {}
        if camera["target"] is not None and not (why.get("vi") and why.get("en")):
            self.faults.append(f"{ident} shows {camera['target']} without a why")

    def _must_be_alone(self, ident: str, cameras: Json) -> None:
        """A camera swings on air only when no other one could have gone."""
        for other, camera in cameras.items():
            was = self._before.get(other, {})
            is_free = other != ident and not (was.get("locked") or camera["locked"])
            if is_free and camera["health"] == "ok" and was.get("health") == "ok":
                self.faults.append(
                    f"{ident} swung to {cameras[ident]['target']} on air while {other} was free"
                )

    def judged(self) -> list[str]:
        """Everything that was wrong, by the shots as a whole too."""
        return [*self.faults, *self._too_short(), *self._to_and_fro()]

    def _too_short(self) -> list[str]:
        return [
            f"{one.target} was on air for {after.at_s - one.at_s:.1f} s"
            for one, after in itertools.pairwise(self.shots[1:])
            if after.at_s - one.at_s < MIN_SHOT_S - JITTER_S and not _is_urgent(one, after)
        ]

    def _to_and_fro(self) -> list[str]:
        known = self.shots[1:]  # nobody saw when the first one began
        runs = zip(known, known[1:], known[2:], strict=False)
        return [
            f"{a.target} → {b.target} → {c.target} within {c.at_s - a.at_s:.1f} s"
            for a, b, c in runs
            if a.target == c.target
            and c.at_s - a.at_s < PING_PONG_S - JITTER_S
            and not _is_urgent(b, c)
        ]

    def summary(self) -> Json:
        """For the report."""
        times = [shot.at_s for shot in self.shots]
        lengths = [b - a for a, b in itertools.pairwise(times[1:])]
        return {
            "shots": len(self.shots),
            "moves": self.moves,
            "shortest_s": round(min(lengths), 2) if lengths else None,
            "targets": len({shot.target for shot in self.shots}),
        }


def _is_urgent(*shots: Shot) -> bool:
    return any(word in shot.why for shot in shots for word in URGENT)
