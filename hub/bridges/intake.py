"""Meetings of another system on their way into the prepared ones.

Theory. Until a meeting begins here the other system's word on its part counts; from then on it is
frozen, and what they change is for the secretary to enter. The same document twice is no news.
What they named is remembered before the meeting is written: after a crash between the two, things
they named are still known to be theirs.

Owns this way and what is remembered of it. Must not judge documents (``document``, ``joining``).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from typing import Any, NamedTuple

from edge.contract.topics import seat_name
from edge.rules.reasons import Reason
from hub.bridges import notes
from hub.bridges.document import MeetingDocument
from hub.bridges.joining import Named, Places, joined, named_by
from hub.meeting.state import Meeting
from hub.prepared import Prepared
from hub.store.prepared import NotSoError
from hub.store.store import Store


class Taken(NamedTuple):
    """What came of a document."""

    id: str
    rev: int
    changed: bool


class Intake:
    """Takes documents in, one at a time."""

    def __init__(self, prepared: Prepared, store: Store, meeting: Callable[[], Meeting]) -> None:
        """``meeting`` is the one in force: it knows which seats there are."""
        self._prepared = prepared
        self._store = store
        self._meeting = meeting
        self._turn = asyncio.Lock()

    async def take(self, document: MeetingDocument, by: str) -> Taken:
        """Join the document with what is here.

        Raises:
            BridgeError: it does not go together with what is here.
            NotSoError: the meeting runs, is over, or was changed in this moment.
            StoreError: the disk does not take it.
        """
        async with self._turn:
            return await self._take(document, by)

    async def _take(self, document: MeetingDocument, by: str) -> Taken:
        ident = document.meeting.id
        said = hashlib.sha256(document.model_dump_json().encode()).hexdigest()
        note = notes.of_meeting(ident)
        kept = await notes.recall(self._store, note) or {}
        if kept == notes.FORGOTTEN:
            raise NotSoError(Reason.MEETING_OVER)
        before = _named(kept)
        whole = await self._prepared.whole(ident)
        if whole is not None and kept.get("said") == said:
            return Taken(ident, whole["rev"], changed=False)
        form = await self._prepared.form(ident)
        if form is not None and self._prepared.state(ident) != "draft":
            is_over = self._prepared.state(ident) == "ended"
            raise NotSoError(Reason.MEETING_OVER if is_over else Reason.MEETING_RUNNING)
        found = joined(document, form, before, _places(self._meeting()))
        now = named_by(document, before)
        await notes.remember(self._store, note, _json(before.with_(now), ""))
        rev, changed = 0 if whole is None else whole["rev"], True
        if form is None:
            rev = await self._prepared.create(ident, found, by)
        elif form.digest() != found.digest():
            rev = await self._prepared.edit(ident, found, rev, by)
        else:
            changed = False
        await notes.remember(self._store, note, _json(now, said))
        return Taken(ident, rev, changed)


def _json(named: Named, said: str) -> dict[str, Any]:
    return {"said": said, **{key: sorted(ids) for key, ids in named._asdict().items()}}


def _named(kept: dict[str, Any]) -> Named:
    return Named(*(frozenset(kept.get(key, ())) for key in Named._fields))


def _places(meeting: Meeting) -> Places:
    return {
        ident: [seat_name(ident, place.number) for place in room.plan.seats]
        for ident, room in meeting.rooms.items()
        if room.plan is not None
    }
