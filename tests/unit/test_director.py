"""Which camera shows the subject: off air first, cut on arrival, look ahead, and its laws."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.camera.director import CameraView, Cut, Decision, Direction, Move, by_hand, direct
from edge.camera.subject import WIDE, Pacing, Scene, Subject, group_of
from edge.rules.reasons import Sentence

PACING = Pacing()
S1, S2, S3 = "main/1", "main/2", "main/3"
TARGETS = (S1, S2, S3, group_of((S1, S2)), WIDE)
SPEAKS = Scene(speaking=(S1,))


def view(arrived: bool | None = False, works: bool = True, **more: object) -> CameraView:
    """A camera that sees everything unless told otherwise."""
    return CameraView(works, arrived, dict.fromkeys(TARGETS, 1.0) | more.pop("cost", {}), **more)  # type: ignore[arg-type,operator]


def shows_wide(camera: str = "a") -> Direction:
    """The room is on air."""
    return Direction(shots={camera: WIDE}, wanted=camera, on_air=camera)


def test_the_off_air_camera_swings_and_the_cut_waits_for_arrival() -> None:
    now, decisions = direct(shows_wide(), SPEAKS, {"a": view(True), "b": view(False)}, PACING, 0.0)
    why = Sentence(f"{S1} phát biểu; camera đang không lên hình", f"{S1} speaks; off air")
    assert decisions == (Move("b", S1, why),)
    now, decisions = direct(now, SPEAKS, {"a": view(True), "b": view(False)}, PACING, 0.1)
    assert decisions == ()
    now, decisions = direct(now, SPEAKS, {"a": view(True), "b": view(True)}, PACING, 0.2)
    assert decisions == (
        Cut("b", Sentence(f"{S1}: camera đã tới nơi", f"{S1}: camera has arrived")),
    )


@pytest.mark.parametrize("arrived", [None, False])
def test_no_cut_on_a_guess(arrived: bool | None) -> None:
    now, _ = direct(shows_wide(), SPEAKS, {"a": view(True), "b": view(False)}, PACING, 0.0)
    cameras = {"a": view(True), "b": view(arrived)}
    assert direct(now, SPEAKS, cameras, PACING, 0.5)[1] == ()


def test_who_is_shown_already_is_cut_to_at_once() -> None:
    """Looking ahead pays: the camera is there when the call comes."""
    now = replace(shows_wide(), shots={"a": WIDE, "b": S1})
    _, decisions = direct(now, SPEAKS, {"a": view(True), "b": view(True)}, PACING, 0.0)
    assert [type(d) for d in decisions] == [Cut]


def test_a_broken_camera_is_not_chosen() -> None:
    _, decisions = direct(
        shows_wide(), SPEAKS, {"a": view(True), "b": view(works=False)}, PACING, 0.0
    )
    why = Sentence(f"{S1} phát biểu; chỉ còn camera này", f"{S1} speaks; the only camera")
    assert decisions == (Move("a", S1, why),)


def test_no_working_camera_decides_nothing() -> None:
    assert direct(Direction(), SPEAKS, {"a": view(works=False)}, PACING, 0.0)[1] == ()


def test_the_better_view_wins() -> None:
    cameras = {"a": view(cost={S1: 5.0}), "b": view(cost={S1: 1.0})}
    _, decisions = direct(Direction(), SPEAKS, cameras, PACING, 0.0)
    assert [d.camera for d in decisions] == ["b"]


def test_a_late_camera_is_not_waited_for() -> None:
    """It stalled on the way: after its motors' time and a grace another one goes."""
    cameras = {
        "a": view(True),
        "b": view(False, travel_s={S1: 1.0}),
        "c": view(False, cost={S1: 2.0}),
    }
    now, first = direct(shows_wide(), SPEAKS, cameras, PACING, 0.0)
    assert [d.camera for d in first] == ["b"]
    now, decisions = direct(now, SPEAKS, cameras, PACING, 3.9)
    assert decisions == ()
    _, decisions = direct(now, SPEAKS, cameras, PACING, 4.1)
    assert [(d.camera, d.why.en) for d in decisions] == [
        ("c", f"{S1} speaks; the other camera is late")
    ]


def test_an_idle_camera_looks_ahead_to_who_is_called_next() -> None:
    now = replace(Direction(subject=Subject(S1)), shots={"a": S1}, wanted="a", on_air="a")
    scene = replace(SPEAKS, next_up=S2)
    _, decisions = direct(now, scene, {"a": view(True), "b": view(False)}, PACING, 10.0)
    assert decisions == (
        Move("b", S2, Sentence(f"{S2} được gọi tiếp theo", f"{S2} is called next")),
    )


def test_looking_ahead_does_not_take_the_camera_of_who_was_just_called() -> None:
    """S1 was looked ahead to, and is called while the shot before is young; S2 is next."""
    subject = Subject(S3, since_s=9.0, left=((WIDE, 9.0),))
    now = Direction(subject, shots={"a": S3, "b": S1}, wanted="a", on_air="a", on_air_since_s=9.5)
    scene = Scene(speaking=(S1,), next_up=S2)
    now, decisions = direct(now, scene, {"a": view(True), "b": view(True)}, PACING, 10.0)
    assert decisions == ()
    _, decisions = direct(now, scene, {"a": view(True), "b": view(True)}, PACING, 12.6)
    assert [(type(d), d.camera) for d in decisions] == [(Cut, "b")]


def test_a_camera_that_dies_on_air_is_left_at_once() -> None:
    now = replace(shows_wide(), shots={"a": S1, "b": WIDE})
    now = replace(now, subject=Subject(S1))
    cameras = {"a": view(works=False), "b": view(True, cost={S1: 1.0})}
    _, decisions = direct(now, SPEAKS, cameras, PACING, 1.0)
    assert [(type(d), d.camera) for d in decisions] == [(Cut, "b"), (Move, "b")]


def test_a_locked_camera_is_not_moved_but_may_be_shown() -> None:
    now = replace(shows_wide(), shots={"a": WIDE, "b": S1})
    cameras = {"a": view(True), "b": view(True, locked=True)}
    _, decisions = direct(now, SPEAKS, cameras, PACING, 0.0)
    assert [type(d) for d in decisions] == [Cut]
    _, decisions = direct(shows_wide(), SPEAKS, {"a": view(True, locked=True)}, PACING, 0.0)
    assert decisions == ()


def test_a_pair_nobody_can_show_is_the_wide_shot() -> None:
    alone = CameraView(True, True, dict.fromkeys((S1, S2, WIDE), 1.0))
    now, decisions = direct(Direction(), Scene(speaking=(S1, S2)), {"a": alone}, PACING, 0.0)
    assert [d.target for d in decisions if isinstance(d, Move)] == [WIDE]
    assert now.subject.target == group_of((S1, S2))


def test_what_came_late_is_not_cut_away_the_sooner() -> None:
    """The minimum shot counts for what is seen, too: from cut to cut."""
    now = Direction(
        Subject(S2, since_s=8.0),
        shots={"a": S1, "b": S2},
        wanted="b",
        on_air="a",
        on_air_since_s=6.0,
    )
    both_there = {"a": view(True), "b": view(True)}
    now, decisions = direct(now, Scene(speaking=(S2,)), both_there, PACING, 8.9)
    assert decisions == ()
    _, decisions = direct(now, Scene(speaking=(S2,)), both_there, PACING, 9.0)
    assert [type(d) for d in decisions] == [Cut]


@pytest.mark.parametrize(("arrived", "cuts"), [(True, 0), (None, 0), (False, 1)])
def test_a_young_shot_is_kept_unless_it_travels(arrived: bool | None, cuts: int) -> None:
    """A camera on air that is silent for a moment is no reason to leave it."""
    now = Direction(
        Subject(S2), shots={"a": S1, "b": S2}, wanted="b", on_air="a", on_air_since_s=6.0
    )
    cameras = {"a": view(arrived), "b": view(True)}
    _, decisions = direct(now, Scene(speaking=(S2,)), cameras, PACING, 7.0)
    assert len(decisions) == cuts


def test_the_chair_is_not_kept_waiting_by_a_young_shot() -> None:
    now = Direction(shots={"a": S1, "b": S2}, wanted="a", on_air="a", on_air_since_s=8.0)
    scene = Scene(speaking=(S1, S2), priority=S2)
    _, decisions = direct(now, scene, {"a": view(True), "b": view(True)}, PACING, 8.5)
    assert [type(d) for d in decisions] == [Cut]


PAIR = group_of((S1, S2))


def test_a_pair_that_only_the_camera_on_air_could_show_is_the_room_on_the_other() -> None:
    """No travelling shot is seen while another camera is free; and it does not swing back."""
    both = Scene(speaking=(S1, S2))
    narrow = CameraView(True, True, {S1: 1.0, S2: 1.0, WIDE: 1.0})
    now = Direction(Subject(S1), shots={"a": S1, "b": S2}, wanted="a", on_air="a")
    cameras = {"a": view(True), "b": narrow}
    now, decisions = direct(now, both, cameras, PACING, 10.0)
    assert [(d.camera, d.target) for d in decisions if isinstance(d, Move)] == [("b", WIDE)]
    now, decisions = direct(now, both, cameras, PACING, 10.1)
    assert [(type(d), d.camera) for d in decisions] == [(Cut, "b")]
    _, decisions = direct(now, both, cameras, PACING, 10.2)
    assert decisions == ()


def test_a_pair_that_the_camera_on_air_shows_already_stays() -> None:
    narrow = CameraView(True, True, {S1: 1.0, S2: 1.0, WIDE: 1.0})
    now = Direction(Subject(PAIR), shots={"a": PAIR, "b": S2}, wanted="a", on_air="a")
    both = Scene(speaking=(S1, S2))
    assert direct(now, both, {"a": view(True), "b": narrow}, PACING, 10.0)[1] == ()


def test_a_hand_holds_the_automatic_back() -> None:
    cameras = {"a": view(True), "b": view(True)}
    now, decisions = by_hand(shows_wide(), "a", S2, "the technician", PACING, 0.0)
    assert decisions == (
        Move("a", S2, Sentence("chỉnh tay: the technician", "aimed by hand: the technician")),
    )
    assert direct(now, SPEAKS, cameras, PACING, 14.9)[1] == ()
    _, decisions = direct(now, SPEAKS, cameras, PACING, 15.0)
    assert [d.camera for d in decisions] == ["b"]


# --- laws over many stories ---------------------------------------------------------------------


@dataclass
class Motors:
    """Cameras that take their time, and now and then fail."""

    rnd: random.Random
    names: tuple[str, ...]
    target: dict[str, str] = field(default_factory=dict)
    there_at_s: dict[str, float] = field(default_factory=dict)
    dead_until_s: dict[str, float] = field(default_factory=dict)

    def obey(self, decisions: tuple[Decision, ...], now_s: float) -> None:
        for decision in decisions:
            if isinstance(decision, Move):
                self.target[decision.camera] = decision.target
                self.there_at_s[decision.camera] = now_s + self.rnd.uniform(0.3, 2.5)

    def views(self, now_s: float) -> dict[str, CameraView]:
        for name in self.names:
            if self.rnd.random() < 0.002:
                self.dead_until_s[name] = now_s + self.rnd.uniform(1, 20)
        return {
            name: CameraView(
                works=now_s >= self.dead_until_s.get(name, 0.0),
                arrived=name in self.target and now_s >= self.there_at_s[name],
                cost={t: 1.0 + (hash((name, t)) % 7) for t in TARGETS},
                travel_s=dict.fromkeys(TARGETS, 2.5),
            )
            for name in self.names
        }


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9), st.integers(1, 3))
def test_laws_of_the_programme(seed: int, count: int) -> None:
    """No travelling shot while another camera was free; cuts only to who is there; always a why."""
    rnd = random.Random(seed)
    motors = Motors(rnd, tuple("abc"[:count]))
    now, scene = Direction(), Scene()
    for tick in range(600):
        now_s = tick / 10
        if rnd.random() < 0.05:
            speaking = tuple(rnd.sample([S1, S2, S3], rnd.randint(0, 3)))
            scene = Scene(speaking=speaking, next_up=rnd.choice([None, S1, S2]))
        views = motors.views(now_s)
        before = now
        now, decisions = direct(now, scene, views, PACING, now_s)
        motors.obey(decisions, now_s)
        on_air = before.on_air
        just_sent: set[str] = set()
        for decision in decisions:
            assert decision.why.vi
            assert decision.why.en
            if isinstance(decision, Cut):
                assert views[decision.camera].works
                assert views[decision.camera].arrived
                assert decision.camera not in just_sent
                on_air = decision.camera
            else:
                others = [c for c, v in views.items() if v.works and c != on_air]
                assert decision.camera != on_air or not others
                just_sent.add(decision.camera)
