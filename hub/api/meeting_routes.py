"""Prepared meetings over HTTP: the list, a whole meeting, and saving one.

Theory. A meeting is saved whole, over the revision that whoever saves it has seen (``?rev=``);
without one it is a new meeting. Everything that does not fit is answered at once, so that a form is
mended in one go.

Owns these routes and their limits. Must not decide what is in force.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from aiohttp import web
from pydantic import ValidationError

from edge.rules.reasons import Reason
from hub.api.answers import as_json, rejected
from hub.api.requests import JSON, by_of, other_type, read_within
from hub.meeting_form import MeetingForm, Problem, clashes, problems_of
from hub.prepared import Prepared
from hub.store.prepared import NotSoError
from hub.store.store import StoreError

FORM_MOST_BYTES = 2 * 1024 * 1024
"""Two thousand seats with long names."""

PROBLEMS_TOLD = 50

_ID = re.compile(r"[a-z0-9-]{1,32}")


class MeetingRoutes:
    """The handlers."""

    def __init__(self, prepared: Prepared) -> None:
        """Everything is asked of ``prepared``."""
        self._prepared = prepared

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Register the addresses."""
        router.add_get("/api/v1/meetings", self.listed)
        router.add_get("/api/v1/meetings/{meeting}", self.whole)
        router.add_put("/api/v1/meetings/{meeting}", self.save)

    async def listed(self, request: web.Request) -> web.Response:
        """What runs, what comes, what is over."""
        return as_json(self._prepared.part())

    async def whole(self, request: web.Request) -> web.Response:
        """One meeting with its form and papers."""
        found = await self._prepared.whole(request.match_info["meeting"])
        return rejected(404, Reason.MEETING_UNKNOWN) if found is None else as_json(found)

    async def save(self, request: web.Request) -> web.Response:
        """Keep the form in the body."""
        ident, rev = request.match_info["meeting"], request.query.get("rev")
        if not _ID.fullmatch(ident) or (rev is not None and not re.fullmatch("[0-9]{1,9}", rev)):
            return rejected(400, Reason.BAD_ARGUMENT)
        if (refusal := other_type(request, JSON)) is not None:
            return refusal
        data = await read_within(request, FORM_MOST_BYTES)
        if data is None:
            return rejected(413, Reason.FILE_TOO_LARGE)
        try:
            form = MeetingForm.model_validate_json(data)
        except ValidationError as error:
            return _not_fitting(problems_of(error))
        wrong = clashes(form)
        if wrong:
            return _not_fitting(wrong)
        try:
            if rev is None:
                now = await self._prepared.create(ident, form, by_of(request))
            else:
                now = await self._prepared.edit(ident, form, int(rev), by_of(request))
        except NotSoError as error:
            status = 404 if error.reason is Reason.MEETING_UNKNOWN else 409
            return rejected(status, error.reason)
        except StoreError:
            return rejected(503, Reason.STORAGE_FULL)
        return as_json({"id": ident, "rev": now}, 201 if rev is None else 200)


def _not_fitting(problems: Sequence[Problem]) -> web.Response:
    text = "; ".join(map(str, problems[:PROBLEMS_TOLD]))
    return rejected(400, Reason.BAD_ARGUMENT, detail=(text, text))
