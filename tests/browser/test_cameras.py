"""A camera's panel: picture, guided aiming, lock, what its aims are worth; levels of seats."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, OpenPage
from tests.browser.fake_hub import FakeHub
from tests.browser.sample_state import HUB_TIME_MS, camera, text

pytestmark = pytest.mark.browser

CAMERA = {"room": "main", "camera": "cam-2"}
HELD = """pad => {
  for (const repeat of [false, true, true, true])
    pad.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowUp", repeat, bubbles: true }));
}"""
"""A held key repeats faster than any camera follows; keys pressed one by one all count."""
FOUR = ["main/10", "main/25", "main/4", "main/19"]


def shown(hub: FakeHub, **changes: Any) -> None:
    """The second camera of the main room is so now."""
    cameras = hub.state["rooms"]["main"]["cameras"]
    before = {**camera(), "sightings": [], "propose": FOUR, "aim_quality": None}
    hub.part(["rooms", "main", "cameras"], {**cameras, "cam-2": {**before, **changes}})


def quality(worst: str, deg: float, *warnings: Any) -> Any:
    """What some sightings are worth."""
    seats = {str(n): 0.7 for n in range(1, 26)} | {worst: deg, "7": 1.9}
    told = {"worst_seat": f"main/{worst}", "worst_deg": deg, "seats_deg": seats}
    return {**told, "warnings": list(warnings)}


def selected(page: Page) -> Locator:
    """The panel of the second camera."""
    page.locator('[data-room="main"] [data-key="camera:cam-2"]').focus()
    page.keyboard.press("Enter")
    return page.locator("thing-panel")


def mark(page: Page, number: int) -> Locator:
    """A seat of the map."""
    return page.locator(f'[data-room="main"] [data-key="seat:{number}"]')


def test_four_steps_by_keyboard(open_page: OpenPage, hub: FakeHub) -> None:
    shown(hub)
    page = open_page()
    panel = selected(page)
    panel.get_by_role("button", name="Bắt đầu ngắm").click()
    steps = panel.locator(".aim-steps li")
    expect(steps).to_have_count(4)
    expect(steps.first).to_have_attribute("aria-current", "step")
    expect(mark(page, 10)).to_have_attribute("data-aim", "aim_next")
    expect(panel.locator(".pad")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    hub.told(1)
    page.keyboard.press("+")
    hub.told(2)
    panel.locator(".pad").evaluate(HELD)
    hub.told(3)
    page.keyboard.press("Enter")
    expect(panel.locator(".aim-body > .note").last).to_have_attribute("data-stage", "done")
    assert hub.told(4) == [
        ("nudge_camera", {**CAMERA, "pan_deg": -1}),
        ("nudge_camera", {**CAMERA, "fov_deg": -3}),
        ("nudge_camera", {**CAMERA, "tilt_deg": 1}),
        ("sight_camera", {**CAMERA, "seat": "main/10"}),
    ]
    shown(hub, sightings=["main/10"], propose=FOUR[1:], aside=True)
    expect(mark(page, 10)).to_have_attribute("data-aim", "aim_sighted")
    expect(mark(page, 25)).to_have_attribute("data-aim", "aim_next")
    expect(panel.locator(".pad")).to_be_focused()
    expect(panel.locator(".held")).to_have_text("Đang được ngắm, tạm không lên hình")


def test_quality_stands_at_every_seat_as_shape_and_number(
    open_page: OpenPage, hub: FakeHub
) -> None:
    warned = text("ghế main/13 có thể lệch 3.1°", "seat main/13 may be off by 3.1°")
    shown(hub, sightings=FOUR[:3], propose=["main/13"], aim_quality=quality("13", 3.1, warned))
    page = open_page()
    panel = selected(page)
    assert page.locator("[data-aim]").count() == 0
    panel.get_by_role("button", name="Bắt đầu ngắm").click()
    expect(mark(page, 2)).to_have_attribute("data-aim", "aim_good")
    expect(mark(page, 7)).to_have_attribute("data-aim", "aim_fair")
    expect(mark(page, 7)).to_have_attribute(
        "aria-label", "Ghế số 7 · Đặng Quốc Khánh, Có mặt, hướng ngắm tạm được, lệch khoảng 1.9°"
    )
    expect(panel.locator(".aim-quality")).to_contain_text("ghế 13, khoảng 3.1°")
    expect(panel.locator(".aim-warnings")).to_contain_text("có thể lệch 3.1°")
    panel.get_by_role("combobox", name="Ngắm ghế").select_option("main/2")
    expect(mark(page, 2)).to_have_attribute("data-aim", "aim_next")
    expect(mark(page, 13)).to_have_attribute("data-aim", "aim_doubtful")
    panel.get_by_role("button", name="Quay tới ghế 2").click()
    assert hub.told(1) == [("aim_camera", {**CAMERA, "seat": "main/2", "aside": True})]
    panel.get_by_role("button", name="Kết thúc ngắm").click()
    expect(page.locator("[data-aim]")).to_have_count(0)


def test_a_contradiction_is_explained_and_a_sighting_can_be_dropped(
    open_page: OpenPage, hub: FakeHub
) -> None:
    why = text("lần ngắm ghế main/4 không khớp", "the sighting of seat main/4 contradicts")
    hub.ends["sight_camera"] = {"status": "rejected", "reason": why}
    shown(hub, sightings=FOUR, propose=[], aim_quality=quality("13", 1.0))
    page = open_page()
    panel = selected(page)
    panel.get_by_role("button", name="Bắt đầu ngắm").click()
    panel.get_by_role("combobox", name="Ngắm ghế").select_option("main/13")
    panel.get_by_role("button", name="Xác nhận: ghế 13 ở giữa hình").click()
    problem = panel.locator(".aim-body .problem:visible")
    expect(problem).to_have_text("Từ chối: lần ngắm ghế main/4 không khớp")
    page.get_by_role("button", name="English").click()
    expect(problem).to_have_text("Refused: the sighting of seat main/4 contradicts")
    panel.get_by_role("button", name="Drop the sighting of seat 4").click()
    assert hub.told(2)[-1] == ("forget_sighting", {**CAMERA, "seat": "main/4"})


def test_lock_air_and_how_it_sees(open_page: OpenPage, hub: FakeHub) -> None:
    shown(hub, on_air=True, detector="cascade", picture="frozen", framed="lost")
    page = open_page()
    panel = selected(page)
    expect(panel.locator(".air-plate")).to_be_visible()
    expect(panel.locator(".facts")).to_contain_text("hình bị đứng · mất khuôn mặt")
    panel.get_by_role("button", name="Khóa camera").click()
    hub.told(1)
    shown(hub, locked=True)
    expect(panel.locator(".held")).to_have_text("Đã khóa, không tự quay")
    panel.get_by_role("button", name="Mở khóa camera").click()
    assert hub.told(2) == [
        ("lock_camera", {**CAMERA, "on": True}),
        ("lock_camera", {**CAMERA, "on": False}),
    ]


def test_the_picture_comes_while_the_panel_is_open(open_page: OpenPage, hub: FakeHub) -> None:
    page = open_page()
    assert hub.looks == []
    panel = selected(page)
    expect(panel.locator(".preview figcaption")).to_have_text("Đang chờ hình…")
    hub.part(
        ["rooms", "main", "previews"],
        {"cam-2": {"n": 3, "age_ms": 50, "seen_ms": HUB_TIME_MS + 500}},
    )
    expect(panel.locator(".preview img")).to_be_visible()
    expect(panel.locator(".preview img")).to_have_attribute("alt", "Hình từ Camera 2")
    assert hub.looks[0] == {**CAMERA, "on": True}
    expect(panel.locator(".preview")).to_have_attribute("data-picture", "none")


def test_why_there_is_no_picture(open_page: OpenPage, hub: FakeHub) -> None:
    none = text("Camera này không có hình", "This camera has no picture")
    hub.ends["preview_camera"] = {"status": "rejected", "reason": none}
    page = open_page("?lang=en")
    panel = selected(page)
    expect(panel.locator(".preview figcaption")).to_have_text(
        "No picture: This camera has no picture"
    )


def test_levels_and_who_is_talking(open_page: OpenPage, hub: FakeHub) -> None:
    page = open_page()
    assert page.locator(".loudness:visible").count() == 0
    hub.part(["rooms", "main", "audio"], {"listens": True, "talking": ["main/6"]})
    hub.part(["rooms", "main", "levels"], {"6": -22, "18": -55})
    expect(mark(page, 6)).to_have_attribute("data-talking", "true")
    expect(mark(page, 6)).to_have_attribute(
        "aria-label", "Ghế số 6 · Vũ Ngọc Ánh, Đang phát biểu, đang có tiếng nói"
    )
    bars = page.locator('[data-room="main"] .loudness:visible .bar')
    heights = [float(bar.get_attribute("height") or 0) for bar in bars.all()]
    assert heights == [15.0, 2.0]
    hub.part(["rooms", "main", "audio"], {"listens": False, "talking": []})
    expect(page.locator(".loudness:visible")).to_have_count(0)


@pytest.mark.parametrize("query", ["", "?lang=en"], ids=["vi", "en"])
def test_nothing_is_wider_than_a_phone(open_page: OpenPage, hub: FakeHub, query: str) -> None:
    shown(hub, sightings=FOUR[:2], propose=FOUR[2:], aim_quality=quality("13", 2.2))
    page = open_page(query, size=PHONE)
    panel = selected(page)
    panel.locator(".aiming button").first.click()
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
    heights = panel.locator(".pad button").evaluate_all("keys => keys.map(k => k.offsetHeight)")
    assert min(heights) >= 44
