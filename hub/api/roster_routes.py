"""The roster as a table over HTTP: judged, given out, and a template of it.

Theory. A table that is sent is only judged: the answer is the roster it says, or everything that
is wrong with it. Whoever wants it saves the meeting with it (``meeting_routes``), after having
seen what would change.

Owns these routes. Must not change a meeting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from aiohttp import hdrs, web

from edge.rules.reasons import Reason
from hub import roster_sheet, sheet
from hub.api.answers import as_json, rejected
from hub.api.requests import UPLOAD_TYPE, other_type, read_within
from hub.meeting.state import Meeting
from hub.prepared import Prepared

Table = Sequence[Sequence[str]]


class RosterRoutes:
    """The handlers."""

    def __init__(self, prepared: Prepared, meeting: Callable[[], Meeting]) -> None:
        """``meeting`` knows which rooms there are."""
        self._prepared = prepared
        self._meeting = meeting

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Register the addresses."""
        router.add_post("/api/v1/roster", self.judge)
        router.add_get("/api/v1/roster/template.{kind}", self.template)
        router.add_get("/api/v1/meetings/{meeting}/roster.{kind}", self.export)

    async def judge(self, request: web.Request) -> web.Response:
        """What the table in the body says: its seats, or what is wrong with it."""
        if (refusal := other_type(request, UPLOAD_TYPE)) is not None:
            return refusal
        data = await read_within(request, sheet.MOST_BYTES)
        if data is None:
            most = f"{sheet.MOST_BYTES // 1024**2} MiB"
            return rejected(
                413, Reason.FILE_TOO_LARGE, detail=(f"tối đa {most}", f"at most {most}")
            )
        rooms = {
            ident: (room.plan.title.vi, room.plan.title.en) if room.plan is not None else ()
            for ident, room in self._meeting().rooms.items()
        }
        return as_json(await asyncio.to_thread(_judged, data, rooms))

    async def template(self, request: web.Request) -> web.Response:
        """An example to write over."""
        return await _file(request, roster_sheet.template(), "mau-danh-sach")

    async def export(self, request: web.Request) -> web.Response:
        """The roster of a meeting."""
        ident = request.match_info["meeting"]
        form = await self._prepared.form(ident)
        if form is None:
            return rejected(404, Reason.MEETING_UNKNOWN)
        return await _file(request, roster_sheet.table(form.seats), f"danh-sach-{ident}")


def _judged(data: bytes, rooms: roster_sheet.Rooms) -> dict[str, Any]:
    try:
        found = roster_sheet.read(sheet.rows_of(data), rooms)
    except sheet.SheetError as error:
        found = roster_sheet.Read(problems=[roster_sheet.RowProblem(0, "", error.vi, error.en)])
    return {
        "seats": [entry.model_dump(mode="json") for entry in found.seats],
        "problems": [problem._asdict() for problem in found.problems],
        "left_alone": found.left_alone,
    }


async def _file(request: web.Request, rows: Table, name: str) -> web.Response:
    kind = request.match_info["kind"]
    if kind == "csv":
        data, content_type = sheet.csv_of(rows), "text/csv"
    elif kind == "xlsx":
        data = await asyncio.to_thread(sheet.xlsx_of, rows, "Danh sách")
        content_type = sheet.XLSX_TYPE
    else:
        return rejected(404, Reason.BAD_ARGUMENT, detail=("csv, xlsx",) * 2)
    return web.Response(
        body=data,
        content_type=content_type,
        headers={hdrs.CONTENT_DISPOSITION: f'attachment; filename="{name}.{kind}"'},
    )
