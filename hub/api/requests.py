"""What several routes ask of a request.

Owns reading a body with a limit of its own, and who it is from. Must not know routes.
"""

from __future__ import annotations

from aiohttp import web

from hub.api.gate import signed_in


def by_of(request: web.Request) -> str:
    """Who asks, for the records."""
    return signed_in(request).by


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
