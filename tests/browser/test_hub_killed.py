"""A page over the death of its hub: a real one, killed and started again, and nobody reloads.

Owns that walk. What a page shows meanwhile is judged against the stand-in hub.
"""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from hub.access import passwords
from hub.access.book import Account, Book
from hub.access.rights import Role
from tests.broker import Mosquitto
from tests.browser.conftest import LAPTOP, PATIENCE_MS
from tests.hub_process import HubProcess

pytestmark = [pytest.mark.browser, pytest.mark.broker]

WORDS = "một hai ba bốn"


def test_a_page_heals_by_itself_when_its_hub_was_killed(
    browser: Browser, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    hub = HubProcess(tmp_path, mosquitto.port)
    book = Book(tmp_path / "data")
    kept = passwords.hashed(WORDS, "ky-thuat")
    book.add_account(Account("ky-thuat", "Kỹ thuật viên", Role.TECHNICIAN, None, kept))
    book.close()
    hub.start()
    context = browser.new_context(viewport={"width": LAPTOP[0], "height": LAPTOP[1]})
    context.set_default_timeout(PATIENCE_MS)
    try:
        page = context.new_page()
        page.goto(hub.url)
        page.locator("#account-name").fill("ky-thuat")
        page.locator("#account-password").fill(WORDS)
        page.keyboard.press("Enter")
        root, bar = page.locator("html"), page.locator("connection-bar")
        expect(root).to_have_attribute("data-live", "true")
        expect(bar).to_be_hidden()
        page.evaluate("window.isTheSamePage = true")
        hub.end(signal.SIGKILL)
        expect(root).to_have_attribute("data-live", "false")
        expect(bar).to_be_visible()
        hub.start()
        expect(root).to_have_attribute("data-live", "true")
        expect(bar).to_be_hidden()
        assert page.evaluate("window.isTheSamePage") is True
        assert page.url == hub.url, "still signed in"
    finally:
        context.close()
        if hub.running:
            hub.end(signal.SIGKILL)
