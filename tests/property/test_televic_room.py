"""Whatever people, the floor and the line do: in the end no microphone is open but our floor's."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.core.capability import HealthState
from tests.televic_stage import DARK, PLACES, SPEAKS, WAITS, Stage, play

SEATS = st.sampled_from(sorted(PLACES))
DEEDS = st.one_of(
    st.tuples(st.just("press"), SEATS),
    st.tuples(st.just("wish"), st.tuples(SEATS, st.sampled_from([DARK, WAITS, SPEAKS]))),
    st.tuples(st.just("all off"), st.none()),
    st.tuples(st.just("cut"), st.none()),
    st.tuples(st.just("fault"), st.sampled_from([None, "silent", "noisy", "slow", "deaf", "curt"])),
    st.tuples(st.just("wait"), st.sampled_from([0.005, 0.05, 0.12, 1.0, 3.0])),
)


async def do(stage: Stage, deed: str, what: Any) -> None:
    match deed:
        case "press":
            stage.sim.press(PLACES[what])
        case "wish":
            stage.system.set_outputs(*what)
        case "all off":
            stage.sim.all_off()
        case "cut":
            await stage.wire.cut()
        case "fault":
            stage.wire.set_fault(what)
        case "wait":
            await asyncio.sleep(what)


@settings(max_examples=30)
@given(st.lists(DEEDS, max_size=25), st.lists(st.sampled_from([DARK, SPEAKS]), min_size=3))
def test_in_the_end_the_floor_holds(deeds: list[tuple[str, Any]], wishes: list[Any]) -> None:
    wanted = dict(zip(sorted(PLACES), wishes, strict=False))

    def holds(stage: Stage) -> bool:
        now_s = stage.now_s()
        told = {n: stage.system.seat_state(n, now_s).microphone.value for n in wanted}
        opened = {PLACES[n] for n, wish in wanted.items() if wish == SPEAKS}
        return set(stage.sim.show()["open"]) == opened and told == {
            n: wish == SPEAKS for n, wish in wanted.items()
        }

    async def story(stage: Stage) -> None:
        for deed, what in deeds:
            await do(stage, deed, what)
        stage.wire.set_fault(None)
        for number, wish in wanted.items():
            stage.system.set_outputs(number, wish)
        await stage.until(lambda: holds(stage), 60)
        await asyncio.sleep(10)
        assert holds(stage), "and stays so"
        assert stage.health() is HealthState.OK

    play(story)
