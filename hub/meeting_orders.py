"""What a command about meetings, agenda or papers leads to.

Owns the way from a command's body to the prepared meetings or the desk. Must not judge it. These
commands need no room, so they are carried out without a link to one too.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable

from edge.rules.reasons import Reason
from hub.api import meeting_bodies as bodies
from hub.api.models import Body
from hub.desk import Desk
from hub.meeting.inputs import CallItem
from hub.orders import TECHNICIAN
from hub.prepared import Prepared
from hub.store.prepared import NotSoError

CarryOut = Callable[[str, Body], Awaitable[tuple[str, Reason | None]]]


class MeetingOrders:
    """Carries out what is about meetings, and hands on the rest."""

    def __init__(self, prepared: Prepared, desk: Desk, others: CarryOut) -> None:
        """``others`` carries out what is about rooms."""
        self._prepared = prepared
        self._desk = desk
        self._others = others

    async def carry_out(self, name: str, body: Body) -> tuple[str, Reason | None]:
        """The command's id, and why it was refused (None: accepted).

        Raises:
            StoreError: nothing can be recorded, so nothing was done.
        """
        doing = _doing(body, TECHNICIAN, self._prepared, self._desk)
        if doing is None:
            return await self._others(name, body)
        ident = secrets.token_hex(8)
        try:
            return ident, await doing
        except NotSoError as error:
            return ident, error.reason


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
