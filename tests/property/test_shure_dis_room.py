"""Whatever people, the floor and the central unit do to each other: in the end our floor holds."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.core.capability import HealthState
from tests.dis_stage import ASKED, DARK, PLACES, REFUSED, SPEAKS, WAITS, Stage, play

SEATS = st.sampled_from(sorted(PLACES))
FAULTS = st.sampled_from([None, "silent", "noisy", "garbage", "deaf", "drops", "lost", "stubborn"])
DEEDS = st.one_of(
    st.tuples(st.just("press"), SEATS),
    st.tuples(st.just("plug"), SEATS),
    st.tuples(st.just("wish"), st.tuples(SEATS, st.sampled_from([DARK, ASKED, WAITS, SPEAKS]))),
    st.tuples(st.just("wish"), st.tuples(SEATS, st.just(REFUSED))),
    st.tuples(st.just("mode"), st.sampled_from(["auto", "manual", "fifo"])),
    st.tuples(st.just("next"), st.none()),
    st.tuples(st.just("cut"), st.none()),
    st.tuples(st.just("fault"), FAULTS),
    st.tuples(st.just("wait"), st.sampled_from([0.005, 0.05, 0.12, 1.0, 3.0])),
)


async def do(stage: Stage, deed: str, what: Any) -> None:
    match deed:
        case "press":
            stage.sim.press(PLACES[what])
        case "plug":
            place = PLACES[what]
            active = stage.sim.units[place].active
            (stage.sim.leave if active else stage.sim.appear)(place)
        case "wish":
            stage.system.set_outputs(*what)
        case "mode":
            stage.sim.choose_mode(what)
        case "next":
            stage.sim.next_on()
        case "cut":
            await stage.wire.cut()
        case "fault":
            stage.wire.set_fault(what)
        case "wait":
            await asyncio.sleep(what)


@settings(max_examples=40, deadline=None)
@given(st.lists(DEEDS, max_size=25), st.lists(st.sampled_from([DARK, WAITS, SPEAKS]), min_size=4))
def test_in_the_end_the_floor_holds(deeds: list[tuple[str, Any]], wishes: list[Any]) -> None:
    wanted = dict(zip(sorted(PLACES), wishes, strict=False))

    def holds(stage: Stage) -> bool:
        shown = stage.sim.show()
        now_s = stage.now_s()
        told = {n: stage.system.seat_state(n, now_s).microphone.value for n in wanted}
        return (
            set(shown["open"]) == {PLACES[n] for n, wish in wanted.items() if wish == SPEAKS}
            and set(shown["requests"]) == {PLACES[n] for n, wish in wanted.items() if wish == WAITS}
            and told == {n: wish == SPEAKS for n, wish in wanted.items()}
            and shown["mode"] == "manual"
        )

    async def story(stage: Stage) -> None:
        for deed, what in deeds:
            await do(stage, deed, what)
        stage.wire.set_fault(None)
        for place in PLACES.values():
            stage.sim.appear(place)
        for number, wish in wanted.items():
            stage.system.set_outputs(number, wish)
        await stage.until(lambda: holds(stage), 60)
        await asyncio.sleep(5)
        assert holds(stage), "and stays so"
        assert stage.health() is HealthState.OK
        stage.pressed()

    play(story)
