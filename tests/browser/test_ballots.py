"""Ballots on the technician's page: every stage, its keys, the result, the list and the form."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.fake_hub import FakeHub
from tests.browser.sample_ballots import ballot, summary
from tests.browser.sample_state import actual, text

pytestmark = pytest.mark.browser

KEY = {"ballot": "budget", "generation": 1}


def opened(open_page: OpenPage, hub: FakeHub, *ballots: dict[str, Any], query: str = "") -> Page:
    """The page with these ballots."""
    hub.state["ballots"] = list(ballots)
    return open_page(query)


def press(page: Page, name: str) -> None:
    """Press the key of this name on the desk."""
    page.locator("ballot-desk").get_by_role("button", name=name, exact=True).click()


def test_without_a_ballot_there_is_no_desk(open_page: OpenPage, hub: FakeHub) -> None:
    page = opened(open_page, hub)
    expect(page.locator("ballot-desk")).to_be_hidden()
    expect(page.get_by_text("Chưa có nội dung biểu quyết")).to_be_visible()


def test_a_running_ballot_says_who_has_voted_and_no_more(open_page: OpenPage, hub: FakeHub) -> None:
    desk = opened(open_page, hub, ballot("open")).locator("ballot-desk")
    expect(desk.locator("h2")).to_have_text(
        "Thông qua dự thảo Nghị quyết về dự toán ngân sách năm 2027"
    )
    expect(desk.locator(".stage-line .word")).to_have_text("Đang biểu quyết")
    expect(desk.locator(".turnout strong")).to_have_text("23/29")
    expect(desk.locator(".quorum")).to_have_text("Có mặt 29/31, cần 21 · Đủ điều kiện tiến hành")
    expect(desk.locator(".bars:visible")).to_have_count(0)
    expect(desk.get_by_text("Số phiếu hiện ra sau khi kết thúc")).to_be_visible()


def test_interim_counts_are_bars_with_numbers(open_page: OpenPage, hub: FakeHub) -> None:
    counts = {"yes": 20, "no": 10, "abstain": 0}
    desk = opened(open_page, hub, ballot("open", counts=counts)).locator("ballot-desk")
    assert desk.locator(".bar strong").all_inner_texts() == ["20", "10", "0"]
    assert desk.locator(".bar .percent").all_inner_texts() == ["66,67 %", "33,33 %", "0,00 %"]
    lengths = desk.locator(".bar .filled").evaluate_all("bars => bars.map(b => b.offsetWidth)")
    assert lengths[0] == pytest.approx(2 * lengths[1], abs=2)
    assert lengths[2] == 0


def test_the_timer_runs_while_the_vote_is_open_and_stands_in_a_pause(
    open_page: OpenPage, hub: FakeHub
) -> None:
    page = opened(open_page, hub, ballot("open", remaining_ms=64_900))
    timer = page.locator("ballot-desk .timer .clock")
    expect(timer).to_have_text("01:02")
    hub.part(["ballots"], [ballot("paused", remaining_ms=61_000)])
    expect(timer).to_have_text("01:01")
    hub.part(["hub", "time_ms"], hub.state["hub"]["time_ms"] + 5_000)
    expect(page.locator("ballot-desk .stage-line .word")).to_have_text("Đang tạm dừng")
    expect(timer).to_have_text("01:01")


@pytest.mark.parametrize(
    ("stage", "name", "question", "command"),
    [
        ("ready_check", "Bắt đầu biểu quyết", None, "open_ballot"),
        ("open", "Dừng biểu quyết", None, "pause_ballot"),
        ("paused", "Tiếp tục biểu quyết", None, "resume_ballot"),
        ("open", "Kết thúc biểu quyết", "Kết thúc biểu quyết (23/29 đã bấm)", "close_ballot"),
        ("closing", "Kiểm phiếu không chờ", "Kiểm phiếu, không có: Phòng họp vệ tinh",
         "count_ballot"),
        ("counted", "Công bố kết quả", None, "announce_ballot"),
    ],
)  # fmt: skip
def test_the_keys_of_each_stage(
    open_page: OpenPage, hub: FakeHub, stage: str, name: str, question: str | None, command: str
) -> None:
    page = opened(open_page, hub, ballot(stage))
    press(page, name)
    for again in filter(None, [question]):
        assert hub.commands == []
        press(page, again)
    note = page.locator("ballot-desk .ballot-actions .note")
    expect(note).to_have_attribute("data-stage", "done")
    assert hub.commands == [(command, KEY)]


@pytest.mark.parametrize(
    ("stage", "name", "question", "command"),
    [
        ("ready_check", "Rút nội dung", "Rút nội dung này", "withdraw_ballot"),
        ("open", "Hủy lượt biểu quyết", "Hủy lượt này, không có kết quả", "abort_ballot"),
        ("announced", "Hủy kết quả", "Hủy kết quả vì lý do này", "annul_ballot"),
    ],
)
def test_what_ends_a_ballot_otherwise_needs_a_reason(
    open_page: OpenPage, hub: FakeHub, stage: str, name: str, question: str, command: str
) -> None:
    page = opened(open_page, hub, ballot(stage))
    if stage == "announced":
        page.get_by_role("button", name="Mở ra, Thông qua").click()
    press(page, name)
    field = page.get_by_label("Lý do", exact=True)
    expect(field).to_be_focused()
    press(page, question)
    assert hub.commands == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name=name, exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    field.fill("Nhầm nội dung")
    page.keyboard.press("Enter")
    expect(page.locator("ballot-desk")).to_have_attribute(
        "data-stage",
        {"withdraw_ballot": "withdrawn", "abort_ballot": "aborted"}.get(command, "annulled"),
    )
    assert hub.commands == [(command, {**KEY, "why": "Nhầm nội dung"})]


def test_opening_without_quorum_says_so_and_asks(open_page: OpenPage, hub: FakeHub) -> None:
    missing = {"needed": 30, "present": 29, "met": False, "missing_roles": []}
    page = opened(open_page, hub, ballot("ready_check", quorum=missing))
    expect(page.locator("ballot-desk .quorum")).to_contain_text("Chưa đủ điều kiện tiến hành")
    press(page, "Bắt đầu biểu quyết")
    press(page, "Vẫn bắt đầu, có mặt 29, cần 30")
    expect(page.locator("ballot-desk")).to_have_attribute("data-stage", "open")
    assert hub.commands == [("open_ballot", {**KEY, "anyway": True})]


def test_a_refusal_that_the_chair_may_overrule_is_asked_again(
    open_page: OpenPage, hub: FakeHub
) -> None:
    sentence = text("Thiếu thành phần bắt buộc phải có mặt", "Somebody required is absent")
    hub.refusals["open_ballot"] = {"code": "role_missing", **sentence}
    page = opened(open_page, hub, ballot("ready_check"))
    press(page, "Bắt đầu biểu quyết")
    problem = page.locator("ballot-desk .ballot-actions .problem")
    expect(problem).to_have_text("Từ chối: Thiếu thành phần bắt buộc phải có mặt")
    del hub.refusals["open_ballot"]
    press(page, "Bắt đầu biểu quyết")
    press(page, "Vẫn bắt đầu dù thiếu thành phần")
    expect(page.locator("ballot-desk")).to_have_attribute("data-stage", "open")
    assert hub.commands[-1] == ("open_ballot", {**KEY, "anyway": True})


def test_announcing_nothing_is_asked(open_page: OpenPage, hub: FakeHub) -> None:
    page = opened(open_page, hub, ballot("counted", voted=0))
    press(page, "Công bố kết quả")
    press(page, "Vẫn công bố, không nhận được phiếu nào")
    expect(page.locator("ballot-desk")).to_have_attribute("data-stage", "announced")
    assert hub.commands == [("announce_ballot", {**KEY, "anyway": True})]


def test_a_closing_ballot_names_the_silent_rooms(open_page: OpenPage, hub: FakeHub) -> None:
    page = opened(open_page, hub, ballot("closing"))
    expect(page.locator(".awaited")).to_contain_text("Đang chờ phiếu từ: Phòng họp vệ tinh")
    hub.part(["ballots"], [ballot("counted")])
    expect(page.locator(".awaited")).to_be_hidden()


def test_the_result_says_everything(open_page: OpenPage, hub: FakeHub) -> None:
    result = summary(rooms_not_heard=["satellite"])
    page = opened(open_page, hub, ballot("counted", result=result))
    found = page.locator(".ballot-result")
    expect(found.locator(".outcome")).to_have_text("Được thông qua")
    assert found.locator(".bar strong").all_inner_texts() == ["17", "4", "2"]
    expect(found.locator(".announcement")).to_contain_text("Kết quả: ĐƯỢC THÔNG QUA.")
    expect(found.locator(".missing")).to_have_text("Không nhận đủ phiếu từ: Phòng họp vệ tinh")
    expect(page.locator("ballot-desk .facts")).to_contain_text("Trên 1/2 tổng số thành viên")
    expect(page.locator("ballot-desk .facts")).to_contain_text("Lúc mở 29/31, cần 21")
    found.get_by_text("Không biểu quyết trong lần này (8)").click()
    expect(found.locator(".silent-groups")).to_contain_text("Có mặt, không bấm (6): Lê Hoàng Long")
    expect(found.locator(".silent-groups")).to_contain_text("Vắng mặt (2): Châu Văn Liêm")
    links = [found.get_by_role("link", name=name) for name in ("Văn bản", "Tải nhật ký")]
    assert [link.get_attribute("href") for link in links] == [
        "/api/v1/ballots/budget/1",
        "/api/v1/ballots/budget/1/journal",
    ]


def test_a_secret_result_has_its_four_numbers_and_no_names_of_choices(
    open_page: OpenPage, hub: FakeHub
) -> None:
    slips = {"issued": 29, "returned": 23, "valid": 23, "invalid": 0, "missing": 0}
    result = summary(outcome="failed", slips=slips)
    secret = ballot("counted", kind="secret", press="first_press", result=result)
    page = opened(open_page, hub, secret, query="?lang=en")
    expect(page.locator(".outcome")).to_have_text("Not passed")
    expect(page.locator(".facts").first).to_contain_text("Ballots issued 29 · Ballots returned 23")
    expect(page.locator(".stage-line")).to_contain_text("Secret ballot")


def test_an_opinion_has_no_outcome(open_page: OpenPage, hub: FakeHub) -> None:
    result = summary(outcome=None, rule=None, needed=None)
    page = opened(open_page, hub, ballot("counted", result=result))
    expect(page.locator(".outcome")).to_be_hidden()
    expect(page.locator("ballot-desk .facts")).to_contain_text("Lấy ý kiến tham khảo")


def test_roll_call_calls_the_next_name(open_page: OpenPage, hub: FakeHub) -> None:
    page = opened(open_page, hub, ballot("open", kind="roll_call"))
    expect(page.locator(".called")).to_have_text("Chưa gọi tên ai")
    press(page, "Gọi người tiếp theo")
    expect(page.locator(".called")).to_have_text("Đang gọi: Nguyễn Thị Minh Khai")
    assert hub.commands == [("call_next", KEY)]


def test_who_takes_no_part_is_named_before_the_end(open_page: OpenPage, hub: FakeHub) -> None:
    page = opened(open_page, hub, ballot("open"))
    page.get_by_text("Người không tham gia").first.click()
    page.locator("#recuse-who").select_option("main/9")
    press(page, "Không tham gia biểu quyết")
    expect(page.locator(".recuse .note")).to_have_attribute("data-stage", "done")
    assert hub.commands == [("recuse", {**KEY, "person": "main/9"})]


def test_vote_lamps_stand_at_the_seats_and_never_say_which_choice(
    open_page: OpenPage, hub: FakeHub
) -> None:
    seats = hub.state["rooms"]["main"]["seats"]
    lamps = {"3": "slow", "4": "fast", "5": "on"}
    seats |= {number: actual(votes=lamp) for number, lamp in lamps.items()}
    page = opened(open_page, hub, ballot("open"))
    states = {"3": "vote_waiting", "4": "vote_recorded", "5": "vote_counted"}
    words = {"3": "Chưa biểu quyết", "4": "Đã ghi nhận", "5": "Đã tính"}
    for number, state in states.items():
        seat = page.locator(f'[data-room="main"] [data-key="seat:{number}"]')
        expect(seat).to_have_attribute("data-vote", state)
        label = seat.get_attribute("aria-label")
        assert label is not None
        assert label.endswith(words[number])
        expect(page.locator(f'[data-seat="main/{number}"].seat-row .role')).to_have_text(
            words[number]
        )
    hub.part(["ballots"], [ballot("announced")])
    expect(page.locator("[data-vote]")).to_have_count(0)
    hub.part(["ballots"], [ballot("open")])
    expect(page.locator("[data-vote]")).to_have_count(3)
    hub.part(["rooms", "main", "online"], False)
    expect(page.locator("[data-vote]")).to_have_count(0)


def test_the_list_shows_every_ballot_and_opens_one(open_page: OpenPage, hub: FakeHub) -> None:
    old = ballot("announced", "minutes", text=text("Thông qua biên bản", "Adopt the minutes"))
    page = opened(open_page, hub, old, ballot("open"))
    rows = page.locator(".ballot-row")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("23/29 đã bấm")
    expect(rows.nth(1)).to_contain_text("Được thông qua")
    page.get_by_role("button", name="Mở ra, Thông qua biên bản").click()
    desk = page.locator("ballot-desk h2")
    expect(desk).to_have_text("Thông qua biên bản")
    expect(desk).to_be_focused()
    press(page, "Về nội dung đang biểu quyết")
    expect(desk).to_contain_text("ngân sách năm 2027")


def test_an_ended_ballot_stays_on_the_desk_until_it_is_closed(
    open_page: OpenPage, hub: FakeHub
) -> None:
    page = opened(open_page, hub, ballot("counted"))
    press(page, "Công bố kết quả")
    expect(page.locator("ballot-desk")).to_have_attribute("data-stage", "announced")
    press(page, "Đóng")
    expect(page.locator("ballot-desk")).to_be_hidden()


def test_voting_again_is_a_new_round(open_page: OpenPage, hub: FakeHub) -> None:
    page = opened(open_page, hub, ballot("annulled"))
    page.get_by_role("button", name="Mở ra, Thông qua").click()
    expect(page.locator(".outcome")).to_have_text("Kết quả biểu quyết bị hủy")
    press(page, "Biểu quyết lại")
    expect(page.locator(".ballot-row").first).to_contain_text("Lần 2")
    assert hub.commands == [("again_ballot", KEY)]


def test_a_ballot_is_prepared(open_page: OpenPage, hub: FakeHub) -> None:
    page = opened(open_page, hub)
    page.get_by_role("button", name="Soạn nội dung biểu quyết").click()
    question = page.get_by_label("Câu hỏi, tiếng Việt")
    expect(question).to_be_focused()
    page.get_by_role("button", name="Lưu nội dung").click()
    expect(page.locator(".ballot-form > .problem")).to_have_text("Chưa nhập câu hỏi")
    assert hub.commands == []
    question.fill("Thông qua chương trình họp")
    page.get_by_label("Câu hỏi, tiếng Anh").fill("Adopt the agenda")
    page.get_by_label("Phương án", exact=True).select_option("tender")
    page.get_by_label("Quy tắc thông qua").select_option("hdnd")
    page.get_by_label("Thời gian (giây").fill("90")
    page.get_by_label("Hiện số phiếu khi đang biểu quyết").check()
    page.get_by_text("Quy định thêm").click()
    page.get_by_label("Khi mất kết nối với một phòng").select_option("continue_without")
    page.get_by_label("Cho phép bắt đầu khi chưa đủ điều kiện").check()
    page.get_by_role("button", name="Lưu nội dung").click()
    expect(page.locator(".ballot-row .question")).to_have_text("Thông qua chương trình họp")
    expect(question).to_have_value("")
    ident = hub.state["ballots"][0]["ballot"]
    assert re.fullmatch(r"vote-\d{8}-\d{6}", ident)
    assert hub.commands == [
        (
            "prepare_ballot",
            {
                "id": ident,
                "text": {"vi": "Thông qua chương trình họp", "en": "Adopt the agenda"},
                "kind": "open",
                "label_set": "tender",
                "rule": "hdnd",
                "press": "last_press",
                "duration_s": 90,
                "show_interim": True,
                "may_open_without_quorum": True,
                "proxy_vote": False,
                "on_room_lost": "continue_without",
            },
        )
    ]


def test_a_secret_ballot_cannot_be_shown_or_changed(open_page: OpenPage, hub: FakeHub) -> None:
    page = opened(open_page, hub)
    page.get_by_role("button", name="Soạn nội dung biểu quyết").click()
    page.get_by_label("Hiện số phiếu khi đang biểu quyết").check()
    page.get_by_role("button", name="Bỏ phiếu kín").click()
    expect(page.get_by_label("Hiện số phiếu khi đang biểu quyết")).to_be_hidden()
    page.get_by_label("Câu hỏi, tiếng Việt").fill("Bầu thư ký")
    page.keyboard.press("Enter")
    expect(page.locator(".ballot-row")).to_have_count(1)
    (sent,) = [args for _, args in hub.commands]
    assert (sent["kind"], sent["press"], sent["show_interim"]) == ("secret", "first_press", False)


def test_options_of_ones_own_and_how_many_may_be_chosen(open_page: OpenPage, hub: FakeHub) -> None:
    page = opened(open_page, hub)
    page.get_by_role("button", name="Soạn nội dung biểu quyết").click()
    page.get_by_label("Câu hỏi, tiếng Việt").fill("Chọn hai phương án")
    page.get_by_label("Phương án", exact=True).select_option("own")
    expect(page.get_by_label("Quy tắc thông qua")).to_be_hidden()
    page.get_by_label("Mỗi dòng một phương án").fill("Phương án A | Option A\n\nPhương án B\nC")
    page.get_by_label("đến", exact=True).fill("4")
    page.get_by_role("button", name="Lưu nội dung").click()
    expect(page.locator(".ballot-form > .problem")).to_contain_text("từ 1 đến 3")
    page.get_by_label("đến", exact=True).fill("2")
    page.get_by_role("button", name="Lưu nội dung").click()
    expect(page.locator(".ballot-row")).to_have_count(1)
    (sent,) = [args for _, args in hub.commands]
    assert sent["options"] == [
        {"id": "o1", "label": {"vi": "Phương án A", "en": "Option A"}},
        {"id": "o2", "label": {"vi": "Phương án B", "en": "Phương án B"}},
        {"id": "o3", "label": {"vi": "C", "en": "C"}},
    ]
    assert (sent["picks_min"], sent["picks_max"], sent["rule"]) == (1, 2, None)


def test_a_refused_plan_keeps_what_was_typed(open_page: OpenPage, hub: FakeHub) -> None:
    sentence = text("Lệnh thiếu hoặc sai tham số", "The command's argument is wrong")
    hub.refusals["prepare_ballot"] = {"code": "bad_argument", **sentence}
    page = opened(open_page, hub)
    page.get_by_role("button", name="Soạn nội dung biểu quyết").click()
    page.get_by_label("Câu hỏi, tiếng Việt").fill("Một câu hỏi")
    page.keyboard.press("Enter")
    expect(page.locator(".ballot-form .note .problem")).to_have_text(
        "Từ chối: Lệnh thiếu hoặc sai tham số"
    )
    expect(page.get_by_label("Câu hỏi, tiếng Việt")).to_have_value("Một câu hỏi")
