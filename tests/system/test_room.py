"""Whole rooms as processes: real Mosquitto, real ptys and sockets, faults switched on.

What is pressed is pressed at the simulated hardware, what is seen is seen there and on MQTT.
"""

from __future__ import annotations

import asyncio
import json
import signal
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from edge.twin.client import TwinClient
from tests.broker import mosquitto_program
from tests.ports import free_port
from tests.rig import Ear, Site, listening, until_shown

pytestmark = [
    pytest.mark.broker,
    pytest.mark.skipif(mosquitto_program() is None, reason="mosquitto is not installed"),
]

UP, DOWN = "phonghop/v1/main/up", "phonghop/v1/main/down"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A running site with the main room; tests leave it as they found it."""
    running = Site(tmp_path_factory.mktemp("site"))
    running.broker.start()
    running.start_hub()
    running.start_twin("main")
    running.start_edge("main")
    yield running
    running.stop_all()


def seat_speaks(number: int, speaks: bool) -> Any:
    """The microphone's relay and the red lamp say so."""

    def shown(show: dict[str, Any]) -> bool:
        seat = show["seats"][str(number)]
        return seat["microphone"] is speaks and (seat["red"] == "on") is speaks

    return shown


async def hub_leads(ear: Ear) -> None:
    """Every unit answers, the room follows the hub, and nobody speaks."""
    await ear.until(
        lambda t: (
            t[f"{UP}/state/seats"]["boot"] == t[f"{UP}/status"]["boot"]
            and all(s["health"] == "ok" for s in t[f"{UP}/state/seats"]["seats"].values())
        ),
        "every unit answers",
    )
    await ear.until(lambda t: t[f"{UP}/state/floor"]["authority"] == "hub", "the hub leads")
    await ear.until(lambda t: not t[f"{DOWN}/floor"]["speaking"], "nobody speaks")


async def press(seat: int | str, key: str = "mic", room: str = "main", hold_ms: int = 80) -> None:
    """A short press at the hardware."""
    async with TwinClient(room) as twin:
        await twin.press(str(seat), key, hold_ms)


async def fault(device: str, name: str | None, room: str = "main") -> None:
    """Switch a fault on or off."""
    async with TwinClient(room) as twin:
        await twin.fault(device, name)


async def open_and_close(ear: Ear, seat: int) -> None:
    """One whole turn at this seat, seen at the hardware and at the hub."""
    await press(seat)
    await until_shown("main", seat_speaks(seat, True), f"microphone {seat} open")
    await ear.until(
        lambda t: t[f"{UP}/state/seats"]["seats"][str(seat)]["microphone"] is True,
        "the room reports it proven open",
    )
    await press(seat)
    await until_shown("main", seat_speaks(seat, False), f"microphone {seat} closed")


async def test_one_press(site: Site) -> None:
    """Microphone, lamp, camera, hub: one press moves all of them, and a second ends it."""
    async with listening(site) as ear:
        await hub_leads(ear)
        before = await until_shown("main", lambda s: s["cameras"], "cameras")
        await press(12)
        await until_shown("main", seat_speaks(12, True), "microphone 12 open")
        await ear.until(
            lambda t: t[f"{DOWN}/floor"]["speaking"][0]["seat"] == "main/12", "floor to main/12"
        )
        cameras = await ear.until(
            lambda t: next(
                (
                    c
                    for c in t[f"{UP}/state/cameras"]["cameras"].items()
                    if c[1]["target"] == "main/12" and c[1]["arrived"] and c[1]["on_air"]
                ),
                None,
            ),
            "a camera that reports to be at main/12, on air",
        )
        shown = await until_shown("main", lambda s: s["cameras"], "cameras")
        moved = shown["cameras"][cameras[0]]
        was = before["cameras"][cameras[0]]
        assert abs(moved["pan_deg"] - cameras[1]["pan_deg"]) < 1.0
        assert (moved["pan_deg"], moved["tilt_deg"]) != (was["pan_deg"], was["tilt_deg"])
        await press(12)
        await until_shown("main", seat_speaks(12, False), "microphone 12 closed")
        await ear.until(lambda t: not t[f"{DOWN}/floor"]["speaking"], "floor empty")


async def test_a_hostile_message_changes_nothing(site: Site) -> None:
    """Malformed, foreign, oversized, of an old generation: the room goes on as before."""
    async with listening(site) as ear:
        await hub_leads(ear)
        floor = ear.latest[f"{DOWN}/floor"]
        forged = {**floor, "speaking": [{"seat": "main/3"}], "rev": floor["rev"] + 1000}
        bad: list[tuple[str, object]] = [
            (f"{DOWN}/floor", b"\xff\xfe"),
            (f"{DOWN}/floor", {**forged, "v": 2}),
            (f"{DOWN}/floor", {**forged, "gen": floor["gen"] - 1}),
            (f"{DOWN}/floor", {**forged, "for_boot": "somebody else"}),
            (f"{DOWN}/floor", {**forged, "for_report": 99}),
            (f"{DOWN}/floor", {**forged, "mode": "party"}),
            (f"{DOWN}/floor", {**forged, "speaking": [{"seat": "main/3; drop"}]}),
            (f"{DOWN}/receipt", {"v": 1, "epoch": "x", "upto": -5}),
            (f"{DOWN}/nothing", {"v": 1}),
        ]
        async with aiomqtt.Client("127.0.0.1", site.mqtt_port, identifier="foe") as client:
            for topic, payload in bad:
                data = payload if isinstance(payload, bytes) else _json(payload)
                await client.publish(topic, data, qos=1)
        await open_and_close(ear, 7)
        shown = await until_shown("main", lambda s: s["seats"], "seats")
        assert shown["seats"]["3"]["microphone"] is False


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


async def test_the_hub_killed_and_back(site: Site) -> None:
    """The room goes on by itself, and what it decided is merged when the hub returns."""
    async with listening(site) as ear:
        await hub_leads(ear)
        site.processes["hub"].kill()
        await press(5)
        await until_shown("main", seat_speaks(5, True), "microphone 5 opens without the hub")
        await ear.until(
            lambda t: t[f"{UP}/state/floor"]["authority"] == "room", "the room leads itself"
        )
        site.processes["hub"].start()
        await ear.until(
            lambda t: (
                t[f"{UP}/state/floor"]["authority"] == "hub"
                and t[f"{DOWN}/floor"]["speaking"][0]["seat"] == "main/5"
            ),
            "the hub took the room's floor over",
        )
        shown = await until_shown("main", seat_speaks(5, True), "microphone 5 still open")
        assert shown["seats"]["5"]["microphone"] is True
        await press(5)
        await until_shown("main", seat_speaks(5, False), "microphone 5 closed")


async def test_the_broker_restarted(site: Site) -> None:
    """SIGKILL: retained state is gone, and everybody says it again."""
    async with listening(site) as ear:
        await hub_leads(ear)
        site.broker.kill()
        await press(6)
        await until_shown("main", seat_speaks(6, True), "microphone 6 opens without the broker")
        ear.latest.clear()
        site.broker.start()
        await ear.until(
            lambda t: (
                t[f"{UP}/state/floor"]["authority"] == "hub"
                and t[f"{DOWN}/floor"]["speaking"][0]["seat"] == "main/6"
                and t[f"{UP}/describe"]["boot"] == t[f"{UP}/status"]["boot"]
            ),
            "room and hub found each other again",
        )
        await press(6)
        await until_shown("main", seat_speaks(6, False), "microphone 6 closed")


async def test_a_noisy_bus_still_serves(site: Site) -> None:
    """Every press that gets through does what it should, and nothing else opens."""
    async with listening(site) as ear:
        await hub_leads(ear)
        await fault("bus-1", "noisy")
        try:
            await press(9, hold_ms=300)
            shown = await until_shown(
                "main", seat_speaks(9, True), "microphone 9 open on a noisy bus", 30.0
            )
            others = [n for n, s in shown["seats"].items() if s["microphone"] and n != "9"]
            assert others == []
        finally:
            await fault("bus-1", None)
        await press(9)
        await until_shown("main", seat_speaks(9, False), "microphone 9 closed")


@pytest.mark.parametrize(
    ("device", "name", "alert"),
    [
        ("seat-12", "unplugged", "seat-12"),
        ("bus-1", "unplugged", "bus-1"),
        ("cam-left", "silent", "cam-left"),
        ("display-1", "unplugged", "display-1"),
        ("console", "unplugged", "console"),
    ],
)
async def test_a_fault_is_an_alert_that_clears_itself(
    site: Site, device: str, name: str, alert: str
) -> None:
    """The rest goes on meanwhile, and afterwards everything works again."""
    async with listening(site) as ear:
        await hub_leads(ear)
        await fault(device, name)
        try:
            raised = await ear.until(lambda t: t[f"{UP}/alert/{alert}"], f"alert {alert}")
            assert raised["evidence"]
            if device != "bus-1":
                await open_and_close(ear, 3)
        finally:
            await fault(device, None)
        await ear.until(
            lambda t: f"{UP}/alert/{alert}" in t and t[f"{UP}/alert/{alert}"] is None,
            f"alert {alert} cleared",
        )
        await hub_leads(ear)
        await open_and_close(ear, 12)


async def test_the_edge_killed_closes_and_stays_closed(site: Site) -> None:
    """The dead-man closes the microphone; after the restart it waits for a new press."""
    async with listening(site) as ear:
        await hub_leads(ear)
        await press(8)
        await until_shown("main", seat_speaks(8, True), "microphone 8 open")
        site.processes["edge-main"].kill()
        await until_shown(
            "main", lambda s: s["seats"]["8"]["microphone"] is False, "dead-man closed it"
        )
        boot = ear.latest[f"{UP}/status"]["boot"]
        site.processes["edge-main"].start()
        await ear.until(
            lambda t: (
                t[f"{UP}/status"]["boot"] != boot
                and t[f"{UP}/state/floor"]["authority"] == "hub"
                and not t[f"{DOWN}/floor"]["speaking"]
            ),
            "the new boot follows, and the turn is over",
        )
        shown = await until_shown("main", lambda s: s["seats"], "seats")
        assert shown["seats"]["8"]["microphone"] is False
        await hub_leads(ear)
        await open_and_close(ear, 8)


async def test_m1_a_key_held_at_the_start_is_no_press(site: Site) -> None:
    """The edge starts while a finger is on the key: nothing opens until it is pressed anew."""
    async with listening(site) as ear:
        await hub_leads(ear)
        site.processes["edge-main"].stop()
        boot = ear.latest[f"{UP}/status"]["boot"]
        await press(4, hold_ms=9000)  # longer than a start, shorter than a stuck key
        site.processes["edge-main"].start()
        await ear.until(lambda t: t[f"{UP}/status"]["boot"] != boot, "the room starts anew")
        await hub_leads(ear)
        shown = await until_shown("main", lambda s: s["seats"], "seats")
        assert shown["seats"]["4"]["held"] == ["mic"]
        assert shown["seats"]["4"]["microphone"] is False
        assert not ear.latest[f"{DOWN}/floor"]["queue"]
        await until_shown("main", lambda s: not s["seats"]["4"]["held"], "key released")
        await open_and_close(ear, 4)


class Cut:
    """A TCP proxy that can be cut without a word, as a pulled cable does."""

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self._target = target
        self._flows: set[asyncio.Task[None]] = set()
        self.cut = False

    async def serve(self) -> None:
        server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        async with server:
            await server.serve_forever()

    async def _accept(self, near: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
        try:
            far, into = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            out.close()
            return
        for source, sink in ((near, into), (far, out)):
            sink.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            task = asyncio.create_task(self._pump(source, sink))
            self._flows.add(task)
            task.add_done_callback(self._flows.discard)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with closing(sink):
            while data := await source.read(65536):
                if not self.cut:  # swallowed, not refused: nobody is told
                    sink.write(data)


async def test_a_link_cut_for_ten_seconds(site: Site, tmp_path: Path) -> None:
    """No reset, no goodbye: the room notices by itself, leads, and is merged afterwards."""
    proxy = Cut(site.mqtt_port)
    serving = asyncio.create_task(proxy.serve())
    edge = site.processes["edge-main"]
    direct = list(edge.command)
    async with listening(site) as ear:
        boot = (await ear.until(lambda t: t[f"{UP}/status"], "a status"))["boot"]
    try:
        edge.stop()
        edge.command = [
            f"127.0.0.1:{proxy.port}" if part == f"127.0.0.1:{site.mqtt_port}" else part
            for part in direct
        ]
        edge.start()
        async with listening(site) as ear:
            await ear.until(lambda t: t[f"{UP}/status"]["state"] == "online", "the room is online")
            await ear.until(lambda t: t[f"{UP}/status"]["boot"] != boot, "the room starts anew")
            await hub_leads(ear)
            proxy.cut = True
            await press(10)  # asked while nobody has noticed yet
            await until_shown("main", seat_speaks(10, True), "the room decided itself", 20.0)
            await ear.until(
                lambda t: t[f"{UP}/status"]["state"] == "offline", "the will went out", 20.0
            )
            proxy.cut = False
            await ear.until(
                lambda t: (
                    t[f"{UP}/status"]["state"] == "online"
                    and t[f"{UP}/state/floor"]["authority"] == "hub"
                    and [s["seat"] for s in t[f"{DOWN}/floor"]["speaking"]] == ["main/10"]
                ),
                "merged: the turn went on, once",
            )
            await until_shown("main", seat_speaks(10, True), "still open")
            await press(10)
            await until_shown("main", seat_speaks(10, False), "closed")
    finally:
        serving.cancel()
        await asyncio.wait({serving})
        for flow in list(proxy._flows):
            flow.cancel()
        edge.stop()
        edge.command = direct
        edge.start()


async def test_everything_ends_on_sigterm(tmp_path: Path) -> None:
    """Edge and twin end by themselves, with code 0, and leave no socket behind."""
    site = Site(tmp_path)
    site.broker.start()
    twin = site.start_twin("main")
    edge = site.start_edge("main")
    try:
        await until_shown("main", lambda s: s["seats"], "the twin runs")
        async with listening(site) as ear:
            await ear.until(lambda t: t[f"{UP}/status"]["state"] == "online", "online")
        edge.send(signal.SIGTERM)
        assert edge.stop() == 0
        assert twin.stop() == 0
        assert not (site.run_dir / "main" / "twin.sock").exists()
    finally:
        site.stop_all()
