"""The processes of one run, each client of the broker behind a link of its own.

Owns starting and stopping. Must not decide when.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from tests import hub_access
from tests.chaos.history import History
from tests.chaos.power import Disk, NoCompiler, build
from tests.chaos.proxy import Proxy
from tests.chaos.room_net import NoNetwork, RoomNet
from tests.chaos.schedule import LINKS, ROOMS
from tests.rig import Process, Site, until_shown

START_S = 60.0
"""A twin answers within a second of its start; the machine may be busy."""


@dataclass(frozen=True, slots=True)
class Programs:
    """Which modules are the edge and the hub: the real ones, or a mutant."""

    edge: str = "edge.cli"
    hub: str = "hub.cli"


REAL = Programs()


@dataclass
class Journaled(Process):
    """A process whose log is written by another one, as by systemd: its own disk may be full."""

    writer: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start (again); the log is appended to."""
        self._end_log()
        with self.log.open("ab") as out:
            self.writer = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=out)
        pipe = self.writer.stdin
        self.popen = subprocess.Popen(
            self.command, stdout=pipe, stderr=pipe, stdin=subprocess.DEVNULL, env=self.env
        )
        assert pipe is not None
        pipe.close()

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        super().kill()
        self._end_log()

    def stop(self, patience_s: float = 10.0) -> int:
        """SIGTERM, and wait for the exit code; SIGKILL when it does not end."""
        code = super().stop(patience_s)
        self._end_log()
        return code

    def _end_log(self) -> None:
        """What it said last is in the file when this returns."""
        if self.writer is not None:
            self.writer.wait()


class ChaosSite(Site):
    """Broker, hub, twins and edges of two rooms. The links must be served before the start."""

    def __init__(self, folder: Path, seed: int, programs: Programs, meeting: str) -> None:
        """Nothing runs before ``start``."""
        super().__init__(folder)
        broker = ("127.0.0.1", self.broker.port)
        self.links = {name: Proxy(broker, seed + n) for n, name in enumerate(LINKS)}
        self.history = History()
        self.missing: dict[str, str] = {}
        """Kinds of fault that cannot be made on this machine, and why."""
        self._programs = programs
        self._disks: dict[str, Disk] = {}
        self._power: Path | None = None
        self.nets: dict[str, RoomNet] = {}
        """By link: the room's own network, where this machine can make one."""
        self._rooms: dict[str, RoomNet] = {}
        try:
            self._power = build(folder)
        except NoCompiler as error:
            self.missing["power_cut"] = str(error)
        (folder / "meeting.toml").write_text(meeting, encoding="utf-8")
        for room in ROOMS:
            self._witness(room)
        self.links["link-hub"].witness = self.history.witness_hub

    def _witness(self, room: str) -> None:
        self.links[f"link-{room}"].witness = lambda direction, publish: self.history.witness_room(
            room, direction, publish
        )

    def _add(self, name: str, command: list[str], data: Path | None = None) -> Process:
        """``data`` is a folder that forgets what was not synced when the power is cut."""
        env = self.env
        if data is not None and self._power is not None:
            disk = Disk(data, self.folder / "platters" / name, self._power)
            self._disks[name] = disk
            env = {**env, **disk.env}
        net = self._rooms.get(name)
        command = command if net is None else [*net.prefix, *command]
        process = Journaled(name, command, self.folder / f"{name}.log", env)
        self.processes[name] = process
        process.start()
        return process

    def lay_cables(self) -> None:
        """Each room gets a network of its own, or ``missing`` says why not."""
        for room in ROOMS:
            try:
                net = RoomNet()
            except NoNetwork as error:
                self.missing["unplug"] = str(error)
                return
            self.nets[f"link-{room}"] = self._rooms[f"twin-{room}"] = net
            self._rooms[f"edge-{room}"] = net
            self.links[f"link-{room}"].host = net.host

    def take_cables_away(self) -> None:
        """When everybody has ended."""
        for net in self.nets.values():
            net.close()

    async def start(self) -> None:
        """Everything but the edges."""
        self.broker.start()
        for room in ROOMS:
            self.start_twin(room)
        self.start_hub("--meeting", str(self.folder / "meeting.toml"))
        for room in ROOMS:
            await until_shown(room, lambda show: show["seats"], f"the twin of {room}", START_S)

    def start_hub(self, *options: str) -> Process:
        """The hub behind its link."""
        hub_access.prepare(self.folder / "hub")
        return self._add(
            "hub",
            [
                *(sys.executable, "-m", self._programs.hub, "run"),
                *("--mqtt", f"127.0.0.1:{self.links['link-hub'].port}"),
                *("--http", f"127.0.0.1:{self.http_port}"),
                *("--data", str(self.folder / "hub"), *options),
            ],
            self.folder / "hub",
        )

    def start_edge(self, room: str, level: str = "INFO") -> Process:
        """The controller of a room behind its link, with a wall clock that can be moved."""
        link, data = self.links[f"link-{room}"], self.edge_data(room)
        return self._add(
            f"edge-{room}",
            [
                *(sys.executable, "-m", "tests.chaos.edge_with_clock"),
                *(str(self.clock_file(f"edge-{room}")), self._programs.edge),
                *("--log-level", level, "run", "--room", room),
                *("--broker", f"{link.host}:{link.port}", "--data", str(data)),
            ],
            data,
        )

    def edge_data(self, room: str) -> Path:
        """What the controller of a room writes: a disk of its own, as in life."""
        return self.folder / "edge" / room

    def clock_file(self, edge: str) -> Path:
        """Where the test writes by how many seconds this edge's wall clock is wrong."""
        return self.folder / f"{edge}.clock"

    def send(self, target: str, number: signal.Signals) -> None:
        """A signal to the broker or to one of our processes."""
        if target == "broker":
            self.broker.send(number)
        else:
            self.processes[target].send(number)

    def kill(self, target: str) -> None:
        """SIGKILL."""
        if target == "broker":
            self.broker.kill()
        else:
            self.processes[target].kill()

    def cut_power(self, target: str, chance: random.Random, kept_share: float) -> int:
        """SIGKILL, and of what was not synced only that share is on its disk.

        Returns:
            How many bytes have been forgotten.
        """
        self.kill(target)
        return self._disks[target].cut(chance, kept_share)

    def remember_broker(self) -> None:
        """What the broker knows now is what it knows again after ``make_broker_forget``."""
        self.broker.save()
        shutil.copyfile(self.broker.persistence, self._old_memory)

    def make_broker_forget(self, everything: bool) -> None:
        """The broker, which is dead, finds its old memory, or none."""
        self.broker.persistence.unlink(missing_ok=True)
        if not everything:
            shutil.copyfile(self._old_memory, self.broker.persistence)

    @property
    def _old_memory(self) -> Path:
        return self.folder / "old-mosquitto.db"

    async def start_again(self, target: str) -> None:
        """With the data it left behind."""
        if target == "broker":
            await asyncio.to_thread(self.broker.start)
        else:
            self.processes[target].start()

    def ended(self) -> set[str]:
        """What does not run now."""
        found = {name for name, process in self.processes.items() if _has_ended(process)}
        return found if self.broker.running else found | {"broker"}

    def last_words(self, target: str) -> str:
        """How it ended, and the last line of its log."""
        if target == "broker":
            return self.broker.log.rpartition("\n")[2]
        process = self.processes[target]
        assert process.popen is not None
        return f"exit code {process.popen.returncode}, {process.tail(1)}"


def _has_ended(process: Process) -> bool:
    return process.popen is not None and process.popen.poll() is not None


@contextlib.asynccontextmanager
async def running(
    folder: Path, seed: int, programs: Programs, meeting: str
) -> AsyncIterator[ChaosSite]:
    """A started site with both edges; nothing of it is left afterwards."""
    site = ChaosSite(folder, seed, programs, meeting)
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(site.take_cables_away)
        site.lay_cables()
        for link in site.links.values():
            await stack.enter_async_context(link.serving())
        stack.callback(site.stop_all)
        await site.start()
        for room in ROOMS:
            site.start_edge(room)
        yield site
