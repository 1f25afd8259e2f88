"""A unit that talks without being asked: others go on, it is named, and all heals.

The line is the bench's: bytes take their time, and two who talk at once are not understood.
"""

from __future__ import annotations

import asyncio
import random

import pytest

from drivers.core.capability import HealthState, SeatOutputs
from drivers.delegate_unit.chatter import FRAMES, LATE_MOST, WINDOW_S, Chatter
from drivers.delegate_unit.driver import CHATTERS
from drivers.delegate_unit.frame import Registers, Written, encode
from drivers.delegate_unit.sim import CHATTER_REST_S, CHATTER_S, DelegateBusSim
from tests.delegate_unit_bench import Bench
from tests.unit.drivers.test_delegate_unit_driver import TALKING, hall
from tests.virtual_time import run_virtual, until

SEATS = range(1, 26)
LOUD, OPEN, PRESSED = 7, 9, 12


def met() -> Bench:
    """Twenty-five units, as in the main room."""
    bench = Bench(SEATS)
    bench.run_until(lambda: all(bench.state(seat).outputs.value is not None for seat in SEATS))
    return bench


def test_the_others_go_on_and_it_is_named_and_all_heals() -> None:
    bench = met()
    bench.set_outputs(OPEN, SeatOutputs(microphone=True, red="on"))
    bench.run(1.0)
    bench.sim.set_unit_fault(LOUD, "chatters")
    chatter = bench.master.chatter
    assert bench.run_until(lambda: chatter.chatters(LOUD, bench.now_s)) < 1.0
    slowest_s = 0.0
    for seat in (PRESSED, PRESSED + 1, PRESSED + 2, LOUD) * 5:
        bench.keys.clear()
        bench.sim.press(seat, "yes", 40)
        slowest_s = max(slowest_s, bench.run_until(lambda: bench.keys))
        assert (bench.keys[0].source, bench.keys[0].released) == (str(seat), False)
        bench.run(0.4)
        shown = bench.sim.show()["units"][str(OPEN)]
        assert shown["slots"]["1"]["microphone"] is True
        assert shown["dead_man_tripped"] is False
    assert slowest_s < 1.0
    assert [seat for seat in SEATS if chatter.chatters(seat, bench.now_s)] == [LOUD]
    bench.sim.set_unit_fault(LOUD, None)
    bench.run(WINDOW_S + 0.5)
    assert not chatter.chatters(LOUD, bench.now_s)
    assert all(bench.state(seat).present.value for seat in SEATS)
    bench.run(1.0)
    assert (bench.master.schedule.measured_cycle_s or 9.0) < 0.15


def test_its_seat_says_so_and_no_other() -> None:
    async def story() -> None:
        async with hall() as made:
            await made.until_all_met()
            made.sim.set_unit_fault(2, "chatters")

            def reason(seat: int) -> str | None:
                return made.bus.seat_health(seat, made.loop.time()).reason

            await until(lambda: reason(12) == CHATTERS)
            health = made.bus.seat_health(12, made.loop.time())
            assert health.state is HealthState.FAULT
            made.bus.set_outputs(11, TALKING)
            await until(lambda: made.seen(1)["microphone"])
            assert reason(11) is reason(13) is None
            made.sim.set_unit_fault(2, None)
            await asyncio.sleep(WINDOW_S + 0.5)
            assert made.bus.seat_health(12, made.loop.time()).state is HealthState.OK

    run_virtual(story())


def unasked(unit: int = 2) -> bytes:
    """A whole frame."""
    return encode(Registers(unit, 3, (0, 0, 0)))


def test_frames_are_found_in_pieces_and_behind_noise() -> None:
    chatter = Chatter((1, 2, 3))
    stream = b"\x02\x03" + b"".join(unasked() + b"\xff\x02" for _ in range(FRAMES))
    for at in range(0, len(stream), 7):
        chatter.hear(stream[at : at + 7], 1.0)
    assert chatter.chatters(2, 1.0)
    assert not chatter.chatters(1, 1.0)
    assert not chatter.chatters(2, 1.1 + WINDOW_S)
    chatter.reset()
    assert not chatter.chatters(2, 1.0)


def test_late_answers_are_no_chatter() -> None:
    chatter = Chatter((1, 2))
    for round_ in range(3 * FRAMES):
        chatter.given_up(2)
        chatter.hear(unasked(), round_ * 0.01)
    assert not chatter.chatters(2, 3 * FRAMES * 0.01)
    for _ in range(100):
        chatter.given_up(2)
    for _ in range(FRAMES + LATE_MOST):
        chatter.hear(unasked(), 1.0)
    assert chatter.chatters(2, 1.0)


def test_noise_and_strangers_name_nobody() -> None:
    chatter = Chatter((1, 2))
    chance = random.Random(1)
    for _ in range(300):
        chatter.hear(chance.randbytes(64), 1.0)
        chatter.hear(encode(Written(9, 16, 0x20, 2)), 1.0)
    assert not any(chatter.chatters(unit, 1.0) for unit in (1, 2))


def test_what_is_left_has_no_whole_frame() -> None:
    assert Chatter((1, 2)).strip(b"\x01" + unasked() + b"\x02\x03\x06\x00", 1.0) == bytes(
        (1, 2, 3, 6, 0)
    )


@pytest.mark.parametrize("map_name", ["phonghop-unit-1", "waveshare-io-8"])
def test_a_simulated_unit_chatters_two_fifths_of_the_time(map_name: str) -> None:
    byte_s = 10 / 115_200
    sim = DelegateBusSim({5: map_name}, clock=lambda: 0.0, byte_s=byte_s)
    assert sim.tick(1.0) == []
    sim.set_unit_fault(5, "chatters")
    replies = sim.tick(2.0)
    assert {reply.data[0] for reply in replies} == {5}
    talks_s = sum(len(reply.data) for reply in replies) * byte_s
    assert talks_s == pytest.approx(CHATTER_S, rel=0.1)
    assert sim.tick(2.0 + talks_s) == []
    assert sim.tick(2.0 + talks_s + CHATTER_REST_S + 0.001) == replies


def test_who_talks_at_the_same_time_is_not_understood() -> None:
    question = bytes((5, 3, 0, 0, 0, 3)) + bytes.fromhex("044f")
    sim = DelegateBusSim({5: "phonghop-unit-1"}, clock=lambda: 0.0)
    assert sim.receive(question, 1.0)
    sim.set_unit_fault(5, "chatters")
    sim.tick(2.0)
    assert not sim.receive(question, 2.001)
    assert sim.receive(question, 2.0 + CHATTER_S + 0.002), "it is asked, and answers as well"


def test_a_late_answer_does_not_cut_the_next_question_short() -> None:
    """A machine with too much to do hears every answer late: it must not give up sooner for it."""
    bench = Bench((1, 2))
    first = bench.master.wake(bench.now_s)
    assert first is not None
    bench.now_s = bench.master.wake_at_s
    while bench.master.wake(bench.now_s) is None:  # given up; the next question
        bench.now_s = bench.master.wake_at_s
    due_s = bench.master.wake_at_s
    bench.master.receive(unasked(first[0]), bench.now_s + 0.001)
    assert bench.master.wake_at_s == due_s
