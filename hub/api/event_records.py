"""The record of events over HTTP: page by page for people at the screen, whole for a file.

Owns these routes and the kinds one can ask for. Must not know the database.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge.contract.base import RoomId
from edge.rules.reasons import Reason
from hub import sheet
from hub.api import views
from hub.api.answers import as_json, rejected
from hub.api.event_kinds import KINDS, Kind
from hub.api.stream import dumps
from hub.meeting import events
from hub.meeting.state import Meeting
from hub.store.reader import Asked
from hub.store.store import Stored, StoreError

log = logging.getLogger(__name__)

PAGE_MOST = 500

NUMBER_MOST = 2**63 - 1
"""Of an event: what SQLite counts up to."""

COLUMNS = ("n", "time", "room", "kind", "what", "seat", "text_vi", "text_en")

Read = Callable[[Asked], Awaitable[list[Stored]]]


class EventsAsked(BaseModel):
    """The query of ``GET /api/v1/events``."""

    model_config = ConfigDict(extra="forbid")

    since: float | None = Field(default=None, ge=0, description="seconds since 1970")
    after: int = Field(
        default=0, ge=0, le=NUMBER_MOST, description="numbers greater than this, oldest first"
    )
    before: int | None = Field(
        default=None, ge=0, le=NUMBER_MOST, description="smaller numbers, newest first"
    )
    room: RoomId | None = None
    kind: Kind | None = None
    limit: Annotated[int, Field(ge=1, le=PAGE_MOST)] = 200
    format: Literal["csv", "json"] | None = Field(
        default=None, description="the whole as a file, without limit; else one page"
    )

    def asked(self) -> Asked:
        """As the store is asked."""
        whats = None
        if self.kind is not None:
            whats = [events.name_of(kind) for kind in KINDS[self.kind]]
        return Asked(self.after, self.before, self.since, self.room, whats, self.limit)


class EventRecords:
    """The handlers."""

    def __init__(self, read: Read, meeting: Callable[[], Meeting]) -> None:
        """``meeting`` gives the names that people have now."""
        self._read = read
        self._meeting = meeting

    async def events(self, request: web.Request) -> web.StreamResponse:
        """One page, or a file."""
        try:
            asked = EventsAsked.model_validate(dict(request.query))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            said = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
            return rejected(400, Reason.BAD_ARGUMENT, detail=(said, said))
        try:
            if asked.format is not None:
                return await self._file(request, asked)
            found = await self._read(asked.asked())
        except StoreError as error:
            return rejected(503, Reason.STORAGE_FULL, detail=(str(error), str(error)))
        more = found[-1].n if len(found) == asked.limit else None
        return as_json(
            {"events": [views.log_entry(one, self._meeting()) for one in found], "next": more}
        )

    async def _file(self, request: web.Request, asked: EventsAsked) -> web.StreamResponse:
        wanted = replace(asked.asked(), before=None, limit=PAGE_MOST)
        page = await self._read(wanted)  # what cannot be read is refused before a file begins
        kind = "text/csv" if asked.format == "csv" else "application/json"
        name = f"phonghop-events-{time.strftime('%Y%m%d-%H%M')}.{asked.format}"
        response = web.StreamResponse(
            headers={
                "Content-Type": f"{kind}; charset=utf-8",
                "Content-Disposition": f'attachment; filename="{name}"',
            }
        )
        await response.prepare(request)
        rows, is_first = _csv if asked.format == "csv" else _json, True
        await response.write(HEADS[asked.format or "json"])
        while page:
            entries = [views.log_entry(stored, self._meeting()) for stored in page]
            await response.write(rows(entries, is_first))
            wanted, is_first = replace(wanted, after=page[-1].n), False
            try:
                page = await self._read(wanted)
            except StoreError as error:  # half a file must not look like a whole one
                log.error("export: %s", error)
                if request.transport is not None:
                    request.transport.abort()
                return response
        if asked.format == "json":
            await response.write(b"]\n")
        await response.write_eof()
        return response


def _json(entries: list[views.Json], is_first: bool) -> bytes:
    """Lines of one array."""
    return (b"\n" if is_first else b",\n") + b",\n".join(dumps(entry) for entry in entries)


def _csv(entries: list[views.Json], is_first: bool) -> bytes:
    """Rows for a spreadsheet."""
    return sheet.csv_lines([_row(entry) for entry in entries])


def _row(entry: views.Json) -> list[str]:
    when = datetime.fromtimestamp(entry["ts"], UTC).astimezone().isoformat(timespec="seconds")
    cells = [str(entry["n"]), when, *(entry[key] or "" for key in ("room", "kind", "what", "seat"))]
    return [*cells, entry["text"]["vi"], entry["text"]["en"]]


HEADS = {"csv": sheet.csv_of([COLUMNS]), "json": b"["}
"""What a file begins with."""
