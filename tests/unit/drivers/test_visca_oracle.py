"""Somebody else's VISCA client against our simulated camera, over real UDP.

``visca_over_ip`` binds all addresses and the camera's own port number: here it is kept to
127.0.0.1, and the camera listens on 127.0.0.2.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from drivers.core.simulation import SimWire
from drivers.visca.sim import BODIES, ViscaCameraSim

visca_over_ip = pytest.importorskip("visca_over_ip")

CAMERA_HOST = "127.0.0.2"


class _LoopbackSocket(socket.socket):
    def bind(self, address: Any) -> None:
        super().bind(("127.0.0.1", address[1]))


class _Listener(asyncio.DatagramProtocol):
    """Carries one sim and answers each datagram to where it came from."""

    def __init__(self, wire: SimWire) -> None:
        self.wire = wire

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        def answer(reply: bytes) -> None:
            if not self.transport.is_closing():  # a completion falls due after the client left
                self.transport.sendto(reply, addr)

        self.wire._incoming(data, answer)


@asynccontextmanager
async def _listening(sim: ViscaCameraSim) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    try:
        transport, _ = await loop.create_datagram_endpoint(
            lambda: _Listener(SimWire(sim, None)), local_addr=(CAMERA_HOST, 0)
        )
    except OSError as error:
        pytest.skip(f"this machine has no second loopback address: {error}")
    yield transport.get_extra_info("sockname")[1]
    transport.abort()


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let a function use the blocking client against a sim."""
    shown = {name: getattr(socket, name) for name in dir(socket) if not name.startswith("__")}
    local = SimpleNamespace(**shown | {"socket": _LoopbackSocket})
    monkeypatch.setattr(visca_over_ip.camera, "socket", local)

    async def run(sim: ViscaCameraSim, use: Callable[[Any], Any]) -> Any:
        def steer(port: int) -> Any:
            camera = visca_over_ip.Camera(CAMERA_HOST, port)
            try:
                return use(camera)
            finally:
                camera.close_connection()

        async with _listening(sim) as port:
            result = await asyncio.to_thread(steer, port)
        await asyncio.get_running_loop().shutdown_default_executor()
        return result

    return run


async def test_another_client_steers_our_camera(work: Any) -> None:
    sim = ViscaCameraSim(BODIES["ptzoptics-20x"], "sony-ip")

    def use(camera: Any) -> list[str]:
        sent = []
        for order in (
            lambda: camera.zoom(3),
            lambda: camera.zoom(0),
            lambda: camera.save_preset(1),
            lambda: camera.pantilt(
                pan_speed=10, tilt_speed=10, pan_position=-100, tilt_position=50
            ),
            lambda: camera.pantilt(pan_speed=0, tilt_speed=0),
            lambda: camera.set_power(False),
        ):
            order()
            sent.append(sim.commands[-1].hex(" ").upper())
        return sent

    assert await work(sim, use) == [
        "81 01 04 07 23 FF",
        "81 01 04 07 00 FF",
        "81 01 04 3F 01 01 FF",
        "81 01 06 02 0A 0A 0F 0F 09 0C 00 00 03 02 FF",
        "81 01 06 01 00 00 03 03 FF",
        "81 01 04 00 03 FF",
    ]
    assert sim.show()["power"] is False


async def test_another_client_reads_our_camera(work: Any) -> None:
    sim = ViscaCameraSim(BODIES["sony-srg-300h"], "sony-ip")
    for name, units in (("pan", -100), ("tilt", 50), ("zoom", 0x2000)):
        sim.camera.axes[name].position = units
    position, zoom = await work(
        sim, lambda camera: (camera.get_pantilt_position(), camera.get_zoom_position())
    )
    assert position == (-100, 50)
    assert zoom == 0x2000


async def test_its_stop_is_refused_as_a_brc_300_refuses_it(work: Any) -> None:
    sim = ViscaCameraSim(BODIES["sony-srg-300h"], "sony-ip")

    def use(camera: Any) -> None:
        with pytest.raises(visca_over_ip.exceptions.ViscaException, match="Syntax error"):
            camera.pantilt(pan_speed=0, tilt_speed=0)

    await work(sim, use)
