"""``phonghop-hub update-check``: whether the hub may be restarted now, and if not, why.

Theory. An update restarts the hub. Rooms go on without it, but a meeting that sits, or a ballot
that has the rooms' keys, is not to be interrupted by whoever installs. What is so, the running
hub's health says (``--figures``); without that address the records say it, which are the same
truth: a copy of them is replayed while the hub runs.

Owns the question and its answer. Must not restart, install or change anything.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edge.rules.reasons import SENTENCES, Reason
from hub.asking import Address, NoAnswerError, asked, url_of
from hub.backup import BackupError, copied
from hub.meeting.ballots import busy
from hub.meeting.state import Meeting
from hub.replay import replayed
from hub.store.store import FILE, Store, StoreError


class UnknownError(Exception):
    """It could not be found out; one line."""


def why_not(meeting: Meeting) -> Reason | None:
    """Why the hub should not be restarted now.

    A meeting that a file describes is neither begun nor ended by anybody: it sits while somebody
    has the floor or waits for it.
    """
    if busy(meeting) is not None:
        return Reason.VOTE_RUNNING
    has_floor = bool(meeting.floor.speaking or meeting.floor.queue)
    if meeting.session == "running" or (meeting.session is None and has_floor):
        return Reason.MEETING_RUNNING
    return None


def of_records(data: Path) -> Reason | None:
    """As the records say; the hub may run. Without records nobody meets.

    Raises:
        UnknownError: they cannot be read by this version.
    """
    if not (data / FILE).exists():
        return None
    try:
        with tempfile.TemporaryDirectory(prefix="phonghop-update-") as folder:
            copied(data / FILE, Path(folder) / FILE)
            store = Store(Path(folder))
            try:
                return why_not(replayed(store, lambda *_: None))
            finally:
                store.close()
    except (BackupError, StoreError, OSError) as error:
        raise UnknownError(str(error)) from error


def of_hub(place: Address) -> Reason | None:
    """As the running hub says.

    Raises:
        UnknownError: none answers there, or one that does not know the question.
    """
    try:
        found = asked(place, "/health")
    except NoAnswerError as error:
        raise UnknownError(str(error)) from error
    try:
        code = found["busy"]
        return None if code is None else Reason(code)
    except (KeyError, TypeError, ValueError) as error:
        raise UnknownError(
            f"{url_of(place, '/health')}: does not say whether the hub is busy"
        ) from error


def add_parser(
    names: Any, data: Path, address: Callable[[str], Address]
) -> argparse.ArgumentParser:
    """Add the command; ``data`` is where records usually are."""
    found: argparse.ArgumentParser = names.add_parser(
        "update-check", help="whether the hub may be restarted now: nobody meets, no ballot is open"
    )
    found.add_argument("--data", type=Path, default=data, metavar="DIR", help="records")
    found.add_argument("--figures", type=address, metavar="HOST:PORT", help="ask the running hub")
    found.add_argument("--json", action="store_true", help="print JSON")
    found.set_defaults(run=_update_check)
    return found


def _update_check(chosen: argparse.Namespace) -> int:
    try:
        found = of_records(chosen.data) if chosen.figures is None else of_hub(chosen.figures)
    except UnknownError as error:
        sys.stderr.write(f"phonghop-hub update-check: {error}\n")
        return 1
    words = None if found is None else SENTENCES[found]
    if chosen.json:
        told = None if words is None else {"code": str(found), "vi": words.vi, "en": words.en}
        sys.stdout.write(json.dumps({"ok": found is None, "busy": told}, ensure_ascii=False) + "\n")
    elif words is None:
        sys.stdout.write("Không ai đang họp / nobody meets: the hub may be restarted\n")
    else:
        sys.stdout.write(f"{words.vi} / {words.en}\n")
    return 0 if found is None else 1
