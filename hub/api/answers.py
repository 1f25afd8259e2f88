"""Answers of the API: JSON, and refusals with their sentence.

Owns their form. Must not know routes.
"""

from __future__ import annotations

import secrets
from typing import Any

from aiohttp import web

from edge.rules.reasons import Reason
from hub.api import models
from hub.api.stream import dumps
from hub.meeting.wording import reason_text


def rejected(
    status: int, reason: Reason, ident: str = "", detail: tuple[str, str] | None = None
) -> web.Response:
    """A refusal with its sentence; ``detail`` is added in Vietnamese and English."""
    text = reason_text(reason.value)
    vi, en = (f": {part}" for part in detail) if detail is not None else ("", "")
    answer = models.Rejected(
        id=ident or secrets.token_hex(8),
        reason=models.ReasonText(code=reason.value, vi=text.vi + vi, en=text.en + en),
    )
    return as_json(answer.model_dump(), status)


def as_json(value: Any, status: int = 200) -> web.Response:
    """``value`` as the body of an answer."""
    return web.Response(
        body=dumps(value), status=status, content_type="application/json", charset="utf-8"
    )
