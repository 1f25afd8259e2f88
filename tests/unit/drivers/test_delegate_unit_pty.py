"""The bus on a pseudo terminal: our driver, and pymodbus as an independent client of the sim."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from pymodbus.client import AsyncModbusSerialClient
from pymodbus.exceptions import ModbusIOException

from drivers.core.capability import KeyPress, SeatOutputs
from drivers.core.simulation import PtyWire
from drivers.delegate_unit.config import BusConfig, SeatUnitConfig
from drivers.delegate_unit.driver import DelegateBus
from drivers.delegate_unit.sim import DelegateBusSim
from tests.virtual_time import until


@contextlib.asynccontextmanager
async def line(sim: DelegateBusSim, path: Path) -> AsyncIterator[PtyWire]:
    """The sim on a pty whose device is found at ``path``."""
    wire = PtyWire(sim, path, 115200)
    task = asyncio.create_task(wire.run())
    try:
        await until(path.exists)
        yield wire
    finally:
        task.cancel()
        await asyncio.wait({task})


async def test_pymodbus_as_client_agrees_with_the_sim(tmp_path: Path) -> None:
    sim = DelegateBusSim({1: "phonghop-unit-1", 2: "waveshare-io-8"})
    sim.press(1, "abstain", None)
    sim.press(2, "yes", None)
    async with line(sim, tmp_path / "bus"):
        client = AsyncModbusSerialClient(
            str(tmp_path / "bus"), baudrate=115200, timeout=2, retries=0
        )
        try:
            assert await client.connect()
            identity = await client.read_holding_registers(0x100, count=4, device_id=1)
            assert identity.registers == [0x5048, 1, 0x0101, 1]
            summary = await client.read_holding_registers(0, count=3, device_id=1)
            assert summary.registers == [0x0104, 1, 0]
            written = await client.write_register(0x20, 1 | 1 << 2, device_id=1)
            assert not written.isError()
            assert (await client.write_registers(0x20, [0, 2000], device_id=1)).count == 2
            refused = await client.read_holding_registers(0x999, device_id=1)
            assert refused.exception_code == 2
            inputs = await client.read_discrete_inputs(0, count=8, device_id=2)
            assert inputs.bits == [False, True, *[False] * 6]
            coil = await client.write_coil(7, True, device_id=2)
            assert coil.bits == [True]
            assert not (await client.write_coils(0, [True, False, True], device_id=2)).isError()
            coils = await client.read_coils(0, count=8, device_id=2)
            assert coils.bits == [True, False, True, *[False] * 4, True]
        finally:
            client.close()


async def test_pymodbus_hears_nothing_from_an_absent_unit(tmp_path: Path) -> None:
    sim = DelegateBusSim({1: "phonghop-unit-1"})
    async with line(sim, tmp_path / "bus"):
        client = AsyncModbusSerialClient(
            str(tmp_path / "bus"), baudrate=115200, timeout=0.1, retries=0
        )
        try:
            assert await client.connect()
            with contextlib.suppress(ModbusIOException):
                absent = await client.read_holding_registers(0, count=3, device_id=9)
                assert absent.isError()
            assert sim.heard == {9: 1}
        finally:
            client.close()


async def test_our_driver_over_a_real_port_that_vanishes_and_returns(tmp_path: Path) -> None:
    sim = DelegateBusSim({1: "phonghop-unit-1", 2: "phonghop-unit-1"})
    keys: list[KeyPress] = []
    path = tmp_path / "bus"
    bus = DelegateBus(
        BusConfig(id="bus", port=str(path)),
        [SeatUnitConfig(number=unit, bus="bus", unit=unit) for unit in (1, 2)],
        keys.append,
    )

    def met(seat: int) -> bool:
        """Its outputs were read, so its counters have their baseline."""
        now_s = asyncio.get_running_loop().time()
        return bus.seat_state(seat, now_s).outputs.value is not None

    def lamp(unit: int) -> str:
        return str(sim.show()["units"][str(unit)]["slots"]["1"]["lamps"]["green"])

    async with line(sim, path) as wire:
        running = asyncio.create_task(bus.run())
        try:
            await until(lambda: met(1) and met(2))
            sim.press(2, "mic", 60)
            await until(lambda: len(keys) == 2)
            bus.set_outputs(2, SeatOutputs(green="on"))
            await until(lambda: lamp(2) == "on")
            wire.set_fault("unplugged")
            await until(lambda: not met(1))
            sim.reboot(2)
            assert lamp(2) == "off"
            wire.set_fault(None)
            await until(lambda: met(1) and met(2))
            await until(lambda: lamp(2) == "on")
            assert len(keys) == 2
        finally:
            running.cancel()
            await asyncio.wait({running})
