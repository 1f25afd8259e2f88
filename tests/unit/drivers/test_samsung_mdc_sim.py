"""The simulated Samsung display, judged by the golden frames and by a foreign client.

Nothing here imports our codec: what the sim says is compared byte by byte with the golden
file, and python-samsung-mdc talks to it over a real TCP port.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from samsung_mdc import MDC
from samsung_mdc.exceptions import MDCReadTimeoutError, NAKError

from drivers.core.address import Port
from drivers.core.simulation import TcpWire
from drivers.samsung_mdc.sim import SamsungMdcSim
from tests.codec_laws import load_golden

GOLDEN = {frame.id: frame.data for frame in load_golden("samsung_mdc")}


def answer(sim: SamsungMdcSim, request: bytes, now_s: float = 0.0) -> bytes:
    """All the sim says to ``request``."""
    return b"".join(reply.data for reply in sim.receive(request, now_s))


@pytest.mark.parametrize(
    ("asked", "answered", "settings"),
    [
        ("mdc-01", "mdc-02", {"on": True}),
        ("mdc-01", "mdc-05", {"on": False}),
        ("mdc-08", "mdc-09", {"on": True, "source": "HDMI1"}),
        ("mdc-10", "mdc-11", {"on": True, "volume": 10}),
        ("mdc-17", "mdc-18", {"on": True, "model": "QM55B"}),
        ("mdc-19", "mdc-20", {"on": True, "degrees": 38}),
    ],
)
def test_golden_questions_get_golden_answers(
    asked: str, answered: str, settings: dict[str, object]
) -> None:
    sim = SamsungMdcSim(**settings)  # type: ignore[arg-type]
    assert answer(sim, GOLDEN[asked]) == GOLDEN[answered]


def test_golden_volume_is_set_acknowledged_and_shown() -> None:
    sim = SamsungMdcSim(on=True)
    assert answer(sim, GOLDEN["mdc-06"]) == GOLDEN["mdc-07"]
    assert sim.show()["volume"] == 30


def test_golden_refusal() -> None:
    sim = SamsungMdcSim(on=True)
    sim.fault = "refuses"
    assert answer(sim, GOLDEN["mdc-12"]) == GOLDEN["mdc-13"]


def test_golden_broadcast_is_done_without_an_answer() -> None:
    sim = SamsungMdcSim()
    assert answer(sim, GOLDEN["mdc-14"]) == b""
    assert sim.show()["power"] == "warming"


def test_golden_frame_for_another_display_is_ignored() -> None:
    sim = SamsungMdcSim()
    assert answer(sim, GOLDEN["mdc-15"]) == b""
    assert sim.show()["power"] == "standby"
    assert answer(SamsungMdcSim(display_id=255), GOLDEN["mdc-15"]) != b""


def test_golden_network_standby() -> None:
    sim = SamsungMdcSim()
    assert answer(sim, GOLDEN["mdc-16"]) == bytes.fromhex("AA FF 01 03 41 B5 01 FA")


@pytest.mark.parametrize("split", [1, 2, 3, 7])
def test_any_split_of_the_requests_gives_the_same_answers(split: int) -> None:
    stream = b"\x00\xaa\x13" + b"".join(
        frame.data for frame in load_golden("samsung_mdc", "to_device")
    )
    whole = answer(SamsungMdcSim(on=True, warm_up_s=0), stream)
    sim = SamsungMdcSim(on=True, warm_up_s=0)
    pieces = [stream[at : at + split] for at in range(0, len(stream), split)]
    assert b"".join(answer(sim, piece) for piece in pieces) == whole


def test_warm_up_refuses_and_cool_down_does_not_start_again() -> None:
    sim = SamsungMdcSim(warm_up_s=8, cool_down_s=2)
    refusal = bytes.fromhex("AA FF 01 03 4E 11 01 63")
    assert answer(sim, GOLDEN["mdc-03"], 100.0)[4:5] == b"A"
    assert answer(sim, GOLDEN["mdc-01"], 107.9) == refusal
    assert answer(sim, GOLDEN["mdc-01"], 108.0) == GOLDEN["mdc-02"]
    assert answer(sim, GOLDEN["mdc-04"], 109.0)[4:5] == b"A"
    assert answer(sim, GOLDEN["mdc-01"], 109.1) == GOLDEN["mdc-05"]
    assert answer(sim, GOLDEN["mdc-03"], 110.9) == refusal
    assert answer(sim, GOLDEN["mdc-03"], 111.0)[4:5] == b"A"


def test_standby_refuses_settings_but_power_and_network_standby() -> None:
    sim = SamsungMdcSim()
    assert answer(sim, GOLDEN["mdc-06"])[4:5] == b"N"
    assert answer(sim, GOLDEN["mdc-16"])[4:5] == b"A"
    assert sim.show()["volume"] == 10


def test_stuck_acknowledges_and_does_nothing() -> None:
    sim = SamsungMdcSim(on=True)
    sim.fault = "stuck"
    assert answer(sim, GOLDEN["mdc-06"]) == GOLDEN["mdc-07"]
    assert sim.show()["volume"] == 10


def test_noise_is_bounded() -> None:
    sim = SamsungMdcSim(on=True)
    assert answer(sim, b"\xaa\x11\x01\xff" + b"\x55" * 100_000) == b""
    assert answer(sim, GOLDEN["mdc-01"]) == GOLDEN["mdc-02"]


@contextlib.asynccontextmanager
async def foreign_client(sim: SamsungMdcSim, path: Path) -> AsyncIterator[MDC]:
    """python-samsung-mdc connected to ``sim`` over TCP."""
    wire = TcpWire(sim, path)
    serving = asyncio.create_task(wire.run())
    await wire.ready.wait()
    try:
        async with MDC(Port("tcp", str(path), twin=True).resolve(), timeout=0.5) as client:
            yield client
    finally:
        serving.cancel()
        await asyncio.wait({serving})


async def test_a_foreign_client_agrees(tmp_path: Path) -> None:
    sim = SamsungMdcSim(on=True, volume=10)
    async with foreign_client(sim, tmp_path / "display") as client:
        assert [int(value) for value in await client.status(1)] == [1, 10, 0, 0x21, 0x10, 0, 0]
        assert await client.volume(1, (30,)) == (30,)
        assert (await client.input_source(1, ["HDMI2"]))[0].name == "HDMI2"
        assert await client.model_name(1) == ("QM55B",)
        assert [int(value) for value in await client.error_status(1)] == [0, 0, 2, 0, 38, 0]
        assert (await client.panel_lock(1, ["ON"]))[0].name == "ON"
        assert (await client.power(1, ["OFF"]))[0].name == "OFF"
    assert sim.show() | {"commands": 0} == {
        "power": "cooling",
        "picture": False,
        "source": "HDMI2",
        "volume": 30,
        "mute": False,
        "panel_lock": True,
        "commands": 0,
    }


async def test_a_foreign_client_sees_refusal_and_silence(tmp_path: Path) -> None:
    sim = SamsungMdcSim(on=True)
    async with foreign_client(sim, tmp_path / "display") as client:
        sim.fault = "refuses"
        with pytest.raises(NAKError):
            await client.panel_lock(1)
        with pytest.raises(MDCReadTimeoutError):
            await client.power(9)
