"""The chair's page, and what both the chair's and the delegate's pages owe everybody.

Owns the chair's page against the stand-in hub: its own keys and parts. What it shares with the
technician's page is tested there.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LAPTOP, PHONE, OpenPage
from tests.browser.fake_hub import FakeHub
from tests.browser.sample_ballots import ballot, burdened
from tests.browser.sample_state import text

pytestmark = pytest.mark.browser

SERIOUS = {"serious", "critical"}
FINGER_PX = 64

ITEMS = [
    {"id": "a", "number": 1, "title": text("Khai mạc", "Opening"), "minutes": 5, "papers": []},
    {"id": "b", "number": 2, "title": text("Báo cáo", "Report"), "presenter": "An", "papers": []},
    {"id": "c", "number": 3, "title": text("Bế mạc", "Closing"), "papers": []},
]


def burden(hub: FakeHub) -> None:
    """Everything at once, an agenda with it."""
    burdened(hub.state)
    hub.state["meeting"] |= {"agenda": ITEMS, "item": "b"}


def tap(page: Page, name: str) -> None:
    """One touch of a key in sight."""
    page.get_by_role("button", name=name, exact=True).locator("visible=true").first.click()


def test_who_speaks_and_who_is_next_are_led_from_here(open_page: OpenPage, hub: FakeHub) -> None:
    page = open_page("chair")
    queue = page.locator("floor-panel .queue .turn")
    first = queue.first.get_attribute("data-seat")
    tap(page, "Mời người tiếp theo")
    expect(queue).to_have_count(2)
    speakers = page.locator("floor-panel .turns:not(.queue) .turn")
    expect(speakers.last).to_have_attribute("data-seat", first or "")
    last = queue.last.get_attribute("data-seat")
    queue.last.get_by_role("button", name="Mời phát biểu").click()  # out of order
    expect(speakers.last).to_have_attribute("data-seat", last or "")
    names = [name for name, _ in hub.commands]
    assert names == ["next", "open_microphone"]


def test_the_clock_of_who_speaks_is_the_largest_thing(open_page: OpenPage) -> None:
    page = open_page("chair")
    sizes = page.evaluate(
        """() => [...document.querySelectorAll("main *")]
          .filter((node) => node.checkVisibility() && node.children.length === 0)
          .filter((node) => node.textContent)
          .map((node) => [parseFloat(getComputedStyle(node).fontSize), node.className])
          .sort((a, b) => b[0] - a[0])"""
    )
    assert sizes[0][1] == "clock"


def test_priority_is_taken_and_let_go(open_page: OpenPage, hub: FakeHub) -> None:
    page = open_page("chair")
    tap(page, "Ưu tiên chủ trì")
    tap(page, "Thôi ưu tiên")
    expect(page.get_by_role("button", name="Ưu tiên chủ trì")).to_be_visible()
    assert hub.commands == [
        ("take_priority", {"seat": "main/1"}),
        ("release_priority", {"seat": "main/1"}),
    ]


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "tablet"])
def test_any_function_is_three_touches_away(
    open_page: OpenPage, hub: FakeHub, size: tuple[int, int]
) -> None:
    hub.state["ballots"] = [ballot("open")]
    hub.state["attendance"]["asked"] = False
    hub.state["meeting"] |= {"agenda": ITEMS, "item": "a"}
    page = open_page("chair", size=size)
    ways = {
        "close_ballot": [
            "Biểu quyết (23/29)", "Kết thúc biểu quyết", "Kết thúc biểu quyết (23/29 đã bấm)",
        ],
        "ask_attendance": ["Điểm danh 29/31", "Mời điểm danh tại ghế"],
        "next_item": ["Chương trình", "Chuyển mục tiếp theo"],
    }  # fmt: skip
    if size == PHONE:
        tap(page, "Phát biểu (3)")
    for name in ("set_recess", "set_muted"):
        word = {"set_recess": "Tạm nghỉ", "set_muted": "Tắt khẩn cấp"}[name]
        tap(page, word)
        page.locator("floor-panel .danger").click()
        expect(page.locator(f'[data-hush="{name.removeprefix("set_")}"]')).to_be_visible()
        assert hub.commands[-1][0] == name
    for name, touches in ways.items():
        assert len(touches) <= 3
        for touch in touches:
            tap(page, touch)
        expect(page.locator('.note[data-stage="sent"]')).to_have_count(0)
        assert hub.commands[-1][0] == name


def test_the_answer_of_who_is_called_is_entered(open_page: OpenPage, hub: FakeHub) -> None:
    called = {"person": "main/3", "seat": "main/3", "name": "Lê Hoàng Long"}
    hub.state["ballots"] = [ballot("open", kind="roll_call", called=called)]
    page = open_page("chair")
    expect(page.locator(".roll-call .caption")).to_have_text("Ghi câu trả lời của Lê Hoàng Long")
    page.locator(".roll-call").get_by_role("button", name="Không tán thành").click()
    expect(page.locator(".roll-call .note")).to_have_attribute("data-stage", "done")
    vote = {"ballot": "budget", "generation": 1, "person": "main/3", "choice": "no"}
    assert hub.commands == [("roll_call_vote", vote)]


def test_the_chair_opens_the_meeting_and_closes_it(open_page: OpenPage, hub: FakeHub) -> None:
    hub.state["meeting"] |= {"agenda": ITEMS, "item": "a", "prepared": "m1", "session": None}
    page = open_page("chair")
    tap(page, "Khai mạc, chương trình")
    session = page.locator("meeting-session")
    expect(session.locator(".state-word")).to_have_text("Chưa khai mạc")
    expect(session.get_by_role("button", name="Bế mạc")).to_be_hidden()
    tap(page, "Khai mạc")
    tap(page, "Khai mạc, các phòng hiện cuộc họp này")
    expect(session.locator(".state-word")).to_have_text("Đang diễn ra")
    tap(page, "Bế mạc")
    tap(page, "Bế mạc, tắt mọi micro của đại biểu")
    expect(session.locator(".state-word")).to_have_text("Đã kết thúc")
    expect(session.get_by_role("button", name="Họp tiếp")).to_be_visible()
    assert hub.commands == [
        ("start_meeting", {"meeting": "m1"}),
        ("end_meeting", {"meeting": "m1"}),
    ]


def test_nobody_is_called_from_an_empty_queue(open_page: OpenPage, hub: FakeHub) -> None:
    hub.state["floor"]["queue"] = []
    page = open_page("chair")
    key = page.get_by_role("button", name="Mời người tiếp theo")
    expect(key).to_have_attribute("aria-disabled", "true")
    waiting = {"seat": "main/3", "name": "Bình", "since_ms": 0, "suspended": False}
    queue = [{**waiting, "kind": "speech"}]
    hub.part(["floor"], {**hub.state["floor"], "queue": queue})
    expect(key).not_to_have_attribute("aria-disabled", "true")


# --- for everybody -------------------------------------------------------------------------------

PAGES = ("chair", "seat?seat=main/6")


@pytest.mark.parametrize("query", PAGES, ids=["chair", "seat"])
def test_no_width_scrolls_sideways(open_page: OpenPage, hub: FakeHub, query: str) -> None:
    burden(hub)
    page = open_page(query, size=PHONE)
    for lang in ("Tiếng Việt", "English"):
        page.get_by_role("button", name=lang).click()
        for width in (320, PHONE[0], 768, LAPTOP[0], 1920):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (lang, width)


@pytest.mark.parametrize("query", PAGES, ids=["chair", "seat"])
def test_the_keys_that_matter_are_as_large_as_a_thumb(
    open_page: OpenPage, hub: FakeHub, query: str
) -> None:
    burden(hub)
    page = open_page(query, size=PHONE)
    wanted = "main .action" if query == "chair" else "main .action.key"
    heights = (
        page.locator(wanted)
        .locator("visible=true")
        .evaluate_all(
            "nodes => nodes.map((n) => [n.textContent, n.getBoundingClientRect().height])"
        )
    )
    assert heights
    assert [(text, height) for text, height in heights if height < FINGER_PX] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("query", PAGES, ids=["chair", "seat"])
def test_no_serious_violation_of_accessibility_rules(
    open_page: OpenPage, hub: FakeHub, query: str, scheme: str
) -> None:
    burden(hub)
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = open_page(query, size=(1920, 1080) if query == "chair" else PHONE, scheme=scheme)
    told = [
        (rule["id"], node["html"][:120], node["failureSummary"])
        for rule in axe.run(page).response["violations"]
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]
    assert told == []
