"""Bodies of requests: read, bounded, and judged by their model.

Owns that, and the refusal of what does not fit. Must not know routes.
"""

from __future__ import annotations

import asyncio
from typing import TypeVar

from aiohttp import web
from pydantic import ValidationError

from edge.rules.reasons import Reason
from hub.api.answers import rejected
from hub.api.closed import ClosedBody

BODY_MOST_BYTES = 16 * 1024

BODY_S = 10.0
"""So few bytes need no longer, whoever sends them, signed in or not."""

Body = TypeVar("Body", bound=ClosedBody)


async def body_of(request: web.Request, model: type[Body]) -> Body | web.Response:
    """The body as ``model``, or the refusal to send back.

    JSON alone: a form of another site cannot send it without being asked for permission first.
    """
    if request.content_type != "application/json":
        wanted = "Content-Type: application/json"
        return rejected(415, Reason.BAD_ARGUMENT, detail=(wanted, wanted))
    try:
        async with asyncio.timeout(BODY_S):
            body = await request.read()
        return model.model_validate_json(body or b"{}")
    except TimeoutError:
        late = f"quá {BODY_S:g} giây", f"later than {BODY_S:g} s"
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
