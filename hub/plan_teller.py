"""Tells rooms their names, roles and agenda item, each room only what is new to it.

Owns what was told last. Must not decide anything.
"""

from __future__ import annotations

import logging

from edge.contract import topics
from edge.contract.wire import BadMessage, encode
from hub import outgoing
from hub.link import Link
from hub.meeting.state import Meeting

log = logging.getLogger(__name__)


class PlanTeller:
    """What the hub says on ``down/meeting``."""

    def __init__(self, link: Link, gen: int) -> None:
        """Nobody has been told anything."""
        self._link = link
        self._gen = gen
        self._rev = -1
        self._told: dict[str, tuple[object, ...]] = {}

    def tell(self, meeting: Meeting, *, again: bool = False) -> None:
        """Tell what is new; ``again``: the broker may have forgotten everything."""
        if again:
            self._told.clear()
        elif meeting.plan_rev == self._rev:
            return
        self._rev = meeting.plan_rev
        for ident, room in meeting.rooms.items():
            said = outgoing.session(meeting, ident), outgoing.item(meeting, ident)
            told = meeting.title, meeting.names, meeting.assigned, room.plan
            what = (*told, meeting.sits_in(ident), *said)
            if self._told.get(ident) == what:
                continue
            self._told[ident] = what
            message = outgoing.meeting(meeting, ident, self._gen)
            try:
                self._link.send(topics.down(ident, "meeting"), encode(message), retain=True)
            except BadMessage as error:
                log.error("names of room %s cannot be sent: %s", ident, error)
