"""The bus master against simulated units, on a clock moved by hand: stories of a meeting.

No event loop and no wall time; what is counted are questions on the line.
"""

from __future__ import annotations

from itertools import pairwise, product

import pytest

from drivers.core.capability import HealthState, SeatOutputs
from drivers.delegate_unit.frame import WRITE_REGISTER, WriteOne
from drivers.delegate_unit.maps import pack_outputs
from drivers.delegate_unit.sim_units import KEY_NAMES
from tests.delegate_unit_bench import STALE_S, Bench

TALKING = SeatOutputs(microphone=True, red="on")


def settled(units: int = 5, **settings: int) -> Bench:
    """A bus whose units have all been met."""
    bench = Bench(range(1, units + 1), **settings)
    bench.run(1.0)
    assert bench.master.counters.timeouts == 0
    return bench


def health(bench: Bench, seat: int) -> tuple[HealthState, str | None]:
    judged = bench.master.units[seat].seat_health(seat, bench.now_s, STALE_S)
    return judged.state, judged.reason


def test_nothing_is_known_before_the_first_answer() -> None:
    bench = Bench([7])
    state = bench.state(7)
    assert (state.present.value, state.present.reason) == (None, "not asked yet")
    assert (state.microphone.value, state.microphone.reason) == (None, "not asked yet")
    assert (state.outputs.value, state.outputs.reason) == (None, "not asked yet")
    assert health(bench, 7) == (HealthState.UNCONFIRMED, "not asked yet")
    bench.run(0.5)
    assert bench.state(7).microphone.value is False
    assert bench.state(7).outputs.value == SeatOutputs()
    assert health(bench, 7) == (HealthState.OK, None)


def test_an_idle_round_of_25_units_fits_its_cycle_with_one_short_question_each() -> None:
    bench = settled(25)
    first = len(bench.asked)
    bench.run(1.0)
    questions = bench.asked[first:]
    assert all(len(data) == 8 and data[1] == 3 and data[5] == 3 for _, data in questions)
    assert 240 <= len(questions) <= 260
    measured_s = bench.master.schedule.measured_cycle_s
    assert measured_s is not None
    assert measured_s <= 0.110


def test_a_press_shorter_than_the_cycle_is_not_lost() -> None:
    bench = settled(25)
    for unit in (3, 11, 25):
        bench.sim.press(unit, "mic", 5)
        bench.run(0.2)
    assert bench.presses() == [("3", "mic"), ("11", "mic"), ("25", "mic")]
    held = [key.held_ms for key in bench.keys if key.released]
    assert held == [5, 5, 5]


def test_a_press_is_seen_within_one_cycle_and_timed_when_it_happened() -> None:
    bench = settled(25)
    for unit in range(1, 26):
        bench.run(0.0137)
        pressed_s = bench.now_s
        bench.sim.press(unit, "yes", 40)
        took_s = bench.run_until(lambda: bench.keys, 1.0)
        assert took_s <= 0.125, unit
        assert bench.keys[0].at_s == pytest.approx(pressed_s, abs=0.003)
        bench.run_until(lambda: len(bench.keys) == 2, 1.0)
        bench.keys.clear()


def test_order_of_presses_across_units_is_true_whatever_the_order_of_polls() -> None:
    bench = settled(25)
    pressed = [20, 3, 25, 1, 12, 2]
    for unit in pressed:
        bench.sim.press(unit, "mic", 30)
        bench.run(0.004)
    bench.run(0.5)
    told = sorted((key for key in bench.keys if not key.released), key=lambda key: key.at_s)
    assert [int(key.source) for key in told] == pressed


def test_a_double_press_between_two_polls_is_two_presses_and_two_releases() -> None:
    bench = settled(25)
    bench.sim.press(9, "mic", 3)
    bench.run(0.004)
    bench.sim.press(9, "mic", 3)
    bench.run(0.4)
    assert [key.released for key in bench.keys] == [False, True, False, True]
    assert all(a.at_s <= b.at_s for a, b in pairwise(bench.keys))


def test_a_long_hold_is_told_when_it_starts_and_when_it_ends() -> None:
    bench = settled()
    bench.sim.press(2, "mic", 2345)
    bench.run(0.5)
    assert [key.released for key in bench.keys] == [False]
    assert bench.master.units[2].held_keys(2) == {"mic"}
    bench.run(3.0)
    assert [key.held_ms for key in bench.keys if key.released] == [2345]
    assert bench.keys[1].at_s - bench.keys[0].at_s == pytest.approx(2.345, abs=0.002)


def test_press_counters_wrap_without_a_trace() -> None:
    bench = Bench([4])
    bench.sim.unit(4).keys["no"].presses = 0xFFFF  # type: ignore[attr-defined]
    bench.run(0.5)
    bench.sim.press(4, "no", 20)
    bench.run(0.5)
    bench.sim.press(4, "no", 20)
    bench.run(0.5)
    assert bench.presses() == [("4", "no"), ("4", "no")]


@pytest.mark.parametrize("held", list(product((False, True), repeat=len(KEY_NAMES))))
@pytest.mark.parametrize("open_before", [False, True])
def test_whatever_is_held_or_open_at_power_on_nothing_is_pressed_and_microphones_close(
    held: tuple[bool, ...], open_before: bool
) -> None:
    bench = Bench([1])
    if open_before:  # the controller died a moment ago and left the microphone open
        bench.run(0.3)
        bench.set_outputs(1, TALKING)
        bench.run_until(lambda: bench.seen(1)["microphone"])
    names = [key for key, down in zip(KEY_NAMES, held, strict=True) if down]
    for name in names:
        bench.sim.press(1, name, None)
    bench.keys.clear()
    bench.start_master()
    bench.run(0.5)
    assert bench.keys == []
    assert bench.master.units[1].held_keys(1) == set(names)
    assert bench.seen(1)["microphone"] is False
    for name in names:
        bench.sim.release(1, name)
    bench.run(0.5)
    assert bench.keys == []
    bench.sim.press(1, "mic", 30)
    bench.run(0.5)
    assert bench.presses() == [("1", "mic")]


def test_outputs_reach_the_lamp_before_the_next_poll_and_are_read_back() -> None:
    bench = settled(25)
    bench.run(0.0405)
    bench.master.wake_at_s = max(bench.master.wake_at_s, bench.now_s)
    since = len(bench.asked)
    wanted = SeatOutputs(
        microphone=True, red="on", green="slow", yes="fast", no="on", amber="fast", sign_in="slow"
    )
    bench.set_outputs(17, wanted)
    assert bench.state(17).outputs.value == SeatOutputs()
    took_s = bench.run_until(lambda: bench.state(17).outputs.value == wanted)
    assert bench.asked_units(since)[0] == 17
    assert took_s < 0.05
    lamps = {"red": "on", "green": "slow", "yes": "fast", "abstain": "off", "no": "on"}
    lamps |= {"amber": "fast", "sign_in": "slow"}
    assert bench.seen(17)["lamps"] == lamps
    assert bench.seen(17)["microphone"] is True


def test_an_older_unit_without_the_late_lamps_says_so_and_is_no_fault() -> None:
    bench = settled()
    bench.sim.unit(3).has_late_lamps = False  # type: ignore[attr-defined]
    bench.set_outputs(3, SeatOutputs(True, "on", amber="on", sign_in="slow"))
    bench.run(3.0)
    assert bench.state(3).outputs.value == SeatOutputs(True, "on")
    unit = bench.master.units[3]
    assert unit.seat_health(3, bench.now_s, 1.0).state is HealthState.OK
    bench.set_outputs(3, SeatOutputs(amber="on"))
    bench.run(0.05)
    since = len(bench.asked)
    bench.run(3.0)
    assert bench.writes_to(3, since) == [], "it follows as well as it can"


def test_an_acknowledged_write_is_not_a_state() -> None:
    bench = settled()
    relay = bench.sim.unit(3)
    bench.set_outputs(3, TALKING)
    written = WriteOne(3, WRITE_REGISTER, 0x20, pack_outputs(TALKING))
    bench.run_until(lambda: written in bench.writes_to(3))
    assert bench.state(3).microphone.value is False
    bench.run(0.1)
    assert bench.state(3).microphone.value is True
    relay.refresh = lambda now_s: None  # type: ignore[method-assign]  # welded: nothing moves
    bench.set_outputs(3, SeatOutputs())
    bench.run(3.0)
    assert bench.state(3).microphone.value is True
    state, reason = health(bench, 3)
    assert state is HealthState.FAULT
    assert reason is not None
    assert "do not follow" in reason


def test_an_open_microphone_is_refreshed_and_closes_when_the_master_dies() -> None:
    bench = settled(25)
    bench.set_outputs(5, TALKING)
    bench.run(10.0)
    assert bench.seen(5)["microphone"] is True
    stamps = [at_s for at_s, data in bench.asked if data[0] == 5 and data[1] in (6, 16)]
    assert max(b - a for a, b in pairwise(stamps[1:])) < 1.5 / 2
    bench.run(1.4, master=False)
    assert bench.seen(5)["microphone"] is True
    bench.run(0.15, master=False)
    assert bench.seen(5)["microphone"] is False
    assert bench.seen(5)["lamps"]["red"] == "off"
    bench.run(0.5)
    assert bench.seen(5)["microphone"] is True, "the master came back in time to want it open"
    assert bench.master.units[5].dead_man_trips == 1


def test_closed_microphones_are_not_refreshed() -> None:
    bench = settled(5)
    since = len(bench.asked)
    bench.run(5.0)
    assert all(data[1] == 3 for _, data in bench.asked[since:])


def test_an_absent_unit_costs_the_others_little_and_is_found_again_with_its_outputs() -> None:
    bench = settled(25)
    bench.set_outputs(8, SeatOutputs(green="on"))
    bench.run(0.3)
    bench.sim.set_unit_fault(8, "unplugged")
    bench.run_until(lambda: bench.state(8).present.value is False, 2.0)
    assert bench.state(8).microphone.value is None
    assert bench.state(8).microphone.reason == "no answer"
    assert health(bench, 8) == (HealthState.FAULT, "no answer")
    bench.run(5.0)
    since = len(bench.asked)
    bench.run(10.0)
    asked = bench.asked_units(since)
    assert 5 <= asked.count(8) <= 9
    assert min(asked.count(unit) for unit in range(1, 26) if unit != 8) >= 95
    bench.sim.set_unit_fault(8, None)
    assert bench.run_until(lambda: bench.seen(8)["lamps"]["green"] == "on") <= 2.0
    bench.run(0.2)
    assert bench.state(8).present.value is True
    assert bench.master.units[8].restarts == 1


@pytest.mark.parametrize("absent", [1, 5, 12, 20, 24])
def test_however_many_are_absent_the_present_keep_their_pace(absent: int) -> None:
    bench = Bench(range(1, 26))
    for unit in range(1, absent + 1):
        bench.sim.set_unit_fault(unit, "silent")
    bench.run(10.0)
    since = len(bench.asked)
    bench.run(10.0)
    asked = bench.asked_units(since)
    assert min(asked.count(unit) for unit in range(absent + 1, 26)) >= 70
    for unit in range(1, absent + 1):
        bench.sim.set_unit_fault(unit, None)
    everybody = bench.master.units
    found_s = bench.run_until(lambda: all(bench.state(unit).present.value for unit in everybody))
    assert found_s <= 2.0


def test_presses_before_a_restart_of_the_unit_are_not_repeated_after_it() -> None:
    bench = settled()
    for _ in range(3):
        bench.sim.press(2, "mic", 20)
        bench.run(0.2)
    assert len(bench.presses()) == 3
    bench.set_outputs(2, SeatOutputs(green="slow"))
    bench.run(0.2)
    bench.sim.reboot(2)
    bench.run(2.0)
    assert len(bench.presses()) == 3
    assert bench.seen(2)["lamps"]["green"] == "slow"
    assert bench.master.units[2].restarts == 1
    bench.sim.press(2, "mic", 20)
    bench.run(0.3)
    assert len(bench.presses()) == 4


def test_a_key_held_through_a_restart_is_released_once() -> None:
    bench = settled()
    bench.sim.press(2, "mic", None)
    bench.run(0.3)
    bench.sim.reboot(2)
    bench.run(1.0)
    assert [key.released for key in bench.keys] == [False]
    bench.sim.release(2, "mic")
    bench.run(0.5)
    assert [key.released for key in bench.keys] == [False, True]


def test_a_press_during_a_short_silence_is_told_late_but_in_its_time() -> None:
    bench = settled()
    bench.sim.set_unit_fault(4, "silent")
    bench.run(0.5)
    pressed_s = bench.now_s
    bench.sim.press(4, "mic", 50)
    bench.run(0.5)
    bench.sim.set_unit_fault(4, None)
    bench.run(2.5)
    assert bench.presses() == [("4", "mic")]
    assert bench.keys[0].at_s == pytest.approx(pressed_s, abs=0.005)


def test_a_press_read_much_too_late_is_counted_but_not_acted_on() -> None:
    bench = settled()
    bench.sim.set_unit_fault(4, "silent")
    bench.run(0.5)
    bench.sim.press(4, "mic", 50)
    bench.run(60.0)
    bench.sim.set_unit_fault(4, None)
    bench.run(2.5)
    assert bench.presses() == []
    assert bench.master.units[4].expired_presses == 1


def test_active_units_are_asked_more_often_and_nobody_starves() -> None:
    bench = settled(25)
    bench.set_outputs(3, TALKING)
    bench.set_outputs(9, TALKING)
    bench.run(1.0)
    since = len(bench.asked)
    bench.run(5.0)
    asked = bench.asked_units(since)
    quiet = [asked.count(unit) for unit in range(1, 26) if unit not in (3, 9)]
    assert min(quiet) >= 5 / 0.120
    assert min(asked.count(3), asked.count(9)) > 2 * max(quiet)


def test_changing_every_lamp_at_once_does_not_stop_the_polls() -> None:
    bench = settled(25)
    bench.sim.press(25, "mic", 30)
    since = len(bench.asked)
    for seat in range(1, 26):
        bench.set_outputs(seat, SeatOutputs(yes="slow", abstain="slow", no="slow"))
    bench.run_until(lambda: bench.keys)
    assert len(bench.asked) - since < 140
    bench.run(0.5)
    for seat in range(1, 26):
        assert bench.seen(seat)["lamps"]["no"] == "slow"


def test_farewell_closes_open_microphones_first() -> None:
    bench = settled(25)
    for seat in (7, 24):
        bench.set_outputs(seat, TALKING)
    bench.run(0.3)
    since = len(bench.asked)
    bench.master.close(bench.now_s)
    took_s = bench.run_until(lambda: bench.master.is_closed)
    assert bench.asked_units(since)[-25:][:2] == [7, 24]
    assert took_s < 0.15
    bench.run(0.02, master=False)
    assert bench.seen(7)["microphone"] is False
    assert bench.seen(24)["microphone"] is False
