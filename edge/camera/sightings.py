"""From a few sightings to an aim for every seat, with what it is worth and what to sight next.

Theory. Which seats are sighted matters more than how many: the proposal takes the seat
farthest from those already sighted, again and again, which at a table gives its ends. Three
sightings are accepted, four asked for, six offered. A seat that was sighted keeps its sighted
angles; the pose is for the others. When the sightings cannot all be true the answer is a
refusal that names the one that does not fit, because a wrong pose aims every seat wrong.

Owns the judgement of a set of sightings. Must not move a camera or read a file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from drivers.core.capability import Aim
from edge.camera.aim import HEAD_AND_SHOULDERS_M, Point, aim_at, apart_deg, wide_aim
from edge.camera.pose import (
    AIM_SIGMA_DEG,
    Fit,
    Mounting,
    Sighting,
    expected_error_deg,
    fit,
)
from edge.camera.spread import ASKED, farthest_first
from edge.rules.reasons import Sentence

OFFERED = 6
"""Sightings that are worth the walk: beyond, better seat places help more."""

DOUBTFUL_DEG = 2.5
"""A seat that may be this far off is a warning: with it every set of sightings that put a seat
off by more than 6 degrees was found, and no proposed set was blamed (``make bench``)."""

NEAR_M = 2.5
"""Nearer seats deserve a sighting of their own: a hand's width is much there."""

POOR_STRAIN, ABSURD_STRAIN = 3.0, 10.0
"""Above the first the sightings are doubted, above the second refused. Measured on four spread
sightings: as careful as assumed 99 % stay below 2.2, at twice the error 95 % below 5.6; with one
seat taken for another 2 m away three of four are above 11, at 4 m 95 % above 14."""


class ContradictionError(ValueError):
    """The sightings cannot all be true. ``seat`` is the one that does not fit, if one does not."""

    def __init__(self, seat: str | None, said: Sentence) -> None:
        """``said`` is for the person who sighted."""
        super().__init__(said.en)
        self.seat = seat
        self.said = said


@dataclass(frozen=True, slots=True)
class SeatAim:
    """Where to look for one seat, and how far off that may be (root mean square)."""

    aim: Aim
    expected_error_deg: float
    sighted: bool = False


@dataclass(frozen=True, slots=True)
class Warned:
    """Something a person should know."""

    code: str
    said: Sentence
    seat: str | None = None


@dataclass(frozen=True, slots=True)
class Solution:
    """What the sightings tell. ``found`` is None while there are too few of them."""

    found: Fit | None
    aims: Mapping[str, SeatAim] = field(default_factory=dict)
    wide: Aim | None = None
    residual_deg: Mapping[str, float] = field(default_factory=dict)
    """By sighted seat: how far the pose is from what was sighted."""
    leave_one_out_deg: Mapping[str, float] = field(default_factory=dict)
    """By sighted seat: how far off it would be had it not been sighted."""
    propose: tuple[str, ...] = ()
    warnings: tuple[Warned, ...] = ()


def solve(
    mounting: Mounting,
    seats_m: Mapping[str, Point],
    sightings: Sequence[Sighting],
    width_m: float = HEAD_AND_SHOULDERS_M,
) -> Solution:
    """Aims for every seat so that ``width_m`` fills the picture there.

    Raises:
        ContradictionError: the sightings cannot all be true.
        ValueError: a sighting of an unknown seat, or two of one seat.
    """
    sighted = {s.seat: s for s in sightings}
    if len(sighted) < len(sightings):
        raise ValueError("a seat is sighted twice: keep the better sighting of the two")
    for seat in sighted.keys() - seats_m.keys():
        raise ValueError(f"seat {seat} is sighted, but has no place in the room")
    if len(sightings) < mounting.least_sightings:
        need = mounting.least_sightings
        said = Sentence(
            f"cần ngắm ít nhất {need} ghế, mới có {len(sightings)}",
            f"at least {need} seats must be sighted, {len(sightings)} are",
        )
        return Solution(
            None,
            propose=farthest_first(seats_m, sighted, max(need, ASKED) - len(sightings)),
            warnings=(Warned("too_few", said),),
        )
    found = fit(mounting, seats_m, sightings)
    if found.strain > ABSURD_STRAIN:
        raise _contradiction(mounting, seats_m, sightings)
    aims = {
        seat: _aim_of(found, point, sighted.get(seat), width_m) for seat, point in seats_m.items()
    }
    return Solution(
        found,
        aims,
        wide_aim(found.pose, seats_m.values()),
        {s.seat: off_deg(found, seats_m[s.seat], s) for s in sightings},
        _leave_one_out(mounting, seats_m, sightings),
        _proposed(found, seats_m, aims),
        _warnings(found, aims),
    )


def off_deg(found: Fit, point: Point, sighting: Sighting) -> float:
    """The angle between where the pose would look and where the person looked."""
    aim = aim_at(found.pose, point)
    return apart_deg(Aim(sighting.pan_deg, sighting.tilt_deg, aim.fov_deg), aim)


def _aim_of(found: Fit, point: Point, sighting: Sighting | None, width_m: float) -> SeatAim:
    aim = aim_at(found.pose, point, width_m)
    if sighting is None:
        return SeatAim(aim, expected_error_deg(found, point))
    own = Aim(sighting.pan_deg, sighting.tilt_deg, aim.fov_deg)
    return SeatAim(own, math.sqrt(2.0) * AIM_SIGMA_DEG, sighted=True)


def _leave_one_out(
    mounting: Mounting, seats_m: Mapping[str, Point], sightings: Sequence[Sighting]
) -> dict[str, float]:
    """Only where the others alone would have been enough."""
    if len(sightings) <= mounting.least_sightings:
        return {}
    without = {
        s.seat: fit(mounting, seats_m, [o for o in sightings if o is not s]) for s in sightings
    }
    return {s.seat: off_deg(without[s.seat], seats_m[s.seat], s) for s in sightings}


def _contradiction(
    mounting: Mounting, seats_m: Mapping[str, Point], sightings: Sequence[Sighting]
) -> ContradictionError:
    """Name the sighting without which the others agree."""
    if len(sightings) > mounting.least_sightings:
        strains = {
            s.seat: fit(mounting, seats_m, [o for o in sightings if o is not s]).strain
            for s in sightings
        }
        odd = min(strains, key=lambda seat: strains[seat])
        if strains[odd] <= POOR_STRAIN:
            return ContradictionError(
                odd,
                Sentence(
                    f"lần ngắm ghế {odd} không khớp các ghế khác: hãy ngắm lại ghế này",
                    f"the sighting of seat {odd} contradicts the others: sight that seat again",
                ),
            )
    return ContradictionError(
        None,
        Sentence(
            "các lần ngắm mâu thuẫn nhau: kiểm tra số ghế, sơ đồ ghế và độ cao camera",
            "the sightings contradict each other: check seat numbers, the plan of the seats "
            "and the camera's height",
        ),
    )


def _proposed(
    found: Fit, seats_m: Mapping[str, Point], aims: Mapping[str, SeatAim]
) -> tuple[str, ...]:
    """The doubtful seat first; then as many as are asked for; then near ones, up to the offer."""
    sighted = [seat for seat, aim in aims.items() if aim.sighted]
    unsighted = sorted(
        (seat for seat in aims if seat not in sighted),
        key=lambda seat: -aims[seat].expected_error_deg,
    )
    if unsighted and aims[unsighted[0]].expected_error_deg > DOUBTFUL_DEG:
        return (unsighted[0],)
    if len(sighted) < ASKED:
        return farthest_first(seats_m, sighted, ASKED - len(sighted))
    near = [s for s in unsighted if math.dist(seats_m[s], found.pose.position_m) < NEAR_M]
    return tuple(near[: max(0, OFFERED - len(sighted))])


def _warnings(found: Fit, aims: Mapping[str, SeatAim]) -> tuple[Warned, ...]:
    warnings: list[Warned] = []
    worst = max(aims, key=lambda seat: aims[seat].expected_error_deg)
    error_deg = aims[worst].expected_error_deg
    if error_deg > DOUBTFUL_DEG:
        said = Sentence(
            f"ghế {worst} có thể lệch {error_deg:.1f}°: hãy ngắm ghế này",
            f"seat {worst} may be off by {error_deg:.1f}°: sight it",
        )
        warnings.append(Warned("doubtful_seat", said, worst))
    if found.strain > POOR_STRAIN:
        said = Sentence(
            "các lần ngắm chỉ khớp tương đối: kiểm tra số ghế, sơ đồ ghế và độ cao camera",
            "the sightings fit only roughly: check seat numbers, the plan of the seats and the "
            "camera's height",
        )
        warnings.append(Warned("poor_fit", said))
    return tuple(warnings)
