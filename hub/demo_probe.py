"""Looking at a running demo from three sides: hardware, MQTT, page.

Owns three observers that can be waited on: ``TwinProbe`` sees what the simulated hardware
itself sees and presses its keys, ``MqttProbe`` the newest message per topic, ``PageProbe``
the state a page has. Must not know what should be seen.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import aiomqtt

from edge.contract import topics
from hub.link import NODELAY

Json = dict[str, Any]

LOOK_AGAIN_S = 0.02
"""How often hardware is looked at that announces nothing."""

ANSWER_S = 5.0
"""A twin answers in a millisecond, or hangs."""


class NotSeenError(Exception):
    """What was waited for did not come; ``str()`` says what was seen instead."""


class Scene:
    """Something that changes, and can be waited on."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        self.seen: Json = {}
        self._news = asyncio.Condition()

    async def until(
        self, predicate: Callable[[Json], Any], what: str, patience_s: float = 15.0
    ) -> Any:
        """Wait until ``predicate(seen)`` is true; its value.

        Raises:
            NotSeenError: not within ``patience_s``.
        """

        def found() -> Any:
            try:
                return predicate(self.seen)
            except (KeyError, TypeError, IndexError):
                return None  # not there yet

        try:
            async with asyncio.timeout(patience_s), self._news:
                await self._news.wait_for(found)
                return found()
        except TimeoutError as error:
            raise NotSeenError(f"{what}: not seen within {patience_s:g} s") from error

    async def _changed(self) -> None:
        async with self._news:
            self._news.notify_all()


def follows_hub(room: str) -> Callable[[Json], bool]:
    """A page's state shows the room online and led by the hub."""
    return lambda s: s["rooms"][room]["online"] and s["rooms"][room]["authority"] == "hub"


def all_well(room: str) -> Callable[[Json], bool]:
    """The room follows the hub, and every unit and device of it has proved itself."""

    def well(state: Json) -> bool:
        found = state["rooms"][room]
        seats = [found["seats"][str(place["number"])] for place in found["plan"]["seats"]]
        devices = [*seats, *found["cameras"].values(), *found["displays"].values()]
        return follows_hub(room)(state) and all(d["health"] == "ok" for d in devices)

    return well


class MqttProbe(Scene):
    """``seen`` is the newest payload by topic; ``told`` are called with every single one."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        super().__init__()
        self.told: list[Callable[[str, Any], None]] = []

    async def follow(self, host: str, port: int) -> None:
        """Listen until cancelled."""
        while True:
            with contextlib.suppress(aiomqtt.MqttError):
                async with aiomqtt.Client(
                    host, port, identifier="phonghop-demo-probe", socket_options=NODELAY
                ) as client:
                    await client.subscribe(f"{topics.ROOT}/#", qos=1)
                    async for message in client.messages:
                        data = message.payload if isinstance(message.payload, bytes) else b""
                        with contextlib.suppress(ValueError):
                            payload = json.loads(data) if data else None
                            self.seen[str(message.topic)] = payload
                            for tell in self.told:
                                tell(str(message.topic), payload)
                        await self._changed()
            await asyncio.sleep(0.05)


class PageProbe(Scene):
    """``seen`` is the snapshot, kept up to date from the stream."""

    async def follow(self, page: str, session: aiohttp.ClientSession) -> None:
        """Follow the stream until cancelled, across restarts of the hub."""
        while True:
            with contextlib.suppress(aiohttp.ClientError, OSError):
                async with session.get(
                    f"{page}api/v1/stream", timeout=aiohttp.ClientTimeout(total=None)
                ) as answer:
                    await self._read(answer)
            self.seen = {}
            await asyncio.sleep(0.05)

    async def _read(self, answer: aiohttp.ClientResponse) -> None:
        rest = b""
        async for piece in answer.content.iter_any():
            *frames, rest = (rest + piece).split(b"\n\n")
            for frame in frames:
                self._take(frame)
            await self._changed()

    def _take(self, frame: bytes) -> None:
        fields = dict(
            line.split(": ", 1) for line in frame.decode().split("\n") if not line.startswith(":")
        )
        match fields.get("event"):
            case "snapshot":
                self.seen = json.loads(fields["data"])
            case "part":
                self._put(json.loads(fields["data"]))

    def _put(self, part: Json) -> None:
        *above, last = part["path"]
        place = self.seen
        for key in above:
            place = place.setdefault(key, {})
        if "append" in part:
            place.setdefault(last, []).extend(part["append"])
        else:
            place[last] = part["value"]


class TwinProbe(Scene):
    """``seen`` is the seats' hardware; ``times_ns`` when each value of it came about."""

    def __init__(self, run_dir: Path, room: str) -> None:
        """The twin of ``room`` listens below ``run_dir``."""
        super().__init__()
        self.room = room
        self.times_ns: dict[tuple[str, str], int] = {}
        self.changes = 0
        self._path = run_dir / room / "twin.sock"

    async def ask(self, **request: Any) -> Json:
        """One request on a connection of its own.

        Raises:
            NotSeenError: the twin refuses, or is not there.
        """
        try:
            async with asyncio.timeout(ANSWER_S):
                reader, writer = await asyncio.open_unix_connection(self._path, limit=1 << 20)
                try:
                    writer.write(json.dumps(request).encode() + b"\n")
                    answer: Json = json.loads(await reader.readline())
                finally:
                    writer.close()
                    await writer.wait_closed()
        except (OSError, ValueError, TimeoutError) as error:
            raise NotSeenError(f"twin of {self.room}: {error or 'no answer'}") from error
        if not answer.get("ok"):
            raise NotSeenError(f"twin of {self.room}: {answer.get('error')}")
        return answer

    async def press(self, who: str, key: str = "mic", hold_ms: int = 120) -> int:
        """Press a key; when it went down, in ns of CLOCK_MONOTONIC."""
        answer = await self.ask(do="press", who=who, key=key, hold_ms=hold_ms)
        return int(answer.get("pressed_ns", time.monotonic_ns()))

    async def show(self) -> Json:
        """What the hardware sees now."""
        show: Json = (await self.ask(do="show"))["show"]
        return show

    async def follow(self) -> None:
        """Follow the seats' hardware until cancelled."""
        while True:
            with contextlib.suppress(OSError, ValueError, NotSeenError):
                reader, writer = await asyncio.open_unix_connection(self._path, limit=1 << 20)
                try:
                    writer.write(b'{"do":"watch","what":"seats"}\n')
                    await reader.readline()
                    self.seen = (await self.show())["seats"]
                    await self._changed()
                    while line := await reader.readline():
                        self._take(json.loads(line))
                        await self._changed()
                finally:
                    writer.close()
            await asyncio.sleep(0.05)

    def _take(self, change: Json) -> None:
        seat = change["seat"]
        for name, value in change["changed"].items():
            self.changes += 1
            self.seen[seat][name] = value
            self.times_ns[seat, name] = change["time_ns"]

    async def until_shown(
        self, predicate: Callable[[Json], Any], what: str, patience_s: float = 30.0
    ) -> Any:
        """Look at cameras and displays until ``predicate(show)`` is true; its value.

        Raises:
            NotSeenError: not within ``patience_s``.
        """
        deadline_s = time.monotonic() + patience_s
        while time.monotonic() < deadline_s:
            if found := predicate(await self.show()):
                return found
            await asyncio.sleep(LOOK_AGAIN_S)
        raise NotSeenError(f"{what}: not seen within {patience_s:g} s")
