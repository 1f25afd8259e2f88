"""The technician's page against a stand-in hub: what it shows, and how it follows the state."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.fake_hub import FakeHub
from tests.browser.sample_state import HUB_TIME_MS, actual, text

pytestmark = pytest.mark.browser


def seat_on_map(page: Page, name: str) -> str:
    """Selector of a seat of the map, such as ``main/6``."""
    room, _, number = name.partition("/")
    return f'[data-room="{room}"] [data-key="seat:{number}"]'


@pytest.mark.parametrize("query", ["", "?lang=en"], ids=["vi", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_loads_in_both_languages_and_schemes(open_page: OpenPage, query: str, scheme: str) -> None:
    page = open_page(query, scheme=scheme)
    levels = {"": ["Cảnh báo", "Sẵn sàng"], "?lang=en": ["Warning", "Ready"]}[query]
    assert page.locator(".room-line .level").all_inner_texts() == levels
    lang = {"": "vi", "?lang=en": "en"}[query]
    assert page.locator("html").get_attribute("lang") == lang


def test_language_is_kept_for_the_next_visit(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_role("button", name="English").click()
    expect(page.locator(".room-line .level").first).to_have_text("Warning")
    page.reload()
    expect(page.locator(".room-line .level").first).to_have_text("Warning")


def test_every_seat_is_on_its_map_and_in_the_list(open_page: OpenPage) -> None:
    page = open_page()
    for room, count in (("main", 25), ("satellite", 8)):
        numbers = page.locator(f'[data-room="{room}"] .seat .number').all_text_contents()
        assert sorted(map(int, numbers)) == list(range(1, count + 1))
    assert page.locator(".seat-row").count() == 33


def test_every_state_has_its_word(open_page: OpenPage) -> None:
    page = open_page()
    words = {
        "main/6": "Đang phát biểu",
        "main/18": "Đang mở…",
        "main/9": "Chờ phát biểu (1)",
        "satellite/3": "Chờ phát biểu (2)",
        "main/12": "Chưa xác nhận",
        "main/24": "Chưa gán đại biểu",
        "main/1": "Có mặt",
    }
    for name, word in words.items():
        expect(page.locator(f'[data-seat="{name}"].seat-row .word')).to_have_text(word)
        label = page.locator(seat_on_map(page, name)).get_attribute("aria-label")
        assert label is not None
        assert label.endswith(word)


def test_a_part_changes_the_seat_and_keeps_the_focus(open_page: OpenPage, hub: FakeHub) -> None:
    page = open_page()
    seat = page.locator(seat_on_map(page, "main/4"))
    seat.focus()
    seats = hub.state["rooms"]["main"]["seats"]
    hub.part(
        ["rooms", "main", "seats"], {**seats, "4": actual(health="fault", reason="cháy cầu chì")}
    )
    expect(seat).to_have_attribute("data-state", "fault")
    expect(page.locator('[data-seat="main/4"].seat-row .word')).to_have_text("Sự cố")
    expect(page.locator('.room-line[data-room="main"] .level')).to_have_text("Sự cố")
    expect(seat).to_be_focused()


def test_an_acknowledged_wish_is_not_an_open_microphone(open_page: OpenPage, hub: FakeHub) -> None:
    hub.proves = False
    page = open_page()
    page.locator('[data-seat="main/3"].seat-row').click()
    page.get_by_role("button", name="Bật micro").click()
    expect(page.locator("thing-panel .panel-head .word")).to_have_text("Đang mở…")
    note = page.locator("thing-panel .note:visible")
    expect(note).to_have_attribute("data-stage", "accepted")
    seats = hub.state["rooms"]["main"]["seats"]
    hub.part(["rooms", "main", "seats"], {**seats, "3": actual(microphone=True, wanted=True)})
    expect(note).to_have_attribute("data-stage", "done")
    expect(page.locator("thing-panel .panel-head .word")).to_have_text("Đang phát biểu")


def test_a_refusal_stands_beside_the_thing(open_page: OpenPage, hub: FakeHub) -> None:
    sentence = text("Đã đủ số micro mở đồng thời", "The limit of open microphones is reached")
    hub.refusals["open_microphone"] = {"code": "mic_limit", **sentence}
    page = open_page()
    page.get_by_role("button", name="Mời phát biểu, Đỗ Mạnh Cường").click()
    problem = page.locator('.queue [data-seat="main/9"] .problem')
    expect(problem).to_have_text("Từ chối: Đã đủ số micro mở đồng thời")
    expect(page.locator("live-announcer")).to_contain_text("Đã đủ số micro mở đồng thời")
    page.get_by_role("button", name="English").click()
    expect(problem).to_have_text("Refused: The limit of open microphones is reached")


def test_a_lost_stream_is_said_at_once_and_heals(open_page: OpenPage, hub: FakeHub) -> None:
    page = open_page()
    page.locator('[data-seat="main/3"].seat-row').click()
    hub.cut()
    expect(page.locator("connection-bar")).to_be_visible()
    expect(page.locator("connection-bar")).to_contain_text("Mất kết nối với máy chủ từ")
    expect(page.locator('.seat[data-state="unconfirmed"]')).to_have_count(33)
    assert set(page.locator(".room-line .level").all_inner_texts()) == {"Chưa xác nhận"}
    page.get_by_role("button", name="Bật micro").click(force=True)
    assert hub.commands == []
    hub.heal()
    expect(page.locator("connection-bar")).to_be_hidden()
    expect(page.locator(seat_on_map(page, "main/6"))).to_have_attribute("data-state", "speaking")


def test_a_lost_room_is_a_fault_and_its_turns_are_suspended(
    open_page: OpenPage, hub: FakeHub
) -> None:
    page = open_page()
    hub.part(["rooms", "main", "online"], False)
    expect(page.locator('.room-line[data-room="main"] .level')).to_have_text("Sự cố")
    expect(page.locator(seat_on_map(page, "main/6"))).to_have_attribute("data-state", "suspended")
    expect(page.locator(seat_on_map(page, "main/1"))).to_have_attribute("data-state", "unconfirmed")
    expect(page.locator('.room-line[data-room="satellite"] .level')).to_have_text("Sẵn sàng")
    expect(page.locator('[data-room="main"] .view')).to_have_count(0)


def test_a_room_that_is_not_part_of_the_meeting_leads_itself_and_is_well(
    open_page: OpenPage, hub: FakeHub
) -> None:
    satellite = hub.state["rooms"]["satellite"]
    satellite |= {"sits": False, "authority": "room", "alerts": {}}
    page = open_page()
    line = page.locator('room-lines [data-room="satellite"]')
    expect(line.locator(".counts")).to_contain_text("không tham gia cuộc họp")
    expect(line).not_to_contain_text("chạy độc lập")
    expect(page.locator("device-table")).to_contain_text("không tham gia cuộc họp, tự điều khiển")
    satellite["seats"]["5"] |= {"wanted": True, "microphone": True, "health": "ok"}
    hub.part(["rooms", "satellite"], satellite)
    page.locator(seat_on_map(page, "satellite/5")).click()
    panel = page.locator("thing-panel")
    expect(panel).to_contain_text("Mong muốn: Bật · Thực tế: Bật")
    expect(panel.get_by_role("button", name="Tắt micro")).to_have_attribute("aria-disabled", "true")


def test_counters_have_words_and_an_unknown_one_its_own_name(
    open_page: OpenPage, hub: FakeHub
) -> None:
    hub.state["rooms"]["main"] |= {"restarts": {"cam-1 eye": 2, "link": 1}}
    devices = hub.state["rooms"]["main"]["devices"]
    devices["cam-1"]["counters"] = {"buffer_full": 3, "polls": 7}
    page = open_page()
    camera = page.locator('device-table tr[data-device="cam-1"] .counters').first
    expect(camera).to_contain_text("bộ đệm của thiết bị đầy")
    expect(camera).to_contain_text("polls")
    software = page.locator('device-table tr[data-device="controller"] .counters').first
    expect(software).to_contain_text("phần xem hình")
    expect(software).to_contain_text("đường truyền tới máy chủ")


def test_how_long_a_microphone_was_heard_stands_in_its_panel(
    open_page: OpenPage, hub: FakeHub
) -> None:
    hub.state["rooms"]["main"]["audio"] = {"listens": True, "talking": [], "heard_s": {"6": 75.5}}
    page = open_page()
    page.locator(seat_on_map(page, "main/6")).click()
    facts = page.locator("thing-panel .facts")
    expect(facts).to_contain_text("01:15 từ khi khởi động")
    page.locator(seat_on_map(page, "main/7")).click()
    expect(facts).to_contain_text("chưa nghe tiếng nào")
    hub.part(["rooms", "main", "audio"], {"listens": False, "talking": [], "heard_s": {}})
    expect(facts).to_contain_text("không có tín hiệu âm thanh")


def test_names_stay_text(open_page: OpenPage, hub: FakeHub) -> None:
    evil = "<img src=x onerror=\"document.title='broken'\"><b>An</b>"
    hub.state["rooms"]["main"]["names"]["6"] = evil
    hub.state["floor"]["speaking"][0]["name"] = evil
    hub.state["rooms"]["main"]["title"] = text(evil, evil)
    page = open_page()
    expect(page.locator('.turns [data-seat="main/6"] .name').first).to_have_text(evil)
    assert page.locator("img").count() == 0
    assert page.title().startswith("Bàn kỹ thuật")


def test_public_actions_ask_once_in_place(open_page: OpenPage, hub: FakeHub) -> None:
    page = open_page()
    page.get_by_role("button", name="Tắt toàn bộ micro").click()
    assert hub.commands == []
    page.get_by_role("button", name="Thôi").click()
    page.get_by_role("button", name="Tắt toàn bộ micro").click()
    page.get_by_role("button", name="Tắt 2 micro đang mở").click()
    expect(page.get_by_text("Chưa có người phát biểu")).to_be_visible()
    assert hub.commands == [("all_off", {})]


def test_switching_a_display_off_asks_while_somebody_speaks(
    open_page: OpenPage, hub: FakeHub
) -> None:
    page = open_page()
    page.locator('[data-room="main"] [data-key="display:display-1"]').focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Tắt màn hình").click()
    page.get_by_role("button", name="Tắt Màn hình chính khi có 2 người đang phát biểu").click()
    expect(page.locator("thing-panel .note:visible")).to_have_attribute("data-stage", "done")
    asked = {"room": "main", "display": "display-1", "on": False}
    assert hub.commands == [("display_power", asked)]


def test_the_camera_that_sees_the_face_is_offered_first(open_page: OpenPage, hub: FakeHub) -> None:
    page = open_page()
    page.locator('[data-seat="main/21"].seat-row').click()
    page.get_by_role("button", name="Hướng camera vào ghế").click()
    expect(page.locator("thing-panel .note:visible")).to_have_attribute("data-stage", "done")
    asked = {"room": "main", "camera": "cam-2", "seat": "main/21"}
    assert hub.commands == [("aim_camera", asked)]


def test_camera_to_the_overview_and_seat_found_by_its_lamps(
    open_page: OpenPage, hub: FakeHub
) -> None:
    page = open_page()
    page.locator('[data-room="satellite"] [data-key="camera:cam-1"]').focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Về cảnh toàn").click()
    page.locator('[data-seat="main/2"].seat-row').click()
    page.get_by_role("button", name="Nháy đèn tìm ghế").click()
    expect(page.locator("thing-panel .note:visible")).to_have_attribute("data-stage", "done")
    assert hub.commands == [
        ("aim_camera", {"room": "satellite", "camera": "cam-1", "wide": True}),
        ("locate_seat", {"seat": "main/2", "on": True}),
    ]


def test_mode_and_limit(open_page: OpenPage, hub: FakeHub) -> None:
    page = open_page()
    page.get_by_role("button", name="Tự do").click()
    expect(page.get_by_role("button", name="Tự do")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Thêm một micro").click()
    expect(page.locator("output.max")).to_have_text("3")
    assert hub.commands[-1] == ("set_mode", {"mode": "open", "max_open": 3, "queue_max": 33})


def test_clocks_run_from_the_hubs_time(open_page: OpenPage, hub: FakeHub) -> None:
    page = open_page()
    first = page.locator('.turns [data-seat="main/6"] .clock').first
    shown = first.inner_text()
    assert "02:14" <= shown < "03:00", "the hub said 134 seconds, and the page took its time"
    expect(first).not_to_have_text(shown)
    assert first.inner_text() > shown
    floor = hub.state["floor"]
    turn = {**floor["speaking"][0], "spent_ms": 3_723_000}
    hub.part(["floor"], {**floor, "speaking": [turn]})
    expect(first).to_contain_text("1:02:")


def test_the_log_is_filtered_without_marks(open_page: OpenPage, hub: FakeHub) -> None:
    page = open_page()
    page.keyboard.press("/")
    page.keyboard.type("dang ky")
    expect(page.locator(".events li")).to_have_count(3)
    page.get_by_label("Phòng", exact=True).select_option("satellite")
    expect(page.locator(".events li")).to_have_count(1)
    page.get_by_label("Tìm trong nhật ký").fill("không có câu này")
    expect(page.get_by_text("Không có sự kiện khớp bộ lọc")).to_be_visible()
    page.get_by_label("Tìm trong nhật ký").fill("")
    event = {**hub.state["events"][-1], "n": 99, "room": "satellite", "text": text("Mới", "New")}
    hub.append_event(event)
    expect(page.locator(".events li .what").first).to_have_text("Mới")


def test_devices_show_desired_actual_age_and_reason(open_page: OpenPage, hub: FakeHub) -> None:
    page = open_page()
    displays = hub.state["rooms"]["main"]["displays"]
    broken = {
        "power": None, "source": None, "volume": None, "wanted_power": True,
        "health": "fault", "reason": "không trả lời", "age_ms": 63_000,
    }  # fmt: skip
    hub.part(["rooms", "main", "displays"], {**displays, "display-1": broken})
    row = page.locator('tr[data-device="display-1"]').first
    expect(row).to_have_attribute("data-state", "fault")
    assert row.locator("td").nth(0).inner_text() == "Bật"
    assert row.locator("td").nth(1).inner_text() == "chưa rõ"
    assert row.locator("td").nth(2).inner_text() == "1 phút trước"
    expect(row.locator(".reason")).to_have_text("không trả lời")
    expect(page.locator('.room-line[data-room="main"] .worst')).to_contain_text(
        "Màn hình chính: sự cố"
    )


def test_alarms_name_place_and_evidence_faults_first(open_page: OpenPage, hub: FakeHub) -> None:
    storage = {
        "severity": "fault", "device": None, "seat": None, "evidence": "disk full",
        "text": text("Không ghi được", "Cannot write"), "since_ms": HUB_TIME_MS - 1000,
    }  # fmt: skip
    page = open_page()
    hub.part(["hub"], {**hub.state["hub"], "alerts": {"storage": storage}})
    expect(page.locator(".alarm")).to_have_count(2)
    first, second = page.locator(".alarm").all()
    expect(first).to_contain_text("Máy chủ điều phối")
    expect(first.locator(".evidence")).to_have_text("Bằng chứng: disk full")
    expect(second).to_contain_text("Phòng họp chính · Ghế số 12")
    hub.part(["rooms", "main", "alerts"], {})
    expect(page.locator(".alarm")).to_have_count(1)


def test_empty_states_are_said(open_page: OpenPage, hub: FakeHub) -> None:
    hub.state["rooms"] = {}
    hub.state["events"] = []
    hub.state["floor"] = {"rev": 0, "speaking": [], "queue": []}
    page = open_page(wait=False)
    for sentence in (
        "Chưa có phòng nào báo về",
        "Chưa có người phát biểu",
        "Chưa có yêu cầu phát biểu",
        "Không có báo động",
        "Chưa có thiết bị nào báo về",
        "Chưa có sự kiện nào",
    ):
        expect(page.get_by_text(sentence, exact=True)).to_be_visible()


def test_a_room_without_a_plan_is_shown_when_it_comes(open_page: OpenPage, hub: FakeHub) -> None:
    whole = hub.state["rooms"]["satellite"]
    bare = {**whole, "plan": {"seats": [], "devices": []}, "seats": {}, "cameras": {}}
    hub.state["rooms"]["satellite"] = bare
    page = open_page()
    expect(
        page.get_by_role("figure", name="Phòng họp vệ tinh").get_by_role("paragraph")
    ).to_be_visible()
    hub.part(["rooms", "satellite"], whole)
    expect(page.locator('[data-room="satellite"] .seat')).to_have_count(8)
    expect(
        page.get_by_role("figure", name="Phòng họp vệ tinh").get_by_role("paragraph")
    ).to_be_hidden()


def test_waiting_for_the_first_word_of_the_hub(open_page: OpenPage, hub: FakeHub) -> None:
    hub.cut()
    page = open_page(wait=False)
    expect(page.get_by_text("Đang kết nối với máy chủ…")).to_be_visible()
    hub.heal()
    expect(page.locator(".thing.seat")).to_have_count(33)
