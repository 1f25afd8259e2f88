"""The delegate's page: my turn, my vote, signing in, and what happens while the line is cut.

Owns the page of one seat against the stand-in hub. That it is true in a room: ``test_demo``.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, OpenPage
from tests.browser.fake_hub import FakeHub
from tests.browser.sample_ballots import OPTIONS, ballot
from tests.browser.sample_state import text

pytestmark = pytest.mark.browser

SEAT = "main/3"
CLOSED = {"code": "vote_closed", **text("Biểu quyết đã kết thúc", "The vote has ended")}


def opened(open_page: OpenPage, hub: FakeHub, seat: str = SEAT, **changes: Any) -> Page:
    """The page of a seat on a phone; ``ballots`` replaces what is voted on."""
    hub.state["ballots"] = changes.pop("ballots", [])
    return open_page(f"seat?seat={seat}", size=PHONE, **changes)


def vote_of(page: Page) -> Any:
    """The part about my vote."""
    return page.locator("seat-vote")


def option(page: Page, name: str) -> Any:
    """A key of the vote."""
    return vote_of(page).locator(".option", has_text=name)


def test_the_one_key_asks_withdraws_and_ends(open_page: OpenPage, hub: FakeHub) -> None:
    page = opened(open_page, hub)
    turn = page.locator("seat-turn")
    key = turn.locator(".key")
    expect(key).to_have_text("Xin phát biểu")
    key.click()
    expect(key).to_have_text("Rút yêu cầu")
    expect(turn.locator(".my-state")).to_contain_text("Thứ tự 4 trong hàng chờ · 3 người trước bạn")
    key.click()
    expect(key).to_have_text("Xin phát biểu")
    key.click()
    expect(key).to_have_text("Rút yêu cầu")
    hub.part(["floor"], {**hub.state["floor"], "queue": [], "speaking": [turn_of(SEAT)]})
    expect(key).to_have_text("Kết thúc phát biểu")
    expect(turn.locator(".my-time .clock")).to_have_text("02:59")
    key.click()
    expect(key).to_have_text("Xin phát biểu")
    assert [name for name, _ in hub.commands] == [
        "ask_floor", "withdraw", "ask_floor", "withdraw",
    ]  # fmt: skip


def turn_of(seat: str) -> dict[str, Any]:
    """A turn of three minutes whose clock stands: nothing here depends on how fast the test is."""
    times = {"since_ms": 5_000_000, "spent_ms": 500, "left_ms": 179_500, "limit_s": 180.0}
    is_so = {"phase": "calm", "paused": True, "muted": False, "suspended": False}
    return {"seat": seat, "name": "Lê Hoàng Long", "role": "delegate", **times, **is_so}


def test_a_microphone_is_open_when_its_unit_proved_it(open_page: OpenPage, hub: FakeHub) -> None:
    page = opened(open_page, hub)
    state = page.locator("seat-turn")
    hub.part(["floor"], {**hub.state["floor"], "speaking": [turn_of(SEAT)]})
    expect(state).to_have_attribute("data-state", "opening")
    seats = hub.state["rooms"]["main"]["seats"]
    hub.part(["rooms", "main", "seats"], {**seats, "3": {**seats["3"], "microphone": True}})
    expect(state).to_have_attribute("data-state", "speaking")
    expect(state.locator(".my-state")).to_have_text("Micro của bạn đang mở")


def test_a_refusal_stands_under_the_key(open_page: OpenPage, hub: FakeHub) -> None:
    hub.refusals["ask_floor"] = {"code": "queue_full", **text("Hàng chờ đã đầy", "Full")}
    page = opened(open_page, hub)
    page.locator("seat-turn .key").click()
    expect(page.locator("seat-turn .problem")).to_have_text("Từ chối: Hàng chờ đã đầy")
    expect(page.locator("seat-turn .key")).to_have_text("Xin phát biểu")


def test_a_vote_is_counted_and_can_be_changed(open_page: OpenPage, hub: FakeHub) -> None:
    page = opened(open_page, hub, ballots=[ballot("open")])
    mine = vote_of(page).locator(".my-vote")
    expect(mine).to_have_text("Chưa biểu quyết")
    option(page, "Không tán thành").click()
    expect(mine).to_have_text("Đã tính: Không tán thành")
    page.get_by_role("button", name="English").click()
    option(page, "Abstain").click()
    expect(mine).to_have_text("Counted: Abstain")
    expect(option(page, "Abstain")).to_have_attribute("aria-pressed", "true")
    presses = [args["press"] for name, args in hub.commands if name == "cast_vote"]
    assert len(set(presses)) == 2
    hub.votes[SEAT] = "key"  # and then the key at the seat was pressed
    hub.part(["ballots"], [ballot("open", voted=24)])
    expect(mine).to_have_text("Counted, by the keys at the seat")


def test_a_vote_pressed_without_a_connection_waits_and_counts_once(
    open_page: OpenPage, hub: FakeHub
) -> None:
    page = opened(open_page, hub, ballots=[ballot("open")])
    expect(vote_of(page)).to_be_visible()
    page.route("**/api/v1/commands/**", lambda route: route.abort())
    hub.cut()
    expect(page.locator("connection-bar")).to_be_visible()
    expect(page.locator("seat-turn .key")).to_have_attribute("aria-disabled", "true")
    option(page, "Tán thành").first.click()
    mine = vote_of(page).locator(".my-vote")
    expect(mine).to_have_text("Đã ghi nhận: Tán thành · chờ kết nối, sẽ tự gửi")
    assert hub.votes == {}
    hub.deaf = 1  # it arrives, and the answer is lost
    page.unroute("**/api/v1/commands/**")
    page.reload()
    hub.heal()
    expect(mine).to_have_text("Đã tính: Tán thành")
    sent = [args for name, args in hub.commands if name == "cast_vote"]
    assert len(sent) >= 2
    assert len({args["press"] for args in sent}) == 1
    assert hub.votes == {SEAT: sent[0]["press"]}
    assert sent[0]["age_ms"] > 0


def test_a_vote_that_comes_too_late_is_refused_visibly(open_page: OpenPage, hub: FakeHub) -> None:
    page = opened(open_page, hub, ballots=[ballot("open")])
    hub.refusals["cast_vote"] = CLOSED
    option(page, "Không biểu quyết").click()
    expected = "Không tính Không biểu quyết: Biểu quyết đã kết thúc"
    expect(vote_of(page).locator(".problem")).to_have_text(expected)
    expect(vote_of(page).locator(".my-vote")).to_have_text("Chưa biểu quyết")


def test_several_options_are_chosen_and_sent_together(open_page: OpenPage, hub: FakeHub) -> None:
    page = opened(open_page, hub, ballots=[ballot("open", picks_min=1, picks_max=2)])
    send = vote_of(page).locator("button.primary")
    expect(send).to_have_attribute("aria-disabled", "true")
    for name in ("Không biểu quyết", "Không tán thành"):
        option(page, name).click()
    send.click()
    expect(vote_of(page).locator(".my-vote")).to_have_text(
        "Đã tính: Không tán thành, Không biểu quyết"
    )
    assert sorted(hub.commands[-1][1]["choices"]) == ["abstain", "no"]


def test_a_first_press_is_sent_with_a_key_of_its_own_and_stands(
    open_page: OpenPage, hub: FakeHub
) -> None:
    page = opened(open_page, hub, ballots=[ballot("open", press="first_press")])
    option(page, "Không biểu quyết").click()
    assert hub.commands == []
    vote_of(page).get_by_role("button", name="Gửi phiếu: Không biểu quyết").click()
    expect(vote_of(page).locator(".my-vote")).to_have_text("Đã tính: Không biểu quyết")
    expect(option(page, "Không biểu quyết")).to_have_attribute("aria-disabled", "true")


def test_a_secret_ballot_is_voted_on_at_the_keys(open_page: OpenPage, hub: FakeHub) -> None:
    page = opened(open_page, hub, ballots=[ballot("open", kind="secret", press="first_press")])
    expect(vote_of(page).locator(".hint")).to_have_text("Bỏ phiếu kín: mời dùng nút bấm tại ghế.")
    expect(vote_of(page).locator(".option:visible")).to_have_count(0)


def test_the_result_stands_with_its_numbers(open_page: OpenPage, hub: FakeHub) -> None:
    page = opened(open_page, hub, ballots=[ballot("announced")])
    expect(vote_of(page).locator(".outcome")).to_have_text("Được thông qua")
    assert vote_of(page).locator(".bar strong").all_inner_texts() == ["17", "4", "2"]
    assert len(OPTIONS) == 3


def test_who_is_asked_signs_in(open_page: OpenPage, hub: FakeHub) -> None:
    hub.state["attendance"]["asked"] = True
    page = opened(open_page, hub, seat="main/25")
    page.get_by_role("button", name="Có mặt").click()
    expect(page.locator("seat-sign-in")).to_be_hidden()
    expect(page.locator("seat-head")).to_contain_text("Đã điểm danh")
    assert hub.commands == [("sign_in_seat", {"seat": "main/25"})]


def test_what_holds_everybody_back_is_said(open_page: OpenPage, hub: FakeHub) -> None:
    page = opened(open_page, hub)
    hub.part(["floor"], {**hub.state["floor"], "recess": True, "alarm": True})
    expect(page.locator('[data-notice="fire"]')).to_contain_text("báo cháy")
    expect(page.locator('[data-notice="recess"]')).to_contain_text("tạm nghỉ")


def test_whoever_is_signed_in_at_a_seat_has_that_seat(open_page: OpenPage, hub: FakeHub) -> None:
    hub.me |= {"name": SEAT, "role": "delegate", "seat": SEAT}
    page = open_page("seat?seat=main/6", size=PHONE)
    expect(page.locator(".my-name")).to_have_text("Lê Hoàng Long")
    page.locator("seat-turn .key").click()
    expect(page.locator("seat-turn .key")).to_have_text("Rút yêu cầu")
    assert hub.commands == [("ask_floor", {"seat": SEAT, "kind": "speech"})]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("seat", "Chưa biết ghế của bạn"),
        ("seat?seat=main/99", "Không có ghế main/99"),
        ("seat?seat=../x", "Chưa biết ghế của bạn"),
    ],
)
def test_a_page_without_a_seat_says_what_to_do(
    open_page: OpenPage, hub: FakeHub, query: str, words: str
) -> None:
    page = open_page(query, size=PHONE)
    expect(page.locator("seat-head")).to_contain_text(words)
    expect(page.locator("seat-turn")).to_be_hidden()


def test_names_and_papers_may_hold_anything(open_page: OpenPage, hub: FakeHub) -> None:
    bad = '<img src=x onerror="alert(1)">'
    hub.state["rooms"]["main"]["names"]["3"] = bad
    paper = {"id": "p/../1", "title": bad}
    item = {"id": "a", "number": 1, "title": text(bad, bad), "presenter": bad, "papers": [paper]}
    hub.state["meeting"] |= {"agenda": [item], "item": "a"}
    page = opened(open_page, hub)
    expect(page.locator(".my-name")).to_have_text(bad)
    link = page.locator(".papers a")
    expect(link).to_have_text(bad)
    expect(link).to_have_attribute("href", "/api/v1/papers/p%2F..%2F1")
    assert page.locator("main img").count() == 0
    assert "onerror" in json.dumps(hub.state["meeting"])


def test_a_seat_outside_the_meeting_says_so(open_page: OpenPage, hub: FakeHub) -> None:
    hub.state["rooms"]["main"]["sits"] = False
    page = open_page("seat?seat=main/12", wait=False)
    expect(page.locator("seat-head .empty")).to_contain_text("không tham gia cuộc họp này")
    expect(page.locator("seat-turn")).to_be_hidden()
    hub.part(["rooms", "main", "sits"], True)
    expect(page.locator("seat-turn")).to_be_visible()
