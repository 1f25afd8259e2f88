"""The schedule carried out on a running site, and everything healed at the end.

Owns how each fault is made. Must not choose any.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import resource
import signal
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence

from edge.twin.client import TwinClient
from tests.chaos.crowd import crowd_beside
from tests.chaos.history import Span, Trouble
from tests.chaos.hostile import harass
from tests.chaos.proxy import Weather
from tests.chaos.schedule import BROKER_MEMORIES, EDGES, PROCESSES, ROOMS, Fault
from tests.chaos.site import ChaosSite

Say = Callable[[str], None]

LOOK_EVERY_S = 0.5
START_MOST_S = 10.0
"""From a process's birth to its first look at its files, on a machine with much to do."""

CANNOT_START = "phonghop-edge run:"
"""How a controller's own line begins that says why it does not start."""

DEATHS_MOST = 3
"""Who ends by itself more often than that would do so for ever."""


class Faults:
    """Carries out faults on one site."""

    def __init__(self, site: ChaosSite, say: Say) -> None:
        """``say`` gets one line per fault, for people."""
        self._site = site
        self._say = say
        self._history = site.history
        self._killed: set[str] = set()
        self._full_until_s: dict[str, float] = {}
        """Whose disk was full until when, and a while longer: a start takes its time."""

    async def run(self, plan: Sequence[Fault], started_s: float) -> None:
        """The whole plan; returns when the last fault is over."""
        await asyncio.to_thread(self._site.remember_broker)
        async with asyncio.TaskGroup() as tasks:
            for fault in plan:
                tasks.create_task(self._at_its_time(fault, started_s), name=str(fault))

    async def run_one_by_one(
        self, plan: Sequence[Fault], until_s: float, well: Callable[[], Awaitable[object]]
    ) -> None:
        """As many of the plan as there is time for, each when all is well again after the last."""
        await asyncio.to_thread(self._site.remember_broker)
        for fault in plan:
            await well()
            if time.monotonic() >= until_s:
                return
            await self.do(fault)

    async def _at_its_time(self, fault: Fault, started_s: float) -> None:
        await asyncio.sleep(max(0.0, started_s + fault.at_s - time.monotonic()))
        await self.do(fault)

    async def do(self, fault: Fault) -> None:
        """One fault from its beginning to its end; one that cannot be made here is told of."""
        if fault.kind in self._site.missing:
            self._say(f"left out: {fault} ({self._site.missing[fault.kind]})")
            return
        self._say(str(fault))
        self._history.faults[fault.kind] += 1
        span = Span(time.monotonic())
        self._history.rough[fault.target].append(span)
        match fault.kind:
            case "kill" | "power_cut" | "broker_stale" | "broker_empty":
                await self._kill(fault)
            case "pause":
                await self._pause(fault)
            case "clock":
                self._site.clock_file(fault.target).write_text(str(fault.amount))
            case "disk_full":
                await self._fill_disk(fault)
            case "hostile":
                await self._harass(fault)
            case "chatter":
                await self._chatter(fault)
            case "unplug":
                await self._unplug(fault)
            case "crowd":
                self._history.crowd += await crowd_beside(self._site.http_port, fault.for_s)
            case _:
                await self._link(fault)
        span.to_s = time.monotonic()
        room = next((room for room in ROOMS if fault.target.endswith(f"-{room}")), None)
        trouble = Trouble(fault.kind, fault.target, room, span.from_s, span.to_s)
        self._history.troubles.append(trouble)

    async def _kill(self, fault: Fault) -> None:
        """SIGKILL, what is forgotten with it, and a new start."""
        with self._away(fault.target):
            self._killed.add(fault.target)
            if fault.kind == "power_cut":
                chance = random.Random(f"power {fault.at_s}")
                gone = self._site.cut_power(fault.target, chance, fault.amount)
                self._history.forgotten_bytes += gone
            else:
                self._site.kill(fault.target)
            if fault.kind in BROKER_MEMORIES:
                self._site.make_broker_forget(everything=fault.kind == "broker_empty")
            await asyncio.sleep(fault.for_s)
            await self._site.start_again(fault.target)
            self._killed.discard(fault.target)

    async def _pause(self, fault: Fault) -> None:
        """SIGSTOP and SIGCONT: alive for the kernel, silent for everybody."""
        with self._away(fault.target):
            self._site.send(fault.target, signal.SIGSTOP)
            await asyncio.sleep(fault.for_s)
            self._site.send(fault.target, signal.SIGCONT)

    @contextlib.contextmanager
    def _away(self, target: str) -> Iterator[None]:
        """The room has no controller meanwhile, if this is one."""
        span = Span(time.monotonic())
        if target in EDGES:
            self._history.away[target.removeprefix("edge-")].append(span)
        yield
        span.to_s = time.monotonic()

    async def _fill_disk(self, fault: Fault) -> None:
        """No byte of any file can be written by this process; sockets go on."""
        process = self._site.processes[fault.target]
        self._full_until_s[fault.target] = time.monotonic() + fault.for_s + START_MOST_S
        limit_writes(process.pid, 0)
        await asyncio.sleep(fault.for_s)
        limit_writes(process.pid, resource.RLIM_INFINITY)

    async def _harass(self, fault: Fault) -> None:
        """Garbage past the links, straight to the broker: nobody is excused for it."""
        room = fault.target.removeprefix("client-")
        port, seed = self._site.broker.port, int(fault.at_s * 1000)
        self._history.garbage += await harass(port, room, fault.for_s, seed)

    async def _chatter(self, fault: Fault) -> None:
        """A unit talks without being asked; nobody is excused for it."""
        room, seat = fault.target.removeprefix("unit-"), f"seat-{fault.amount:.0f}"
        async with TwinClient(room) as twin:
            await twin.fault(seat, "chatters")
            await asyncio.sleep(fault.for_s)
            await twin.fault(seat, None)

    async def _unplug(self, fault: Fault) -> None:
        """The room's cable is out. What is for the room waits before it: it has not been told."""
        link, net = self._site.links[fault.target], self._site.nets[fault.target]
        link.set(Weather(stalled=True))
        await asyncio.to_thread(net.pull)
        await asyncio.sleep(fault.for_s)
        await asyncio.to_thread(net.plug)
        link.set(Weather())

    async def _link(self, fault: Fault) -> None:
        link = self._site.links[fault.target]
        link.set(_weather(fault))
        await asyncio.sleep(fault.for_s)
        link.set(Weather())

    async def nurse(self) -> None:
        """Start again what ends by itself, as systemd would, and write it down: none should.

        But a controller whose disk is full while it starts says so and ends.
        """
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            for target in self._site.ended() - self._killed:
                words = self._site.last_words(target)
                is_full = time.monotonic() < self._full_until_s.get(target, 0.0)
                if is_full and CANNOT_START in words:
                    self._say(f"{target} cannot start on a full disk: {words}")
                else:
                    self._say(f"{target} ENDED BY ITSELF: {words}")
                    self._history.died.append(target)
                if self._history.died.count(target) > DEATHS_MOST:
                    raise AssertionError(f"{target} does not stay alive")
                with self._away(target):
                    await self._site.start_again(target)

    async def heal(self) -> None:
        """Fair weather, true clocks, room on the disks, everybody awake."""
        for link in self._site.links.values():
            link.set(Weather())
        for net in self._site.nets.values():
            net.plug()
        for edge in EDGES:
            self._site.clock_file(edge).write_text("0")
            limit_writes(self._site.processes[edge].pid, resource.RLIM_INFINITY)
        for target in PROCESSES:
            with contextlib.suppress(ProcessLookupError):
                self._site.send(target, signal.SIGCONT)


def _weather(fault: Fault) -> Weather:
    match fault.kind:
        case "cut":
            return Weather(refusing=True)
        case "half_open":
            return Weather(deaf=True)
        case "delay":
            return Weather(delay_s=fault.amount)
        case "slow":
            return Weather(bytes_s=fault.amount)
        case "duplicate":
            return Weather(doubling=True)
        case "stall":
            return Weather(stalled=True)
        case other:
            raise ValueError(f"no link has the fault {other!r}")


def limit_writes(pid: int, most_bytes: int) -> None:
    """No file of this process may grow, or be written, beyond so many bytes."""
    with contextlib.suppress(ProcessLookupError):
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most_bytes, hard))
