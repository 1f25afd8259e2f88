"""How many busy rooms one hub carries, what a message costs it, and where that goes.

Owns the order of the steps and the figures. Rooms talk from a process of their own; more and more
of them join until the press of a key takes longer than ``MOST_MS`` to be in the room's floor. The
wait is by the clock and so also by what else the machine does; processor time per message is not,
and from it follows how many rooms would fill a core, which is all that one process of Python uses.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import psutil

from tests.bench.chatter import RATE
from tests.bench.echo import echo_ms
from tests.bench.page import AHEAD_BYTES
from tests.bench.profiled import OUT
from tests.bench.stats import Spread, spread
from tests.hub_access import HEADERS
from tests.ports import free_port
from tests.rig import Site

MOST_MS = 100.0
SETTLE_S = 1.5
"""Between arriving and measuring."""

PROFILED_SHARE = 0.6
"""Of the rooms that were carried: those that talk while it is looked where the time goes."""

SHOWN_FUNCTIONS = 12

HEARD_LEAST = 0.5
"""Who is further behind than this pays for other messages than those that are counted."""

HEARD = "phonghop_messages_heard_total{"

MEETING = 'title = "Rooms"\nmode = "request"\nqueue_max = 200\n'

Json = dict[str, Any]


class TooManyError(Exception):
    """So many rooms do not even arrive."""


class Talkers:
    """The process in which rooms talk."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def ask(self, name: str, value: float) -> Any:
        """One order; its answer.

        Raises:
            AssertionError: the process has ended.
        """
        to, answers = self._process.stdin, self._process.stdout
        assert to is not None
        assert answers is not None
        to.write(f"{json.dumps([name, value])}\n".encode())
        line = await answers.readline()
        if not line:
            raise AssertionError(f"the process of the rooms ended: {await self._process.wait()}")
        return json.loads(line)


@contextlib.asynccontextmanager
async def talkers(port: int, most: int, seed: int) -> AsyncIterator[Talkers]:
    """Rooms up to so many, all silent."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.chatter", str(port), str(most), str(seed)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=AHEAD_BYTES,
    )
    try:
        yield Talkers(process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@dataclass
class FloorPage:
    """A technician's page that is open all the time: when it showed which floor."""

    http_port: int
    floors: list[tuple[int, bytes]] = field(default_factory=list)

    async def follow(self) -> None:
        """Read the stream until cancelled; come back when the hub does."""
        timeout = aiohttp.ClientTimeout(total=None)
        url = f"http://127.0.0.1:{self.http_port}/api/v1/stream"
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with (
                    aiohttp.ClientSession(
                        timeout=timeout, read_bufsize=AHEAD_BYTES, headers=HEADERS
                    ) as session,
                    session.get(url) as stream,
                ):
                    async for line in stream.content:
                        if line.startswith(b'data: {"path":["floor"]'):
                            self.floors.append((time.monotonic_ns(), line))
            await asyncio.sleep(0.1)

    def shown_ms(self, asked: list[tuple[str, int]]) -> list[float]:
        """Press → the first floor on the page that names the seat."""
        found = []
        for seat, pressed_ns in asked:
            name = f'"seat":"{seat}"'.encode()
            later = (ns for ns, line in self.floors if ns >= pressed_ns and name in line)
            if shown_ns := next(later, None):
                found.append((shown_ns - pressed_ns) / 1e6)
        return found


@dataclass(frozen=True, slots=True)
class Step:
    """One number of rooms, measured."""

    rooms: int
    heard: float
    """Share of the messages that the hub came to while it was measured."""
    seen: Spread | None
    page: Spread | None
    echo: Spread | None
    hub_us: float
    """Processor time per message."""
    broker_us: float
    hub_cpu: float
    """Share of a core."""
    talkers_cpu: float
    late_ms: float
    saturated: bool
    load: float

    @property
    def holds(self) -> bool:
        """A press is in the floor in time."""
        return self.seen is not None and self.seen.p99 <= MOST_MS

    @property
    def name(self) -> str:
        """Heads its rows."""
        return f"{self.rooms} rooms"


class Rooms:
    """One site with its rooms."""

    def __init__(self, site: Site, talk: Talkers, page: FloorPage, figures: str) -> None:
        self._figures = figures
        self._site = site
        self._talk = talk
        self._page = page

    async def step(self, rooms: int, seconds: float) -> Step:
        """So many rooms talk, for so long.

        Raises:
            TooManyError: the hub did not give all of them a floor.
        """
        if not await self._talk.ask("rooms", rooms):
            raise TooManyError
        await asyncio.sleep(SETTLE_S)
        self._page.floors.clear()
        before, began_s = self._used_s(), time.monotonic()
        heard = await self._heard()
        window, echo = await asyncio.gather(
            self._talk.ask("window", seconds),
            echo_ms(self._site.mqtt_port, max(10, int(seconds / 0.04))),
        )
        heard = await self._heard() - heard
        after, took_s = self._used_s(), time.monotonic() - began_s
        used = {name: after[name] - before[name] for name in after}
        # Who still waits at the end has waited at least so long.
        seen = [*window["seen_ms"], *(ms for ms in window["waiting_ms"] if ms > MOST_MS)]
        return Step(
            rooms,
            heard / took_s / (RATE * rooms),
            spread(seen),
            spread(self._page.shown_ms(window["asked"])),
            spread(echo),
            1e6 * used["hub"] / max(1, heard),
            1e6 * used["broker"] / max(1, heard),
            used["hub"] / took_s,
            window["cpu"],
            window["late_ms"],
            window["saturated"],
            os.getloadavg()[0],
        )

    async def _heard(self) -> float:
        """Messages of rooms that the hub has come to, as it tells who watches it."""
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://{self._figures}/metrics") as answer,
        ):
            lines = (await answer.text()).splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(HEARD))

    def _used_s(self) -> dict[str, float]:
        pids = {"hub": self._site.processes["hub"].pid, "broker": self._site.broker.pid}
        times = {name: psutil.Process(pid).cpu_times() for name, pid in pids.items()}
        return {name: used.user + used.system for name, used in times.items()}

    async def bare_us(self, seconds: float) -> float:
        """What a bare client needs for each of the same messages."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.bench.bare"),
            *(str(self._site.mqtt_port), str(seconds)),
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await process.communicate()
        found = json.loads(out)
        return float(1e6 * found["cpu_s"] / max(1, found["messages"]))

    async def profile(self, rooms: int, seconds: float, options: list[str]) -> Json:
        """Where a hub's processor time goes while so many rooms talk."""
        await self._talk.ask("rooms", 0)
        path = self._site.folder / "profile.json"
        self._site.env[OUT] = str(path)
        self._site.processes["hub"].stop()
        await self._talk.ask("away", 0)
        hub = self._site.start_hub(*options, module="tests.bench.profiled")
        await self._talk.ask("back", 0)
        await self._talk.ask("rooms", rooms)
        await asyncio.sleep(SETTLE_S)
        before_s = _threads_s(hub.pid)
        hub.send(signal.SIGUSR1)
        await self._talk.ask("window", seconds)
        after_s = _threads_s(hub.pid)
        hub.send(signal.SIGUSR2)
        async with asyncio.timeout(20.0):
            while not path.exists():
                await asyncio.sleep(0.05)
        found: Json = json.loads(path.read_text())
        main_s = after_s[hub.pid] - before_s[hub.pid]
        all_s = sum(after_s.values()) - sum(before_s.get(pid, 0.0) for pid in after_s)
        return {**found, "others": 1 - main_s / all_s if all_s else 0.0}


def _threads_s(pid: int) -> dict[int, float]:
    """Processor time by thread; the main one has the number of the process."""
    return {t.id: t.user_time + t.system_time for t in psutil.Process(pid).threads()}


def profile_figures(found: Json) -> Json:
    """Shares by phase, and the functions that were seen most."""
    total = sum(count for _, count in found["phases"]) or 1
    figures: Json = {"profile: samples of the main thread": total}
    for name, count in found["phases"]:
        figures[f"profile: {name}, %"] = round(100 * count / total, 1)
    figures["profile: threads besides the main one, % of all"] = round(100 * found["others"], 1)
    for name, count in found["functions"][:SHOWN_FUNCTIONS]:
        figures[f"profile: in {name}, %"] = round(100 * count / total, 1)
    return figures


def step_figures(step: Step) -> Json:
    """What one step says beside its spreads."""
    name = step.name
    prices = {
        f"{name}: hub, ms of processor per message": round(step.hub_us / 1e3, 4),
        f"{name}: broker, ms of processor per message": round(step.broker_us / 1e3, 4),
        f"{name}: rooms that fill a core at this price": round(1e6 / (RATE * step.hub_us)),
    }
    return {
        **(prices if step.heard > HEARD_LEAST else {}),
        f"{name}: hub, share of a core": round(step.hub_cpu, 3),
        f"{name}: heard of what was said": round(step.heard, 3),
        f"{name}: generator, share of a core": round(step.talkers_cpu, 3),
        f"{name}: generator late, p99 ms": round(step.late_ms, 1),
        f"{name}: generator saturated": step.saturated,
        f"{name}: load of the machine": round(step.load, 1),
    }


def beside_bare(step: Step, bare_us: float) -> Json:
    """The hub beside a client that only receives, with as many rooms."""
    return {
        f"{step.name}: bare receiver, ms of processor per message": round(bare_us / 1e3, 4),
        f"{step.name}: hub over bare receiver": round(step.hub_us / bare_us, 2),
    }


async def rooms(
    site: Site, steps: list[int], seconds: float, seed: int
) -> tuple[Json, dict[str, Spread | None]]:
    """Figures and spreads: each of ``steps`` in turn until one does not hold, twice."""
    meeting = Path(site.folder, "rooms.toml")
    meeting.write_text(MEETING)
    watched = f"127.0.0.1:{free_port()}"
    options = ["--log-level", "warning", "--meeting", str(meeting), "--figures", watched]
    site.broker.be_quiet()
    site.broker.start()
    site.start_hub(*options)
    page = FloorPage(site.http_port)
    following = asyncio.create_task(page.follow(), name="page")
    figures: Json = {"messages of one room per second": RATE}
    rows: dict[str, Spread | None] = {}
    try:
        rows["idle: bare aiomqtt echo"] = spread(await echo_ms(site.mqtt_port, 50))
        async with talkers(site.mqtt_port, steps[-1], seed) as talk:
            bench = Rooms(site, talk, page, watched)
            held: Step | None = None
            for number, count in enumerate(steps):
                try:
                    step = await bench.step(count, seconds)
                    if not step.holds:  # the machine may have been busy with something else
                        step = await bench.step(count, seconds)
                except TooManyError:
                    figures[f"{count} rooms: all have arrived"] = False
                    break
                figures |= step_figures(step)
                if not number and step.heard > HEARD_LEAST:
                    figures |= beside_bare(step, await bench.bare_us(seconds))
                rows[f"{step.name}: press -> floor in the room"] = step.seen
                rows[f"{step.name}: press -> page"] = step.page
                rows[f"{step.name}: bare aiomqtt echo"] = step.echo
                if not step.holds:
                    break
                held = step
            figures["rooms per hub"] = held.rooms if held else 0
            figures["rooms per hub: all steps held"] = held is not None and held.rooms == steps[-1]
            talking = max(1, round(PROFILED_SHARE * (held.rooms if held else steps[0])))
            found = await bench.profile(talking, seconds, options)
            figures |= {"profile: rooms": talking, **profile_figures(found)}
        return figures, rows
    finally:
        following.cancel()
        await asyncio.wait({following})
