"""A hub as a process, and a page of it, for tests from outside.

Owns both. Must not look into the hub's files.
"""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests import hub_access
from tests.broker import Mosquitto

Json = dict[str, Any]

MEETING = """
title = "Giao ban"
mode = "open"
max_open = 1
seats = [{ seat = "main/1", name = "Nguyễn Văn An" }, { seat = "main/3", role = "chair" }]
"""


class HubProcess:
    """One hub; the data directory outlives the process."""

    def __init__(self, folder: Path, mqtt_port: int, *options: str) -> None:
        (folder / "meeting.toml").write_text(MEETING, encoding="utf-8")
        hub_access.prepare(folder / "data")
        self._command = [
            *(sys.executable, "-m", "hub.cli", "run", "--mqtt", f"127.0.0.1:{mqtt_port}"),
            *("--data", str(folder / "data"), "--meeting", str(folder / "meeting.toml")),
            *options,
        ]
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def start(self) -> None:
        """Start and wait for the page's address; the same one as before, if it ran before."""
        http = self.url.removeprefix("http://").rstrip("/") or "127.0.0.1:0"
        command = [*self._command, "--http", http]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().removeprefix("hub: ").strip()
        assert self.url.startswith("http://"), self.url

    def end(self, number: signal.Signals) -> int:
        """Send the signal and wait; the exit code."""
        assert self._process is not None
        self._process.send_signal(number)
        code = self._process.wait(10)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process = None
        return code

    @property
    def running(self) -> bool:
        """There is a process."""
        return self._process is not None


@pytest.fixture
def hub(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[HubProcess]:
    """A running hub."""
    process = HubProcess(tmp_path, mosquitto.port)
    process.start()
    yield process
    if process.running:
        process.end(signal.SIGKILL)


class Page:
    """What a page gets: the snapshot, kept up to date from the stream."""

    def __init__(self) -> None:
        self.state: Json = {}
        self._news = asyncio.Condition()

    async def follow(self, url: str, session: aiohttp.ClientSession) -> None:
        """Read the stream until cancelled."""
        async with session.get(url + "api/v1/stream", timeout=aiohttp.ClientTimeout()) as answer:
            kind = ""
            async for raw in answer.content:
                line = raw.decode().rstrip("\n")
                if line.startswith("event: "):
                    kind = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    async with self._news:
                        self._take(kind, json.loads(line.removeprefix("data: ")))
                        self._news.notify_all()

    def _take(self, kind: str, data: Json) -> None:
        if kind == "snapshot":
            self.state = data
            return
        *above, last = data["path"]
        place = self.state
        for key in above:
            place = place[key]
        if "append" in data:
            place[last] += data["append"]
        else:
            place[last] = data["value"]

    async def until(self, predicate: Any) -> Json:
        """Wait until the state fits; what is not in it yet does not fit."""

        def fits() -> bool:
            try:
                return bool(predicate(self.state))
            except (KeyError, IndexError):
                return False

        try:
            async with asyncio.timeout(15), self._news:
                await self._news.wait_for(fits)
        except TimeoutError as error:
            raise AssertionError(f"never came: {json.dumps(self.state)[:2000]}") from error
        return self.state


@asynccontextmanager
async def page_of(hub: HubProcess) -> AsyncIterator[tuple[Page, aiohttp.ClientSession]]:
    """A page that follows the stream."""
    page = Page()
    async with hub_access.session(hub.url) as session:
        following = asyncio.create_task(page.follow(hub.url, session), name="page")
        try:
            yield page, session
        finally:
            following.cancel()
            await asyncio.wait({following})


async def command(session: aiohttp.ClientSession, name: str, **body: Any) -> tuple[int, Json]:
    """POST one command."""
    async with session.post(f"/api/v1/commands/{name}", json=body) as answer:
        return answer.status, await answer.json()
