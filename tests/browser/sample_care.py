"""Checks, screens, drills and figures for the sample state, in the shape of the snapshot.

Owns sample data of a technician's care. Must not be used by anything but tests.
"""

from __future__ import annotations

import math
from typing import Any

Json = dict[str, Any]


def item(ident: str, title: tuple[str, str], verdict: str, **more: Any) -> Json:
    """One line of a check."""
    found: Json = {
        "id": ident,
        "kind": ident,
        "title": {"vi": title[0], "en": title[1]},
        "verdict": verdict,
        "evidence": {"vi": "trả lời 0,2 giây trước", "en": "answered 0.2 s ago"},
        "todo": None,
        "seats": [],
    }
    return {**found, **more}


ITEMS: list[Json] = [
    item(
        "seats",
        ("Máy đại biểu", "Delegate units"),
        "fail",
        seats=[12],
        evidence={"vi": "không trả lời 3 lần", "en": "no answer, 3 times"},
        todo={"vi": "Đến ghế, kiểm tra dây nối", "en": "Go to the seat, check its cable"},
    ),
    item("seats-1", ("Máy đại biểu", "Delegate units"), "pass", seats=[*range(1, 12), 13]),
    item("cam-1", ("Camera 1", "Camera 1"), "pass"),
    item(
        "microphones",
        ("Micro", "Microphones"),
        "unconfirmed",
        seats=[2, 3],
        evidence={"vi": "chưa có ai nói", "en": "nobody has spoken yet"},
        todo={"vi": "Nhờ người nói thử một từ", "en": "Let somebody say a word"},
    ),
]


def last_check(**changes: Any) -> Json:
    """A check that has ended."""
    found: Json = {
        "check": "c1",
        "by": "technician",
        "began_ts": 1_760_000_000.0,
        "at_ms": 4_990_000,
        "active": True,
        "items": ITEMS,
    }
    return {**found, **changes}


def running_check(done: int = 3, of: int = 9) -> Json:
    """A check that goes on."""
    begun = {"check": "c2", "by": "technician", "began_ts": 1_760_000_100.0, "active": True}
    return {**begun, "running": True, "done": done, "of": of, "items": ITEMS[:1]}


DRILLS: Json = {
    "known": {"cam-1": ["silent", "stuck"], "seat-12": ["silent", "unplugged", "reboot"]},
    "standing": {"cam-1": "stuck"},
}


def history(room: str) -> Json:
    """An hour of figures, with a gap and a spike."""
    trips = [
        None if 20 <= n < 26 else [2.0, 3.0 + math.sin(n / 4), 40.0 if n == 48 else 6.0]
        for n in range(60)
    ]
    waits = [[0.0, 0.0, 2.0 if n == 30 else 0.0] for n in range(60)]
    series = {"round_trip_ms": trips, "outbox": waits, "units-left.cycle_ms": waits}
    return {"room": room, "minutes": 60, "series": series}
