"""Attendance on the technician's page: who is here, and signing in or out for somebody."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.fake_hub import FakeHub
from tests.browser.sample_ballots import ballot
from tests.browser.sample_state import text

pytestmark = pytest.mark.browser


def test_count_and_quorum_of_the_ballot_at_hand(open_page: OpenPage, hub: FakeHub) -> None:
    page = open_page()
    panel = page.locator("attendance-panel")
    expect(panel.locator(".present-count")).to_have_text("Có mặt 29/31")
    expect(panel.locator(".attendance-head .state-word")).to_be_hidden()
    missing = {"needed": 30, "present": 29, "met": False}
    hub.part(["ballots"], [ballot("ready_check", quorum=missing)])
    expect(panel.locator(".attendance-head .state-word")).to_contain_text(
        "Chưa đủ điều kiện tiến hành · cần 30"
    )


def test_somebody_is_signed_in_and_out(open_page: OpenPage, hub: FakeHub) -> None:
    page = open_page()
    page.get_by_text("Danh sách điểm danh").click()
    person = page.locator('[data-person="main/25"]')
    expect(person.locator(".word")).to_have_text("Chưa điểm danh")
    person.get_by_role("button", name="Điểm danh hộ, Châu Văn Liêm").click()
    expect(person.locator(".word")).to_have_text("Đã điểm danh")
    expect(page.locator(".present-count")).to_have_text("Có mặt 30/31")
    expect(page.locator('[data-seat="main/25"].seat-row .word')).to_have_text("Có mặt")
    person.get_by_role("button", name="Ghi rời phòng, Châu Văn Liêm").click()
    expect(person.locator(".word")).to_have_text("Chưa điểm danh")
    assert hub.commands == [
        ("sign_in", {"seat": "main/25", "present": True}),
        ("sign_in", {"seat": "main/25", "present": False}),
    ]


def test_everybody_is_signed_in_or_out(open_page: OpenPage, hub: FakeHub) -> None:
    page = open_page()
    page.get_by_role("button", name="Điểm danh tất cả (2)").click()
    expect(page.locator(".present-count")).to_have_text("Có mặt 31/31")
    expect(page.get_by_role("button", name="Điểm danh tất cả")).to_be_hidden()
    page.get_by_role("button", name="Ghi tất cả rời phòng").click()
    page.get_by_role("button", name="Ghi 31 người rời phòng").click()
    expect(page.locator(".present-count")).to_have_text("Có mặt 0/31")
    assert hub.commands == [
        ("sign_in", {"everybody": True, "present": True}),
        ("sign_in", {"everybody": True, "present": False}),
    ]


def test_the_seats_are_asked_until_they_are_not(open_page: OpenPage, hub: FakeHub) -> None:
    page = open_page()
    page.get_by_role("button", name="Mời điểm danh tại ghế").click()
    expect(page.get_by_text("Đèn điểm danh đang nháy")).to_be_visible()
    page.get_by_role("button", name="Thôi mời điểm danh").click()
    expect(page.get_by_text("Đèn điểm danh đang nháy")).to_be_hidden()
    assert hub.commands == [("ask_attendance", {"on": True}), ("ask_attendance", {"on": False})]


def test_a_refused_sign_in_stands_beside_the_person(open_page: OpenPage, hub: FakeHub) -> None:
    sentence = text("Không có ghế này", "There is no such seat")
    hub.refusals["sign_in"] = {"code": "seat_unknown", **sentence}
    page = open_page()
    page.get_by_text("Danh sách điểm danh").click()
    person = page.locator('[data-person="satellite/7"]')
    person.get_by_role("button").click()
    expect(person.locator(".problem")).to_have_text("Từ chối: Không có ghế này")


def test_a_meeting_without_a_list(open_page: OpenPage, hub: FakeHub) -> None:
    hub.state["attendance"] = {"asked": False, "people": {}, "present": 0, "members": 0}
    page = open_page()
    expect(page.get_by_text("Chưa có danh sách thành phần tham dự")).to_be_visible()
    expect(page.get_by_role("button", name="Mời điểm danh tại ghế")).to_be_hidden()
    expect(page.locator('[data-seat="main/25"].seat-row .word')).to_have_text("Có mặt")
