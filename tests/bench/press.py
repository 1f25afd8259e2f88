"""From the key to lamp, relay, camera and page: measured outside of the product.

Owns the measuring of presses. The twin tells when the simulated key went down, when lamp,
relay and camera command happened, and when which bytes were on the bus; all clocks are
CLOCK_MONOTONIC of one machine. *Beyond the bus* begins when the answer that carries the press
has left the unit, and ends (for the lamp) when the request that lights it reaches the line.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from drivers.core.errors import ProtocolError
from drivers.delegate_unit import modbus
from edge.twin.client import TwinClient
from tests.hub_access import HEADERS

TURN_S = 1.5
"""How long a press may take to have all its effects before the next one."""


@dataclass
class Samples:
    """Milliseconds by name of the figure."""

    ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def add(self, name: str, started_ns: int | None, ended_ns: int | None) -> None:
        """One sample, when both ends were seen."""
        if started_ns is not None and ended_ns is not None and ended_ns >= started_ns:
            self.ms[name].append((ended_ns - started_ns) / 1e6)


@dataclass
class Watch:
    """Everything the twin and the page's stream told, with its time."""

    twin: list[dict[str, Any]] = field(default_factory=list)
    page: list[tuple[int, Any]] = field(default_factory=list)

    async def follow_twin(self, room: str) -> None:
        """Seats, cameras and bytes on the wires."""
        async with TwinClient(room) as twin:
            async for change in twin.watch("all"):
                self.twin.append(change)

    async def follow_bytes(self, room: str) -> None:
        """What is on the bus."""
        async with TwinClient(room) as twin:
            async for change in twin.watch("wires"):
                self.twin.append(change)

    async def follow_page(self, http_port: int) -> None:
        """The event stream of the technician's page, as a browser reads it."""
        url = f"http://127.0.0.1:{http_port}/api/v1/stream"
        timeout = aiohttp.ClientTimeout(total=None)
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with (
                    aiohttp.ClientSession(
                        timeout=timeout, read_bufsize=1 << 20, headers=HEADERS
                    ) as session,
                    session.get(url) as stream,
                ):
                    async for line in stream.content:
                        if line.startswith(b"data:"):
                            self.page.append((time.monotonic_ns(), json.loads(line[5:])))
            await asyncio.sleep(0.2)


def _speaks(part: Any, seat: str) -> bool:
    """This part of the stream says that the seat has the floor."""
    floor = part.get("value") if part.get("path") == ["floor"] else part.get("floor")
    return bool(floor) and any(t["seat"] == seat for t in floor.get("speaking", []))


def _first(items: list[dict[str, Any]], since_ns: int, **wanted: Any) -> dict[str, Any] | None:
    for item in items:
        if item.get("time_ns", 0) >= since_ns and all(item.get(k) == v for k, v in wanted.items()):
            return item
    return None


def _time(change: dict[str, Any] | None) -> int | None:
    return None if change is None else int(change["time_ns"])


def bus_times(watch: Watch, unit: int, pressed_ns: int) -> tuple[int | None, int | None]:
    """When the press had left the unit, and when the next write to it reached the line.

    The press leaves with the answer to the first question for details (more registers than
    the short poll) that was asked after the key went down.
    """
    reported_ns = written_ns = None
    for item in watch.twin:
        if item.get("watch") != "wire" or item["time_ns"] < pressed_ns:
            continue
        data = bytes.fromhex(item["hex"])
        if not data or data[0] != unit:
            continue
        with contextlib.suppress(ProtocolError):
            fields = modbus.describe(data, item["direction"])
            if item["direction"] == "from_device" and fields.get("byte_count", 0) > 6:
                reported_ns = reported_ns or item["time_ns"]
            if item["direction"] == "to_device" and fields["function"] in (6, 16) and reported_ns:
                written_ns = item["time_ns"]
                break
    return reported_ns, written_ns


async def presses(
    watch: Watch, samples: Samples, room: str, seats: int, count: int, label: str, seed: int
) -> None:
    """Press random seats on and off; collect what each press on led to."""
    chance = random.Random(seed)
    async with TwinClient(room) as twin:
        for _ in range(count):
            number = chance.randrange(1, seats + 1)
            watch.twin.clear()
            watch.page.clear()
            pressed_ns = await twin.press(str(number), "mic", 80)
            await asyncio.sleep(TURN_S / 2 + chance.random() * 0.2)
            _collect(watch, samples, f"{room}/{number}", number, pressed_ns, label)
            await twin.press(str(number), "mic", 80)
            await asyncio.sleep(TURN_S / 2 + chance.random() * 0.2)


def _collect(
    watch: Watch, samples: Samples, seat: str, number: int, pressed_ns: int, label: str
) -> None:
    mine = [c for c in watch.twin if c.get("seat") == str(number)]
    lamp = next((c for c in mine if {"red", "green"} & c["changed"].keys()), None)
    relay = next((c for c in mine if c["changed"].get("microphone") is True), None)
    camera = _first(watch.twin, pressed_ns, watch="camera")
    page_ns = next((ns for ns, part in watch.page if _speaks(part, seat)), None)
    reported_ns, written_ns = bus_times(watch, number, pressed_ns)
    samples.add(f"{label}: press -> lamp", pressed_ns, _time(lamp))
    samples.add(f"{label}: press -> microphone relay", pressed_ns, _time(relay))
    samples.add(f"{label}: press -> camera command", pressed_ns, _time(camera))
    samples.add(f"{label}: press -> page", pressed_ns, page_ns)
    samples.add(f"{label}: press -> reported by the bus", pressed_ns, reported_ns)
    samples.add(f"{label}: beyond the bus, lamp order", reported_ns, written_ns)
    samples.add(f"{label}: beyond the bus, page", reported_ns, page_ns)
