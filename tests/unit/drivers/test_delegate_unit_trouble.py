"""The bus master on a bad line and among units that refuse, are strange or answer late."""

from __future__ import annotations

import pytest

from drivers.core.capability import HealthState, SeatOutputs
from tests.delegate_unit_bench import STALE_S, Bench

TALKING = SeatOutputs(microphone=True, red="on")


def settled(units: int) -> Bench:
    """A bus whose units have all been met."""
    bench = Bench(range(1, units + 1))
    bench.run(1.0)
    return bench


def health(bench: Bench, seat: int) -> tuple[HealthState, str | None]:
    judged = bench.master.units[seat].seat_health(seat, bench.now_s, STALE_S)
    return judged.state, judged.reason


@pytest.mark.parametrize("seed", range(4))
def test_noise_costs_time_but_invents_nothing_and_loses_nothing(seed: int) -> None:
    bench = settled(10)
    bench.make_noise(seed, 0.01)
    for turn in range(20):
        bench.sim.press(turn % 10 + 1, "mic", 25)
        bench.run(0.25)
    bench.make_noise(seed, 0.0)
    bench.run(4.0)
    assert bench.presses() == [(str(turn % 10 + 1), "mic") for turn in range(20)]
    assert bench.master.counters.damaged + bench.master.counters.timeouts > 0
    assert all(bench.state(unit).present.value for unit in range(1, 11))


def test_a_line_of_pure_noise_is_survived() -> None:
    bench = settled(5)
    bench.make_noise(1, 0.5)
    bench.run(5.0)
    assert bench.presses() == []
    assert not any(bench.state(unit).present.value for unit in range(1, 6))
    bench.make_noise(1, 0.0)
    bench.run(2.0)
    assert all(bench.state(unit).present.value for unit in range(1, 6))


@pytest.mark.parametrize(("fault", "code"), [("refuses", "04"), ("busy", "06")])
def test_a_refusing_bus_is_a_fault_with_its_code_and_is_not_pressed(fault: str, code: str) -> None:
    bench = settled(3)
    bench.sim.fault = fault
    bench.set_outputs(1, TALKING)
    since = len(bench.asked)
    bench.run(2.0)
    state, reason = health(bench, 1)
    assert state is HealthState.FAULT
    assert reason is not None
    assert f"exception {code}" in reason
    assert len(bench.asked) - since < 250
    bench.sim.fault = None
    bench.run(0.5)
    assert bench.seen(1)["microphone"] is True
    assert health(bench, 1) == (HealthState.OK, None)


def test_a_device_of_another_kind_is_told_and_never_written_to() -> None:
    bench = Bench([1, 2])
    bench.sim.unit(2).registers[0x100] = 0x1234
    bench.run(3.0)
    state, reason = health(bench, 2)
    assert state is HealthState.FAULT
    assert reason is not None
    assert "1234" in reason
    assert bench.writes_to(2) == []
    assert health(bench, 1) == (HealthState.OK, None)


def test_a_late_answer_cannot_answer_a_later_question() -> None:
    bench = settled(2)
    bench.run_until(lambda: bench.master._open is None)
    before = bench.master.counters.dropped_bytes
    bench.master.receive(bytes.fromhex("0103060000FFFF00016984"), bench.now_s)
    assert bench.master.counters.dropped_bytes == before + 11
    assert bench.keys == []
