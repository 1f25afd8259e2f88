"""Tells rooms of ballots, keys and attendance, each thing once, and watches over the closing.

Theory. After each commit what a room would be told is compared with what it was told last; only
what differs goes out, so a vote alone sends nothing. After a new connection everything goes out
again. Keys are never retained, so a room gets them each time it comes online, and again with the
hub's time in case one was lost.

Owns what was told last, and the alerts about ballots. Must not decide anything.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

from edge.contract import messages, topics
from edge.contract.base import Text
from edge.contract.wire import BadMessage, encode
from edge.rules.ballot_state import Ballot, Stage
from hub import outgoing_ballots as outgoing
from hub.board import Board
from hub.clock import HubClock
from hub.desk import Committed
from hub.link import Link
from hub.meeting import events, vote_events
from hub.meeting.state import BallotKey, Meeting
from hub.meeting.wording import room_text

log = logging.getLogger(__name__)

Alarm = Callable[[str, Text | None, str], None]
"""``alarm(id, text, evidence)`` raises or (text None) clears an alert of the hub."""


class BallotTeller:
    """What the hub says about ballots, to rooms and to technicians."""

    def __init__(self, link: Link, board: Board, clock: HubClock, gen: int, alarm: Alarm) -> None:
        """Nobody has been told anything."""
        self._link = link
        self._board = board
        self._clock = clock
        self._gen = gen
        self._alarm = alarm
        self._rev = 0
        self._ballot: tuple[object, ...] = ()
        self._list: tuple[object, ...] = ()
        self._attendance: dict[str, tuple[object, ...]] = {}
        self._told: dict[tuple[str, str], messages.Message] = {}
        self._waited_for = False

    def begin(self, meeting: Meeting) -> None:
        """What a start found out about the records."""
        for key, why in meeting.damaged.items():
            self.damaged(key, why)

    def damaged(self, key: BallotKey, why: str) -> None:
        """A record does not hold."""
        ballot, generation = key
        text = Text(
            vi=f"Hồ sơ biểu quyết {ballot} (lần {generation}) bị hỏng: cần biểu quyết lại, "
            "giữ nguyên tệp dữ liệu để kiểm tra",
            en=f"The record of vote {ballot} ({generation}) is damaged: vote again, and keep "
            "the database as it is for inspection",
        )
        self._alarm(f"ballot-{ballot}-{generation}", text, why)

    def committed(self, done: Committed) -> None:
        """Tell what a batch has changed."""
        self.tell(done.after)
        if done.before.keys is not done.after.keys:
            self.send_keys(done.after)
        for stored in done.stored:
            self._alarm_of(stored.event, done.after)
        for letter in done.dead:
            self._poisoned(letter.topic, letter.why, done.after)
        for room in done.broken:
            title = room_text(room, done.after)
            text = Text(
                vi=f"{title.vi}: có sự kiện máy chủ chưa xử lý được, phòng vẫn giữ sự kiện này; "
                "xem nhật ký máy chủ",
                en=f"{title.en}: an event cannot be decided because of an error here; the room "
                "keeps it. See the hub's log",
            )
            self._alarm(f"undecided-{room}", text, "")

    def tell(self, meeting: Meeting, *, again: bool = False) -> None:
        """Tell rooms what is new to them; ``again``: the broker may have forgotten everything."""
        if again:
            self._ballot = self._list = ()
            self._attendance.clear()
            self._told.clear()
        facts = outgoing.ballot_facts(meeting)
        if self._ballot != facts:
            self._ballot = facts
            left_ms = outgoing.remaining_ms(meeting, self._clock.now_s())
            self._send("ballot", outgoing.ballots(meeting, self._gen), remaining_ms=left_ms)
        listed = (meeting.attendance, meeting.roster, meeting.names, meeting.plan_rev)
        if self._list == listed:
            return
        self._list = listed
        news = {
            room: facts
            for room in meeting.rooms
            if self._attendance.get(room) != (facts := outgoing.attendance_facts(meeting, room))
        }
        if news:
            self._attendance |= news
            self._send("attendance", outgoing.attendances(meeting, list(news), self._gen))

    def _send(
        self,
        kind: str,
        found: dict[str, messages.Ballot] | dict[str, messages.Attendance],
        **running: int | None,
    ) -> None:
        self._rev += 1
        for room, message in found.items():
            if self._told.get((kind, room)) == message:
                continue
            self._told[kind, room] = message
            sent = message.model_copy(update={"rev": self._rev, **running})
            try:
                self._link.send(topics.down(room, kind), encode(sent), retain=True)
            except BadMessage as error:
                log.error("%s of room %s cannot be sent: %s", kind, room, error)

    def send_keys(self, meeting: Meeting, only: str | None = None) -> None:
        """Send the keys of secret ballots to rooms that are online, or to one of them."""
        if not meeting.keys:
            return
        for room in meeting.rooms if only is None else (only,):
            board = self._board.room(room)
            if board.status is None or not board.online():
                continue
            for key, value in outgoing.keys_of(meeting, room):
                message = outgoing.key_message(key, value, self._gen, board.status.boot)
                self._link.send(topics.down(room, "key"), encode(message))

    def watch(self, meeting: Meeting) -> None:
        """Say which rooms are waited for at a closing, when their grace is over."""
        now_s = self._clock.now_s()
        late = next((b for b in _closing(meeting) if _is_overdue(b, now_s)), None)
        silent = [] if late is None else late.rooms_not_heard()
        if not silent:
            if self._waited_for:
                self._alarm("ballot-rooms", None, "")
            self._waited_for = False
            return
        self._waited_for = True
        titles = [room_text(room, meeting) for room in silent]
        vi, en = ", ".join(t.vi for t in titles)[:200], ", ".join(t.en for t in titles)[:200]
        text = Text(
            vi=f"Chưa nhận đủ phiếu từ: {vi}. Chờ phòng kết nối lại, hoặc kiểm phiếu không có "
            "phòng này",
            en=f"Not every vote is in from: {en}. Wait for the room, or count without it",
        )
        self._alarm("ballot-rooms", text, ", ".join(silent))

    def _alarm_of(self, event: events.Event, meeting: Meeting) -> None:
        if isinstance(event, vote_events.BoxRefused):
            title = room_text(event.room, meeting)
            text = Text(
                vi=f"{title.vi}: không mở được hòm phiếu kín; kiểm phiếu không có phòng này, hoặc "
                "hủy và bỏ phiếu lại",
                en=f"{title.en}: its box of secret votes cannot be opened: count without the "
                "room, or abort and vote again",
            )
            self._alarm(f"box-{event.room}", text, event.why)
        elif isinstance(event, events.RoomOnline):
            for kind in ("box", "poison", "undecided"):
                self._alarm(f"{kind}-{event.room}", None, "")

    def _poisoned(self, topic: str, why: str, meeting: Meeting) -> None:
        parsed = topics.parse(topic)
        if parsed is None:
            return
        title = room_text(parsed.room, meeting)
        text = Text(
            vi=f"{title.vi}: gửi sự kiện không đọc được, đã để riêng; kiểm tra phiên bản phần mềm "
            "của phòng rồi khởi động lại bộ điều khiển",
            en=f"{title.en}: sent an event that cannot be read, it is put aside; check the version "
            "of the room's software, then restart its controller",
        )
        self._alarm(f"poison-{parsed.room}", text, why)


def _closing(meeting: Meeting) -> Iterator[Ballot]:
    return (j.ballot for j in meeting.ballots.values() if j.ballot.stage is Stage.CLOSING)


def _is_overdue(ballot: Ballot, now_s: float) -> bool:
    closed_s = now_s if ballot.closed is None else ballot.closed.at_s
    return now_s - closed_s > ballot.plan.closing_grace_s
