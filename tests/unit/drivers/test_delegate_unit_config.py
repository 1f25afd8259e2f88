"""What a room file may say about a bus of seat units, and what it may not."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from drivers.core.capability import SeatOutputs
from drivers.delegate_unit.config import BusConfig, SeatUnitConfig, check_seats
from drivers.delegate_unit.maps import LAMP_MODES, LAMPS, pack_outputs, unpack_outputs

BUS = {"id": "bus-1", "port": "twin:serial:main/bus-1"}


def seat(number: int, unit: int, slot: int = 1, bus: str = "bus-1") -> SeatUnitConfig:
    return SeatUnitConfig(number=number, bus=bus, unit=unit, slot=slot)


def test_defaults_come_from_the_map_and_the_speed() -> None:
    own = BusConfig.model_validate(BUS)
    assert (own.baud, own.parity, own.map, own.cycle_ms) == (115200, "N", "phonghop-unit-1", 100)
    assert own.response_timeout_s == 0.020
    slow = BusConfig.model_validate(BUS | {"map": "waveshare-io-8", "baud": 9600})
    assert slow.silence_s == pytest.approx(3.5 * 10 / 9600)
    quick = BusConfig.model_validate(BUS | {"map": "waveshare-io-8", "baud": 57600})
    assert quick.silence_s == 0.00175
    patient = BusConfig.model_validate(BUS | {"response_timeout_ms": 600})
    assert patient.response_timeout_s == 0.6
    assert BusConfig.model_validate(BUS | {"parity": "E"}).byte_s == 11 / 115200


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ({"id": "Bus 1"}, "id"),
        ({"port": "COM3"}, "port"),
        ({"port": "udp:192.0.2.1:502"}, "port"),
        ({"baud": 115201}, "baud"),
        ({"parity": "X"}, "parity"),
        ({"map": "phonghop-unit-9"}, "map"),
        ({"cycle_ms": 5}, "cycle_ms"),
        ({"dead_man_ms": 100}, "dead_man_ms"),
        ({"response_timeout_ms": 5000}, "response_timeout_ms"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_bus_names_its_key(wrong: dict[str, Any], key: str) -> None:
    with pytest.raises(ValidationError) as caught:
        BusConfig.model_validate(BUS | wrong)
    assert [error["loc"] for error in caught.value.errors()] == [(key,)]


@pytest.mark.parametrize(
    "wrong", [{"unit": 0}, {"unit": 248}, {"number": 0}, {"slot": 0}, {"slot": 9}, {"x": 1}]
)
def test_a_wrong_seat_names_its_key(wrong: dict[str, int]) -> None:
    with pytest.raises(ValidationError) as caught:
        SeatUnitConfig.model_validate({"number": 1, "bus": "bus-1", "unit": 1} | wrong)
    assert [error["loc"] for error in caught.value.errors()] == [tuple(wrong)]


@pytest.mark.parametrize(
    ("map_name", "seats", "words"),
    [
        ("phonghop-unit-1", [seat(1, 1), seat(2, 1)], "seat 2: unit 1 slot 1"),
        ("phonghop-unit-1", [seat(1, 1, slot=2)], "seat 1: slot 2"),
        ("waveshare-io-8", [seat(1, 1, slot=3)], "slots 1 to 2"),
        ("waveshare-io-8", [seat(1, 1), seat(2, 1)], "belongs to seat 1"),
        ("phonghop-unit-1", [seat(1, 1, bus="other")], "bus is 'other'"),
        ("phonghop-unit-1", [seat(1, 1), seat(1, 2)], "seat 1 appears twice"),
    ],
)
def test_clashes_are_one_line(map_name: str, seats: list[SeatUnitConfig], words: str) -> None:
    bus = BusConfig.model_validate(BUS | {"map": map_name})
    with pytest.raises(ValueError, match=words) as caught:
        check_seats(bus, seats)
    assert "\n" not in str(caught.value)


def test_slots_share_a_module() -> None:
    check_seats(
        BusConfig.model_validate(BUS | {"map": "waveshare-io-8"}), [seat(1, 1), seat(2, 1, slot=2)]
    )


def test_outputs_survive_the_register() -> None:
    for mode in LAMP_MODES:
        for lamp in LAMPS:
            outputs = SeatOutputs(microphone=True, **{lamp: mode})  # type: ignore[arg-type]
            assert unpack_outputs(pack_outputs(outputs)) == outputs
    assert pack_outputs(SeatOutputs(True, "on", "slow", "fast", "off", "on")) == 0b0100_1110_0101
    assert pack_outputs(SeatOutputs(amber="on", sign_in="slow")) == 0b1001 << 12
