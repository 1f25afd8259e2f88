"""The judge of the programme: each rule of the cut, broken once and kept once."""

from __future__ import annotations

from typing import Any

import pytest

from hub.demo_gallery import Gallery

WHY = {"vi": "vì sao", "en": "why"}


def camera(target: str, on_air: bool = False, **more: Any) -> dict[str, Any]:
    """One camera as reported."""
    plain = {"arrived": True, "locked": False, "health": "ok", "why": WHY}
    return {"target": target, "on_air": on_air, **plain, **more}


def judged(*reports: tuple[float, dict[str, Any], dict[str, Any]]) -> list[str]:
    """What is wrong with these reports of two cameras."""
    gallery = Gallery("main")
    for at_s, a, b in reports:
        gallery.see(at_s, {"a": a, "b": b})
    return gallery.judged()


START = (0.0, camera("wide", True), camera("wide"))


def test_a_cut_to_a_camera_that_has_arrived_is_well() -> None:
    away = (4.0, camera("wide", True), camera("main/3", arrived=False))
    there = (5.0, camera("wide"), camera("main/3", True))
    assert judged(START, away, there, (9.0, camera("main/4", True), camera("main/3"))) == []


@pytest.mark.parametrize(
    ("other", "wrong"),
    [({}, 1), ({"health": "fault"}, 0), ({"locked": True}, 0)],
    ids=["free", "broken", "locked"],
)
def test_a_swing_on_air_while_the_other_camera_is_free(other: dict[str, Any], wrong: int) -> None:
    start = (0.0, camera("wide", True), camera("wide", **other))
    found = judged(start, (9.0, camera("main/3", True, arrived=False), camera("wide", **other)))
    assert len(found) == wrong


def test_a_camera_alone_may_swing_on_air() -> None:
    gallery = Gallery("satellite-1")
    gallery.see(0.0, {"a": camera("wide", True)})
    gallery.see(4.0, {"a": camera("satellite-1/3", True, arrived=False)})
    assert gallery.judged() == []
    assert gallery.summary() == {"shots": 2, "moves": 2, "shortest_s": None, "targets": 2}


def test_a_cut_before_arrival() -> None:
    (found,) = judged(START, (9.0, camera("wide"), camera("main/3", True, arrived=False)))
    assert "before it arrived" in found


@pytest.mark.parametrize("why", [None, {"vi": "", "en": "why"}, {"vi": "vì sao", "en": ""}])
def test_a_move_without_a_why_in_both_languages(why: dict[str, str] | None) -> None:
    found = judged(START, (9.0, camera("wide", True), camera("main/3", why=why)))
    assert found == ["b shows main/3 without a why"]


def shots(*cuts: tuple[float, str], why: dict[str, str] = WHY) -> list[str]:
    """The two cameras in turns."""
    reports = []
    shown = ["wide", "wide"]
    for n, (at_s, target) in enumerate(cuts):
        shown[n % 2] = target
        a, b = (camera(t, n % 2 == place, why=why) for place, t in enumerate(shown))
        reports.append((at_s, a, b))
    return judged(*reports)


def test_the_minimum_shot() -> None:
    assert shots((0, "wide"), (5, "main/3"), (8, "main/4"), (11, "main/5")) == []
    (found,) = shots((0, "wide"), (5, "main/3"), (7, "main/4"), (11, "main/5"))
    assert found == "main/3 was on air for 2.0 s"


def test_to_and_fro() -> None:
    (found,) = shots((0, "wide"), (5, "main/3"), (7.8, "main/4"), (10.6, "main/3"))
    assert found.startswith("main/3 → main/4 → main/3 within 5.6 s")
    assert shots((0, "wide"), (5, "main/3"), (8.5, "main/4"), (12, "main/3")) == []


def test_what_is_urgent_need_not_wait() -> None:
    why = {"vi": "chủ trì ưu tiên", "en": "priority of the chair at main/1"}
    assert shots((0, "wide"), (5, "main/3"), (6, "main/1"), (9, "main/5"), why=why) == []
