"""A room's screen: one scene after the other, in one page; what it says of itself; its rules."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, serious
from tests.browser.fake_hub import FakeHub
from tests.browser.sample_ballots import ballot, timed
from tests.browser.sample_state import text

pytestmark = pytest.mark.browser

SCREEN = (1280, 720)


def fits(page: Page) -> bool:
    """Nothing is larger than the screen, and no part lies over another."""
    return bool(
        page.evaluate(
            """() => {
              const parts = [...document.querySelectorAll(".screen > *")]
                .filter((node) => node.checkVisibility());
              const [wide, high] = [innerWidth + 1, innerHeight + 1];
              const isInside = (box) => box.top >= 0 && box.bottom <= high && box.right <= wide;
              const isWhole = (node) => node.scrollHeight <= node.clientHeight + 1;
              const boxes = parts.map((node) => node.getBoundingClientRect());
              return boxes.every(isInside) && parts.every(isWhole);
            }"""
        )
    )


def test_the_screen_follows_the_meeting(open_page: OpenPage, hub: FakeHub) -> None:
    hub.state["meeting"] |= {
        "agenda": [{"id": "i2", "number": 2, "title": text("Dự toán năm 2027", "The 2027 budget")}],
        "item": "i2",
    }
    page = open_page("display/main", size=SCREEN, wait=False)
    scene = page.locator("html")
    expect(scene).to_have_attribute("data-scene", "floor")
    expect(page.locator(".speaker .name")).to_have_text("Huỳnh Tấn Phát")
    expect(page.locator(".speaker .word")).to_have_text("Đang mở…")
    expect(page.locator(".speaker .clock")).to_have_text("02:58")
    expect(page.locator(".others .name")).to_have_text("Vũ Ngọc Ánh")
    expect(page.locator(".next li .name").first).to_have_text("Đỗ Mạnh Cường")
    expect(page.locator("screen-head .item")).to_have_text("Mục 2: Dự toán năm 2027")
    expect(page.locator('screen-foot [data-room="satellite"] .word')).to_have_text("Đã kết nối")
    assert fits(page)
    assert page.evaluate("getComputedStyle(document.body).cursor") == "none"

    first = hub.state["floor"]["speaking"][0]
    hub.part(["floor"], {**hub.state["floor"], "speaking": [timed(first, 192_000)]})
    expect(page.locator(".speaker .phase")).to_have_text("quá giờ")
    expect(page.locator(".speaker .clock")).to_contain_text("+00:1")
    hub.part(["rooms", "satellite", "online"], False)
    expect(page.locator('screen-foot [data-room="satellite"] .word')).to_have_text("Mất kết nối")

    hub.part(["ballots"], [ballot("open")])
    expect(page.locator("screen-ballot .stage")).to_contain_text("Đang biểu quyết")
    expect(page.locator("screen-ballot .figures")).to_contain_text("23/29")
    expect(page.locator("screen-ballot .bars")).to_be_hidden()
    hub.part(["ballots"], [ballot("counted")])
    expect(page.locator("screen-ballot .hidden-counts")).to_contain_text("chờ công bố")
    expect(page.locator("screen-ballot .bars")).to_be_hidden()
    hub.part(["ballots"], [ballot("announced")])
    expect(page.locator("screen-ballot .outcome")).to_have_text("Được thông qua")
    expect(page.locator('.bar[data-option="yes"] strong')).to_have_text("17")
    expect(page.locator("screen-ballot .left")).to_contain_text("mức cần để thông qua")
    assert fits(page)

    hub.part(["ballots"], [])
    hub.part(["floor"], {**hub.state["floor"], "speaking": [], "queue": [], "recess": True})
    expect(page.locator("screen-notice .title")).to_have_text("Đang tạm nghỉ")
    hub.part(["floor"], {**hub.state["floor"], "recess": False})
    expect(page.locator("screen-notice .title")).to_have_text("Hội nghị giao ban tháng 11")


def test_fire_takes_the_whole_screen_and_stays_without_the_hub(
    open_page: OpenPage, hub: FakeHub
) -> None:
    page = open_page("display/main", size=SCREEN, wait=False)
    expect(page.locator("html")).to_have_attribute("data-scene", "floor")
    hub.part(["floor"], {**hub.state["floor"], "alarm": True, "fire_rooms": ["main"]})
    words = page.locator("screen-fire strong")
    expect(words).to_have_text(["BÁO CHÁY", "FIRE ALARM"])
    box = page.locator("screen-fire").bounding_box()
    assert box == {"x": 0, "y": 0, "width": SCREEN[0], "height": SCREEN[1]}
    hub.cut()
    expect(page.locator("connection-bar")).to_be_visible()
    expect(words.first).to_be_visible()
    hub.part(["floor"], {**hub.state["floor"], "alarm": False, "fire_rooms": []})
    hub.heal()
    expect(page.locator("screen-fire")).to_be_hidden(timeout=20_000)
    expect(page.locator("connection-bar")).to_be_hidden()
    hub.part(["floor"], {**hub.state["floor"], "alarm": True, "fire_rooms": ["satellite"]})
    expect(page.locator("screen-fire")).to_have_attribute("data-here", "false")


def test_a_painted_screen_says_that_it_lives(open_page: OpenPage, hub: FakeHub) -> None:
    page = open_page("display/satellite?lang=en", size=SCREEN, wait=False)
    with page.expect_response(lambda answer: "floor" in (answer.request.post_data or "")):
        # until the state has come it says "lost"
        expect(page.locator("screen-head h1")).to_have_text("Satellite room")
    assert hub.beats[-1] == {"room": "satellite", "showing": "floor"}


def test_an_old_result_gives_way_to_who_speaks(open_page: OpenPage, hub: FakeHub) -> None:
    hub.state["ballots"] = [ballot("announced")]
    page = open_page("display/main", size=SCREEN, wait=False)
    expect(page.locator("html")).to_have_attribute("data-scene", "floor")
    hub.part(["floor"], {**hub.state["floor"], "speaking": [], "queue": []})
    expect(page.locator("html")).to_have_attribute("data-scene", "result")


@pytest.mark.parametrize("stage", ["open", "announced", None])
def test_rules_of_accessibility_and_contrast_for_far_readers(
    open_page: OpenPage, hub: FakeHub, stage: str | None
) -> None:
    counts = {"yes": 17, "no": 4, "abstain": 2}
    hub.state["ballots"] = [] if stage is None else [ballot(stage, counts=counts)]
    if stage == "announced":
        hub.state["floor"] |= {"speaking": [], "queue": []}
    page = open_page("display/main", size=SCREEN, wait=False)
    expect(page.locator("html")).to_have_attribute("data-phase", "shown")
    assert serious(page, rules=("color-contrast-enhanced",)) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_room_that_is_not_part_of_the_meeting_shows_nothing_of_it(
    open_page: OpenPage, hub: FakeHub
) -> None:
    page = open_page("display/satellite", size=SCREEN, wait=False)
    expect(page.locator("html")).to_have_attribute("data-scene", "floor")
    hub.part(["rooms", "satellite", "sits"], False)
    expect(page.locator("screen-notice .below")).to_contain_text("không tham gia cuộc họp")
    expect(page.locator("screen-head .meeting")).to_be_empty()
    expect(page.locator("screen-foot")).to_be_hidden()
    page = open_page("display/main", size=SCREEN, wait=False)
    expect(page.locator("screen-foot")).to_be_hidden()


def test_an_unknown_room_is_named(open_page: OpenPage, hub: FakeHub) -> None:
    hub.state["floor"] |= {"speaking": [], "queue": []}
    page = open_page("display/mian", wait=False)
    expect(page.locator("screen-notice .below")).to_contain_text("chưa biết phòng “mian”")
