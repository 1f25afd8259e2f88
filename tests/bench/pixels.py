"""What people see: from the key to the DOM of a real browser, and a hub with hundreds of pages.

Owns the measuring in Chromium and of many streams. The browser's clock is CLOCK_MONOTONIC with
another origin: the shortest of many questions tells the difference to within half of itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import shutil
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import psutil
from playwright.async_api import Page, ViewportSize, async_playwright

from edge.twin.client import TwinClient
from hub.access import passwords
from hub.access.book import Account, Book
from hub.access.rights import Role
from tests.bench.bars import Bar, rank
from tests.bench.press import Samples, Watch, bus_times
from tests.browser.conftest import ARGS, LAPTOP
from tests.hub_access import HEADERS

TURN_S = 1.2
"""How long a press may take to have all its effects before the next one."""

PIXEL_MUST_MS, PAINT_MUST_MS = 150.0, 1000.0

OBSERVE = """(room) => {
  window.seen = [];
  const note = (records) => {
    const at = performance.now();
    for (const { target } of records) {
      window.seen.push([at, target.dataset.key, target.dataset.state]);
    }
  };
  for (const seat of document.querySelectorAll(`[data-room="${room}"] .thing.seat`)) {
    new MutationObserver(note).observe(seat, { attributeFilter: ["data-state"] });
  }
}"""

WEIGHT = """() => {
  const parts = [...performance.getEntriesByType("navigation"),
    ...performance.getEntriesByType("resource").filter((r) => !r.name.includes("/api/"))];
  const [paint] = performance.getEntriesByName("first-contentful-paint");
  return { bytes: parts.reduce((sum, part) => sum + part.transferSize, 0), files: parts.length,
    paint_ms: paint?.startTime ?? null };
}"""


PERSON, PASSWORD = "bench", "một hai ba bốn năm"

SIGN_IN = """async ([name, password]) => (await fetch("/api/v1/sign-in", {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ name, password }),
})).status"""


def let_in(data: Path) -> None:
    """A technician of this hub, whom the browser signs in as."""
    book = Book(data)
    kept = passwords.hashed(PASSWORD, PERSON)
    book.add_account(Account(PERSON, "", Role.TECHNICIAN, None, kept))
    book.close()


@contextlib.asynccontextmanager
async def browser_page(address: str) -> AsyncIterator[Page]:
    """A page of the hub in Chromium, without anything cached."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program is not None, "chromium is not installed"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=list(ARGS))
        size = ViewportSize(width=LAPTOP[0], height=LAPTOP[1])
        page = await browser.new_page(viewport=size)
        await page.goto(urljoin(address, "/signin"))
        assert await page.evaluate(SIGN_IN, [PERSON, PASSWORD]) == 200
        await page.goto(address)
        await page.wait_for_selector('html[data-phase="shown"]')
        yield page
        await browser.close()


async def weigh(address: str) -> dict[str, float]:
    """First paint in milliseconds, bytes and files of a page."""
    async with browser_page(address) as page:
        await page.wait_for_timeout(500)
        found: dict[str, float] = await page.evaluate(WEIGHT)
    return found


async def offset_ns(page: Page) -> int:
    """Add this to the browser's clock, in ns, and it is ours."""
    best: tuple[int, int] | None = None
    for _ in range(30):
        asked_ns = time.monotonic_ns()
        theirs_ms = await page.evaluate("performance.now()")
        took_ns = time.monotonic_ns() - asked_ns
        here = took_ns, asked_ns + took_ns // 2 - int(theirs_ms * 1e6)
        best = here if best is None else min(best, here)
    assert best is not None
    return best[1]


@dataclass
class Stream:
    """One page's stream, read as cheaply as can be: when the floor was told."""

    floors_ns: list[int] = field(default_factory=list)

    async def follow(self, port: int) -> None:
        """Read until cancelled."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            asked = {"Host": "127.0.0.1", **HEADERS}
            head = "".join(f"{name}: {value}\r\n" for name, value in asked.items())
            writer.write(f"GET /api/v1/stream HTTP/1.1\r\n{head}\r\n".encode())
            while piece := await reader.read(1 << 16):
                if b'"path":["floor"]' in piece:
                    self.floors_ns.append(time.monotonic_ns())
        finally:
            writer.close()


async def press_and_see(
    page: Page, watch: Watch, streams: list[Stream], samples: Samples, count: int, seed: int
) -> None:
    """Press random seats of the main room on and off; when page and streams showed it."""
    chance = random.Random(seed)
    ours_ns = await offset_ns(page)
    await page.evaluate(OBSERVE, "main")
    async with TwinClient("main") as twin:
        for _ in range(count):
            number = chance.randrange(1, 26)
            watch.twin.clear()
            await page.evaluate("window.seen.length = 0")
            for stream in streams:
                stream.floors_ns.clear()
            pressed_ns = await twin.press(str(number), "mic", 80)
            await asyncio.sleep(TURN_S)
            seen = await page.evaluate("window.seen")
            _collect(watch, streams, samples, number, pressed_ns, seen, ours_ns)
            await twin.press(str(number), "mic", 80)
            await asyncio.sleep(TURN_S)


def _collect(
    watch: Watch,
    streams: list[Stream],
    samples: Samples,
    number: int,
    pressed_ns: int,
    seen: list[list[Any]],
    ours_ns: int,
) -> None:
    reported_ns, _ = bus_times(watch, number, pressed_ns)
    mine = [int(at * 1e6) + ours_ns for at, key, _ in seen if key == f"seat:{number}"]
    spoke = [
        int(at * 1e6) + ours_ns
        for at, key, state in seen
        if key == f"seat:{number}" and state == "speaking"
    ]
    samples.add("press -> DOM of the page", pressed_ns, mine[0] if mine else None)
    samples.add("beyond the bus: DOM of the page", reported_ns, mine[0] if mine else None)
    samples.add("press -> page says *speaking*, proved", pressed_ns, spoke[0] if spoke else None)
    for stream in streams:
        first = next((ns for ns in stream.floors_ns if ns >= pressed_ns), None)
        samples.add(f"{len(streams)} streams: beyond the bus", reported_ns, first)


def cpu_s(process: psutil.Process) -> float:
    """Processor time so far."""
    times = process.cpu_times()
    return float(times.user + times.system)


def bars(samples: Samples, weights: dict[str, dict[str, float]]) -> tuple[Bar, ...]:
    """What must be reached."""
    beyond = samples.ms["beyond the bus: DOM of the page"]
    found = [
        Bar("press -> pixel beyond the bus, p99", rank(beyond, 0.99), PIXEL_MUST_MS, None, "ms")
    ]
    for name, weight in weights.items():
        found += [
            Bar(f"{name}: first paint", weight["paint_ms"], PAINT_MUST_MS, None, "ms"),
            Bar(f"{name}: weight", weight["bytes"] / 1000, None, None, "kB"),
            Bar(f"{name}: files", weight["files"]),
        ]
    return tuple(found)
