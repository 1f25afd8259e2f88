"""The pages on a running demo: real hub, real controllers, simulated hardware.

Owns one walk through floor and ballot in the browser, with keys pressed at the seats of both
rooms, and a meeting that is led from the chair's page with delegates' pages and keys together.
What each state looks like is judged against the stand-in hub; here it must be true.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import LAPTOP, PATIENCE_MS, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

VOTES = {"main": {"1": "yes", "12": "no"}, "satellite-1": {"3": "yes"}}


class Demo:
    """A running demo: its page's address, and fingers for the keys of its seats."""

    def __init__(self, page: str, environment: dict[str, str]) -> None:
        self.page = page
        self._environment = environment

    def press(self, room: str, number: str, key: str) -> None:
        """Press a key at a seat."""
        command = [sys.executable, "-m", "edge.cli", "twin", "press", room, number, key]
        subprocess.run(command, check=True, capture_output=True, env=self._environment)


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    """A demo on free ports, once it is up."""
    with tempfile.TemporaryDirectory(prefix="ph") as folder:
        (Path(folder) / "run").mkdir()
        environment = {**os.environ, "PHONGHOP_RUN_DIR": f"{folder}/run", "TMPDIR": folder}
        command = [sys.executable, "-m", "hub.cli", "demo", "--http-port", "0", "--mqtt-port", "0"]
        with subprocess.Popen(
            [*command, "--json"], stdout=subprocess.PIPE, text=True, env=environment
        ) as process:
            assert process.stdout is not None
            yield Demo(json.loads(process.stdout.readline())["page"], environment)
            process.terminate()
            process.wait(20)


@pytest.fixture
def visit(browser: Browser, demo: Demo) -> Iterator[Callable[..., Page]]:
    """Opens pages of the demo by address and role, or seat; none may complain."""
    complaints: list[str] = []
    contexts = []

    def visited(
        address: str = "",
        role: str = "technician",
        seat: str | None = None,
        size: tuple[int, int] = LAPTOP,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce"
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        opened = context.new_page()
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.goto(demo.page + address)  # nobody is signed in: the sign-in page offers the roles
        opened.locator("#simulation").wait_for()
        assert opened.evaluate("document.documentElement.scrollWidth") <= size[0]
        if seat is not None:
            opened.locator("#simulation-seat").select_option(seat)
            opened.locator("#by-role button").click()
        else:
            opened.locator(f'[data-role="{role}"]').click()
        opened.wait_for_selector('[data-phase="shown"]')
        return opened

    yield visited
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(visit: Callable[..., Page]) -> Page:
    """The technician's page of the demo."""
    opened = visit()
    opened.wait_for_selector(".thing.seat")
    return opened


def test_a_request_is_granted_muted_and_ended(page: Page, demo: Demo) -> None:
    panel = page.locator("floor-panel")
    panel.get_by_role("button", name="Đăng ký, chủ trì mời").click()
    demo.press("main", "12", "mic")
    line = panel.locator('.queue [data-seat="main/12"]')
    line.get_by_role("button", name="Mời phát biểu").click()
    seat = page.locator('[data-room="main"] [data-key="seat:12"]')
    expect(seat).to_have_attribute("data-state", "speaking")
    expect(panel.locator('[data-seat="main/12"] .time-limit')).to_be_visible()
    panel.get_by_role("button", name="Tạm nghỉ", exact=True).click()
    panel.get_by_role("button", name="Tạm nghỉ, 1 micro tắt tiếng").click()
    expect(seat).to_have_attribute("data-state", "muted")
    panel.get_by_role("button", name="Tiếp tục").click()
    expect(seat).to_have_attribute("data-state", "speaking")
    panel.get_by_role("button", name="Kết thúc lượt phát biểu").click()
    expect(panel.get_by_text("Chưa có người phát biểu")).to_be_visible()


def test_a_ballot_from_the_form_to_its_record(page: Page, demo: Demo) -> None:
    page.get_by_role("button", name="Điểm danh tất cả").click()
    page.get_by_role("button", name="Soạn nội dung biểu quyết").click()
    page.get_by_label("Câu hỏi, tiếng Việt").fill("Thông qua chương trình họp")
    page.get_by_label("Quy tắc thông qua").select_option("giao_ban_so")
    page.get_by_role("button", name="Lưu nội dung").click()
    page.get_by_role("button", name="Mở ra, Thông qua chương trình họp").click()
    desk = page.locator("ballot-desk")
    desk.get_by_role("button", name="Chuyển sang sẵn sàng").click()
    desk.get_by_role("button", name="Bắt đầu biểu quyết").click()
    seats = {
        (room, number): page.locator(f'[data-room="{room}"] [data-key="seat:{number}"]')
        for room, votes in VOTES.items()
        for number in votes
    }
    for (room, number), seat in seats.items():
        expect(seat).to_have_attribute("data-vote", "vote_waiting")
        demo.press(room, number, VOTES[room][number])
    for seat in seats.values():
        expect(seat).to_have_attribute("data-vote", "vote_counted")
    expect(desk.locator(".turnout strong")).to_contain_text("3/")
    desk.get_by_role("button", name="Kết thúc biểu quyết").click()
    desk.get_by_role("button", name="Kết thúc biểu quyết (3/").click()
    desk.get_by_role("button", name="Công bố kết quả").click()
    expect(desk).to_have_attribute("data-stage", "announced")
    expect(desk.locator(".outcome")).to_have_text("Được thông qua")
    assert desk.locator(".bar strong").all_inner_texts() == ["2", "1", "0"]
    desk.locator(".silent summary").click()
    expect(desk.locator(".silent-groups")).to_contain_text("Có mặt, không bấm")
    journal = desk.get_by_role("link", name="Tải nhật ký kiểm chứng").get_attribute("href")
    lines = page.evaluate("async (path) => (await fetch(path)).text()", journal).splitlines()
    assert "plan" in json.loads(lines[0])
    assert "result" in json.loads(lines[-1])


def test_a_meeting_is_led_from_the_chairs_page(visit: Callable[..., Page], demo: Demo) -> None:
    chair = visit("chair", "chair")
    seat = visit("seat", seat="main/7", size=PHONE)
    key = seat.locator("seat-turn .key")
    chair.locator('chair-tabs [data-part="people"]').click()
    everybody = chair.get_by_role("button", name="Điểm danh tất cả")
    if everybody.is_visible():
        everybody.click()
    chair.locator('chair-tabs [data-part="vote"]').click()
    chair.locator(".folded > summary").click()
    chair.get_by_role("button", name="Đăng ký, chủ trì mời").click()
    key.click()
    expect(key).to_have_text("Rút yêu cầu")
    expect(chair.locator('.queue [data-seat="main/7"]')).to_be_visible()
    chair.get_by_role("button", name="Mời người tiếp theo").click()
    expect(seat.locator("seat-turn")).to_have_attribute("data-state", "speaking")
    key.click()
    expect(key).to_have_text("Xin phát biểu")
    expect(chair.get_by_text("Chưa có người phát biểu")).to_be_visible()

    chair.get_by_role("button", name="Soạn nội dung biểu quyết").click()
    chair.get_by_label("Câu hỏi, tiếng Việt").fill("Thông qua kế hoạch tháng 12")
    chair.get_by_label("Quy tắc thông qua").select_option("giao_ban_so")
    chair.get_by_role("button", name="Lưu nội dung").click()
    chair.get_by_role("button", name="Mở ra, Thông qua kế hoạch tháng 12").click()
    desk = chair.locator("ballot-desk")
    desk.get_by_role("button", name="Chuyển sang sẵn sàng").click()
    desk.get_by_role("button", name="Bắt đầu biểu quyết").click()
    mine = seat.locator("seat-vote .my-vote")
    seat.locator(".option", has_text="Không tán thành").click()
    expect(mine).to_have_text("Đã tính: Không tán thành")
    at_the_table = visit().locator('[data-room="main"] [data-key="seat:7"]')
    expect(at_the_table).to_have_attribute("data-vote", "vote_counted")  # its lamps say it too
    seat.locator(".option", has_text="Tán thành").first.click()
    expect(mine).to_have_text("Đã tính: Tán thành")
    demo.press("main", "12", "no")
    expect(desk.locator(".turnout strong")).to_contain_text("2/")
    demo.press("main", "7", "abstain")  # one voter: the last press counts
    expect(mine).to_have_text("Đã tính, theo nút bấm tại ghế")
    seat.locator(".option", has_text="Tán thành").first.click()
    expect(mine).to_have_text("Đã tính: Tán thành")
    desk.get_by_role("button", name="Kết thúc biểu quyết").click()
    desk.get_by_role("button", name="Kết thúc biểu quyết (2/").click()
    desk.get_by_role("button", name="Công bố kết quả").click()
    expect(seat.locator("seat-vote .outcome")).to_be_visible()
    assert seat.locator("seat-vote .bar strong").all_inner_texts() == ["1", "1", "0"]


def test_a_room_checks_itself_and_a_fault_is_practised(page: Page, demo: Demo) -> None:
    """The satellite is checked, its camera is made to fail, seen, acknowledged, and mended."""
    room = page.locator('check-panel [data-room="satellite-1"]')
    room.get_by_role("button", name="Kiểm tra Phòng vệ tinh 1").click()
    expect(room.locator(".when")).to_contain_text("đạt", timeout=60_000)
    found = page.evaluate("async () => (await fetch('/api/v1/state')).json()")
    check = found["rooms"]["satellite-1"]["last_check"]
    verdicts = {item["id"]: item["verdict"] for item in check["items"]}
    assert verdicts["seats"] == "pass", check
    assert verdicts["cam-1"] == "pass", check
    assert verdicts["clock"] == "pass", check
    page.locator("drill-panel summary").click()
    page.locator("#drill-room").select_option("satellite-1")
    page.locator("#drill-device").select_option("cam-1")
    page.locator("#drill-fault").select_option("silent")
    page.get_by_role("button", name="Gây sự cố").click()
    alarm = page.locator(".alarm", has_text="Camera").first
    alarm.get_by_role("button", name="Ghi nhận báo động").click()
    expect(alarm.locator(".seen")).to_contain_text("Đã ghi nhận")
    page.get_by_role("button", name="Kết thúc diễn tập").click()
    expect(page.locator(".alarm", has_text="Camera")).to_have_count(0)
    rows = page.evaluate(
        "async () => (await fetch('/api/v1/events?format=csv&kind=alarms')).text()"
    )
    assert "Đã ghi nhận báo động" in rows


def test_the_rooms_screen_follows_a_press(page: Page, demo: Demo) -> None:
    page.locator("floor-panel").get_by_role("button", name="Tự do").click()
    screen = page.context.new_page()
    screen.goto(f"{demo.page}display/main")
    demo.press("main", "7", "mic")
    expect(screen.locator(".speaker")).to_have_attribute("data-seat", "main/7")
    expect(screen.locator(".speaker .word")).to_have_text("Đang phát biểu")
    expect(page.locator('tr[data-device="screen"]')).to_contain_text("đang hiển thị")
