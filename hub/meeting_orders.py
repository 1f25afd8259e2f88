"""What a command about meetings, agenda or papers leads to.

Owns the way from a command's body to the prepared meetings or the desk. Must not judge it. These
commands need no room, so they are carried out without a link to one too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from edge.rules.reasons import Reason
from hub.api import meeting_bodies as bodies
from hub.api.models import Body
from hub.desk import Desk
from hub.meeting.inputs import CallItem
from hub.prepared import Prepared
from hub.store.prepared import NotSoError


class MeetingOrders:
    """Carries out what is about meetings."""

    def __init__(self, prepared: Prepared, desk: Desk) -> None:
        """``desk`` decides what is about the meeting in force."""
        self._prepared = prepared
        self._desk = desk

    def doing(self, body: Body, by: str) -> Awaitable[Reason | None] | None:
        """What is to be awaited: why it was refused. None when it is about something else."""
        asked = _doing(body, by, self._prepared, self._desk)
        return None if asked is None else _answered(asked)


async def _answered(asked: Awaitable[Reason | None]) -> Reason | None:
    """Done to its end, although whoever asked waits no longer.

    Else a change would be written and not be in force.
    """
    try:
        return await asyncio.shield(asked)
    except NotSoError as error:
        return error.reason


def _doing(body: Body, by: str, prepared: Prepared, desk: Desk) -> Awaitable[Reason | None] | None:
    match body:
        case bodies.NextItem():
            return desk.ask(CallItem(None, by, body.after))
        case bodies.SetItem():
            return desk.ask(CallItem(body.item, by))
        case bodies.StartMeeting():
            return prepared.start(body.meeting, by)
        case bodies.EndMeeting():
            return prepared.end(body.meeting, by)
        case bodies.CopyMeeting():
            return prepared.copy(body.meeting, body.into, body.title, by)
        case bodies.DeleteMeeting():
            return prepared.delete(body.meeting, by)
        case bodies.EditPaper():
            readers = tuple(dict.fromkeys(body.readers))
            return prepared.edit_paper(body.paper, body.title, readers, body.item, by)
        case bodies.RemovePaper():
            return prepared.remove_paper(body.paper, by)
        case _:
            return None
