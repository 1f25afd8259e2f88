"""What pages are told, and when: each part that is new, once, after it has settled.

Theory. Whoever changes something touches its path. The parts are made and compared a
moment later, so ten changes in one batch make one part, and a part that came
out the same is not sent. Hundreds of busy rooms change more than can be told at once: what
concerns the whole meeting goes first, then rooms in the order in which they were touched, for
a few milliseconds: meanwhile a key would wait. When a speaker's time comes near its end nothing
happens in the meeting, so the floor's part is made once more for that moment.

Owns what was told last, and the event log's last lines. Must not change any state.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from hub.api import views
from hub.api.ballot_view import BallotViews, attendance_part
from hub.api.floor_view import floor_part
from hub.api.phase import NextPhase
from hub.api.public_pages import PublicPages
from hub.api.room_view import RoomNow, room_key, room_part
from hub.api.stream import Broadcaster, dumps
from hub.board import Board
from hub.history import MINUTES
from hub.meeting import events
from hub.meeting.state import Meeting

LOG_LINES = 200

GATHER_S = 0.002
"""Changes of so long make one part; meanwhile the rooms are told, for whom it matters more."""

TURN_S = 0.005
"""How long rooms are told at a stretch: a press of a key waits so long at most."""

REST = 9
"""After parts that took long to make, so many times as long passes before the next: pages never
take more than a tenth of the hub, whatever the size of the meeting."""

Path = tuple[str, ...]


class Pages:
    """The snapshot, and its changes."""

    def __init__(
        self,
        meeting: Callable[[], Meeting],
        board: Board,
        hub_part: Callable[[], views.Json],
        linked: Callable[[], bool],
        now_s: Callable[[], float],
        prepared: Callable[[], list[views.Json]] = list,
    ) -> None:
        """All six are asked whenever a part is made."""
        self.broadcaster = Broadcaster()
        self.public = PublicPages(meeting, board, hub_part, linked, now_s)
        """What delegates' pages and displays are told."""
        self.log: deque[views.Json] = deque(maxlen=LOG_LINES)
        self._meeting = meeting
        self._board = board
        self._hub_part = hub_part
        self._linked = linked
        self._now_s = now_s
        self._prepared = prepared
        self._phase = NextPhase(lambda: self.touch("floor"))
        self._touched: dict[Path, None] = {}
        self._touched_rooms: dict[Path, None] = {}
        self._told: dict[Path, bytes] = {}
        self._told_rooms: dict[str, dict[Path, bytes]] = {}
        self._new_lines: list[views.Json] = []
        self._ballots = BallotViews()
        self._scheduled = False
        self._rest_until_s = 0.0

    @property
    def listeners(self) -> int:
        """How many pages listen, of both audiences."""
        return self.broadcaster.listeners + self.public.broadcaster.listeners

    def close(self) -> None:
        """Let every listener go: the hub ends."""
        self.broadcaster.close()
        self.public.broadcaster.close()

    def snapshot(self, shown: frozenset[str] | None = None) -> views.Json:
        """Everything; parts that whoever asks is not ``shown`` are there and empty."""
        whole = self._whole()
        if shown is None:
            return whole
        return {part: v if part in shown else type(v)() for part, v in whole.items()}

    def _whole(self) -> views.Json:
        for path in self._touched:  # whoever gets it sees what the others have not been told
            self._told.pop(path, None)
        for path in self._touched_rooms:
            self._told_rooms.get(path[1], {}).pop(path, None)
        self._await_phase()
        meeting = self._meeting()
        return {
            "hub": self._hub_part(),
            "meeting": views.meeting_part(meeting),
            "meetings": self._prepared(),
            "floor": floor_part(meeting, self._now_s()),
            "ballots": self.ballots(),
            "attendance": attendance_part(meeting),
            "rooms": {ident: room_part(self._room(ident)) for ident in meeting.rooms},
            "commands": {o.id: views.order_part(o) for o in self._board.orders.values()},
            "events": list(self.log),
        }

    def ballots(self) -> list[views.Json]:
        """The part ``ballots`` as it is now."""
        return self._ballots.part(self._meeting(), self._now_s())

    def touch(self, *path: str) -> None:
        """The part at ``path`` may be new."""
        (self._touched_rooms if path[0] == "rooms" else self._touched)[path] = None
        self._schedule()
        self.public.touch(*path)

    def touch_rooms(self) -> None:
        """Every room may be new."""
        for ident in self._meeting().rooms:
            self.touch("rooms", ident)

    def touch_care(self, happened: Iterable[events.Event]) -> None:
        """What technicians did, or an alarm they had seen: the hub's alarms and those rooms."""
        self.touch("hub")
        for room in {getattr(event, "room", None) for event in happened} - {None}:
            self.touch("rooms", str(room))

    def add_line(self, entry: views.Json) -> None:
        """One more line of the event log."""
        self.log.append(entry)
        self._new_lines.append(entry)
        self._schedule()

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            rest_s = self._rest_until_s - time.monotonic()
            asyncio.get_running_loop().call_later(max(GATHER_S, rest_s), self._tell)

    def _tell(self) -> None:
        self._scheduled = False
        began_s = time.monotonic()
        self._tell_touched()
        ended_s = time.monotonic()
        self._rest_until_s = ended_s + REST * (ended_s - began_s)
        if self._touched_rooms:
            self._schedule()

    def _tell_touched(self) -> None:
        touched, self._touched = self._touched, {}
        if not self.broadcaster.listeners:  # whoever comes gets the whole of it first
            self._touched_rooms.clear()
            self._told.clear()
            self._told_rooms.clear()
            self._new_lines.clear()
            return
        for path in touched:
            if path[0] != "commands" or path[1] in self._board.orders:
                self._tell_part(self._told, path, self._value(path))
                if path == ("floor",):
                    self._await_phase()
        self._forget_commands()
        if self._new_lines:
            lines, self._new_lines = self._new_lines, []
            self.broadcaster.publish(("events",), "append", dumps(lines))
        self._tell_rooms()

    def _tell_rooms(self) -> None:
        """As many as may be now; the rest keeps its place."""
        until_s = time.monotonic() + TURN_S
        paths = list(self._touched_rooms)
        for done, path in enumerate(paths, 1):
            self._tell_room(path)
            if time.monotonic() >= until_s:
                self._touched_rooms = dict.fromkeys(paths[done:])
                return
        self._touched_rooms.clear()

    def _forget_commands(self) -> None:
        """What was told of commands that the board has let go of is told to nobody again."""
        orders = self._board.orders
        gone = [p for p in self._told if p[0] == "commands" and p[1] not in orders]
        for path in gone:
            del self._told[path]

    def _await_phase(self) -> None:
        """Tell the floor again when a turn's time gets short, or is over."""
        self._phase.await_next(self._meeting().floor, self._now_s())

    def _tell_room(self, path: Path) -> None:
        """Tell a room, or one key of it."""
        ident, whole = path[1], path[:2]
        if ident not in self._meeting().rooms:
            return  # nothing is known for sure of it yet
        now, told = self._room(ident), self._told_rooms.setdefault(ident, {})
        if len(path) == 2 or whole not in told:
            if self._tell_part(told, whole, room_part(now)):
                self._told_rooms[ident] = {whole: told[whole]}
        elif self._tell_part(told, path, room_key(now, path[2])):
            told[whole] = b""  # what was told of the whole holds no more

    def _tell_part(self, told: dict[Path, bytes], path: Path, value: Any) -> bool:
        data = dumps(value)
        if told.get(path) == data:
            return False
        told[path] = data
        self.broadcaster.publish(path, "value", data)
        return True

    def _value(self, path: Path) -> Any:
        match path:
            case ("hub",):
                return self._hub_part()
            case ("meeting",):
                return views.meeting_part(self._meeting())
            case ("meetings",):
                return self._prepared()
            case ("floor",):
                return floor_part(self._meeting(), self._now_s())
            case ("ballots",):
                return self.ballots()
            case ("attendance",):
                return attendance_part(self._meeting())
            case ("commands", ident):
                return views.order_part(self._board.orders[ident])
            case _:
                raise KeyError(f"no part {path}")

    def _room(self, ident: str) -> RoomNow:
        meeting = self._meeting()
        return RoomNow(meeting, meeting.room(ident), self._board, self._linked())

    def history(self, room: str) -> views.Json | None:
        """The last hour of a room in figures; None when there is no such room."""
        if room not in self._meeting().rooms:
            return None
        series = self._board.history.part(room, self._now_s())
        return {"room": room, "minutes": MINUTES, "series": series}

    def preview(self, room: str, camera: str) -> bytes | None:
        """The newest small picture of a camera, JPEG."""
        found = self._board.previews.picture(room, camera)
        return None if found is None else found.jpeg


def hub_part(
    gen: int, version: str, linked: bool, now_ms: int, alerts: dict[str, views.Json]
) -> views.Json:
    """The hub itself. ``ts`` is the wall clock, for people."""
    return {
        "gen": gen,
        "version": version,
        "broker": "connected" if linked else "lost",
        "time_ms": now_ms,
        "ts": round(time.time(), 3),
        "alerts": alerts,
    }
