"""Meetings in and out for other systems: a document taken in, lists given out.

Owns these routes. Must not join or collect (``hub.bridges``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiohttp import hdrs, web

from edge.rules.reasons import Reason
from hub import sheet
from hub.api.answers import as_json, rejected
from hub.api.requests import UPLOAD_TYPE, by_of, other_type, read_within
from hub.bridges import document, export
from hub.bridges.course import JournalOf
from hub.bridges.export import Collected, Read
from hub.bridges.intake import Intake
from hub.meeting.state import Meeting
from hub.store.prepared import NotSoError
from hub.store.store import StoreError


class BridgeRoutes:
    """The handlers."""

    def __init__(
        self, intake: Intake, read: Read, meeting: Callable[[], Meeting], journal: JournalOf
    ) -> None:
        """``read`` asks the record of events, ``journal`` finds that of a ballot."""
        self._intake = intake
        self._read = read
        self._meeting = meeting
        self._journal = journal

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Register the addresses."""
        router.add_post("/api/v1/import", self.take)
        router.add_get("/api/v1/meetings/{meeting}/export/{what}.{kind}", self.give)

    async def take(self, request: web.Request) -> web.Response:
        """Join the document in the body with what is here."""
        if (refusal := other_type(request, UPLOAD_TYPE)) is not None:
            return refusal
        data = await read_within(request, document.MOST_BYTES)
        if data is None:
            return rejected(413, Reason.FILE_TOO_LARGE)
        try:
            found = await asyncio.to_thread(document.read, data, "import")
            # To its end, although whoever asked waits no longer.
            taken = await asyncio.shield(self._intake.take(found, by_of(request)))
        except document.BridgeError as error:
            return rejected(400, Reason.BAD_ARGUMENT, detail=(str(error), str(error)))
        except NotSoError as error:
            return rejected(409, error.reason)
        except StoreError:
            return rejected(503, Reason.STORAGE_FULL)
        return as_json(taken._asdict(), 201 if taken.changed and taken.rev == 1 else 200)

    async def give(self, request: web.Request) -> web.Response:
        """One list of one meeting."""
        ident, what, kind = (request.match_info[name] for name in ("meeting", "what", "kind"))
        if what not in export.WHATS or kind not in export.KINDS:
            known = f"{', '.join(export.WHATS)}; {', '.join(export.KINDS)}"
            return rejected(404, Reason.BAD_ARGUMENT, detail=(known, known))
        meeting = self._meeting()
        collected = Collected(ident, self._journal)
        try:
            await collected.read(self._read)
        except StoreError as error:
            return rejected(503, Reason.STORAGE_FULL, detail=(str(error), str(error)))
        if not collected.found:
            never = ("chưa từng bắt đầu ở đây", "it has never begun here")
            return rejected(404, Reason.MEETING_UNKNOWN, detail=never)
        rows = collected.rows(what, meeting.members() if meeting.prepared == ident else ())
        match kind:
            case "json":
                answer = as_json(rows)
            case "csv":
                data = sheet.csv_of(export.table(what, rows))
                answer = web.Response(body=data, content_type="text/csv", charset="utf-8")
            case _:
                title, lines = export.sheet(what, rows)
                data = await asyncio.to_thread(sheet.xlsx_of, lines, title)
                answer = web.Response(body=data, content_type=sheet.XLSX_TYPE)
        answer.headers[hdrs.CONTENT_DISPOSITION] = f'attachment; filename="{what}.{kind}"'
        return answer
