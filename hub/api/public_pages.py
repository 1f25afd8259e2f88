"""What delegates' pages and displays are told, and when: few small parts, the same bytes for all.

Theory. As ``pages``, for another audience. The floor is told at once; what changes with each of
three hundred votes is gathered longer, because each telling costs one write per page. Seats go out
one by one: a vote is a line of fifty characters and not a list of everybody.

Owns what this audience was told last. Must not change any state.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from hub.api import public_view, views
from hub.api.floor_view import floor_part
from hub.api.phase import NextPhase
from hub.api.stream import Broadcaster, dumps
from hub.board import Board
from hub.meeting.state import Meeting

Path = tuple[str, ...]

GATHER_S = 0.002
GATHER_LONG_S = 0.1
"""For what a storm of votes changes: ten tellings in a second at most."""

AT_ONCE = frozenset({"floor", "hub", "meeting", "rooms"})

REST = 9
"""As for the other pages: at most a tenth of the hub."""

SEATS_AT_ONCE = 40
"""If more have changed they go as one part."""

MEANT = {
    "hub": ("hub",),
    "meeting": ("meeting",),
    "floor": ("floor", "seats"),
    "ballots": ("ballots", "seats"),
    "attendance": ("attendance", "seats"),
    "rooms": ("rooms",),
}
"""What may be new here when a part of the technician's snapshot is."""

OF_ROOMS = frozenset({"online", "since_ms"})
"""Keys of a room that this audience is told of."""


class PublicPages:
    """The small snapshot, and its changes."""

    def __init__(
        self,
        meeting: Callable[[], Meeting],
        board: Board,
        hub_part: Callable[[], views.Json],
        linked: Callable[[], bool],
        now_s: Callable[[], float],
    ) -> None:
        """All five are asked whenever a part is made."""
        self.broadcaster = Broadcaster()
        self._meeting = meeting
        self._board = board
        self._hub_part = hub_part
        self._linked = linked
        self._now_s = now_s
        self._phase = NextPhase(lambda: self.touch("floor"))
        self._touched: set[str] = set()
        self._told: dict[Path, bytes] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._not_before_s = 0.0

    def snapshot(self) -> views.Json:
        """Everything that this audience may see, in the form of the other snapshot."""
        # Whoever gets it sees what the others have not been told.
        self._told = {path: d for path, d in self._told.items() if path[0] not in self._touched}
        self._phase.await_next(self._meeting().floor, self._now_s())
        parts = {name: self._part(name) for name in MEANT}
        return {**parts, "seats": self._seats(), "commands": {}, "events": []}

    def touch(self, *path: str) -> None:
        """A part of the technician's snapshot may be new."""
        if not self.broadcaster.listeners or path[0] not in MEANT:
            return
        if path[0] == "rooms" and len(path) > 2 and path[2] not in OF_ROOMS:
            if path[2] != "seats":
                return
            news: tuple[str, ...] = ("seats",)
        else:
            news = MEANT[path[0]]
        self._touched.update(news)
        self._schedule(GATHER_S if self._touched & AT_ONCE else GATHER_LONG_S)

    def _schedule(self, gather_s: float) -> None:
        loop = asyncio.get_running_loop()
        due_s = max(loop.time() + gather_s, self._not_before_s)
        if self._timer is not None and self._timer.when() > due_s:
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._timer = loop.call_at(due_s, self._tell)

    def _tell(self) -> None:
        self._timer = None
        began_s = time.monotonic()
        touched, self._touched = self._touched, set()
        if not self.broadcaster.listeners:
            self._told.clear()
            return
        for name in touched - {"seats", "rooms"}:
            self._tell_part((name,), self._part(name))
        if "rooms" in touched:
            for ident, room in self._part("rooms").items():
                self._tell_part(("rooms", ident), room)
        if "floor" in touched:
            self._phase.await_next(self._meeting().floor, self._now_s())
        if "seats" in touched:
            self._tell_seats()
        loop = asyncio.get_running_loop()
        self._not_before_s = loop.time() + REST * (time.monotonic() - began_s)

    def _tell_seats(self) -> None:
        found = {seat: dumps(value) for seat, value in self._seats().items()}
        known = {path[1]: data for path, data in self._told.items() if path[0] == "seats"}
        news = [seat for seat, data in found.items() if known.get(seat) != data]
        gone = known.keys() - found.keys()
        if not news and not gone:
            return
        self._told = {path: d for path, d in self._told.items() if path[0] != "seats"}
        self._told |= {("seats", seat): data for seat, data in found.items()}
        if gone or len(news) > SEATS_AT_ONCE:
            whole = b",".join(b"%s:%s" % (dumps(seat), data) for seat, data in found.items())
            self.broadcaster.publish(("seats",), "value", b"{%s}" % whole)
            return
        for seat in news:
            self.broadcaster.publish(("seats", seat), "value", found[seat])

    def _tell_part(self, path: Path, value: Any) -> None:
        data = dumps(value)
        if self._told.get(path) != data:
            self._told[path] = data
            self.broadcaster.publish(path, "value", data)

    def _part(self, name: str) -> Any:
        meeting = self._meeting()
        match name:
            case "hub":
                return {**self._hub_part(), "alerts": {}}
            case "meeting":
                return public_view.meeting_part(meeting)
            case "floor":
                return floor_part(meeting, self._now_s())
            case "ballots":
                return public_view.ballots_part(meeting, self._now_s())
            case "attendance":
                return public_view.attendance_part(meeting)
            case _:
                return {
                    ident: public_view.room_part(
                        meeting, room, online=self._linked() and self._board.room(ident).online()
                    )
                    for ident, room in meeting.rooms.items()
                }

    def _seats(self) -> dict[str, views.Json]:
        return public_view.seats_part(self._meeting(), self._board)
