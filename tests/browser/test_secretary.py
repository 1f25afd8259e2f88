"""The secretary's page on a real hub without rooms: a meeting is prepared, begun, led, ended.

Owns what a person does there, by hand and by keys. Which forms hold is judged without a browser:
``tests/unit/test_hub_meeting_api.py``.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from hub.demo_papers import furnish
from hub.roster import demo_file, load
from tests.browser.conftest import LAPTOP, PATIENCE_MS, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

HOSTILE = '<img src=x onerror="document.title=1">'

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A hub with the demo's meetings; nobody answers at its broker."""
    with tempfile.TemporaryDirectory(prefix="ph") as folder:
        form = load(demo_file())
        assert form is not None
        with ThreadPoolExecutor(1) as apart:  # Playwright has a loop of its own here
            apart.submit(lambda: asyncio.run(furnish(Path(folder), form))).result()
        command = [sys.executable, "-m", "hub.cli", "run", "--mqtt", "127.0.0.1:9"]
        command += ["--http", "127.0.0.1:0", "--data", folder, "--log-level", "error"]
        command += ["--meeting", str(demo_file()), "--simulation"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            yield process.stdout.readline().removeprefix("hub: ").strip()
            process.terminate()
            process.wait(20)


@pytest.fixture
def open_secretary(browser: Browser, address: str) -> Iterator[Open]:
    """Opens the page; it must not complain."""
    complaints: list[str] = []
    contexts = []

    def opened(query: str = "", size: tuple[int, int] = LAPTOP) -> Page:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce"
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        context.request.post(f"{address}api/v1/sign-in/simulation", data={"role": "secretary"})
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{address}secretary{query}")
        page.wait_for_selector(".agenda-item")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def new_meeting(page: Page, title: str) -> None:
    """Make a meeting and wait until it is open."""
    page.get_by_role("button", name="Lập cuộc họp").click()
    page.get_by_label("Tên cuộc họp").first.fill(title)
    page.get_by_role("button", name="Lập", exact=True).click()
    expect(page.locator("#editor-title")).to_have_text(title)


def saved(page: Page) -> None:
    """Save and wait."""
    page.get_by_role("button", name="Lưu", exact=True).click()
    expect(page.locator(".save-bar .word")).to_have_text("Đã lưu")


def test_a_whole_meeting_from_nothing_to_its_end(open_secretary: Open, tmp_path: Path) -> None:
    page = open_secretary()
    new_meeting(page, HOSTILE)
    assert "Bàn thư ký" in page.title()

    for title in ("Kết luận", "Khai mạc"):
        page.get_by_role("button", name="Thêm mục").click()
        page.keyboard.type(title)  # the new item has the focus
    items = page.locator(".agenda-item")
    expect(items).to_have_count(2)
    expect(page.get_by_text("Lưu mục này trước khi thêm tài liệu").first).to_be_visible()
    page.keyboard.press("Alt+ArrowUp")
    expect(items.first.get_by_label("Nội dung")).to_have_value("Khai mạc")
    expect(items.first.get_by_label("Nội dung")).to_be_focused()

    page.get_by_role("button", name="Thêm nội dung biểu quyết").click()
    page.keyboard.type("Thông qua")
    page.get_by_role("button", name="Thêm vào cuộc họp").click()
    page.locator(".motion-row select").select_option(label="2. Kết luận")
    saved(page)

    paper = tmp_path / "Bao_cao.pdf"
    paper.write_bytes(b"%PDF-1.4\n%%EOF\n")
    evil = tmp_path / "evil.pdf"
    evil.write_bytes(b"<script>alert(1)</script>")
    items.first.locator("input[type=file]").set_input_files([paper, evil])
    expect(items.first.locator(".paper-row a")).to_have_text("Bao cao")
    expect(items.first.locator(".item-papers > .problem")).to_contain_text("Chỉ nhận tệp PDF")

    page.get_by_role("button", name="Khai mạc", exact=True).click()
    page.get_by_role("button", name="Khai mạc, các phòng hiện cuộc họp này").click()
    row = page.locator(".meeting-row[aria-pressed=true]")
    expect(row).to_have_attribute("data-state", "running")
    expect(page.locator("#meeting-title")).to_have_text(HOSTILE)
    assert page.locator("img").count() == 0
    page.get_by_role("button", name="Bế mạc", exact=True).click()
    page.get_by_role("button", name="Bế mạc, tắt mọi micro").click()
    expect(row).to_have_attribute("data-state", "ended")
    expect(page.get_by_text("Cuộc họp đã bế mạc")).to_be_visible()
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="Điểm danh, Excel").click()
    assert downloaded.value.suggested_filename == "attendance.xlsx"
    expect(items.first.get_by_label("Nội dung")).to_be_disabled()


def test_a_list_from_a_sheet_is_judged_shown_and_only_then_used(
    open_secretary: Open, tmp_path: Path
) -> None:
    page = open_secretary()
    new_meeting(page, "Danh sách")
    bad, good = tmp_path / "sai.csv", tmp_path / "dung.csv"
    bad.write_text("Ghế;Vai trò\nmain/1;vua\nmain/2;\nmain/2;\n", encoding="utf-8")
    good.write_text("Ghế;Họ tên;Vai trò\nmain/1;An;Chủ trì\nmain/2;Bình;\n", encoding="utf-8-sig")
    file = page.locator(".roster-import input[type=file]")
    file.set_input_files(bad)
    box = page.locator(".import-box")
    expect(box).to_contain_text("sai.csv: 2 chỗ cần sửa")
    expect(box.locator(".row-problems li").first).to_contain_text("Dòng 2 · Vai trò")
    expect(page.locator(".roster tbody tr")).to_have_count(0)
    file.set_input_files(good)
    expect(box.locator(".roster-changes li")).to_have_count(2)
    expect(page.locator(".roster tbody tr")).to_have_count(0)
    page.get_by_role("button", name="Dùng danh sách này").click()
    expect(page.locator(".roster tbody tr")).to_have_count(2)
    saved(page)
    expect(page.locator(".meeting-row[aria-pressed=true]")).to_contain_text("2 người")


def test_what_is_typed_outlives_a_lost_line_and_somebody_elses_changes(
    open_secretary: Open,
) -> None:
    page, other = open_secretary(), open_secretary()
    new_meeting(page, "Cùng sửa")
    other.locator(".meeting-row", has_text="Cùng sửa").click()
    title = page.locator(".facts-part").get_by_label("Tên cuộc họp")
    title.fill("Của tôi")
    page.route("**/api/v1/meetings/*", lambda route: route.abort())
    page.get_by_role("button", name="Lưu", exact=True).click()
    expect(page.locator(".save-bar .problem")).to_contain_text("Không gửi được")
    expect(title).to_have_value("Của tôi")
    page.unroute("**/api/v1/meetings/*")

    others = other.locator(".facts-part").get_by_label("Tên cuộc họp")
    expect(others).to_have_value("Cùng sửa")
    others.fill("Của người khác")
    saved(other)
    expect(page.locator(".save-bar .problem")).to_contain_text("sửa ở nơi khác")
    expect(title).to_have_value("Của tôi")
    page.get_by_role("button", name="Bỏ thay đổi").click()
    expect(title).to_have_value("Của người khác")


def test_a_hub_that_refuses_a_meeting_is_not_stormed_with_requests(open_secretary: Open) -> None:
    page = open_secretary()
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=503, json={})

    new_meeting(page, "Còn trống")
    page.reload()  # it forgets what it had fetched
    page.wait_for_selector(".meeting-row")
    page.route("**/api/v1/meetings/*", refuse)
    page.locator(".meeting-row", has_text="Còn trống").click()
    page.wait_for_timeout(3000)
    assert 1 <= len(asked) <= 4
    page.unroute("**/api/v1/meetings/*")
    expect(page.locator("#editor-title")).to_have_text("Còn trống")


@pytest.mark.parametrize(
    ("size", "lang"), [((1920, 1080), "en"), (LAPTOP, "vi"), (PHONE, "vi")], ids=str
)
def test_every_size_fits_and_has_no_serious_barrier(
    open_secretary: Open, size: tuple[int, int], lang: str
) -> None:
    page = open_secretary(f"?lang={lang}", size)
    page.locator(".meeting-row", has_text="tháng 12").click()
    expect(page.locator("#editor-title")).to_contain_text("tháng 12")
    page.locator(".motions-part > .row button").click()
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= size[0]
    found = Axe().run(page).response["violations"]
    serious = [v for v in found if v["impact"] in ("serious", "critical")]
    assert [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in serious] == []
