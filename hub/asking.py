"""Asking a running hub over HTTP, for commands in a shell.

Owns the address, the patience, and what counts as an answer. Must not judge what the answer says.
"""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

Address = tuple[str, int]

ASK_S = 5.0


class NoAnswerError(Exception):
    """No hub answers there; one line."""


def url_of(place: Address, path: str, authority: Path | None = None) -> str:
    """Where ``path`` is; HTTPS if somebody vouches for it."""
    host, port = place
    scheme = "http" if authority is None else "https"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}{path}"


def asked(place: Address, path: str, authority: Path | None = None) -> dict[str, Any]:
    """What a hub says of itself; that it is not well is an answer too.

    Raises:
        NoAnswerError: nobody answers, or somebody else does.
    """
    url = url_of(place, path, authority)
    try:
        tls = None if authority is None else ssl.create_default_context(cafile=authority)
        try:
            with urllib.request.urlopen(url, timeout=ASK_S, context=tls) as answer:  # noqa: S310  # http, https
                found = json.load(answer)
        except urllib.error.HTTPError as error:
            found = json.load(error)
        if not isinstance(found, dict) or "ok" not in found:
            raise ValueError("its answer is none of a hub")
    except (OSError, ValueError) as error:
        raise NoAnswerError(f"no hub answers at {url}: {error}") from error
    return found
