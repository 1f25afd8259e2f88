"""The event stream of a page, as a browser reads it, with the time of each part.

Owns reading the stream and asking the hub for something. Must not judge what it shows.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from typing import Any

import aiohttp

from tests.hub_access import HEADERS

AHEAD_BYTES = 1 << 24
"""Longest line: a snapshot of a thousand rooms is some ten megabytes."""

Json = dict[str, Any]


class Page:
    """One page that follows the hub; ``ballots`` is what it shows of them."""

    def __init__(self, http_port: int) -> None:
        self.ballots: list[tuple[int, list[Json]]] = []
        """Each showing of the ballots with its time in ns, newest last."""
        self._root = f"http://127.0.0.1:{http_port}/api/v1"
        self._news = asyncio.Event()

    async def follow(self) -> None:
        """Read the stream until cancelled; come back when the hub does."""
        timeout = aiohttp.ClientTimeout(total=None)
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with (
                    aiohttp.ClientSession(
                        timeout=timeout, read_bufsize=AHEAD_BYTES, headers=HEADERS
                    ) as session,
                    session.get(f"{self._root}/stream") as stream,
                ):
                    async for line in stream.content:
                        if line.startswith(b"data:") and b'"ballots"' in line:
                            self._take(time.monotonic_ns(), json.loads(line[5:]))
            await asyncio.sleep(0.1)

    def _take(self, at_ns: int, part: Json) -> None:
        shown = part.get("value") if part.get("path") == ["ballots"] else part.get("ballots")
        if isinstance(shown, list):
            self.ballots.append((at_ns, shown))
            self._news.set()

    def seen(self, since_ns: int, fits: Callable[[Json], bool], ballot: str) -> int | None:
        """When the page first showed the ballot so, after ``since_ns``."""
        for at_ns, shown in self.ballots:
            if at_ns >= since_ns and any(b["ballot"] == ballot and fits(b) for b in shown):
                return at_ns
        return None

    async def until(
        self, since_ns: int, fits: Callable[[Json], bool], ballot: str, patience_s: float = 30.0
    ) -> int:
        """Wait until the page shows the ballot so; when it did."""
        try:
            async with asyncio.timeout(patience_s):
                while True:
                    self._news.clear()
                    at_ns = self.seen(since_ns, fits, ballot)
                    if at_ns is not None:
                        return at_ns
                    await self._news.wait()
        except TimeoutError as error:
            last = self.ballots[-1][1][-1:] if self.ballots else "nothing"
            raise AssertionError(
                f"the page does not show {ballot} as expected, but {str(last)[:500]}"
            ) from error

    async def order(self, name: str, **body: object) -> None:
        """Ask the hub for something, and insist."""
        async with (
            aiohttp.ClientSession(headers=HEADERS) as session,
            session.post(f"{self._root}/commands/{name}", json=body) as answer,
        ):
            if answer.status >= 300:
                raise AssertionError(f"{name}: {answer.status} {await answer.text()}")
