"""A whole site as processes: broker, hub, twins and edges, for system tests and benchmarks.

Owns starting, killing and observing them. Nothing sleeps where something can be awaited:
``Ear`` follows MQTT, ``until_shown`` follows what the simulated hardware itself sees.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiomqtt

from drivers.core.address import RUN_DIR_VARIABLE
from edge.twin.client import TwinClient
from edge.twin.control import TwinError
from tests import hub_access
from tests.broker import Mosquitto, mosquitto_program
from tests.ports import free_port

NODELAY = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]


LOOK_AGAIN_S = 0.02

PATIENCE_S = 45.0
"""How long a fact is waited for before it counts as missing: for a whole site that starts on a
machine busy with other work. Costs nothing where the fact comes."""


@dataclass
class Process:
    """One process of ours with its log."""

    name: str
    command: list[str]
    log: Path
    env: dict[str, str]
    popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start (again); the log is appended to."""
        with self.log.open("ab") as out:
            self.popen = subprocess.Popen(
                self.command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, env=self.env
            )

    @property
    def pid(self) -> int:
        """Of the running process."""
        assert self.popen is not None
        return self.popen.pid

    def send(self, number: signal.Signals) -> None:
        """A signal, without waiting."""
        assert self.popen is not None
        self.popen.send_signal(number)

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        if self.popen is not None:
            with contextlib.suppress(ProcessLookupError):
                self.popen.send_signal(signal.SIGCONT)
            self.popen.kill()
            self.popen.wait()

    def stop(self, patience_s: float = 10.0) -> int:
        """SIGTERM, and wait for the exit code; SIGKILL when it does not end."""
        if self.popen is None:
            return 0
        self.popen.terminate()
        try:
            return self.popen.wait(patience_s)
        except subprocess.TimeoutExpired:
            self.kill()
            return -9

    def tail(self, lines: int = 15) -> str:
        """The end of its log."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])


@dataclass
class Site:
    """The processes of one site under one folder."""

    folder: Path
    processes: dict[str, Process] = field(default_factory=dict)
    http_port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        """Everything of this site finds itself through the run directory."""
        self.run_dir = self.folder / "run"
        self.run_dir.mkdir(parents=True, exist_ok=True)
        self.env = {**os.environ, RUN_DIR_VARIABLE: str(self.run_dir), "PYTHONUNBUFFERED": "1"}
        os.environ[RUN_DIR_VARIABLE] = str(self.run_dir)
        program = mosquitto_program()
        assert program is not None, "mosquitto is not installed"
        (self.folder / "broker").mkdir(exist_ok=True)
        self.broker = Mosquitto(program, self.folder / "broker")
        self.mqtt_port = self.broker.port

    def _add(self, name: str, command: list[str]) -> Process:
        process = Process(name, command, self.folder / f"{name}.log", self.env)
        self.processes[name] = process
        process.start()
        return process

    def start_hub(self, *options: str, module: str = "hub.cli") -> Process:
        """The hub with its data below the folder; it lets ``tests.hub_access`` in.

        ``module`` is run in place of the command line, with the same words.
        """
        hub_access.prepare(self.folder / "hub")
        return self._add(
            "hub",
            [
                *(sys.executable, "-m", module, "run"),
                *("--mqtt", f"127.0.0.1:{self.mqtt_port}"),
                *("--http", f"127.0.0.1:{self.http_port}"),
                *("--data", str(self.folder / "hub"), *options),
            ],
        )

    def start_twin(self, room: str, *options: str) -> Process:
        """The simulated devices of a room (name or file)."""
        name = Path(room).stem
        return self._add(
            f"twin-{name}",
            [sys.executable, "-m", "edge.cli", "twin", "run", "--room", room, *options],
        )

    def start_edge(self, room: str, level: str = "INFO") -> Process:
        """The controller of a room (name or file)."""
        name = Path(room).stem
        return self._add(
            f"edge-{name}",
            [
                *(sys.executable, "-m", "edge.cli", "--log-level", level, "run", "--room", room),
                *("--broker", f"127.0.0.1:{self.mqtt_port}", "--data", str(self.folder / "edge")),
            ],
        )

    def stop_all(self) -> None:
        """End everything, edges first, the broker last."""
        for process in reversed(self.processes.values()):
            process.stop()
        self.broker.kill()

    def report(self) -> str:
        """The end of every log: what a failed test shows."""
        return "\n".join(f"--- {p.name}\n{p.tail()}" for p in self.processes.values())


@dataclass
class Ear:
    """Everything on the broker: the newest payload per topic, all payloads, and news."""

    latest: dict[str, Any] = field(default_factory=dict)
    heard: list[tuple[str, Any, int]] = field(default_factory=list)
    client: aiomqtt.Client | None = None
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def listen(self, port: int) -> None:
        """Follow until cancelled, across restarts of the broker."""
        while True:
            with contextlib.suppress(aiomqtt.MqttError):
                async with aiomqtt.Client(
                    "127.0.0.1", port, identifier="ear", socket_options=NODELAY, keepalive=5
                ) as client:
                    self.client = client
                    await client.subscribe("phonghop/v1/#", qos=1)
                    async for message in client.messages:
                        await self._take(str(message.topic), message.payload)
            self.client = None
            await asyncio.sleep(0.1)

    async def _take(self, topic: str, payload: Any) -> None:
        try:
            value = json.loads(payload) if payload else None
        except ValueError:
            value = payload
        async with self._news:
            self.latest[topic] = value
            self.heard.append((topic, value, time.monotonic_ns()))
            self._news.notify_all()

    async def until(
        self, predicate: Callable[[dict[str, Any]], Any], what: str, patience_s: float = PATIENCE_S
    ) -> Any:
        """Wait until ``predicate(latest)`` is true; its value comes back."""

        def safe() -> Any:
            with contextlib.suppress(KeyError, TypeError):
                return predicate(self.latest)
            return None

        try:
            async with asyncio.timeout(patience_s), self._news:
                await self._news.wait_for(safe)
                return safe()
        except TimeoutError as error:
            raise AssertionError(f"waited {patience_s:g} s for: {what}") from error


@contextlib.asynccontextmanager
async def listening(site: Site) -> AsyncIterator[Ear]:
    """An ear on the site's broker."""
    ear = Ear()
    task = asyncio.create_task(ear.listen(site.mqtt_port), name="ear")
    try:
        yield ear
    finally:
        task.cancel()
        await asyncio.wait({task})


async def until_shown(
    room: str, predicate: Callable[[dict[str, Any]], Any], what: str, patience_s: float = PATIENCE_S
) -> dict[str, Any]:
    """Wait until the simulated hardware itself shows it; the whole show comes back.

    A twin that is still starting is waited for too.
    """
    last: dict[str, Any] = {}
    try:
        async with asyncio.timeout(patience_s):
            while True:
                try:
                    async with TwinClient(room) as twin:
                        return await _shown(twin, predicate, last)
                except TwinError:
                    await asyncio.sleep(0.05)
    except TimeoutError as error:
        shown = json.dumps(last)[:1500]
        raise AssertionError(f"waited {patience_s:g} s for: {what}; shown: {shown}") from error


async def _shown(
    twin: TwinClient, predicate: Callable[[dict[str, Any]], Any], last: dict[str, Any]
) -> dict[str, Any]:
    """Look again every few milliseconds: not every change of a device is announced."""
    while True:
        show = await twin.show()
        last.clear()
        last.update(show)
        with contextlib.suppress(KeyError, TypeError):
            if predicate(show):
                return show
        await asyncio.sleep(LOOK_AGAIN_S)
