"""A browser, a stand-in hub and a page that watches itself, for the tests of the pages.

Owns the browser of this folder. Playwright's blocking form is used and ended with each file,
because it keeps an event loop of its own.
"""

from __future__ import annotations

import ctypes.util
import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from tests.browser.fake_hub import FakeHub
from tests.ports import free_port

ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

PATIENCE_MS = 30_000
"""How long a page may take for anything. Nothing waits that long on a quiet machine."""

LAPTOP = (1280, 800)
PHONE = (390, 844)

SERIOUS = {"serious", "critical"}


def serious(page: Page, rules: tuple[str, ...] = ()) -> list[tuple[str, str, str]]:
    """What a checker of accessibility says that is serious; ``rules`` are looked at besides."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    options = {"rules": {rule: {"enabled": True} for rule in rules}}
    found = axe.run(page, options=options).response["violations"]
    return [
        (rule["id"], node["html"][:120], node["failureSummary"])
        for rule in found
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]


OpenPage = Callable[..., Page]
ContextOf = Callable[[tuple[int, int], str], BrowserContext]


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """One browser for all tests of a file."""
    if ctypes.util.find_library("atomic") is None and not os.environ.get("CI"):
        pytest.skip("libatomic is not installed: sudo apt-get install libatomic1")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(ARGS))
        yield started
        started.close()


@pytest.fixture(scope="module")
def port() -> int:
    """One for all hubs of a file, so that the browser finds the page's files in its cache."""
    return free_port()


@pytest.fixture
def hub(port: int) -> Iterator[FakeHub]:
    """A hub with the sample state, listening."""
    fake = FakeHub()
    fake.start(port)
    yield fake
    fake.stop()


@pytest.fixture(scope="module")
def context_of(browser: Browser) -> Iterator[ContextOf]:
    """Contexts by size and scheme, kept for all tests of a file: a cold cache costs seconds."""
    kept: dict[tuple[int, int, str], BrowserContext] = {}

    def context(size: tuple[int, int], scheme: str) -> BrowserContext:
        key = (*size, scheme)
        if key not in kept:
            kept[key] = browser.new_context(
                viewport={"width": size[0], "height": size[1]},
                color_scheme="dark" if scheme == "dark" else "light",
                reduced_motion="reduce",
            )
            kept[key].set_default_timeout(PATIENCE_MS)
        return kept[key]

    yield context
    for one in kept.values():
        one.close()


@pytest.fixture
def open_page(context_of: ContextOf, hub: FakeHub) -> Iterator[OpenPage]:
    """Opens the page; fails the test at its end when the page complained of anything.

    Complaints are console errors (a violated CSP is one) and uncaught exceptions. Answers that
    the test itself made the hub refuse are none.
    """
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        refused = message.text.startswith("Failed to load resource") and (
            "/api/v1/" in str(message.location.get("url"))
        )
        if message.type in ("error", "warning") and not refused:
            complaints.append(message.text)

    pages: list[Page] = []

    def opened(
        query: str = "", size: tuple[int, int] = LAPTOP, scheme: str = "light", wait: bool = True
    ) -> Page:
        page = context_of(size, scheme).new_page()
        pages.append(page)
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(hub.url + query)
        if wait:
            page.wait_for_selector('[data-phase="shown"]')
            if query.partition("?")[0] == "":
                page.wait_for_selector(".thing.seat")
        return page

    yield opened
    for page in pages:
        page.evaluate("localStorage.clear()")  # what a page remembers is of its own test
        page.close()
    assert complaints == []
