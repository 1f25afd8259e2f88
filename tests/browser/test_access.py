"""The page for everybody: keys alone, a phone, a screen reader's rules, paper."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LAPTOP, PHONE, OpenPage, serious
from tests.browser.fake_hub import FakeHub
from tests.browser.sample_ballots import ballot, burdened

pytestmark = pytest.mark.browser


def unfold(page: Page) -> None:
    """Open everything that can be opened: a seat, the settings, both forms, the list."""
    page.locator('[data-seat="main/6"].seat-row').click()
    page.get_by_role("button", name=re.compile("Soạn nội dung|Prepare a ballot")).click()
    page.locator("#ballot-labels").select_option("own")
    page.get_by_role("button", name=re.compile("^(Hủy lượt biểu quyết|Abort the vote)$")).click()
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")


def test_keys_alone_select_a_seat_and_open_its_microphone(
    open_page: OpenPage, hub: FakeHub
) -> None:
    page = open_page()
    page.keyboard.press("2")
    start = page.locator('[data-room="satellite"] [data-key="seat:1"]')
    expect(start).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    seat = page.locator('[data-room="satellite"] [data-key="seat:3"]')
    expect(seat).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Bật micro")).to_be_focused()
    page.keyboard.press("Enter")
    expect(seat).to_have_attribute("data-state", "speaking")
    assert hub.commands == [("open_microphone", {"seat": "satellite/3"})]
    page.keyboard.press("Escape")
    expect(page.locator("thing-panel")).to_be_hidden()
    expect(seat).to_be_focused()


def test_arrow_keys_reach_everything_on_the_map(open_page: OpenPage) -> None:
    page = open_page()
    page.keyboard.press("1")
    reached = page.evaluate(
        """() => {
          const seen = new Set();
          const todo = [document.activeElement];
          while (todo.length > 0) {
            const here = todo.pop();
            if (seen.has(here.dataset.key)) continue;
            seen.add(here.dataset.key);
            for (const key of ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]) {
              here.focus();
              here.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
              todo.push(document.activeElement);
            }
          }
          return [...seen].sort();
        }"""
    )
    things = [f"seat:{n}" for n in range(1, 26)]
    assert reached == sorted([*things, "camera:cam-1", "camera:cam-2", "display:display-1"])


def test_keys_alone_end_a_vote(open_page: OpenPage, hub: FakeHub) -> None:
    hub.state["ballots"] = [ballot("open")]
    page = open_page()
    page.keyboard.press("b")
    expect(page.locator("ballot-desk h2")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Kết thúc biểu quyết")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert hub.commands == []
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator("ballot-desk")).to_have_attribute("data-stage", "closing")
    assert hub.commands == [("close_ballot", {"ballot": "budget", "generation": 1})]


def test_question_mark_shows_the_keys_and_escape_closes(open_page: OpenPage) -> None:
    page = open_page()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Phím tắt")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Phím tắt")).to_be_hidden()


def test_what_matters_is_announced_politely(open_page: OpenPage, hub: FakeHub) -> None:
    page = open_page()
    status = page.get_by_role("status").first
    expect(status).to_have_attribute("aria-live", "polite")
    hub.part(["rooms", "satellite", "online"], False)
    expect(status).to_contain_text("Phòng họp vệ tinh: Mất kết nối với phòng")
    hub.part(["ballots"], [ballot("open")])
    expect(status).to_contain_text("Đang biểu quyết: Thông qua dự thảo Nghị quyết")
    hub.part(["floor"], {**hub.state["floor"], "recess": True})
    expect(status).to_contain_text("Cuộc họp đang tạm nghỉ")


@pytest.mark.parametrize("query", ["", "?lang=en"], ids=["vi", "en"])
def test_no_width_scrolls_sideways(open_page: OpenPage, hub: FakeHub, query: str) -> None:
    burdened(hub.state)
    page = open_page(query, size=PHONE)
    unfold(page)
    for width in (320, PHONE[0], 768, LAPTOP[0], 1920):
        page.set_viewport_size({"width": width, "height": 844})
        page.wait_for_function("document.querySelector('.seat-map').clientWidth < innerWidth")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_finger_finds_every_button(open_page: OpenPage, hub: FakeHub) -> None:
    burdened(hub.state)
    page = open_page(size=PHONE)
    unfold(page)
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, select, input")]
          .filter((node) => node.checkVisibility())
          .map((node) => [node.getBoundingClientRect(), node.textContent])
          .filter(([box]) => box.height < 44 || box.width < 44)
          .map(([box, text]) => `${text} ${box.width}x${box.height}`)"""
    )
    assert small == []


def test_a_tap_near_a_seat_selects_it(open_page: OpenPage) -> None:
    page = open_page(size=PHONE)
    box = page.locator('[data-room="main"] [data-key="seat:13"] .glyph').bounding_box()
    assert box is not None
    page.mouse.click(box["x"] - 14, box["y"] + box["height"] / 2 + 1)
    expect(page.locator("thing-panel h2")).to_have_text("Lý Gia Bảo")


def test_paper_has_maps_and_names_but_no_keys(open_page: OpenPage) -> None:
    page = open_page()
    page.emulate_media(media="print")
    expect(page.locator(".seat-map").first).to_be_visible()
    expect(page.locator('[data-seat="main/6"].seat-row')).to_be_visible()
    expect(page.locator("floor-panel")).to_be_hidden()
    expect(page.get_by_role("button", name="In sơ đồ")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_no_serious_violation_of_accessibility_rules(
    open_page: OpenPage, hub: FakeHub, size: tuple[int, int], scheme: str
) -> None:
    burdened(hub.state)
    hub.state["floor"] |= {"alarm": True, "fire_rooms": ["satellite"]}
    hub.state["rooms"]["satellite"]["online"] = False
    page = open_page(size=size, scheme=scheme)
    unfold(page)
    assert serious(page) == []
