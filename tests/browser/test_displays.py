"""Displays on the technician's page: input, volume, scenes and what of them is not there yet."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, OpenPage
from tests.browser.fake_hub import FakeHub

pytestmark = pytest.mark.browser

DISPLAY = {"room": "main", "display": "display-1"}


def selected(page: Page, room: str = "main") -> Locator:
    """The panel of a room's display."""
    page.locator(f'[data-room="{room}"] [data-key="display:display-1"]').focus()
    page.keyboard.press("Enter")
    return page.locator("thing-panel")


def in_force(hub: FakeHub, *behind: dict[str, Any], by: str = "hand") -> None:
    """The room says so of its scene."""
    told = {"id": "presentation", "by": by, "behind": list(behind)}
    hub.part(["rooms", "main", "scene"], told)


def test_input_and_volume_as_far_as_the_display_can(open_page: OpenPage, hub: FakeHub) -> None:
    page = open_page()
    panel = selected(page)
    expect(panel.get_by_role("button", name="HDMI1")).to_have_attribute("aria-pressed", "true")
    panel.get_by_role("button", name="HDMI2").click()
    expect(panel.locator(".note:visible")).to_have_attribute("data-stage", "done")
    field = panel.get_by_label("Âm lượng (%)")
    expect(field).to_have_value("20")
    save = panel.get_by_role("button", name="Đặt âm lượng")
    field.fill("101")
    expect(save).to_have_attribute("aria-disabled", "true")
    field.fill("35")
    field.press("Enter")
    expect(panel.locator(".note:visible")).to_have_attribute("data-stage", "done")
    assert hub.commands == [
        ("display_input", {**DISPLAY, "source": "HDMI2"}),
        ("display_volume", {**DISPLAY, "percent": 35}),
    ]
    displays = hub.state["rooms"]["main"]["displays"]
    now = {**displays["display-1"], "source": "HDMI2", "volume": 35, "wanted_source": "HDMI2"}
    hub.part(["rooms", "main", "displays"], {**displays, "display-1": now})
    expect(panel.get_by_role("button", name="HDMI2")).to_have_attribute("aria-pressed", "true")
    expect(field).to_have_value("35")
    expect(panel.locator(".facts")).to_contain_text("Bật · HDMI2")
    panel = selected(page, "satellite")
    expect(panel.get_by_role("button", name="HDMI1")).to_be_visible()
    expect(panel.get_by_label("Âm lượng (%)")).to_be_hidden()


@pytest.mark.parametrize("size", [(1280, 800), PHONE])
def test_a_scene_is_chosen_and_says_what_is_not_there_yet(
    open_page: OpenPage, hub: FakeHub, size: tuple[int, int]
) -> None:
    page = open_page(size=size)
    choice = page.locator('.scene-room[data-room="main"]')
    expect(page.locator(".scene-room")).to_have_count(1)
    expect(choice).to_contain_text("Chưa chọn kịch bản")
    choice.get_by_role("button", name="Trình chiếu").click()
    expect(choice.locator(".note")).to_have_attribute("data-stage", "done")
    assert hub.commands == [("set_scene", {"room": "main", "scene": "presentation"})]
    in_force(hub, {"device": "display-1", "what": "power", "reason": "warming up"})
    expect(choice).to_have_attribute("data-state", "behind")
    pressed = choice.get_by_role("button", name="Trình chiếu")
    expect(pressed).to_have_attribute("aria-pressed", "true")
    expect(choice.locator("li")).to_have_text("Màn hình chính, nguồn điện: warming up")
    in_force(hub, by="meeting")
    expect(choice).to_have_attribute("data-state", "there")
    expect(choice.locator("li")).to_have_count(0)
    page.get_by_role("button", name="English").click()
    expect(choice).to_contain_text("Every display is as the scene says · chosen as the meeting")
    expect(choice.get_by_role("button", name="Presentation")).to_be_visible()
    hub.cut()
    expect(choice).to_have_attribute("data-state", "none")
    expect(choice.get_by_role("button", name="Presentation")).to_have_attribute(
        "aria-disabled", "true"
    )


def test_a_scene_that_is_refused_says_why(open_page: OpenPage, hub: FakeHub) -> None:
    hub.refusals["set_scene"] = {
        "code": "link_lost",
        "vi": "Không có kết nối với phòng này",
        "en": "There is no link to this room",
    }
    page = open_page()
    choice = page.locator('.scene-room[data-room="main"]')
    choice.get_by_role("button", name="Họp trực tuyến").click()
    expect(choice.locator(".problem")).to_have_text("Từ chối: Không có kết nối với phòng này")


def test_a_projector_that_takes_its_time_is_waited_for(open_page: OpenPage, hub: FakeHub) -> None:
    hub.ends["display_power"] = {"status": "sent", "reason": None}
    page = open_page()
    page.clock.install()
    panel = selected(page, "satellite")
    panel.get_by_role("button", name="Bật màn hình").click()
    expect(panel.locator(".note:visible")).to_have_attribute("data-stage", "accepted")
    page.clock.run_for(40_000)
    expect(panel.locator(".note:visible")).to_have_attribute("data-stage", "accepted")
