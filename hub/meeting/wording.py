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
from edge.rules.reasons import SENTENCES, Reason, Sentence
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


Both = Text | Sentence
"""In both languages; a ``Sentence`` may be longer than a line, which is cut in the end."""


def line(event: events.Event, meeting: Meeting) -> Line:
    """The event as a line; ``meeting`` gives the names."""
    what, text = _WORDING[type(event)](event, meeting)
    room: str | None = getattr(event, "room", None)
    seat: str | None = getattr(event, "seat", None)
    if seat is None and isinstance(event, events.FloorChanged) and event.changes:
        seat = event.changes[0].seat
    return Line(what, room, seat, _fitting(text))


def _fitting(text: Both) -> Text:
    return Text(vi=text.vi[:400], en=text.en[:400])


def _about(head: Both, vi: str, en: str) -> Sentence:
    return Sentence(f"{head.vi}: {vi}", f"{head.en}: {en}")


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
    SeatState.SPEAKING: Sentence("được phát biểu", "has the floor"),
    SeatState.WAITING: Sentence("đang chờ phát biểu", "is waiting to speak"),
    SeatState.SILENT: Sentence("hết lượt phát biểu", "does not have the floor any more"),
}


def _moves(changes: tuple[events.Change, ...], meeting: Meeting) -> list[Both]:
    return [
        _joined([seat_text(change.seat, meeting), _SPEAKS[change.now]], " ")
        for change in changes[:5]  # more than a handful is for the records, not for a line
    ]


def _joined(parts: list[Both], between: str = "; ") -> Sentence:
    return Sentence(between.join(p.vi for p in parts), between.join(p.en for p in parts))


def _floor(event: events.FloorChanged, meeting: Meeting) -> tuple[str, Both]:
    cause: Both | None = TEXTS.get(event.cause)
    if cause is not None and event.seat is not None and not event.changes:
        cause = _about(seat_text(event.seat, meeting), cause.vi, cause.en)
    parts = ([cause] if cause is not None else []) + _moves(event.changes, meeting)
    loud = event.cause in LOUD or not event.changes
    what = event.cause if loud else event.changes[-1].now.value
    return what, _joined(parts or [Sentence("Không có thay đổi", "Nothing changed")])


def _merged(event: events.RoomMerged, meeting: Meeting) -> tuple[str, Both]:
    title = room_text(event.room, meeting)
    head = _about(title, "đã hợp nhất lượt phát biểu", "its floor has been merged")
    return "merged", _joined([head, *_moves(event.changes, meeting)])


def _pressed(event: events.Pressed, meeting: Meeting) -> tuple[str, Both]:
    seat = seat_text(event.seat, meeting)
    if event.outcome == "refused":
        reason = reason_text(event.code)
        return "refused", _about(seat, reason.vi, reason.en)
    alone = event.outcome == "recorded"
    return "pressed", Sentence(
        f"{seat.vi} nhấn phím {event.key}" + (", phòng tự xử lý" if alone else ""),
        f"{seat.en} pressed {event.key}" + (", decided in the room" if alone else ""),
    )


def _room_line(what: str, vi: str, en: str) -> Callable[[Any, Meeting], tuple[str, Both]]:
    def word(event: Any, meeting: Meeting) -> tuple[str, Both]:
        return what, _about(room_text(event.room, meeting), vi, en)

    return word


def _meeting_set(event: events.MeetingSet, meeting: Meeting) -> tuple[str, Both]:
    return "meeting", Sentence(f"Cuộc họp: {event.title}", f"Meeting: {event.title}")


_PREPARING = {
    "created": Sentence("lập cuộc họp", "meeting drafted"),
    "copied": Sentence("sao chép cuộc họp", "meeting copied"),
    "edited": Sentence("sửa cuộc họp", "meeting edited"),
    "deleted": Sentence("xóa bản nháp", "draft deleted"),
    "paper_added": Sentence("thêm tài liệu", "paper added"),
    "paper_edited": Sentence("sửa tài liệu", "paper edited"),
    "paper_removed": Sentence("xóa tài liệu", "paper removed"),
}


def _prepared(event: session_events.MeetingPrepared, meeting: Meeting) -> tuple[str, Both]:
    what, tail = _PREPARING[event.what], f" ({event.detail})" if event.detail else ""
    return "prepared", Sentence(
        f"{event.title}: {what.vi}{tail}", f"{event.title}: {what.en}{tail}"
    )


def _ended(event: session_events.MeetingEnded, meeting: Meeting) -> tuple[str, Both]:
    return "meeting_ended", Sentence(f"Bế mạc: {event.title}", f"Meeting ended: {event.title}")


def _item_called(event: session_events.ItemCalled, meeting: Meeting) -> tuple[str, Both]:
    title = next((item.title for item in meeting.agenda if item.id == event.item), None)
    text = title or Sentence(event.item, event.item)
    return "item", Sentence(f"Mục: {text.vi}", f"Agenda item: {text.en}")


def _audited(event: events.Audited, meeting: Meeting) -> tuple[str, Both]:
    return "audit", _about(room_text(event.room, meeting), event.topic, event.topic)


def _raised(event: events.AlertRaised, meeting: Meeting) -> tuple[str, Both]:
    return "alert", event.text


def _cleared(event: events.AlertCleared, meeting: Meeting) -> tuple[str, Both]:
    return "alert_cleared", Sentence(f"Đã hết: {event.text.vi}", f"Over: {event.text.en}")


_ACTIONS = {
    "aim": Sentence("quay camera", "aim the camera"),
    "sight": Sentence("ngắm ghế", "sight a seat"),
    "forget_sighting": Sentence("bỏ lần ngắm", "forget a sighting"),
    "lock": Sentence("khóa, mở khóa camera", "lock or unlock the camera"),
    "power": Sentence("bật, tắt màn hình", "display on or off"),
    "source": Sentence("chọn nguồn tín hiệu", "select the source"),
    "volume": Sentence("đặt âm lượng", "set the volume"),
    "scene": Sentence("chọn kịch bản màn hình", "choose a scene"),
    "locate": Sentence("định vị ghế", "locate the seat"),
    "check": Sentence("kiểm tra phòng", "check the room"),
    "drill": Sentence("diễn tập sự cố", "fault drill"),
}

_ENDS = {
    "done": Sentence("đã xong", "done"),
    "rejected": Sentence("bị từ chối", "rejected"),
    "expired": Sentence("quá thời hạn", "expired"),
    "failed": Sentence("không thực hiện được", "failed"),
}


def _action(event: events.Ordered | events.OrderEnded, meeting: Meeting) -> Sentence:
    title = room_text(event.room, meeting)
    action = _ACTIONS.get(event.action) or Sentence(event.action, event.action)
    return Sentence(
        f"{title.vi}, {event.device}: {action.vi}", f"{title.en}, {event.device}: {action.en}"
    )


def _ordered(event: events.Ordered, meeting: Meeting) -> tuple[str, Both]:
    return "command", _action(event, meeting)


def _order_ended(event: events.OrderEnded, meeting: Meeting) -> tuple[str, Both]:
    ended = _joined([_action(event, meeting), _ENDS[event.status]], ", ")
    if event.reason is not None:
        ended = Sentence(f"{ended.vi} ({event.reason.vi})", f"{ended.en} ({event.reason.en})")
    return f"command_{event.status}", ended


_ROLES = {
    "technician": Sentence("kỹ thuật", "technician"),
    "chair": Sentence("chủ trì", "chair"),
    "secretary": Sentence("thư ký", "secretary"),
    "delegate": Sentence("đại biểu", "delegate"),
    "display": Sentence("màn hình", "display"),
    "integration": Sentence("phần mềm", "integration"),
}

_ACCESS = {
    "signed_in": Sentence("đã đăng nhập", "signed in"),
    "signed_out": Sentence("đã đăng xuất", "signed out"),
    "sign_in_refused": Sentence("không đăng nhập được", "could not sign in"),
    "codes_made": Sentence("đã tạo mã cho ghế", "made codes for seats"),
    "display_paired": Sentence("đã ghép một màn hình", "paired a screen"),
    "display_removed": Sentence("đã bỏ ghép một màn hình", "unpaired a screen"),
    "codes_revoked": Sentence("đã hủy mã của ghế", "revoked codes of seats"),
}


def is_shown(event: events.Event) -> bool:
    """It stands in the event log of the pages. An accepted command is seen in what it led to."""
    return not isinstance(event, access_events.CommandGiven) or bool(event.code)


def _person(by: str, role: str) -> Sentence:
    named = _ROLES.get(role)
    if named is None:
        return Sentence(by or "Không rõ ai", by or "Somebody unknown")
    return Sentence(f"{by} ({named.vi})", f"{by} ({named.en})")


def _command_given(event: access_events.CommandGiven, meeting: Meeting) -> tuple[str, Both]:
    person = _person(event.by, event.role)
    if not event.code:
        return "order", _about(person, event.command, event.command)
    reason, n = reason_text(event.code), event.times
    vi, en = (
        ("bị từ chối", "refused")
        if n == 1
        else (f"bị từ chối {n} lần nữa", f"refused {n} times more")
    )
    return "order_refused", _about(
        person, f"{event.command}, {vi}: {reason.vi}", f"{event.command}, {en}: {reason.en}"
    )


def _access_noted(event: access_events.AccessNoted, meeting: Meeting) -> tuple[str, Both]:
    done = _ACCESS.get(event.what) or Sentence(event.what, event.what)
    return "access", _joined([_person(event.by, event.role), done], " ")


_BALLOTS = {
    "draft": Sentence("chuẩn bị biểu quyết lại", "to be voted on again"),
    "ready_check": Sentence("sẵn sàng biểu quyết", "ready to vote"),
    "open": Sentence("bắt đầu biểu quyết", "the vote is open"),
    "paused": Sentence("dừng biểu quyết", "the vote is paused"),
    "closing": Sentence("kết thúc biểu quyết, đang nhận phiếu", "the vote has ended, handing in"),
    "counted": Sentence("đã kiểm phiếu", "counted"),
    "announced": Sentence("đã công bố kết quả", "the result is announced"),
    "aborted": Sentence("hủy lượt biểu quyết", "the vote was aborted"),
    "annulled": Sentence("kết quả biểu quyết bị hủy", "the result was annulled"),
    "withdrawn": Sentence("rút nội dung biểu quyết", "withdrawn"),
    "called": Sentence("gọi tên", "called"),
    "recused": Sentence("không tham gia biểu quyết", "takes no part"),
    "quorum_lost": Sentence("không còn đủ số người có mặt", "the quorum was lost"),
    "quorum_reached": Sentence("đủ số người có mặt", "the quorum was reached"),
}


def _ballot_moved(event: vote_events.BallotMoved, meeting: Meeting) -> tuple[str, Both]:
    what = _BALLOTS[event.what]
    who = f" ({person_name(event.person, meeting)})" if event.person else ""
    told = _about(event.text, f"{what.vi}{who}", f"{what.en}{who}")
    return f"ballot_{event.what}", Sentence(told.vi[-400:], told.en[-400:])


def person_name(person: str, meeting: Meeting) -> str:
    """The person's name, the id where the list has none."""
    found = next((m.name for m in meeting.members() if m.person == person), "")
    return found or person


def _planned(event: vote_events.MotionPlanned, meeting: Meeting) -> tuple[str, Both]:
    text = event.motion.text
    return "motion", Sentence(f"Nội dung biểu quyết: {text.vi}", f"Item to vote on: {text.en}")


def _signed_in(event: vote_events.SignedIn, meeting: Meeting) -> tuple[str, Both]:
    vi, en = ("điểm danh", "signed in") if event.present else ("rời phòng họp", "left")
    if event.seat is None:
        count = len(event.people)
        return "attendance", Sentence(f"{count} người {vi}", f"{count} persons {en}")
    return "attendance", _about(seat_text(event.seat, meeting), vi, en)


def _attendance_asked(event: vote_events.AttendanceAsked, meeting: Meeting) -> tuple[str, Both]:
    if event.asked:
        return "attendance", Sentence("Mời điểm danh", "Please sign in")
    return "attendance", Sentence("Kết thúc điểm danh", "Sign-in has ended")


def _vote_refused(event: vote_events.VoteRefused, meeting: Meeting) -> tuple[str, Both]:
    reason = reason_text(event.code)
    return "vote_refused", _about(seat_text(event.seat, meeting), reason.vi, reason.en)


def _screen(event: care_events.ScreenExpected, meeting: Meeting) -> tuple[str, Both]:
    title = room_text(event.room, meeting)
    vi, en = ("được theo dõi", "is watched over") if event.on else ("thôi theo dõi", "not watched")
    return "screen", Sentence(f"Màn hình {title.vi}: {vi}", f"Screen of {title.en}: {en}")


def _seen(event: care_events.AlarmAcknowledged, meeting: Meeting) -> tuple[str, Both]:
    return "alarm_seen", Sentence(
        f"Đã ghi nhận báo động: {event.text.vi} ({event.by})",
        f"Alarm acknowledged: {event.text.en} ({event.by})",
    )


def _checked(event: care_events.CheckEnded, meeting: Meeting) -> tuple[str, Both]:
    found = Counter(item.verdict for item in event.items)
    return "checked", _about(
        room_text(event.room, meeting),
        f"đã kiểm tra, đạt {found['pass']}, không đạt {found['fail']}, "
        f"chưa xác nhận {found['unconfirmed']}",
        f"checked, pass {found['pass']}, fail {found['fail']}, unconfirmed {found['unconfirmed']}",
    )


_WORDING: dict[type[events.Event], Callable[[Any, Meeting], tuple[str, Both]]] = {
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
    vote_events.BoxRefused: _room_line(
        "box_refused",
        "không mở được hòm phiếu kín của phòng này",
        "its box of secret votes cannot be counted",
    ),
    care_events.ScreenExpected: _screen,
    care_events.AlarmAcknowledged: _seen,
    care_events.CheckEnded: _checked,
}
