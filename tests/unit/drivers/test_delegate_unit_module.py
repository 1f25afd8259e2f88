"""The off-the-shelf I/O module as two button boxes, on a clock moved by hand."""

from __future__ import annotations

from itertools import pairwise

import pytest

from drivers.core.capability import HealthState, SeatOutputs
from drivers.delegate_unit.frame import Bits, Read, WriteCoils, WriteRegisters, Written
from drivers.delegate_unit.io_module import NO_DEAD_MAN, IoModule
from drivers.delegate_unit.maps import WAVESHARE_IO_8
from tests.delegate_unit_bench import STALE_S, Bench


def modules(count: int = 2, baud: int = 57600) -> Bench:
    return Bench(range(1, count + 1), map_name="waveshare-io-8", baud=baud, both_slots=True)


def test_inputs_are_unlinked_from_outputs_first_and_everything_is_off() -> None:
    bench = modules(1)
    bench.sim.press(1, "yes", None)
    bench.sim.tick(bench.now_s)
    assert bench.seen(1)["lit"] == ["red"], "the factory links them"
    bench.run(0.5)
    writes = bench.writes_to(1)
    assert writes[0] == WriteRegisters(1, 0x1000, (0,) * 8)
    assert writes[1] == WriteCoils(1, 0, (0,) * 8)
    assert bench.seen(1)["lit"] == []
    assert bench.keys == [], "held at the start is no press"
    assert bench.master.units[1].held_keys(1) == {"yes"}


def test_both_halves_are_seats_of_their_own() -> None:
    bench = modules()
    bench.run(0.5)
    bench.sim.press(2, "mic", 400)
    bench.sim.press(1, "no", 400, slot=2)
    bench.run(1.0)
    assert sorted(bench.presses()) == [("101", "no"), ("2", "mic")]
    assert [key.released for key in bench.keys].count(True) == 2
    bench.set_outputs(2, SeatOutputs(microphone=True, red="on"))
    bench.set_outputs(102, SeatOutputs(green="on", abstain="on"))
    bench.run(0.5)
    assert bench.seen(2, 1) == {
        "microphone": True,
        "lamps": {"red": "on", "green": "off", "vote": "off"},
        "lit": ["red"],
        "held": [],
    }
    assert bench.seen(2, 2)["lit"] == ["green", "vote"]
    assert bench.seen(2, 2)["microphone"] is False
    assert bench.state(2).microphone.value is True
    assert bench.state(2).outputs.value == SeatOutputs(microphone=True, red="on")
    assert bench.state(102).microphone.value is False


def test_a_press_is_timed_at_its_first_sample_and_seen_within_two() -> None:
    bench = modules(8)
    bench.run(0.5)
    pressed_s = bench.now_s
    bench.sim.press(7, "mic", 500)
    assert bench.run_until(lambda: bench.keys) <= 0.125
    assert bench.keys[0].at_s - pressed_s <= 0.105


def test_the_driver_blinks_for_the_module() -> None:
    bench = modules(2, baud=9600)
    bench.run(1.0)
    for seat in (1, 101, 2, 102):
        bench.set_outputs(seat, SeatOutputs(yes="fast", red="slow"))
    lit = set()
    for _ in range(200):
        bench.run(0.02)
        lit.add(tuple(bench.seen(1)["lit"]))
    assert lit == {(), ("red",), ("vote",), ("red", "vote")}
    assert bench.state(1).outputs.value == SeatOutputs(yes="fast", red="slow")


def test_a_module_has_no_amber_lamp_and_asks_for_the_sign_in_with_its_vote_lamp() -> None:
    bench = modules(1)
    bench.run(1.0)
    bench.set_outputs(1, SeatOutputs(amber="on", sign_in="on"))
    lit = set()
    for _ in range(200):
        bench.run(0.02)
        lit.add(tuple(bench.seen(1)["lit"]))
    assert lit == {(), ("vote",)}
    assert bench.state(1).outputs.value == SeatOutputs(sign_in="slow"), "what people see"
    bench.set_outputs(1, SeatOutputs(amber="fast", yes="on", sign_in="on"))
    bench.run(1.0)
    assert bench.seen(1)["lit"] == ["vote"], "the vote goes before"
    assert bench.state(1).outputs.value == SeatOutputs(yes="on", sign_in="slow")


def test_keys_stay_alive_on_a_slow_line_full_of_blinking_lamps() -> None:
    bench = modules(8, baud=9600)
    bench.run(3.0)
    for seat in range(1, 9):
        bench.set_outputs(seat, SeatOutputs(yes="fast"))
    bench.run(2.0)
    bench.sim.press(2, "abstain", 2000)
    assert bench.run_until(lambda: bench.keys) <= 1.0


def test_every_second_question_is_for_the_keys_however_the_lamps_blink() -> None:
    module = IoModule({1: 1}, 1, WAVESHARE_IO_8)
    module.set_outputs(1, SeatOutputs(yes="fast"))
    purposes = []
    for turn in range(41):  # one turn each half period: the lamp is wrong every time
        now_s = 10.0 + turn * 0.125
        ask = module.next_ask(now_s)
        purposes.append(ask.purpose)
        zeros = Bits(1, ask.request.function, (0,) * 8) if isinstance(ask.request, Read) else None
        module.answered(ask, zeros or Written(1, 15, 0, 8), now_s)
    assert purposes[:2] == ["unlink", "write"]
    assert all("inputs" in pair for pair in pairwise(purposes[2:]))
    assert {"write", "coils"} <= set(purposes[2:])


def test_outputs_lost_in_a_power_cut_are_written_again() -> None:
    bench = modules(1)
    bench.set_outputs(1, SeatOutputs(green="on"))
    bench.run(0.5)
    bench.sim.reboot(1)
    assert bench.seen(1)["lit"] == []
    bench.run(1.5)
    assert bench.seen(1)["lit"] == ["green"]


def test_health_says_that_nobody_watches_over_the_outputs() -> None:
    bench = modules(1)
    bench.run(0.5)
    health = bench.master.units[1].seat_health(1, bench.now_s, STALE_S)
    assert (health.state, health.reason) == (HealthState.OK, NO_DEAD_MAN)
    bench.set_outputs(1, SeatOutputs(microphone=True))
    bench.run(0.2)
    bench.run(30.0, master=False)
    assert bench.seen(1)["microphone"] is True
    bench.master.close(bench.now_s)
    bench.run_until(lambda: bench.master.is_closed)
    assert bench.seen(1)["microphone"] is False


def test_a_board_without_output_modes_is_fine() -> None:
    bench = modules(1)
    unit = bench.sim.unit(1)
    unit.writable = frozenset()
    unit.registers = dict.fromkeys(unit.registers, 0)
    bench.set_outputs(1, SeatOutputs(red="on"))
    bench.run(0.5)
    assert bench.seen(1)["lit"] == ["red"]
    assert bench.state(1).outputs.value == SeatOutputs(red="on")


@pytest.mark.parametrize("fault", ["silent", "unplugged"])
def test_an_absent_module_is_unknown_and_comes_back_with_its_outputs(fault: str) -> None:
    bench = modules()
    bench.set_outputs(1, SeatOutputs(red="on"))
    bench.run(0.5)
    bench.sim.set_unit_fault(1, fault)
    bench.run(2.0)
    assert bench.state(1).present.value is False
    assert bench.state(1).outputs.value is None
    assert bench.state(2).present.value is True
    bench.sim.set_unit_fault(1, None)
    assert bench.run_until(lambda: bench.state(1).outputs.value) <= 2.5
    assert bench.seen(1)["lit"] == ["red"]
