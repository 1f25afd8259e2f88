"""Topic names of contract v1, built and parsed in one place.

Owns the tree ``phonghop/v1/<room>/{up,down}/...``. Must not know payloads.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

ROOT = "phonghop/v1"
HUB_STATUS = f"{ROOT}/hub/status"
HUB_FACT = f"{ROOT}/hub/fact"

ID = r"[a-z0-9-]{1,32}"
"""Ids of rooms and devices."""

ROOM_ID = re.compile(rf"(?!hub\Z){ID}\Z")
"""A room may be called anything but ``hub``, whose place in the tree is taken."""

SEAT = re.compile(rf"({ID})/([1-9][0-9]{{0,2}})\Z")
"""``main/12``: room and number of the seat in its room."""

Direction = Literal["up", "down"]

_TOPIC = re.compile(rf"{ROOT}/({ID})/(up|down)/([a-z]+)(?:/({ID}))?\Z")


PARSED_KEPT = 8192
"""Names whose parts are remembered: the same few hundred come all day."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One parsed topic: ``phonghop/v1/<room>/<direction>/<kind>[/<item>]``."""

    room: str
    direction: Direction
    kind: str
    item: str | None = None

    def __str__(self) -> str:
        """The full name."""
        tail = f"/{self.item}" if self.item is not None else ""
        return f"{ROOT}/{self.room}/{self.direction}/{self.kind}{tail}"


def up(room: str, kind: str, item: str | None = None) -> str:
    """A topic that the room writes."""
    return str(Topic(room, "up", kind, item))


def down(room: str, kind: str, item: str | None = None) -> str:
    """A topic that the hub writes."""
    return str(Topic(room, "down", kind, item))


@lru_cache(maxsize=PARSED_KEPT)
def parse(name: str) -> Topic | None:
    """The parts of a room's topic; None for anything else."""
    match = _TOPIC.match(name)
    if match is None or ROOM_ID.match(match[1]) is None:
        return None
    return Topic(match[1], match[2], match[3], match[4])  # type: ignore[arg-type]  # up|down


def seat_name(room: str, number: int) -> str:
    """``main/12``."""
    return f"{room}/{number}"


def split_seat(seat: str) -> tuple[str, int]:
    """Room and number of ``main/12``.

    Raises:
        ValueError: ``seat`` is not written that way.
    """
    match = SEAT.match(seat)
    if match is None:
        raise ValueError(f"seat {seat!r} is not written ROOM/NUMBER, such as main/12")
    return match[1], int(match[2])
