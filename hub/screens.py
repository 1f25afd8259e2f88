"""Rooms' screens: whether each is being painted, by its own word.

Theory. A page says so every ten seconds, after it drew a frame; nobody can ask it. A room whose
screen was ever heard is expected to have one: after a power cut the screen that does not come
back is the one to be told of, and it cannot say so itself.

Owns what was heard of screens; it lives in memory. Must not know which rooms are expected to have
one: the records do (``hub.meeting.care``). Times are milliseconds on the hub's clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from edge.contract.messages import Text
from hub.meeting.state import Meeting
from hub.meeting.wording import room_text

DEAD_AFTER_MS = 30_000
"""Three signs of life missed in a row."""

NEVER = "never"


@dataclass(frozen=True, slots=True)
class Heard:
    """The last sign of life of one screen."""

    showing: str
    seen_ms: int
    since_ms: int
    """Since when it shows that, or is dead."""
    alive: bool = True


class Screens:
    """By room."""

    def __init__(self) -> None:
        """No screen was heard."""
        self._heard: dict[str, Heard] = {}
        self._since_ms: dict[str, int] = {}

    def beat(self, room: str, showing: str, now_ms: int) -> bool:
        """A screen is being painted; False when that is no news for pages."""
        before = self._heard.get(room)
        is_news = before is None or not before.alive or before.showing != showing
        since_ms = now_ms if before is None or is_news else before.since_ms
        self._heard[room] = Heard(showing, now_ms, since_ms)
        return is_news

    def part(self, room: str, *, expected: bool) -> dict[str, object] | None:
        """What pages are told; None for a room without a screen."""
        heard = self._heard.get(room)
        if not expected:
            return None
        if heard is None:
            return {"alive": None, "showing": NEVER, "since_ms": None}
        return {"alive": heard.alive, "showing": heard.showing, "since_ms": heard.since_ms}

    def watch(
        self,
        meeting: Meeting,
        now_ms: int,
        alarm: Callable[[str, Text | None, str], None],
        touch: Callable[..., None],
    ) -> None:
        """Raise an alarm for every expected screen that is dead, clear it for the others."""
        expected = meeting.care.screens
        for room in self._since_ms.keys() - expected:
            del self._since_ms[room]
            alarm(_id(room), None, "")
        for room in expected:
            # A screen is given its time from the hub's start on: it must find the hub first.
            waits_since_ms = self._since_ms.setdefault(room, now_ms)
            heard = self._heard.get(room)
            seen_ms = waits_since_ms if heard is None else heard.seen_ms
            if now_ms - seen_ms < DEAD_AFTER_MS:
                alarm(_id(room), None, "")
                continue
            if heard is None or heard.alive:
                shown = NEVER if heard is None else heard.showing
                self._heard[room] = Heard(shown, seen_ms, seen_ms, alive=False)
                touch("rooms", room, "screen")
            title, silent_s = room_text(room, meeting), (now_ms - seen_ms) // 1000
            text = Text(
                vi=f"Màn hình của {title.vi} không hiển thị trang cuộc họp",
                en=f"The screen of {title.en} does not show the meeting's page",
            )
            last = self._heard[room].showing
            alarm(_id(room), text, f"no sign of life for {silent_s // 10 * 10} s, last: {last}")


def _id(room: str) -> str:
    return f"screen-{room}"
