"""What can be fetched of ballots: the list, the result document, the journal.

Owns these routes. Must not decide; and must not give a journal away while its vote runs, because
in an open ballot it says who chose what.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from edge.rules.ballot import DURING
from edge.rules.ballot_journal import Journal, document
from edge.rules.ballot_state import HAS_RESULT, Stage
from edge.rules.reasons import Reason
from hub.api.answers import as_json, rejected
from hub.api.stream import dumps
from hub.archive import Archive, Lines
from hub.meeting.state import BallotKey, Meeting
from hub.store.store import StoreError

PUBLISHED = frozenset({Stage.ANNOUNCED})
"""Where a result is everybody's; before, and after an annulment, it is for those who lead."""

JOURNAL_TYPE = "application/x-ndjson"


class BallotRecords:
    """The handlers."""

    def __init__(
        self,
        meeting: Callable[[], Meeting],
        lines: Lines,
        listed: Callable[[], list[dict[str, Any]]],
        leads: Callable[[web.Request], bool] = lambda request: True,
    ) -> None:
        """``lines`` fetches a record as it is stored, ``listed`` is the part that pages show.

        Who ``leads`` may see a result that has not been announced.
        """
        self._leads = leads
        self._archive = Archive(meeting, lines)
        self._lines = lines
        self._listed = listed

    async def listed(self, request: web.Request) -> web.Response:
        """Every ballot, newest last."""
        return as_json(self._listed())

    async def document(self, request: web.Request) -> web.Response:
        """The result document of a counted ballot."""
        try:
            journal = await self._journal(_key(request))
        except StoreError as error:
            return rejected(503, Reason.STORAGE_FULL, detail=(str(error), str(error)))
        if journal is None:
            return rejected(404, Reason.VOTE_UNKNOWN)
        stages = HAS_RESULT if self._leads(request) else PUBLISHED
        if journal.ballot.stage not in stages:
            return rejected(409, Reason.VOTE_NOT_COUNTED)
        return as_json(document(journal))

    async def journal(self, request: web.Request) -> web.Response:
        """The record, one JSON object per line, with the result that follows from it at the end.

        A damaged record is given as it is stored, for whoever looks for the fault.
        """
        key = _key(request)
        try:
            journal = await self._journal(key)
            lines = [] if key is None else await self._lines(key)
        except StoreError as error:
            return rejected(503, Reason.STORAGE_FULL, detail=(str(error), str(error)))
        if key is None or not lines:
            return rejected(404, Reason.VOTE_UNKNOWN)
        if journal is not None and journal.ballot.stage in DURING:
            return rejected(409, Reason.VOTE_RUNNING)
        # More may have been written since we looked, and the result would not fit it.
        rows = [line.encode() for line in lines[: journal.length if journal else None]]
        if journal is not None and journal.ballot.stage in HAS_RESULT:
            rows.append(dumps({"result": document(journal)}))
        name = f"{key[0]}-{key[1]}.jsonl"
        return web.Response(
            body=b"".join(row + b"\n" for row in rows),
            content_type=JOURNAL_TYPE,
            charset="utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    async def _journal(self, key: BallotKey | None) -> Journal | None:
        return None if key is None else await self._archive.journal(key)


def _key(request: web.Request) -> BallotKey | None:
    generation = request.match_info["generation"]
    if not generation.isascii() or not generation.isdigit() or len(generation) > 6:
        return None
    return request.match_info["ballot"], int(generation)
