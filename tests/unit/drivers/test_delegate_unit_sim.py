"""The simulated bus: judged by the golden frames alone, then its physics.

Imports neither codec nor driver, so that both sides cannot be wrong together.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import drivers.delegate_unit.sim
from drivers.delegate_unit.sim import DelegateBusSim
from drivers.delegate_unit.sim_slave import SimSlave, checksum
from drivers.delegate_unit.sim_units import BOOT_S, RELAY_S, SimIoModule
from tests.codec_laws import load_golden

GOLDEN = {frame.id: frame.data for frame in load_golden("modbus_rtu")}


class Clock:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def bus(*addresses: int, map_name: str = "phonghop-unit-1") -> tuple[DelegateBusSim, Clock]:
    clock = Clock()
    return DelegateBusSim(dict.fromkeys(addresses, map_name), clock=clock), clock


def say(sim: DelegateBusSim, clock: Clock, data: bytes) -> bytes:
    """Ask with a pause before; all that is answered."""
    clock.now_s += 0.02
    return b"".join(reply.data for reply in sim.receive(data, clock.now_s))


def frame(*data: int) -> bytes:
    return bytes(data) + checksum(bytes(data))


def test_the_sim_shares_nothing_with_the_driver_beside_it() -> None:
    folder = Path(drivers.delegate_unit.sim.__file__).parent
    imported = {
        node.module
        for path in folder.glob("sim*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("drivers.")
    }
    assert imported == {
        "drivers.core.simulation",
        "drivers.delegate_unit.sim_slave",
        "drivers.delegate_unit.sim_units",
    }


def table_slave() -> SimSlave:
    """A slave whose tables hold what the golden answers say."""
    return SimSlave(
        1,
        coils=dict.fromkeys(range(8), 0),
        inputs=dict(enumerate((1, 0, 1, 0, 0, 0, 0, 0))),
        registers={0: 0x1234, 1: 2, 2: 0, 3: 0},
        writable=frozenset((2, 3)),
    )


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("modbus-01", "modbus-02"),
        ("modbus-03", "modbus-04"),
        ("modbus-05", "modbus-06"),
        ("modbus-07", "modbus-08"),
        ("modbus-09", "modbus-10"),
        ("modbus-11", "modbus-12"),
        ("modbus-13", "modbus-14"),
        ("modbus-15", "modbus-15"),
    ],
)
@pytest.mark.parametrize("bytewise", [False, True])
def test_golden_questions_get_golden_answers(question: str, answer: str, bytewise: bool) -> None:
    sim, clock = bus()
    sim.slaves.append(table_slave())
    data = GOLDEN[question]
    pieces = [bytes([byte]) for byte in data] if bytewise else [data]
    clock.now_s += 0.02
    answers = [reply.data for piece in pieces for reply in sim.receive(piece, clock.now_s)]
    assert answers == [GOLDEN[answer]]


def test_golden_writes_do_what_they_say() -> None:
    sim, clock = bus()
    slave = table_slave()
    sim.slaves.append(slave)
    for question, coils in (
        ("modbus-03", [1, 0, 0, 0, 0, 0, 0, 0]),
        ("modbus-05", [0, 0, 0, 0, 0, 0, 0, 0]),
        ("modbus-15", [1, 0, 0, 0, 0, 0, 0, 0]),
        ("modbus-15", [0, 0, 0, 0, 0, 0, 0, 0]),
        ("modbus-07", [1, 0, 1, 0, 1, 0, 1, 0]),
    ):
        say(sim, clock, GOLDEN[question])
        assert list(slave.coils.values()) == coils, question
    say(sim, clock, GOLDEN["modbus-11"])
    assert (slave.registers[2], slave.registers[3]) == (10, 11)


def test_golden_exceptions() -> None:
    sim, clock = bus()
    sim.slaves.append(SimSlave(1, registers={0: 0}, writable=frozenset((0,))))
    assert say(sim, clock, frame(1, 1, 0, 9, 0, 1)) == GOLDEN["modbus-16"]
    sim.fault = "busy"
    assert say(sim, clock, frame(1, 6, 0, 0, 0, 1)) == GOLDEN["modbus-20"]
    sim.fault = "refuses"
    sim.slaves.append(SimSlave(9))
    assert say(sim, clock, frame(9, 3, 0, 0, 0, 1)) == GOLDEN["modbus-18"]


def test_golden_broadcast_moves_a_module_and_is_not_answered() -> None:
    sim, clock = bus(1, map_name="waveshare-io-8")
    assert say(sim, clock, GOLDEN["modbus-17"]) == b""
    modes = say(sim, clock, GOLDEN["modbus-19"])
    assert modes[:3] == bytes((2, 3, 16))
    assert checksum(modes[:-2]) == modes[-2:]
    assert list(sim.show()["units"]) == ["2"]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (frame(1, 7, 0, 0), frame(1, 0x87, 1)),
        (frame(1, 3, 0, 0, 0, 0), frame(1, 0x83, 3)),
        (frame(1, 3, 0, 0, 0, 126), frame(1, 0x83, 3)),
        (frame(1, 6, 0, 0, 0, 1), frame(1, 0x86, 2)),
        (frame(1, 5, 0, 0, 0xFF, 0), frame(1, 0x85, 2)),
        (frame(1, 16, 0, 0x20, 0, 2, 2, 0, 1), frame(1, 0x90, 3)),
        (frame(1, 16, 0, 0x21, 0, 2, 4, 0, 1, 0, 1), frame(1, 0x90, 2)),
        (frame(1, 15, 0, 0, 0, 1, 1, 1), frame(1, 0x8F, 2)),
    ],
)
def test_what_a_unit_refuses(question: bytes, answer: bytes) -> None:
    sim, clock = bus(1)
    assert say(sim, clock, question) == answer


def test_nobody_answers_for_the_absent_or_to_damage_and_the_next_question_is_heard() -> None:
    sim, clock = bus(1)
    poll = frame(1, 3, 0, 0, 0, 3)
    good = say(sim, clock, poll)
    assert len(good) == 11
    assert say(sim, clock, frame(9, 3, 0, 0, 0, 3)) == b""
    assert say(sim, clock, poll[:-1] + bytes([poll[-1] ^ 1])) == b""
    assert say(sim, clock, poll[:5]) == b""
    assert say(sim, clock, poll) == good
    assert say(sim, clock, b"\x00\x01\x03" + poll) == good
    assert say(sim, clock, bytes(range(256)) * 50) == b""
    assert say(sim, clock, poll) == good


def status(sim: DelegateBusSim, clock: Clock, unit: int = 1) -> list[int]:
    """The status block as numbers."""
    data = say(sim, clock, frame(unit, 3, 0, 0, 0, 15))[3:-2]
    return [int.from_bytes(data[at : at + 2], "big") for at in range(0, 30, 2)]


def test_the_status_block_counts_presses_and_their_age() -> None:
    sim, clock = bus(1)
    assert status(sim, clock) == [0x0100, 0, 0, 0, 0, 0, 0, *[0xFFFF] * 4, 0, 0, 0, 0]
    sim.press(1, "yes", 50)
    clock.now_s += 0.01
    assert status(sim, clock) == [
        *(0x0102, 1, 0), *(0, 1, 0, 0), *(0xFFFF, 30, 0xFFFF, 0xFFFF), *(0, 0, 0, 0)
    ]  # fmt: skip
    clock.now_s += 0.08
    assert status(sim, clock)[11:] == [0, 50, 0, 0]
    assert status(sim, clock)[0] == 0x0100


def test_relay_follows_late_and_dead_man_opens_it() -> None:
    sim, clock = bus(1)
    say(sim, clock, frame(1, 16, 0, 0x20, 0, 2, 4, 0, 0b101, 0x03, 0xE8))
    assert sim.show()["units"]["1"]["slots"]["1"]["microphone"] is False
    clock.now_s += RELAY_S
    seat = sim.show()["units"]["1"]["slots"]["1"]
    assert (seat["microphone"], seat["lamps"]["red"], seat["lit"]) == (True, "on", ["red"])
    clock.now_s += 0.9
    say(sim, clock, frame(1, 3, 0, 0, 0, 3))
    assert sim.show()["units"]["1"]["slots"]["1"]["microphone"] is True, "a poll is no refresh yet"
    clock.now_s += 0.1
    sim.tick(clock.now_s)
    shown = sim.show()["units"]["1"]
    assert (shown["slots"]["1"]["microphone"], shown["dead_man_tripped"]) == (False, True)
    assert shown["slots"]["1"]["lamps"]["red"] == "off"
    assert status(sim, clock)[0] & 0x10
    say(sim, clock, frame(1, 6, 0, 0x20, 0, 0))
    assert not status(sim, clock)[0] & 0x10


def test_lamps_blink_by_themselves() -> None:
    sim, clock = bus(1)
    say(sim, clock, frame(1, 6, 0, 0x20, *(2 << 2 | 3 << 4).to_bytes(2, "big")))
    seen = set()
    for _ in range(40):
        clock.now_s += 0.05
        seen.add(tuple(sim.show()["units"]["1"]["slots"]["1"]["lit"]))
    assert seen == {(), ("red",), ("green",), ("red", "green")}


def test_power_and_silence_of_one_unit() -> None:
    sim, clock = bus(1, 2)
    poll = frame(1, 3, 0, 0, 0, 3)
    sim.press(1, "mic", 10)
    say(sim, clock, frame(1, 6, 0, 0x20, 0, 1))
    sim.set_unit_fault(1, "silent")
    assert say(sim, clock, poll) == b""
    assert sim.show()["units"]["1"]["slots"]["1"]["microphone"] is True
    sim.set_unit_fault(1, None)
    assert status(sim, clock)[:2] == [0x0100, 1]
    sim.set_unit_fault(1, "unplugged")
    assert say(sim, clock, poll) == b""
    assert sim.show()["units"]["1"]["slots"]["1"]["microphone"] is False
    assert len(say(sim, clock, frame(2, 3, 0, 0, 0, 3))) == 11
    sim.set_unit_fault(1, None)
    assert say(sim, clock, poll) == b"", "it still starts"
    clock.now_s += BOOT_S
    assert status(sim, clock)[:3] == [0x0200, 0, 0]


def test_a_module_links_outputs_to_inputs_until_told_otherwise() -> None:
    sim, clock = bus(3, map_name="waveshare-io-8")
    coils, inputs = frame(3, 1, 0, 0, 0, 8), frame(3, 2, 0, 0, 0, 8)
    sim.press(3, "yes", None)
    sim.press(3, "mic", None, slot=2)
    assert say(sim, clock, inputs)[3] == 0b00010010
    assert say(sim, clock, coils)[3] == 0b00010010
    say(sim, clock, frame(3, 16, 0x10, 0, 0, 8, 16, *[0] * 16))
    say(sim, clock, frame(3, 15, 0, 0, 0, 8, 1, 0))
    sim.release(3, "yes")
    assert say(sim, clock, inputs)[3] == 0b00010000
    assert say(sim, clock, coils)[3] == 0
    say(sim, clock, frame(3, 15, 0, 0, 0, 8, 1, 0b01010001))
    seats = sim.show()["units"]["3"]["slots"]
    assert (seats["1"]["microphone"], seats["1"]["lit"]) == (True, [])
    assert (seats["2"]["microphone"], seats["2"]["lit"]) == (True, ["green"])
    assert isinstance(sim.unit(3), SimIoModule)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda sim: sim.press(2, "mic"),
        lambda sim: sim.press(1, "maybe"),
        lambda sim: sim.press(1, "mic", slot=2),
        lambda sim: sim.set_unit_fault(1, "lazy"),
        lambda sim: sim.reboot(5),
    ],
)
def test_what_does_not_exist_is_told(wrong) -> None:  # type: ignore[no-untyped-def]
    sim, _ = bus(1)
    with pytest.raises(ValueError, match=r"\w"):
        wrong(sim)
