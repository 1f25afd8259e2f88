"""``phonghop-edge update-check``: whether the rooms of this board may be restarted now.

Theory. An update restarts the room: its microphones close for some seconds, its lamps go dark.
That must not happen under a meeting. The running room knows best: it is told by the hub who meets
here, and leads its own floor where the hub cannot be reached. Nobody can ask it over the broker
without taking its name, so it says it in a small file beside the sockets of its twin, which goes
with it.

Owns that file, the question and its answer. Must not restart, install or change anything.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drivers.core.address import run_dir
from edge.rules.ballot import DURING
from edge.rules.ballot_state import Stage
from edge.rules.reasons import SENTENCES, Reason
from edge.rules.seat_votes import Paper
from edge.rules.state import Floor
from edge.runtime.whole_file import replace_file

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
"""A package is unpacked for longer than the file may be behind."""

BUSY_STAGES = frozenset({Stage.READY_CHECK, *DURING})
"""Stages in which the room's keys belong to a ballot."""

ENDING = ".busy.json"


class UnknownError(Exception):
    """It could not be found out; one line."""


@dataclass(frozen=True, slots=True)
class Word:
    """What a room says of itself."""

    reason: Reason | None
    """Why it should not be restarted now."""
    hub: bool
    """The hub says so, now; else the room knows no better by itself."""

    def __str__(self) -> str:
        """For a person, Vietnamese first."""
        vi, en = "không ai đang họp", "nobody meets"
        if self.reason is not None:
            vi, en = SENTENCES[self.reason]
        by = "theo máy chủ / says the hub"
        if not self.hub:
            by = "mất liên lạc máy chủ, theo phòng / the hub is away, the room itself says so"
        return f"{vi} / {en} ({by})"


def why_not(
    floor: Floor, session: str | None, ballot: Paper | None, *, hub_online: bool
) -> Reason | None:
    """Why the room should not be restarted now, by what it knows.

    ``session`` is what the hub said last of a meeting in this room. While the hub is away, and
    where it does not say, somebody who has the floor or waits for it is a meeting.
    """
    if ballot is not None and ballot.stage in BUSY_STAGES:
        return Reason.VOTE_RUNNING
    has_floor = bool(floor.speaking or floor.queue)
    if session == "running" or (has_floor and (session is None or not hub_online)):
        return Reason.MEETING_RUNNING
    return None


class Telling:
    """The running room's end; ``run`` lives until cancelled and leaves nothing behind."""

    def __init__(self, room: str, word: Callable[[], Word]) -> None:
        """``word`` is asked again and again."""
        self._path = path_of(room)
        self._word = word

    async def run(self) -> None:
        """Say it at once, and whenever it changes."""
        said: Word | None = None
        try:
            while True:
                word = self._word()
                if word != said:
                    said = word
                    await asyncio.to_thread(self._say, word)
                await asyncio.sleep(LOOK_EVERY_S)
        finally:
            self._path.unlink(missing_ok=True)

    def _say(self, word: Word) -> None:
        told = {"pid": os.getpid(), "busy": word.reason, "hub": word.hub}
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            replace_file(self._path, json.dumps(told))
        except OSError as error:
            log.error("%s: an update cannot see whether people meet here: %s", self._path, error)


def path_of(room: str) -> Path:
    """Where a running room says it."""
    return run_dir() / f"{room}{ENDING}"


def heard(room: str) -> Word:
    """What the running room says.

    Raises:
        UnknownError: it does not run, or does not say.
    """
    path = path_of(room)
    try:
        told = json.loads(path.read_bytes())
        if not Path(f"/proc/{int(told['pid'])}").exists():
            raise UnknownError(f"room {room}: {path} is of a process that is gone")
        return Word(None if told["busy"] is None else Reason(told["busy"]), bool(told["hub"]))
    except FileNotFoundError:
        raise UnknownError(
            f"room {room}: {path} is missing: it does not run, or just starts"
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnknownError(f"room {room}: {path} cannot be read: {error}") from error


def running() -> Iterator[str]:
    """Rooms that run on this board and say it."""
    for path in sorted(run_dir().glob(f"*{ENDING}")):
        yield path.name.removesuffix(ENDING)


def add_parser(commands: Any) -> None:
    """Add the command."""
    found: argparse.ArgumentParser = commands.add_parser(
        "update-check", help="whether rooms here may be restarted now: nobody meets, no ballot"
    )
    found.add_argument(
        "rooms", nargs="*", metavar="ROOM", help="those that must answer (all that run)"
    )
    found.add_argument("--json", action="store_true", help="print JSON")
    found.set_defaults(run=_update_check)


def _update_check(chosen: argparse.Namespace) -> int:
    words: dict[str, Word] = {}
    unknown: list[str] = []
    for room in chosen.rooms or running():
        try:
            words[room] = heard(room)
        except UnknownError as error:
            unknown.append(str(error))
    if chosen.json:
        told = {room: {"busy": w.reason, "hub": w.hub, "text": str(w)} for room, w in words.items()}
        is_free = not unknown and all(w.reason is None for w in words.values())
        report = {"ok": is_free, "rooms": told, "unknown": unknown}
        sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")
        return 0 if is_free else 1
    for room, word in words.items():
        sys.stdout.write(f"{room}: {word}\n")
    for line in unknown:
        sys.stderr.write(f"phonghop-edge update-check: {line}\n")
    if not words and not unknown:
        sys.stdout.write("Không có phòng nào đang chạy / no room runs here\n")
    return 1 if unknown or any(word.reason is not None for word in words.values()) else 0
