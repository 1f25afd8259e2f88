"""The whole floor on the technician's page: times, kinds, what holds people back, every key."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.fake_hub import FakeHub
from tests.browser.sample_ballots import timed
from tests.browser.sample_state import actual, text

pytestmark = pytest.mark.browser


def with_floor(hub: FakeHub, **changes: Any) -> None:
    """Change parts of the floor before a page opens, or while it looks."""
    hub.part(["floor"], {**hub.state["floor"], **changes})


def press(page: Page, name: str) -> None:
    """Press the key of this name in the floor panel."""
    page.locator("floor-panel").get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize(
    ("spent_ms", "phase", "words", "glyph"),
    [
        (30_000, "calm", "còn 02:30", "present"),
        (130_000, "warning", "Sắp hết giờ, còn 00:50", "warning"),
        (192_000, "over", "Quá giờ 00:12", "over"),
    ],
)
def test_speaking_time_is_told_by_word_and_shape(
    open_page: OpenPage, hub: FakeHub, spent_ms: int, phase: str, words: str, glyph: str
) -> None:
    turn = {**timed(hub.state["floor"]["speaking"][0], spent_ms), "paused": True}
    with_floor(hub, speaking=[turn])
    line = open_page().locator('.turns [data-seat="main/6"]')
    expect(line).to_have_attribute("data-phase", phase)
    expect(line.locator(".time-word .word")).to_have_text(words)
    expect(line.locator(f".time-word .glyph.{glyph}")).to_be_visible()
    expect(line.locator(".time-limit")).to_have_text("tối đa 03:00")


def test_a_running_turn_comes_to_its_warning_by_itself(open_page: OpenPage, hub: FakeHub) -> None:
    with_floor(hub, speaking=[timed(hub.state["floor"]["speaking"][0], 114_000)])
    line = open_page().locator('.turns [data-seat="main/6"]')
    expect(line).to_have_attribute("data-phase", "calm")
    expect(line).to_have_attribute("data-phase", "warning")


def test_a_stopped_clock_stands_still_and_an_untimed_one_has_no_limit(
    open_page: OpenPage, hub: FakeHub
) -> None:
    first, second = hub.state["floor"]["speaking"]
    stopped = {**timed(first, 65_000), "paused": True, "muted": True}
    with_floor(hub, speaking=[stopped, timed(second, 1_000, None)])
    page = open_page()
    other = page.locator('.turns [data-seat="main/18"]')
    expect(other.locator(".clock")).to_have_text("00:03")
    expect(page.locator('.turns [data-seat="main/6"] .clock')).to_have_text("01:05")
    expect(other.locator(".times")).to_be_hidden()
    expect(page.get_by_role("button", name="Thêm 1 phút, Huỳnh Tấn Phát")).to_be_hidden()


def test_one_minute_more(open_page: OpenPage, hub: FakeHub) -> None:
    page = open_page()
    page.get_by_role("button", name="Thêm 1 phút, Vũ Ngọc Ánh").click()
    line = page.locator('.turns [data-seat="main/6"]')
    expect(line.locator(".time-limit")).to_have_text("tối đa 04:00")
    expect(line.locator(".note")).to_have_attribute("data-stage", "done")
    assert hub.commands == [("extend", {"seat": "main/6"})]


def test_what_a_minute_is_follows_the_settings(open_page: OpenPage, hub: FakeHub) -> None:
    with_floor(hub, settings={**hub.state["floor"]["settings"], "extension_s": 90.0})
    page = open_page()
    expect(page.get_by_role("button", name="Thêm 01:30, Vũ Ngọc Ánh")).to_be_visible()


def test_kinds_of_requests_have_words_and_shapes(open_page: OpenPage, hub: FakeHub) -> None:
    kinds = ("point_of_order", "debate", "speech")
    queue = [
        {**waiting, "kind": kind}
        for waiting, kind in zip(hub.state["floor"]["queue"], kinds, strict=True)
    ]
    with_floor(hub, queue=queue, debating=True)
    page = open_page()
    assert page.locator(".queue .kind").all_inner_texts() == [
        "Ý kiến về thủ tục",
        "Tranh luận",
        "",
    ]
    for seat, glyph in (("main/9", "point_of_order"), ("satellite/3", "debate")):
        expect(page.locator(f'.queue [data-seat="{seat}"] .glyph.{glyph}')).to_be_visible()
        row = page.locator(f'[data-seat="{seat}"].seat-row .state-word')
        expect(row).to_have_attribute("data-state", glyph)
    expect(page.get_by_text("Đang tranh luận, đăng ký tranh luận")).to_be_visible()


def test_grant_out_of_order_and_withdraw(open_page: OpenPage, hub: FakeHub) -> None:
    page = open_page()
    page.get_by_role("button", name="Mời phát biểu, Nông Thị Thảo").click()
    page.get_by_role("button", name="Hủy đăng ký, Tạ Quang Bửu").click()
    expect(page.locator(".queue .turn")).to_have_count(1)
    assert hub.commands == [
        ("open_microphone", {"seat": "satellite/3"}),
        ("close_microphone", {"seat": "main/21"}),
    ]


def test_a_mode_without_a_queue_shows_nobody_waiting(open_page: OpenPage, hub: FakeHub) -> None:
    page = open_page()
    press(page, "Nhấn giữ để nói")
    expect(page.locator(".queue .turn")).to_have_count(0)
    row = page.locator('[data-seat="main/9"].seat-row .word')
    expect(row).to_have_text("Có mặt")
    assert hub.commands[-1][1]["mode"] == "push_to_talk"


def test_six_modes(open_page: OpenPage, hub: FakeHub) -> None:
    page = open_page()
    keys = page.get_by_role("group", name="Chế độ").get_by_role("button")
    expect(keys).to_have_count(6)
    for name, mode in (
        ("Ghi đè", "override"),
        ("Theo giọng nói", "voice"),
        ("Chỉ chủ trì phát biểu", "chair_only"),
    ):
        press(page, name)
        expect(keys.filter(has_text=name)).to_have_attribute("aria-pressed", "true")
        assert hub.commands[-1][1]["mode"] == mode


@pytest.mark.parametrize(
    ("name", "question", "command"),
    [
        ("Mời người tiếp theo", None, ("next", {})),
        ("Kết thúc lượt phát biểu", None, ("end_turn", {})),
        ("Mở tranh luận", None, ("set_debate", {"on": True})),
        ("Tạm dừng", None, ("set_registration", {"to": "paused"})),
        ("Đóng", None, ("set_registration", {"to": "closed"})),
        ("Tạm nghỉ", "Tạm nghỉ, 2 micro tắt tiếng", ("set_recess", {"on": True})),
        ("Tắt khẩn cấp", "Tắt mọi micro của đại biểu", ("set_muted", {"on": True})),
        ("Xóa danh sách", "Hủy 3 đăng ký", ("clear_queue", {})),
    ],
)
def test_keys_of_the_floor(
    open_page: OpenPage,
    hub: FakeHub,
    name: str,
    question: str | None,
    command: tuple[str, dict[str, Any]],
) -> None:
    page = open_page()
    press(page, name)
    for again in filter(None, [question]):
        assert hub.commands == []
        press(page, again)
    expect(page.locator("floor-panel .note:visible").first).to_have_attribute("data-stage", "done")
    assert hub.commands == [command]


def test_what_holds_everybody_back_is_said_and_ended(open_page: OpenPage, hub: FakeHub) -> None:
    with_floor(hub, recess=True, muted=True, hold={"seat": "main/1", "opened": True})
    page = open_page()
    lines = page.locator(".hush")
    expect(lines).to_have_count(3)
    expect(page.locator('[data-hush="hold"]')).to_contain_text(
        "Nguyễn Thị Minh Khai đang ưu tiên, micro đại biểu tắt tiếng"
    )
    expect(page.locator("floor-panel .floor-keys").get_by_text("Tạm nghỉ")).to_be_hidden()
    for name in ("Bỏ tắt khẩn cấp", "Tiếp tục", "Thôi ưu tiên"):
        press(page, name)
    expect(lines).to_have_count(0)
    assert hub.commands == [
        ("set_muted", {"on": False}),
        ("set_recess", {"on": False}),
        ("release_priority", {"seat": "main/1"}),
    ]


def test_a_muted_speaker_is_amber_on_the_map(open_page: OpenPage, hub: FakeHub) -> None:
    page = open_page()
    floor = hub.state["floor"]
    muted = {**floor["speaking"][0], "muted": True, "paused": True}
    seat = page.locator('[data-room="main"] [data-key="seat:6"]')
    with_floor(hub, speaking=[muted], hold={"seat": "main/1", "opened": True})
    expect(seat).to_have_attribute("data-state", "closing")
    seats = hub.state["rooms"]["main"]["seats"]
    hub.part(["rooms", "main", "seats"], {**seats, "6": actual(amber="on")})
    expect(seat).to_have_attribute("data-state", "muted")
    expect(page.locator('.turns [data-seat="main/6"] .where')).to_contain_text("Đang tắt tiếng")


def test_priority_is_taken_at_the_chairs_seat(open_page: OpenPage, hub: FakeHub) -> None:
    page = open_page()
    page.locator('[data-seat="main/1"].seat-row').click()
    page.get_by_role("button", name="Ưu tiên chủ trì").click()
    expect(page.locator(".hush")).to_have_count(1)
    page.locator("thing-panel").get_by_role("button", name="Thôi ưu tiên").click()
    expect(page.locator(".hush")).to_have_count(0)
    assert [name for name, _ in hub.commands] == ["take_priority", "release_priority"]
    page.locator('[data-seat="main/3"].seat-row').click()
    expect(page.get_by_role("button", name="Ưu tiên chủ trì")).to_be_hidden()


def test_fire_is_the_largest_thing_until_it_is_acknowledged(
    open_page: OpenPage, hub: FakeHub
) -> None:
    page = open_page()
    banner = page.locator("fire-banner")
    expect(banner).to_be_hidden()
    with_floor(hub, alarm=True, fire_rooms=["satellite"])
    expect(banner).to_contain_text("Có tín hiệu báo cháy")
    expect(banner).to_contain_text("Tại: Phòng họp vệ tinh")
    expect(page.locator('.room-line[data-room="satellite"] .level')).to_have_text("Sự cố")
    sizes = page.evaluate(
        """() => [...document.querySelectorAll("body *")].filter((n) => n.checkVisibility())
          .map((n) => parseFloat(getComputedStyle(n).fontSize))"""
    )
    title = banner.locator(".fire-title").evaluate("n => parseFloat(getComputedStyle(n).fontSize)")
    assert title == max(sizes)
    banner.get_by_role("button", name="Xác nhận đã biết").click()
    assert hub.commands == []
    banner.get_by_role("button", name="Xác nhận: micro được phép mở lại").click()
    expect(banner).to_contain_text("Tiếp điểm báo cháy vẫn đóng tại: Phòng họp vệ tinh")
    assert hub.commands == [("acknowledge_fire", {})]
    with_floor(hub, fire_rooms=[])
    expect(banner).to_be_hidden()


def test_settings_are_saved_together_and_keep_what_is_not_shown(
    open_page: OpenPage, hub: FakeHub
) -> None:
    page = open_page()
    page.get_by_text("Thời gian và quyền phát biểu").click()
    save = page.get_by_role("button", name="Lưu thiết lập")
    expect(save).to_have_attribute("aria-disabled", "true")
    page.get_by_label("Thời lượng: đại biểu").fill("300")
    page.get_by_label("Khi hết giờ", exact=True).select_option("stop")
    page.get_by_label("Khách mời được đăng ký").check()
    save.click()
    expect(page.locator(".settings .note")).to_have_attribute("data-stage", "done")
    before = hub.commands[0][1]["settings"]
    assert hub.commands[0][0] == "set_settings"
    assert before["limit_s"] == {"delegate": 300, "guest": 120}
    assert (before["at_limit"], before["guest_may_request"]) == ("stop", True)
    assert (before["voice_release_s"], before["take_back_s"]) == (4, 10)


def test_a_setting_out_of_bounds_is_not_sent_and_can_be_discarded(
    open_page: OpenPage, hub: FakeHub
) -> None:
    page = open_page()
    page.get_by_text("Thời gian và quyền phát biểu").click()
    field = page.get_by_label("Mỗi lần gia hạn")
    field.fill("5")
    expect(field).to_have_attribute("aria-invalid", "true")
    page.get_by_role("button", name="Lưu thiết lập").click(force=True)
    page.get_by_role("button", name="Bỏ thay đổi").click()
    expect(field).to_have_value("60")
    assert hub.commands == []


def test_a_refusal_stands_where_it_was_pressed(open_page: OpenPage, hub: FakeHub) -> None:
    sentence = text("Có tín hiệu báo cháy", "Fire alarm active")
    hub.refusals["set_registration"] = {"code": "fire_alarm", **sentence}
    page = open_page()
    press(page, "Đóng")
    problem = page.locator(".rule .problem:visible")
    expect(problem).to_have_text("Từ chối: Có tín hiệu báo cháy")
    expect(page.get_by_role("button", name="Mở", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
