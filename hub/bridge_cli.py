"""``phonghop-hub import`` and ``export``: meetings in and out of a running hub, as files.

Owns these commands. Must not open the hub's records, which it alone writes: they ask it
over HTTP with a token.
"""

from __future__ import annotations

import argparse
import json
import ssl
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hub.asking import Address, url_of
from hub.bridges import document
from hub.bridges.export import KINDS, WHATS

PATIENCE_S = 30.0


class _AskError(Exception):
    """The hub did not do it; ``str()`` is one line."""


def add_parsers(
    names: Any, address: Callable[[str], Address], http: str
) -> list[argparse.ArgumentParser]:
    """Add both; ``http`` is where the hub usually is."""
    take: argparse.ArgumentParser = names.add_parser(
        "import", help="take in a meeting of another system: JSON, or a CSV or XLSX table"
    )
    take.add_argument("file", type=Path, metavar="FILE")
    take.add_argument("--check", action="store_true", help="judge the file; ask no hub")
    take.set_defaults(run=_import)
    give: argparse.ArgumentParser = names.add_parser(
        "export", help="attendance, speeches or results of a meeting"
    )
    give.add_argument("meeting", metavar="MEETING", help="its id")
    give.add_argument("what", choices=WHATS)
    give.add_argument("--format", choices=KINDS, default="json")
    give.add_argument("--out", type=Path, metavar="FILE", help="there, instead of on the screen")
    give.set_defaults(run=_export)
    for command in (take, give):
        command.add_argument("--http", type=address, default=address(http), metavar="HOST:PORT")
        command.add_argument(
            "--ca", type=Path, metavar="FILE", help="it speaks HTTPS, by this authority"
        )
        command.add_argument(
            "--token-file",
            type=Path,
            metavar="FILE",
            help="a token of phonghop-hub user token: scope meetings to import, read to export",
        )
    return [take, give]


def _import(chosen: argparse.Namespace) -> int:
    try:
        data = chosen.file.read_bytes()
        found = document.read(data, str(chosen.file))
        if chosen.check:
            sys.stdout.write(f"{chosen.file}: {found.meeting.id}: can be imported\n")
            return 0
        answer = json.loads(_ask(chosen, "/api/v1/import", data))
    except document.BridgeError as error:
        return _complain(error)
    except OSError as error:
        return _complain(f"{chosen.file}: {error.strerror or error}")
    except _AskError as error:
        return _complain(error)
    said = f"revision {answer['rev']}" if answer["changed"] else "nothing new"
    sys.stdout.write(f"{answer['id']}: {said}\n")
    return 0


def _export(chosen: argparse.Namespace) -> int:
    try:
        data = _ask(
            chosen, f"/api/v1/meetings/{chosen.meeting}/export/{chosen.what}.{chosen.format}"
        )
        if chosen.out is None:
            sys.stdout.buffer.write(data)
        else:
            chosen.out.write_bytes(data)
    except OSError as error:
        return _complain(f"{chosen.out}: {error.strerror or error}")
    except _AskError as error:
        return _complain(error)
    return 0


def _ask(chosen: argparse.Namespace, path: str, body: bytes | None = None) -> bytes:
    url = url_of(chosen.http, path, chosen.ca)
    headers = {} if body is None else {"Content-Type": "application/octet-stream"}
    try:
        if chosen.token_file is not None:
            token = chosen.token_file.read_text(encoding="ascii").strip()
            headers["Authorization"] = f"Bearer {token}"
    except (OSError, UnicodeDecodeError) as error:
        raise _AskError(f"--token-file {chosen.token_file}: cannot be read") from error
    request = urllib.request.Request(url, body, headers)  # noqa: S310  # http or https, as above
    try:
        tls = None if chosen.ca is None else ssl.create_default_context(cafile=chosen.ca)
        with urllib.request.urlopen(request, timeout=PATIENCE_S, context=tls) as answer:  # noqa: S310  # as above
            found: bytes = answer.read()
    except urllib.error.HTTPError as error:
        raise _AskError(_reason(error)) from error
    except (OSError, ValueError) as error:
        raise _AskError(f"no hub answers at {url}: {error}") from error
    return found


def _reason(error: urllib.error.HTTPError) -> str:
    try:
        reason = json.load(error)["reason"]
        return f"{reason['vi']} / {reason['en']}"
    except (ValueError, KeyError, TypeError):
        return f"the hub answers {error.code}"


def _complain(message: object) -> int:
    sys.stderr.write(f"phonghop-hub: {message}\n")
    return 1
