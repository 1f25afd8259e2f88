"""Aims, following, framing and faces against their bars, in simulated rooms with known truth.

Owns how many scenarios each figure is made of. Must not know how anything is computed.
"""

from __future__ import annotations

import math
import os
import random
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import skimage.data

from edge.camera.faces import Detector, Picture, best_detector
from edge.camera.pose import Mounting, Sighting, fit
from edge.camera.sightings import Solution, farthest_first, solve
from tests.bench.bars import Bar, rank
from tests.camera_follow import follow, step_at, walk
from tests.camera_room import (
    Hands,
    Place,
    TrueCamera,
    angle_between_deg,
    some_camera,
    u_table,
)
from tests.seated_framing import sit
from tests.walking_room import Hall, play

OFF_DEG = 6.0
"""A set that puts a seat off by more was a poor one."""


# --- aims ----------------------------------------------------------------------------------------


def aim(seed: int, rooms: int = 80) -> tuple[Bar, ...]:
    """Aims of unseen seats from four proposed sightings, 0.5 degrees and 3 cm; poor sets."""
    table = [_proposed(u_table(), seed + n) for n in range(rooms)]
    other = [_proposed(some_room(random.Random(seed + n)), seed + n) for n in range(rooms)]
    far, near = (sorted(m for one in found for m in one[0]) for found in (table, other))
    poor = [_random_set(u_table(), seed + n) for n in range(rooms)]
    really = [warned for worst, warned in poor if worst > OFF_DEG]
    needless = sum(one[1] for one in table)
    return (
        Bar("aim of unseen seats: median", statistics.median(far), 0.9, 0.7, "°"),
        Bar("aim of unseen seats: p95", rank(far, 0.95), 2.3, 1.8, "°"),
        Bar("the same in rooms of other shapes: median", statistics.median(near), unit="°"),
        Bar("the same in rooms of other shapes: p95", rank(near, 0.95), unit="°"),
        Bar("needless warnings there", 100 * sum(one[1] for one in other) / rooms, unit="%"),
        Bar(
            f"poor sets warned of ({len(really)} put a seat off by > 6°)",
            100 * sum(really) / max(1, len(really)),
            90.0,
            100.0,
            "%",
            at_least=True,
        ),
        Bar("proposed sets warned of needlessly", 100 * needless / rooms, 10.0, 0.0, "%"),
        Bar("one fit of four sightings: median", _fit_ms(seed), unit="ms"),
    )


def some_room(rnd: random.Random) -> dict[str, Place]:
    """Rows as in a school, one long table, or a horseshoe; heads at 1.15 to 1.25 m."""
    kind = rnd.choice(("rows", "long", "horseshoe"))
    pitch_m = rnd.uniform(0.55, 0.8)
    places: list[tuple[float, float]] = []
    if kind == "rows":
        places = [(1.0 + pitch_m * x, 2.0 + 1.2 * y) for y in range(4) for x in range(6)]
    elif kind == "long":
        places = [(x, 1.8 + pitch_m * n) for x in (2.2, 3.8) for n in range(9)]
    else:
        for n in range(21):
            turn = math.radians(-100 + 10 * n)
            places.append((3.0 + 2.4 * math.sin(turn), 4.2 + 2.4 * math.cos(turn)))
    return {str(n): (x, y, rnd.uniform(1.15, 1.25)) for n, (x, y) in enumerate(places, 1)}


def _sighted(
    seats: dict[str, Place], chosen: Sequence[str], camera: TrueCamera, rnd: random.Random
) -> tuple[Solution, dict[str, Place]]:
    hands = Hands()
    true = hands.moved(seats, rnd)
    sightings = [Sighting(s, *hands.sighted(camera, true[s], rnd)) for s in chosen]
    height_m = camera.position_m[2] + rnd.gauss(0, 0.03)
    return solve(Mounting(height_m=height_m), seats, sightings), true


def _misses(solution: Solution, camera: TrueCamera, true: dict[str, Place]) -> list[float]:
    return [
        angle_between_deg((one.aim.pan_deg, one.aim.tilt_deg), camera.bearing_deg(true[seat]))
        for seat, one in solution.aims.items()
        if not one.sighted
    ]


def _proposed(seats: dict[str, Place], seed: int) -> tuple[list[float], bool]:
    """Misses of the unseen seats, and whether a warning was given."""
    rnd = random.Random(seed)
    camera = some_camera(rnd)
    solution, true = _sighted(seats, farthest_first(seats, (), 4), camera, rnd)
    return _misses(solution, camera, true), bool(solution.warnings)


def _random_set(seats: dict[str, Place], seed: int) -> tuple[float, bool]:
    """The worst miss of a set that nobody proposed: any four, or four in a row."""
    rnd = random.Random(seed)
    camera = some_camera(rnd)
    names = list(seats)
    start = rnd.randrange(len(names) - 3)
    chosen = rnd.sample(names, 4) if rnd.random() < 0.5 else names[start : start + 4]
    solution, true = _sighted(seats, chosen, camera, rnd)
    return max(_misses(solution, camera, true)), bool(solution.warnings)


def _fit_ms(seed: int) -> float:
    rnd, seats, spent = random.Random(seed), u_table(), []
    for _ in range(20):
        camera = some_camera(rnd)
        chosen = farthest_first(seats, (), 4)
        sightings = [Sighting(s, *Hands().sighted(camera, seats[s], rnd)) for s in chosen]
        started_s = time.thread_time()
        fit(Mounting(height_m=camera.position_m[2]), seats, sightings)
        spent.append(1000 * (time.thread_time() - started_s))
    return statistics.median(spent)


# --- one who sits, one who walks -----------------------------------------------------------------


def frame(seed: int, people: int = 120) -> tuple[Bar, ...]:
    """A move of 30 degrees to somebody who sits, 275 ms, 1.5 degrees rms; then a minute."""
    sat = [sit(seed + n, 70.0) for n in range(people)]
    framed = [one.framed_s for one in sat]
    offs = [100 * off for one in sat for off in one.off]
    commands = sum(one.commands for one in sat) / sum(one.minutes for one in sat)
    return (
        Bar("time to frame after a 30° move: median", statistics.median(framed), unit="s"),
        Bar("time to frame after a 30° move: p90", rank(framed, 0.9), 2.5, 1.5, "s"),
        Bar("centre error at rest, of the width: p95", rank(offs, 0.95), 10.0, 6.0, "%"),
        Bar("commands while the talker sits (sway ±1.7°)", commands, 2.0, 0.0, "/min"),
        Bar(
            "the same, worst person",
            max(one.commands / one.minutes for one in sat),
            2.0,
            0.0,
            "/min",
        ),
    )


def walking(seed: int, walks: int = 30) -> tuple[Bar, ...]:
    """A step of 8 degrees at three latencies; a walk of 8 degrees/s; one who stands."""
    bars: list[Bar] = []
    for ms in (150, 275, 400):
        over, settled = [], []
        for n in range(walks):
            after = [
                (t - 2.0, e)
                for t, e in follow(step_at(2.0, 8.0), 8.0, ms / 1000, seed + n)
                if t >= 2.0
            ]
            over.append(100 * max(0.0, max(e for _, e in after)) / 8.0)
            settled.append(max(t for t, e in after if abs(e) > 1.0))
        bars += [
            Bar(f"8° step at {ms} ms: overshoot, p95", rank(over, 0.95), 10.0, 4.0, "%"),
            Bar(f"8° step at {ms} ms: within 1° for good, p95", rank(settled, 0.95), 2.0, 1.2, "s"),
        ]
    off = _behind(seed, walks, 0.1)
    return (
        *bars,
        Bar("walk at 8°/s, 275 ms: RMS", math.hypot(*off) / math.sqrt(len(off)), 3.0, 2.2, "°"),
        Bar("walk at 8°/s, 275 ms: p95", rank(off, 0.95), 5.0, 3.8, "°"),
        Bar(
            "the same, turning on the spot: p95",
            rank(_behind(seed, walks, 0.1, 0.0), 0.95),
            unit="°",
        ),
        Bar(
            "the same with 5 pictures a second: p95",
            rank(_behind(seed, walks, 0.2), 0.95),
            unit="°",
        ),
        *_driven(seed, max(2, walks // 5)),
    )


def _driven(seed: int, walks: int) -> tuple[Bar, ...]:
    """The same through the room's eye, the VISCA driver and its simulated camera."""
    off: list[float] = []
    over: list[float] = []

    async def strolls(hall: Hall) -> None:
        await hall.shoot()
        await hall.run(24.0)
        off.extend(abs(error) for at_s, error in hall.errors if at_s > 5.0)

    async def steps(hall: Hall) -> None:
        await hall.shoot()
        await hall.run(9.0)
        over.append(max(0.0, *(error for at_s, error in hall.errors if at_s > 5.0)) / 0.08)

    to_and_fro = walk(8.0)
    for n in range(walks):
        play(strolls, lambda at_s: to_and_fro(at_s + 3.5) - 20.0, seed + n)
        play(steps, lambda at_s: 8.0 if at_s > 5.0 else 0.0, seed + n)
    return (
        Bar(
            "VISCA, walk at 8°/s, 275 ms: RMS", math.hypot(*off) / math.sqrt(len(off)), 3, 2.2, "°"
        ),
        Bar("VISCA, walk at 8°/s, 275 ms: p95", rank(off, 0.95), 5.0, 3.8, "°"),
        Bar("VISCA, 8° step at 275 ms: overshoot, most", max(over), 10.0, 4.0, "%"),
    )


def _behind(seed: int, walks: int, frame_s: float, turn_s: float = 0.8) -> list[float]:
    """How far the camera is behind one who walks."""
    return [
        abs(error)
        for n in range(walks)
        for at_s, error in follow(walk(8.0, turn_s), 20.0, 0.275, seed + n, frame_s)
        if at_s > 3.0
    ]


# --- faces ---------------------------------------------------------------------------------------

FACES = {"astronaut": (0.437, 0.225), "camera": (0.44, 0.30)}
"""Where the one face is, in shares of the picture's own width and height."""
NO_FACES = ("chelsea", "coffee", "rocket")
SIZES = ((320, 180), (640, 360), (1280, 720), (1920, 1080))
NEAR_SHARE = 0.08
"""A box belongs to the face when its middle is so near, in shares of the picture's height."""


def faces(seed: int) -> tuple[Bar, ...]:
    """Faces by model (when PHONGHOP_FACE_MODEL names one) and cascade; what a second costs."""
    model = os.environ.get("PHONGHOP_FACE_MODEL")
    bars: list[Bar] = []
    if model:
        bars += _faces_of(best_detector(Path(model)), (0.90, 0.97), (0.3, 0.1), (150.0, 100.0))
    return (*bars, *_faces_of(best_detector(None), (None, None), (0.3, 0.1), (None, None)))


def _faces_of(
    detector: Detector,
    recall: tuple[float | None, float | None],
    extra: tuple[float | None, float | None],
    spent: tuple[float | None, float | None],
) -> list[Bar]:
    """``FACES`` at every size and four brightnesses, mirrored too; ``NO_FACES`` the same."""
    cv2.setNumThreads(1)  # else the processor's time is spread over threads nobody measures
    hits = wanted = extras = pictures = 0
    for name in (*FACES, *NO_FACES):
        for size in SIZES:
            for gain, mirrored in ((1.0, False), (0.6, False), (1.3, False), (1.0, True)):
                picture, marks = on_canvas(name, size, gain, mirrored)
                found = detector.faces(picture)
                near = NEAR_SHARE * size[1]
                found_marks = {
                    mark for mark in marks for f in found if math.dist(f.centre, mark) <= near
                }
                wanted += len(marks)
                hits += len(found_marks)
                extras += len(found) - len(found_marks)
                pictures += 1
    picture, _ = on_canvas("astronaut", (640, 360), 1.0, False)
    times = []
    for _ in range(20):
        started_s = time.thread_time()
        detector.faces(picture)
        times.append(1000 * (time.thread_time() - started_s))
    mode = detector.mode
    return [
        Bar(f"faces, {mode}: recall by centre", hits / wanted, *recall, at_least=True),
        Bar(f"faces, {mode}: extra boxes per picture", extras / pictures, *extra),
        Bar(f"faces, {mode}: 640x360 at 5/s", 5 * statistics.median(times), *spent, "ms/s"),
    ]


def on_canvas(
    name: str, size: tuple[int, int], gain: float, mirrored: bool
) -> tuple[Picture, list[tuple[float, float]]]:
    """A picture of scikit-image on grey, as a camera would give it, and where its face is."""
    found = np.asarray(getattr(skimage.data, name)())
    if found.ndim == 2:
        found = cv2.cvtColor(found, cv2.COLOR_GRAY2RGB)
    scale = min(size[0] / found.shape[1], size[1] / found.shape[0])
    wide, high = int(found.shape[1] * scale), int(found.shape[0] * scale)
    small = cv2.resize(found, (wide, high), interpolation=cv2.INTER_AREA)
    canvas = np.full((size[1], size[0], 3), 127, np.uint8)
    canvas[:high, :wide] = np.clip(small[:, :, ::-1] * gain, 0, 255).astype(np.uint8)
    places = [FACES[name]] if name in FACES else []
    marks = [(x * wide, y * high) for x, y in places]
    if mirrored:
        canvas = np.ascontiguousarray(canvas[:, ::-1])
        marks = [(size[0] - x, y) for x, y in marks]
    return canvas, marks
