"""A finished check of a room as it is recorded: what the room found, and what only the hub sees.

Owns the lines about link, clock and the room's screen. Pure; must not decide when it is recorded.
"""

from __future__ import annotations

from edge.contract.devices import CheckItem, CheckState, Verdict
from edge.contract.messages import Text
from hub.board import Board
from hub.meeting.care_events import CheckEnded
from hub.meeting.state import Meeting

SLOW_MS = 200.0
"""A round trip that a person at a key begins to feel."""

APART_S = 2.0
"""A room's wall clock may differ so much before its records are hard to follow."""

LINK = Text(vi="Đường truyền đến máy chủ", en="Link to the hub")
CLOCK = Text(vi="Đồng hồ của phòng", en="The room's clock")
SCREEN = Text(vi="Trang trên màn hình phòng", en="Page on the room's screen")


def check_ended(
    room: str, state: CheckState, meeting: Meeting, board: Board, now_s: float
) -> CheckEnded:
    """What is recorded."""
    seen = [_link(room, board, now_s), _clock(room, board), *_screen(room, meeting, board)]
    return CheckEnded(
        now_s,
        room,
        state.check,
        state.by,
        state.began_ts,
        state.active,
        (*state.items, *seen),
    )


def _line(
    ident: str,
    title: Text,
    verdict: Verdict,
    evidence: tuple[str, str],
    todo: tuple[str, str],
) -> CheckItem:
    return CheckItem(
        id=ident,
        kind=ident,
        title=title,
        verdict=verdict,
        evidence=Text(vi=evidence[0], en=evidence[1]),
        todo=None if verdict == "pass" else Text(vi=todo[0], en=todo[1]),
    )


def _link(room: str, board: Board, now_s: float) -> CheckItem:
    todo = ("Kiểm tra mạng giữa phòng và máy chủ", "Check the network between room and hub")
    status, band = board.room(room).status, board.history.newest(room, "round_trip_ms", now_s)
    waits = status.outbox if status is not None else 0
    if band is None:
        told = ("chưa đo được thời gian đi về", "no round trip has been measured yet")
        return _line("link", LINK, "unconfirmed", told, todo)
    middle, high = band[1], band[2]
    verdict: Verdict = "pass" if middle < SLOW_MS and waits == 0 else "fail"
    vi = f"đi về {middle:.1f} ms, chậm nhất {high:.1f} ms, {waits} sự kiện chờ gửi"
    en = f"round trip {middle:.1f} ms, {high:.1f} ms at most, {waits} events wait"
    return _line("link", LINK, verdict, (vi.replace(".", ","), en), todo)


def _clock(room: str, board: Board) -> CheckItem:
    todo = ("Kiểm tra đồng bộ giờ (NTP) của bộ điều khiển phòng", "Check NTP on the controller")
    apart_s = board.room(room).apart_s
    if apart_s is None:
        return _line("clock", CLOCK, "unconfirmed", ("chưa so được giờ", "not compared yet"), todo)
    verdict: Verdict = "pass" if abs(apart_s) < APART_S else "fail"
    vi, en = f"lệch máy chủ {apart_s:+.1f} giây".replace(".", ","), f"{apart_s:+.1f} s off the hub"
    return _line("clock", CLOCK, verdict, (vi, en), todo)


def _screen(room: str, meeting: Meeting, board: Board) -> list[CheckItem]:
    part = board.screens.part(room, expected=room in meeting.care.screens)
    if part is None:
        return []
    todo = (
        "Xem máy của màn hình: systemctl status phonghop-kiosk@" + room,
        "Look at the screen's machine: systemctl status phonghop-kiosk@" + room,
    )
    told = {
        True: ("pass", ("đang hiển thị", "is being painted")),
        False: ("fail", ("không còn hiển thị", "is not painted any more")),
        None: ("unconfirmed", ("chưa nghe từ khi máy chủ chạy", "not heard since the hub started")),
    }
    verdict, evidence = told[part["alive"]]  # type: ignore[index]
    return [_line("screen", SCREEN, verdict, evidence, todo)]  # type: ignore[arg-type]
