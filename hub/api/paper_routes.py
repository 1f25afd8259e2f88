"""Papers over HTTP: sent piece by piece, and opened in the browser without any harm.

Theory. A paper comes from outside and is shown under our own address. So it is served as the type
that its content has, never as anything a browser would run, alone in a sandbox, and under a name
that says nothing about the disk.

Owns these routes and headers. Must not know what a paper is about.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import get_args
from urllib.parse import quote

from aiohttp import hdrs, web

from edge.rules.reasons import Reason
from hub.access.rights import may_read
from hub.api.answers import as_json, rejected
from hub.api.gate import signed_in
from hub.api.meeting_bodies import Reader
from hub.api.requests import UPLOAD_TYPE, by_of, other_type
from hub.meeting.state import Meeting
from hub.papers import PaperError
from hub.prepared import Prepared
from hub.store.prepared import NotSoError
from hub.store.store import StoreError

PIECE_BYTES = 256 * 1024
"""A form of another site cannot send it without being asked for permission first."""

TITLE_MOST = 200

ENDINGS = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
}

_STATUS = {
    Reason.FILE_TOO_LARGE: 413,
    Reason.PAPER_TYPE: 415,
    Reason.MEETING_UNKNOWN: 404,
    Reason.ITEM_UNKNOWN: 404,
    Reason.MEETING_OVER: 409,
    Reason.TOO_MANY_PAPERS: 409,
}

SANDBOX = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox"


class PaperRoutes:
    """The handlers."""

    def __init__(self, prepared: Prepared, meeting: Callable[[], Meeting]) -> None:
        """``meeting`` knows the roles at the table."""
        self._prepared = prepared
        self._meeting = meeting

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Register the addresses."""
        router.add_post("/api/v1/meetings/{meeting}/papers", self.receive)
        router.add_get("/api/v1/papers/{paper}", self.show)

    async def receive(self, request: web.Request) -> web.Response:
        """Take the body as a paper of ``?item=``, called ``?title=``, for ``?readers=`` (a,b)."""
        title = " ".join(request.query.get("title", "").split())
        readers = tuple(filter(None, request.query.get("readers", "").split(",")))
        if not 1 <= len(title) <= TITLE_MOST or not set(readers) <= set(get_args(Reader)):
            return rejected(400, Reason.BAD_ARGUMENT, detail=("title, readers",) * 2)
        if (refusal := other_type(request, UPLOAD_TYPE)) is not None:
            return refusal
        place = request.match_info["meeting"], request.query.get("item", "")
        content = request.content.iter_chunked(PIECE_BYTES), request.content_length
        try:
            paper = await self._prepared.add_paper(place, title, readers, content, by_of(request))
        except (NotSoError, PaperError) as error:
            most = f"{self._prepared.folder.most_bytes // 1024**2} MiB"
            is_large = error.reason is Reason.FILE_TOO_LARGE
            detail = (f"tối đa {most}", f"at most {most}") if is_large else None
            return rejected(_STATUS.get(error.reason, 400), error.reason, detail=detail)
        except (StoreError, OSError):
            return rejected(503, Reason.STORAGE_FULL)
        return as_json({"id": paper.id, "type": paper.type, "bytes": paper.bytes}, 201)

    async def show(self, request: web.Request) -> web.StreamResponse:
        """The paper itself, or with ``?save`` as a file to keep."""
        kept = await self._prepared.paper(request.match_info["paper"])
        if kept is None:
            return rejected(404, Reason.PAPER_UNKNOWN)
        who = signed_in(request)
        at_table = self._meeting().floor.roles.get(who.seat or "")
        if not may_read(who, kept.paper.readers, at_table):
            return rejected(403, Reason.NOT_ALLOWED_TO_READ)
        path = self._prepared.folder.path(kept.sha256)
        if path is None:
            return rejected(404, Reason.PAPER_UNKNOWN)
        how = "attachment" if "save" in request.query else "inline"
        return web.FileResponse(
            path,
            headers={
                hdrs.CONTENT_TYPE: kept.paper.type,
                hdrs.CONTENT_DISPOSITION: f"{how}; {_file_name(kept.paper.title, kept.paper.type)}",
                "Content-Security-Policy": SANDBOX,
            },
        )


def _file_name(title: str, kind: str) -> str:
    """``filename`` for every browser: RFC 6266, with marks where they are understood."""
    name = re.sub(r"[^\w .-]", "_", title).strip(" .")[:100] or "paper"
    full = f"{name}.{ENDINGS[kind]}"
    plain = full.encode("ascii", "replace").decode().replace("?", "_")
    return f"filename=\"{plain}\"; filename*=UTF-8''{quote(full, safe='')}"
