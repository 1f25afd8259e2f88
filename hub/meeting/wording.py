"""How what happened reads, in Vietnamese and English.

Owns the sentences of the event log; labels follow the project's glossary. Must not decide
what is shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from edge.contract.messages import Text
from edge.rules.floor import SeatState
from edge.rules.reasons import SENTENCES, Reason
from hub.meeting import access_events, care_events, events, session_events, vote_events
from hub.meeting.causes import LOUD, TEXTS
from hub.meeting.state import Meeting


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the event log; ``what`` is a word to filter and colour by."""

    what: str
    room: str | None
    seat: str | None
    text: Text


def line(event: events.Event, meeting: Meeting) -> Line:
    """The event as a line; ``meeting`` gives the names."""
    what, text = _WORDING[type(event)](event, meeting)
    room: str | None = getattr(event, "room", None)
    seat: str | None = getattr(event, "seat", None)
    if seat is None and isinstance(event, events.FloorChanged) and event.changes:
        seat = event.changes[0].seat
    return Line(what, room, seat, Text(vi=text.vi[:400], en=text.en[:400]))


def reason_text(code: str) -> Text:
    """The sentence of a reason's code; an unknown code stands for itself."""
    try:
        sentence = SENTENCES[Reason(code)]
    except ValueError:
        return Text(vi=code, en=code)
    return Text(vi=sentence.vi, en=sentence.en)


def seat_text(seat: str | None, meeting: Meeting) -> Text:
    """``Ghế 12, Phòng họp chính (Nguyễn Văn An)``."""
    if seat is None:
        return Text(vi="Bàn điều khiển", en="Console")
    room, _, number = seat.partition("/")
    name = meeting.names.get(seat)
    person = f" ({name})" if name else ""
    title = room_text(room, meeting)
    return Text(vi=f"Ghế {number}, {title.vi}{person}", en=f"Seat {number}, {title.en}{person}")


def room_text(room: str, meeting: Meeting) -> Text:
    """The room's title as long as a room file may have it, its id while it has none."""
    plan = meeting.room(room).plan
    if plan is None:
        return Text(vi=room, en=room)
    return Text(vi=plan.title.vi[:100], en=plan.title.en[:100])


_SPEAKS = {
    SeatState.SPEAKING: Text(vi="được phát biểu", en="has the floor"),
    SeatState.WAITING: Text(vi="đang chờ phát biểu", en="is waiting to speak"),
    SeatState.SILENT: Text(vi="hết lượt phát biểu", en="does not have the floor any more"),
}


def _moves(changes: tuple[events.Change, ...], meeting: Meeting) -> list[Text]:
    return [
        Text(
            vi=f"{seat_text(change.seat, meeting).vi} {_SPEAKS[change.now].vi}",
            en=f"{seat_text(change.seat, meeting).en} {_SPEAKS[change.now].en}",
        )
        for change in changes[:5]  # more than a handful is for the records, not for a line
    ]


def _joined(parts: list[Text]) -> Text:
    return Text(vi="; ".join(p.vi for p in parts)[:400], en="; ".join(p.en for p in parts)[:400])


def _floor(event: events.FloorChanged, meeting: Meeting) -> tuple[str, Text]:
    cause = TEXTS.get(event.cause)
    if cause is not None and event.seat is not None and not event.changes:
        seat = seat_text(event.seat, meeting)
        cause = Text(vi=f"{seat.vi}: {cause.vi}", en=f"{seat.en}: {cause.en}")
    parts = ([cause] if cause is not None else []) + _moves(event.changes, meeting)
    loud = event.cause in LOUD or not event.changes
    what = event.cause if loud else event.changes[-1].now.value
    return what, _joined(parts or [Text(vi="Không có thay đổi", en="Nothing changed")])


def _merged(event: events.RoomMerged, meeting: Meeting) -> tuple[str, Text]:
    title = room_text(event.room, meeting)
    head = Text(
        vi=f"{title.vi}: đã hợp nhất lượt phát biểu", en=f"{title.en}: its floor has been merged"
    )
    return "merged", _joined([head, *_moves(event.changes, meeting)])


def _pressed(event: events.Pressed, meeting: Meeting) -> tuple[str, Text]:
    seat = seat_text(event.seat, meeting)
    if event.outcome == "refused":
        reason = reason_text(event.code)
        return "refused", Text(vi=f"{seat.vi}: {reason.vi}", en=f"{seat.en}: {reason.en}")
    alone = event.outcome == "recorded"
    return "pressed", Text(
        vi=f"{seat.vi} nhấn phím {event.key}" + (", phòng tự xử lý" if alone else ""),
        en=f"{seat.en} pressed {event.key}" + (", decided in the room" if alone else ""),
    )


def _room_line(what: str, vi: str, en: str) -> Callable[[Any, Meeting], tuple[str, Text]]:
    def word(event: Any, meeting: Meeting) -> tuple[str, Text]:
        title = room_text(event.room, meeting)
        return what, Text(vi=f"{title.vi}: {vi}", en=f"{title.en}: {en}")

    return word


def _meeting_set(event: events.MeetingSet, meeting: Meeting) -> tuple[str, Text]:
    return "meeting", Text(vi=f"Cuộc họp: {event.title}"[:400], en=f"Meeting: {event.title}"[:400])


_PREPARING = {
    "created": Text(vi="lập cuộc họp", en="meeting drafted"),
    "copied": Text(vi="sao chép cuộc họp", en="meeting copied"),
    "edited": Text(vi="sửa cuộc họp", en="meeting edited"),
    "deleted": Text(vi="xóa bản nháp", en="draft deleted"),
    "paper_added": Text(vi="thêm tài liệu", en="paper added"),
    "paper_edited": Text(vi="sửa tài liệu", en="paper edited"),
    "paper_removed": Text(vi="xóa tài liệu", en="paper removed"),
}


def _prepared(event: session_events.MeetingPrepared, meeting: Meeting) -> tuple[str, Text]:
    what, tail = _PREPARING[event.what], f" ({event.detail})" if event.detail else ""
    return "prepared", Text(
        vi=f"{event.title}: {what.vi}{tail}"[:400], en=f"{event.title}: {what.en}{tail}"[:400]
    )


def _ended(event: session_events.MeetingEnded, meeting: Meeting) -> tuple[str, Text]:
    title = event.title
    return "meeting_ended", Text(vi=f"Bế mạc: {title}"[:400], en=f"Meeting ended: {title}"[:400])


def _item_called(event: session_events.ItemCalled, meeting: Meeting) -> tuple[str, Text]:
    title = next((item.title for item in meeting.agenda if item.id == event.item), None)
    text = title or Text(vi=event.item, en=event.item)
    return "item", Text(vi=f"Mục: {text.vi}"[:400], en=f"Agenda item: {text.en}"[:400])


def _audited(event: events.Audited, meeting: Meeting) -> tuple[str, Text]:
    title = room_text(event.room, meeting)
    return "audit", Text(vi=f"{title.vi}: {event.topic}", en=f"{title.en}: {event.topic}")


def _raised(event: events.AlertRaised, meeting: Meeting) -> tuple[str, Text]:
    return "alert", event.text


def _cleared(event: events.AlertCleared, meeting: Meeting) -> tuple[str, Text]:
    return "alert_cleared", Text(
        vi=f"Đã hết: {event.text.vi}"[:400], en=f"Over: {event.text.en}"[:400]
    )


_ACTIONS = {
    "aim": Text(vi="quay camera", en="aim the camera"),
    "sight": Text(vi="ngắm ghế", en="sight a seat"),
    "forget_sighting": Text(vi="bỏ lần ngắm", en="forget a sighting"),
    "lock": Text(vi="khóa, mở khóa camera", en="lock or unlock the camera"),
    "power": Text(vi="bật, tắt màn hình", en="display on or off"),
    "source": Text(vi="chọn nguồn tín hiệu", en="select the source"),
    "volume": Text(vi="đặt âm lượng", en="set the volume"),
    "scene": Text(vi="chọn kịch bản màn hình", en="choose a scene"),
    "locate": Text(vi="định vị ghế", en="locate the seat"),
    "check": Text(vi="kiểm tra phòng", en="check the room"),
    "drill": Text(vi="diễn tập sự cố", en="fault drill"),
}

_ENDS = {
    "done": Text(vi="đã xong", en="done"),
    "rejected": Text(vi="bị từ chối", en="rejected"),
    "expired": Text(vi="quá thời hạn", en="expired"),
    "failed": Text(vi="không thực hiện được", en="failed"),
}


def action_text(action: str) -> Text:
    """What a command to a device is called."""
    return _ACTIONS.get(action) or Text(vi=action, en=action)


def _ordered(event: events.Ordered, meeting: Meeting) -> tuple[str, Text]:
    title, action = room_text(event.room, meeting), action_text(event.action)
    return "command", Text(
        vi=f"{title.vi}, {event.device}: {action.vi}", en=f"{title.en}, {event.device}: {action.en}"
    )


def _order_ended(event: events.OrderEnded, meeting: Meeting) -> tuple[str, Text]:
    title, action, end = (
        room_text(event.room, meeting),
        action_text(event.action),
        _ENDS[event.status],
    )
    tail = Text(vi="", en="")
    if event.reason is not None:
        tail = Text(vi=f" ({event.reason.vi})"[:400], en=f" ({event.reason.en})"[:400])
    return f"command_{event.status}", Text(
        vi=f"{title.vi}, {event.device}: {action.vi}, {end.vi}{tail.vi}"[:400],
        en=f"{title.en}, {event.device}: {action.en}, {end.en}{tail.en}"[:400],
    )


_ROLES = {
    "technician": Text(vi="kỹ thuật", en="technician"),
    "chair": Text(vi="chủ tọa", en="chair"),
    "secretary": Text(vi="thư ký", en="secretary"),
    "delegate": Text(vi="đại biểu", en="delegate"),
    "display": Text(vi="màn hình", en="display"),
    "integration": Text(vi="phần mềm", en="integration"),
}

_ACCESS = {
    "signed_in": Text(vi="đã đăng nhập", en="signed in"),
    "signed_out": Text(vi="đã đăng xuất", en="signed out"),
    "sign_in_refused": Text(vi="không đăng nhập được", en="could not sign in"),
    "codes_made": Text(vi="đã tạo mã cho ghế", en="made codes for seats"),
    "display_paired": Text(vi="đã ghép một màn hình", en="paired a screen"),
    "display_removed": Text(vi="đã bỏ ghép một màn hình", en="unpaired a screen"),
    "codes_revoked": Text(vi="đã hủy mã của ghế", en="revoked codes of seats"),
}


def is_shown(event: events.Event) -> bool:
    """It stands in the event log of the pages. An accepted command is seen in what it led to."""
    return not isinstance(event, access_events.CommandGiven) or bool(event.code)


def _person(by: str, role: str) -> Text:
    named = _ROLES.get(role)
    if named is None:
        return Text(vi=by or "Không rõ ai", en=by or "Somebody unknown")
    return Text(vi=f"{by} ({named.vi})", en=f"{by} ({named.en})")


def _command_given(event: access_events.CommandGiven, meeting: Meeting) -> tuple[str, Text]:
    person = _person(event.by, event.role)
    if not event.code:
        return "order", Text(vi=f"{person.vi}: {event.command}", en=f"{person.en}: {event.command}")
    reason, n = reason_text(event.code), event.times
    vi, en = (
        ("bị từ chối", "refused")
        if n == 1
        else (f"bị từ chối {n} lần nữa", f"refused {n} times more")
    )
    return "order_refused", Text(
        vi=f"{person.vi}: {event.command}, {vi}: {reason.vi}"[:400],
        en=f"{person.en}: {event.command}, {en}: {reason.en}"[:400],
    )


def _access_noted(event: access_events.AccessNoted, meeting: Meeting) -> tuple[str, Text]:
    person = _person(event.by, event.role)
    done = _ACCESS.get(event.what) or Text(vi=event.what, en=event.what)
    return "access", Text(vi=f"{person.vi} {done.vi}", en=f"{person.en} {done.en}")


_BALLOTS = {
    "draft": Text(vi="chuẩn bị biểu quyết lại", en="to be voted on again"),
    "ready_check": Text(vi="sẵn sàng biểu quyết", en="ready to vote"),
    "open": Text(vi="bắt đầu biểu quyết", en="the vote is open"),
    "paused": Text(vi="dừng biểu quyết", en="the vote is paused"),
    "closing": Text(vi="kết thúc biểu quyết, đang nhận phiếu", en="the vote has ended, handing in"),
    "counted": Text(vi="đã kiểm phiếu", en="counted"),
    "announced": Text(vi="đã công bố kết quả", en="the result is announced"),
    "aborted": Text(vi="hủy lượt biểu quyết", en="the vote was aborted"),
    "annulled": Text(vi="kết quả biểu quyết bị hủy", en="the result was annulled"),
    "withdrawn": Text(vi="rút nội dung biểu quyết", en="withdrawn"),
    "called": Text(vi="gọi tên", en="called"),
    "recused": Text(vi="không tham gia biểu quyết", en="takes no part"),
    "quorum_lost": Text(vi="không còn đủ số người có mặt", en="the quorum was lost"),
    "quorum_reached": Text(vi="đủ số người có mặt", en="the quorum was reached"),
}


def _ballot_moved(event: vote_events.BallotMoved, meeting: Meeting) -> tuple[str, Text]:
    what = _BALLOTS[event.what]
    who = f" ({person_name(event.person, meeting)})" if event.person else ""
    return f"ballot_{event.what}", Text(
        vi=f"{event.text.vi}: {what.vi}{who}"[-400:], en=f"{event.text.en}: {what.en}{who}"[-400:]
    )


def person_name(person: str, meeting: Meeting) -> str:
    """The person's name, the id where the list has none."""
    found = next((m.name for m in meeting.members() if m.person == person), "")
    return found or person


def _planned(event: vote_events.MotionPlanned, meeting: Meeting) -> tuple[str, Text]:
    text = event.motion.text
    return "motion", Text(
        vi=f"Nội dung biểu quyết: {text.vi}"[:400], en=f"Item to vote on: {text.en}"[:400]
    )


def _signed_in(event: vote_events.SignedIn, meeting: Meeting) -> tuple[str, Text]:
    vi, en = ("điểm danh", "signed in") if event.present else ("rời phòng họp", "left")
    if event.seat is None:
        count = len(event.people)
        return "attendance", Text(vi=f"{count} người {vi}", en=f"{count} persons {en}")
    seat = seat_text(event.seat, meeting)
    return "attendance", Text(vi=f"{seat.vi}: {vi}", en=f"{seat.en}: {en}")


def _attendance_asked(event: vote_events.AttendanceAsked, meeting: Meeting) -> tuple[str, Text]:
    if event.asked:
        return "attendance", Text(vi="Mời điểm danh", en="Please sign in")
    return "attendance", Text(vi="Kết thúc điểm danh", en="Sign-in has ended")


def _vote_refused(event: vote_events.VoteRefused, meeting: Meeting) -> tuple[str, Text]:
    seat, reason = seat_text(event.seat, meeting), reason_text(event.code)
    return "vote_refused", Text(vi=f"{seat.vi}: {reason.vi}", en=f"{seat.en}: {reason.en}")


def _box_refused(event: vote_events.BoxRefused, meeting: Meeting) -> tuple[str, Text]:
    title = room_text(event.room, meeting)
    return "box_refused", Text(
        vi=f"{title.vi}: không mở được hòm phiếu kín của phòng này",
        en=f"{title.en}: its box of secret votes cannot be counted",
    )


def _screen(event: care_events.ScreenExpected, meeting: Meeting) -> tuple[str, Text]:
    title = room_text(event.room, meeting)
    vi, en = ("được theo dõi", "is watched over") if event.on else ("thôi theo dõi", "not watched")
    return "screen", Text(vi=f"Màn hình {title.vi}: {vi}", en=f"Screen of {title.en}: {en}")


def _seen(event: care_events.AlarmAcknowledged, meeting: Meeting) -> tuple[str, Text]:
    return "alarm_seen", Text(
        vi=f"Đã ghi nhận báo động: {event.text.vi} ({event.by})"[:400],
        en=f"Alarm acknowledged: {event.text.en} ({event.by})"[:400],
    )


def _checked(event: care_events.CheckEnded, meeting: Meeting) -> tuple[str, Text]:
    title = room_text(event.room, meeting)
    found = Counter(item.verdict for item in event.items)
    return "checked", Text(
        vi=f"{title.vi}: đã kiểm tra, đạt {found['pass']}, không đạt {found['fail']}, "
        f"chưa xác nhận {found['unconfirmed']}",
        en=f"{title.en}: checked, pass {found['pass']}, fail {found['fail']}, "
        f"unconfirmed {found['unconfirmed']}",
    )


_WORDING: dict[type[events.Event], Callable[[Any, Meeting], tuple[str, Text]]] = {
    events.MeetingSet: _meeting_set,
    events.RoomDescribed: _room_line("described", "đã gửi sơ đồ phòng", "described itself"),
    events.RoomOnline: _room_line("online", "đã kết nối", "online"),
    events.RoomOffline: _room_line("offline", "mất kết nối", "offline"),
    events.Pressed: _pressed,
    events.FloorChanged: _floor,
    events.RoomMerged: _merged,
    events.Audited: _audited,
    events.AlertRaised: _raised,
    events.AlertCleared: _cleared,
    events.Ordered: _ordered,
    events.OrderEnded: _order_ended,
    session_events.ItemCalled: _item_called,
    session_events.MeetingEnded: _ended,
    session_events.MeetingPrepared: _prepared,
    access_events.CommandGiven: _command_given,
    access_events.AccessNoted: _access_noted,
    vote_events.SignedIn: _signed_in,
    vote_events.AttendanceAsked: _attendance_asked,
    vote_events.MotionPlanned: _planned,
    vote_events.BallotMoved: _ballot_moved,
    vote_events.VoteRefused: _vote_refused,
    vote_events.BoxRefused: _box_refused,
    care_events.ScreenExpected: _screen,
    care_events.AlarmAcknowledged: _seen,
    care_events.CheckEnded: _checked,
}
