"""Tells rooms the floor, each room only what is new to it.

Theory. The rooms where something happened are told at once, the others as soon as may be. When a
thousand rooms come back together each of them changes the floor: telling the others takes a fifth
of the hub at most, and what waits is told in one.

Owns what was told last, and when the next telling is due. Must not decide anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from edge.contract import topics
from hub import outgoing
from hub.clock import HubClock
from hub.desk import Committed
from hub.link import Link
from hub.meeting.state import Meeting

REST = 4
"""After telling every room, so many times as long passes before they are told again."""


class FloorTeller:
    """What the hub says on ``down/floor``."""

    def __init__(
        self, link: Link, clock: HubClock, gen: int, meeting: Callable[[], Meeting]
    ) -> None:
        """Nobody has been told anything; ``meeting`` is asked whenever a floor goes out."""
        self._link = link
        self._clock = clock
        self._gen = gen
        self._meeting = meeting
        self._told: dict[str, tuple[int, str | None, int]] = {}
        self._others: asyncio.TimerHandle | None = None
        self._others_not_before_s = 0.0

    def committed(self, done: Committed) -> None:
        """Tell what a batch has changed."""
        if done.before.rev == done.after.rev:
            return
        floors = self._floors()
        for ident in dict.fromkeys(key.source for key in done.heard):
            if ident in done.after.rooms:
                self._tell(ident, floors)
        if self._others is None:
            loop = asyncio.get_running_loop()
            if loop.time() >= self._others_not_before_s:
                self._tell_others()
            else:
                self._others = loop.call_at(self._others_not_before_s, self._tell_others)

    def tell_again(self) -> None:
        """Tell every room: the broker may have forgotten everything."""
        self._told.clear()
        self._tell_all()

    def _tell_others(self) -> None:
        self._others = None
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        self._tell_all()
        ended_s = loop.time()
        self._others_not_before_s = ended_s + REST * (ended_s - began_s)

    def _tell_all(self) -> None:
        floors = self._floors()
        for ident in self._meeting().rooms:
            self._tell(ident, floors)

    def _floors(self) -> outgoing.Floors:
        return outgoing.Floors(self._meeting(), self._gen, self._clock.now_s())

    def _tell(self, ident: str, floors: outgoing.Floors) -> None:
        meeting = self._meeting()
        room = meeting.room(ident)
        what = (meeting.rev, room.merged_boot, room.merged_report)
        if self._told.get(ident) == what:
            return
        self._told[ident] = what
        self._link.send(topics.down(ident, "floor"), floors.to(ident), retain=True)
