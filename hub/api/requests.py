"""What routes ask of a request: who it is from, and its body, bounded and judged by its model.

Owns that, and the refusal of what does not fit. Must not know routes.
"""

from __future__ import annotations

import asyncio
from typing import TypeVar

from aiohttp import hdrs, web
from pydantic import ValidationError

from edge.rules.reasons import Reason
from hub.api.answers import rejected
from hub.api.closed import ClosedBody
from hub.api.gate import signed_in

BODY_MOST_BYTES = 16 * 1024

BODY_S = 10.0
"""So few bytes need no longer, whoever sends them, signed in or not."""

JSON = "application/json"
UPLOAD_TYPE = "application/octet-stream"

Body = TypeVar("Body", bound=ClosedBody)


def by_of(request: web.Request) -> str:
    """Who asks, for the records."""
    return signed_in(request).by


def other_type(request: web.Request, wanted: str) -> web.Response | None:
    """The refusal of a body that does not call itself ``wanted``.

    Reads the header as it came: ``request.content_type`` asks the standard library's mail parser,
    which a header of nested comments drives into a RecursionError.
    """
    told = request.headers.get(hdrs.CONTENT_TYPE, "").partition(";")[0].strip().lower()
    if told == wanted:
        return None
    return rejected(415, Reason.BAD_ARGUMENT, detail=(f"Content-Type: {wanted}",) * 2)


async def body_of(request: web.Request, model: type[Body]) -> Body | web.Response:
    """The body as ``model``, or the refusal to send back.

    JSON alone: a form of another site cannot send it without being asked for permission first.
    """
    if (refusal := other_type(request, JSON)) is not None:
        return refusal
    try:
        async with asyncio.timeout(BODY_S):
            body = await request.read()
        return model.model_validate_json(body or b"{}")
    except TimeoutError:
        late = f"chưa gửi xong sau {BODY_S:g} giây", f"not complete after {BODY_S:g} s"
        return rejected(408, Reason.BAD_ARGUMENT, detail=late)
    except web.HTTPRequestEntityTooLarge:
        return rejected(413, Reason.BAD_ARGUMENT, detail=("quá 16 KiB", "more than 16 KiB"))
    except ValidationError as error:
        return rejected(400, Reason.BAD_ARGUMENT, detail=(_first(error),) * 2)


def _first(error: ValidationError) -> str:
    """Which field, and what is wrong with it; never what stood there: it may be a password."""
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else str(first["msg"])


async def read_within(request: web.Request, most_bytes: int) -> bytes | None:
    """The body; None when it is longer than ``most_bytes``."""
    if request.content_length is not None and request.content_length > most_bytes:
        return None
    data = bytearray()
    async for piece in request.content.iter_chunked(64 * 1024):
        data += piece
        if len(data) > most_bytes:
            return None
    return bytes(data)
