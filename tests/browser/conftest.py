"""A browser, a stand-in hub and a page that watches itself, for the tests of the pages.

Owns the browser of this folder. Playwright's blocking form is used and ended with each file,
because it keeps an event loop of its own.
"""

from __future__ import annotations

import ctypes.util
import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.browser.fake_hub import FakeHub

ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

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


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """One browser for all tests of a file."""
    if ctypes.util.find_library("atomic") is None and not os.environ.get("CI"):
        pytest.skip("libatomic is not installed: sudo apt-get install libatomic1")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(ARGS))
        yield started
        started.close()


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    """A hub with the sample state, listening."""
    fake = FakeHub()
    fake.start()
    yield fake
    fake.stop()


@pytest.fixture
def open_page(browser: Browser, hub: FakeHub) -> Iterator[OpenPage]:
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

    contexts = []

    def opened(
        query: str = "", size: tuple[int, int] = LAPTOP, scheme: str = "light", wait: bool = True
    ) -> Page:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(hub.url + query)
        if wait:
            page.wait_for_selector('[data-phase="shown"]')
            if query.partition("?")[0] == "":
                page.wait_for_selector(".thing.seat")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
