"""The sign-in page before a real hub: keys alone, why not, roles, codes, and the way back.

Owns one hub with accounts and one simulation, each as a process shared by this file's tests.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from hub.access import passwords
from hub.access.book import Account, Book
from hub.access.rights import Role
from tests.browser.conftest import LAPTOP, PATIENCE_MS, PHONE

pytestmark = pytest.mark.browser

GOOD = "một hai ba bốn"
MEETING = 'title = "Giao ban"\nseats = [{ seat = "main/2", name = "Nguyễn <i>An</i>" }]\n'


@contextmanager
def running(folder: Path, *options: str) -> Iterator[str]:
    """A hub without a broker; its address."""
    (folder / "meeting.toml").write_text(MEETING, encoding="utf-8")
    command = [
        *(sys.executable, "-m", "hub.cli", "run", "--mqtt", "127.0.0.1:1"),
        *("--http", "127.0.0.1:0", "--data", str(folder / "data")),
        *("--meeting", str(folder / "meeting.toml"), "--log-level", "error", *options),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().removeprefix("hub: ").strip()
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A hub with a secretary and a technician."""
    folder = tmp_path_factory.mktemp("real")
    book = Book(folder / "data")
    for name, full_name, role in (
        ("lan", "Trần Thị Lan", Role.SECRETARY),
        ("ky-thuat", "Kỹ thuật viên", Role.TECHNICIAN),
    ):
        kept = passwords.hashed(GOOD, name)
        book.add_account(Account(name, full_name, role, None, kept))
    book.close()
    with running(folder) as url:
        yield url


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A simulation."""
    with running(tmp_path_factory.mktemp("simulated"), "--simulation") as url:
        yield url


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A browser that nobody signed in with; the page must not break its CSP or throw."""
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": LAPTOP[0], "height": LAPTOP[1]})
    context.set_default_timeout(PATIENCE_MS)
    opened = context.new_page()
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "console",
        lambda said: complaints.append(said.text) if "Content Security" in said.text else None,
    )
    yield opened
    context.close()
    assert complaints == []


def no_serious_violation(page: Page) -> None:
    """Axe finds nothing serious."""
    found = Axe().run(page).response["violations"]
    assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []


def test_keys_alone_sign_in_and_come_back_to_the_page_asked_for(page: Page, real: str) -> None:
    page.goto(f"{real}codes?lang=vi")
    expect(page.locator("#seat-code")).to_be_focused()
    no_serious_violation(page)
    page.locator("#account-name").focus()
    page.keyboard.type("lan")
    page.keyboard.press("Tab")
    page.keyboard.type("sai mật khẩu")
    page.keyboard.press("Enter")
    problem = page.get_by_role("alert")
    expect(problem).to_have_text("Tên đăng nhập hoặc mật khẩu không đúng")
    expect(problem).to_be_focused()
    no_serious_violation(page)
    page.locator("#account-password").fill(GOOD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/codes?lang=vi")
    expect(page.locator("who-am-i")).to_contain_text("Trần Thị Lan")
    expect(page.locator("who-am-i")).to_contain_text("Thư ký")
    page.get_by_text("Trang khác").click()
    expect(page.get_by_role("link", name="Bàn kỹ thuật")).to_be_visible()
    no_serious_violation(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Bàn kỹ thuật")).to_be_hidden()


def test_a_printed_code_opens_the_seat_and_revoking_it_closes(
    page: Page, browser: Browser, real: str
) -> None:
    page.goto(f"{real}codes")
    page.locator("#account-name").fill("lan")
    page.locator("#account-password").fill(GOOD)
    page.keyboard.press("Enter")
    card = page.locator('[data-seat="main/2"]')
    expect(card).to_contain_text("Nguyễn <i>An</i>")
    card.get_by_role("button", name="Tạo mã").click()
    expect(card.get_by_role("img")).to_have_js_property("complete", True)
    code = card.locator(".code").inner_text()
    no_serious_violation(page)
    device = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]})
    phone = device.new_page()
    phone.goto(f"{real}signin#code={code}")
    phone.wait_for_url(f"{real}seat")
    expect(phone.locator("who-am-i .who-name")).to_have_text("Nguyễn <i>An</i>")
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    phone.goto(real)  # not a page for delegates
    expect(phone.get_by_role("alert")).to_have_text("Trang đó không dành cho vai đang đăng nhập")
    expect(phone.locator("#here-who")).to_contain_text("Nguyễn <i>An</i> (Đại biểu) · main/2")
    no_serious_violation(phone)
    card.get_by_role("button", name="Hủy mã").click()
    expect(card.locator(".state")).to_have_text("Chưa có mã")
    phone.goto(f"{real}seat")
    phone.wait_for_url("**/signin?next=/seat")
    phone.goto(f"{real}signin?lang=vi#code={code}")
    expect(phone.get_by_role("alert")).to_have_text("Mã không đúng hoặc đã hết hiệu lực")
    device.close()


def test_in_a_simulation_a_key_is_enough_and_signing_out_is_the_end(
    page: Page, simulated: str
) -> None:
    page.goto(f"{simulated}?lang=en")
    expect(page.locator("#simulation")).to_contain_text("nothing is real")
    no_serious_violation(page)
    page.get_by_role("button", name="Technician").click()
    page.wait_for_url(f"{simulated}?lang=en")
    expect(page.locator("who-am-i")).to_contain_text("Technician")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/signin")
    page.goto(simulated)
    page.wait_for_url("**/signin?next=/")
    page.locator("#simulation-seat").select_option("main/2")
    page.locator("#by-role").get_by_role("button").click()
    page.wait_for_url("**/signin?next=/&why=not_your_role")


def test_a_page_whose_session_ends_asks_to_sign_in(page: Page, simulated: str) -> None:
    page.goto(simulated)
    page.get_by_role("button", name="Kỹ thuật").click()
    page.wait_for_url(simulated)
    page.context.clear_cookies()
    page.reload()
    page.wait_for_url("**/signin?next=/")


def test_a_screen_shows_a_code_until_a_technician_has_typed_it(
    page: Page, browser: Browser, real: str
) -> None:
    page.goto(f"{real}signin?next=/display/main")
    code = page.locator("#pairing-code")
    expect(code).to_have_text(re.compile("^[2-9A-Z]{5}$"))
    no_serious_violation(page)
    desk = browser.new_context()
    technician = desk.new_page()
    technician.goto(f"{real}codes")
    technician.locator("#account-name").fill("ky-thuat")
    technician.locator("#account-password").fill(GOOD)
    technician.keyboard.press("Enter")
    technician.locator("#pair-code").fill(code.inner_text())
    technician.get_by_role("button", name="Ghép màn hình").click()
    expect(technician.locator("#pair-said")).to_have_text("Đã ghép màn hình của phòng main")
    no_serious_violation(technician)
    page.wait_for_url(f"{real}display/main")
    desk.close()
