"""The technician's care: checks and their sheet, alarms seen, screens, plots, log, drills."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.fake_hub import FakeHub
from tests.browser.sample_care import DRILLS, last_check, running_check
from tests.browser.sample_state import HUB_TIME_MS, text

pytestmark = pytest.mark.browser


def test_a_check_runs_is_read_and_goes_on_paper(open_page: OpenPage, hub: FakeHub) -> None:
    page = open_page()
    room = page.locator('check-panel [data-room="main"]')
    expect(room).to_contain_text("Chưa kiểm tra lần nào")
    room.get_by_role("button", name="Kiểm tra Phòng họp chính").click()
    expect(room.locator(".note")).to_have_attribute("data-stage", "done")
    assert hub.commands == [("check_room", {"room": "main"})]
    hub.part(["rooms", "main", "check"], running_check(3, 9))
    expect(room.locator("progress")).to_have_attribute("aria-label", "Đang kiểm tra, 3/9")
    hub.part(["rooms", "main", "last_check"], last_check())
    hub.part(["rooms", "main", "check"], None)
    expect(room.locator("progress")).to_be_hidden()
    expect(room.locator(".check-head .word")).to_have_text("Không đạt")
    expect(room.locator(".when")).to_contain_text("2 đạt, 1 không đạt, 1 chưa xác nhận")
    first = room.locator(".check-items li").first
    expect(first).to_contain_text("Máy đại biểu · Ghế 12")
    expect(first).to_contain_text("Việc cần làm: Đến ghế, kiểm tra dây nối")
    expect(room.locator(".passed")).not_to_have_attribute("open", "")
    page.evaluate(
        """() => { window.print = () => {
          const folds = document.querySelectorAll("check-panel details:not([hidden], [open])");
          window.shown = { folds: folds.length, of: document.documentElement.dataset.print };
        }; }"""
    )
    page.get_by_role("button", name="In phiếu kiểm tra").click()
    shown = page.evaluate("window.shown")
    assert shown == {"folds": 0, "of": "check"}
    page.evaluate("document.documentElement.dataset.print = 'check'")
    page.emulate_media(media="print")
    expect(page.locator(".signature")).to_be_visible()
    expect(page.locator("room-maps")).to_be_hidden()
    expect(room.get_by_role("button")).to_have_count(0)


def test_alarms_are_acknowledged_and_screens_watched(open_page: OpenPage, hub: FakeHub) -> None:
    screen = {"alive": False, "showing": "floor", "since_ms": HUB_TIME_MS - 40_000}
    hub.state["rooms"]["satellite"]["screen"] = screen
    page = open_page()
    line = page.locator('.room-line[data-room="satellite"]')
    expect(line).to_contain_text("Màn hình phòng không hiển thị trang cuộc họp")
    alarm = page.locator(".alarm").first
    alarm.get_by_role("button", name="Ghi nhận báo động").click()
    expect(alarm.locator(".note")).to_have_attribute("data-stage", "accepted")
    alert = hub.state["rooms"]["main"]["alerts"]["seat-12"]
    seen = {**alert, "seen": {"by": "An", "at_ms": HUB_TIME_MS}}
    hub.part(["rooms", "main", "alerts"], {"seat-12": seen})
    expect(alarm.locator(".seen")).to_contain_text("Đã ghi nhận: An")
    expect(alarm.locator(".note")).to_have_attribute("data-stage", "done")
    row = page.locator('tr[data-device="screen"]')
    expect(row.locator(".state-word .word")).to_have_text("Sự cố")
    expect(row.get_by_role("link", name="Mở trang màn hình")).to_have_attribute(
        "href", "/display/satellite?lang=vi"
    )
    row.get_by_role("button", name="Thôi theo dõi màn hình").click()
    row.get_by_role("button", name="Không báo động nữa").click()
    hub.part(["rooms", "satellite", "screen"], None)
    expect(row).to_have_count(0)
    assert hub.commands == [
        ("acknowledge_alarm", {"room": "main", "alert": "seat-12"}),
        ("expect_screen", {"room": "satellite", "on": False}),
    ]


def test_the_log_is_filtered_goes_back_and_becomes_a_file(
    open_page: OpenPage, hub: FakeHub
) -> None:
    for event in hub.state["events"]:
        event["kind"] = "alarms" if event["seat"] == "main/12" else "floor"
    old: dict[str, Any] = {"n": 0, "ts": 1_759_000_000.0, "what": "alert", "seat": None}
    hub.older = [{**old, "kind": "alarms", "room": "main", "text": text("Báo động cũ", "Old")}]
    page = open_page()
    log = page.locator("event-log")
    page.locator("#log-kind").select_option("alarms")
    expect(log.locator(".what")).to_have_text(["Máy ở ghế số 12 không trả lời"])
    log.get_by_role("button", name="Xem cũ hơn").click()
    expect(log.locator(".what")).to_have_text(["Máy ở ghế số 12 không trả lời", "Báo động cũ"])
    expect(log.get_by_role("button", name="Xem cũ hơn")).to_be_hidden()
    assert hub.asked_events == [{"before": "1", "limit": "200", "kind": "alarms"}]
    expect(log.get_by_role("link", name="Tải CSV")).to_have_attribute(
        "href", "/api/v1/events?format=csv&kind=alarms"
    )
    page.locator("#log-room").select_option("satellite")
    expect(log.locator(".what")).to_have_count(0)


def test_plots_and_drills(open_page: OpenPage, hub: FakeHub) -> None:
    hub.state["rooms"]["main"]["drills"] = {**DRILLS, "standing": {}}
    page = open_page("?lang=en")
    page.locator("link-plots summary").click()
    plot = page.locator('link-plots [data-room="main"] [data-figure="round_trip_ms"]')
    expect(plot.locator("figcaption")).to_have_text("Round trip to the room")
    expect(plot.get_by_role("img")).to_have_attribute("aria-label", _said("Round trip"))
    assert str(plot.locator(".median").get_attribute("d")).count("M") == 2, "a gap stays a gap"
    page.locator("drill-panel summary").click()
    page.locator("#drill-fault").select_option("stuck")
    expect(page.locator("drill-panel .expect")).to_contain_text("never arrives")
    page.get_by_role("button", name="Begin").click()
    hub.part(["rooms", "main", "drills"], DRILLS)
    page.get_by_role("button", name="End the drill").click()
    expect(page.locator("drill-panel .note")).to_have_attribute("data-stage", "done")
    drill = {"room": "main", "device": "cam-1", "fault": "stuck"}
    assert hub.commands == [("drill", {**drill, "on": True}), ("drill", {**drill, "on": False})]


def _said(beginning: str) -> Any:
    return re.compile(f"^{beginning}.*last minute$")


def test_the_shape_of_an_hour(page_of_modules: Page) -> None:
    shape = page_of_modules.evaluate(
        """async () => {
          const m = await import("/web/js/care.js");
          return {
            shape: m.plotShape([[1, 2, 4], null, [3, 3, 3], [0, 1, 40]]),
            none: m.plotShape([null, null]),
            nice: [0, 1, 3, 7, 10, 11, 450].map(m.niceAbove),
            units: ["a_ms", "b_ppm", "outbox"].map(m.unitOf),
          };
        }"""
    )
    assert shape["shape"]["top"] == 50
    assert shape["shape"]["line"] == "M0 69.1h0.1M200 67.7L300 70.6"
    assert shape["shape"]["last"] == [0, 1, 40]
    assert shape["none"] == {"band": "", "line": "", "top": 1, "last": None}
    assert shape["nice"] == [1, 1, 5, 10, 10, 20, 500]
    assert shape["units"] == ["ms", "ppm", ""]


@pytest.fixture
def page_of_modules(open_page: OpenPage) -> Page:
    """Any page: modules load from the same place."""
    return open_page("display/main", wait=False)
