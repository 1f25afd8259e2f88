"""What a person types while aiming a camera: single keys on a terminal, else words line by line.

Owns the keys and words. Must not know cameras.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import termios
import tty
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import IO, Any, Literal

Word = Literal["nudge", "seat", "skip", "ok", "drop", "end", "help"]

STEPS_DEG = {"1": 0.3, "2": 1.0, "3": 5.0}
ZOOM_FACTOR = 3.0
"""A picture is several times as wide as an aim is good: a zoom step is wider than a turn."""

ARROWS = {"A": "up", "B": "down", "C": "right", "D": "left"}
WAYS: dict[str, tuple[int, int, int]] = {
    "left": (-1, 0, 0),
    "right": (1, 0, 0),
    "up": (0, 1, 0),
    "down": (0, -1, 0),
    "closer": (0, 0, -1),
    "wider": (0, 0, 1),
}
"""Signs of pan, tilt and width."""

NUMBERED: dict[str, Word] = {"seat": "seat", "drop": "drop"}

_TOKENS = re.compile(r"\x1b[\[O]([ABCD])|\x1b\[[0-9;]*[a-zA-Z~]|([\s\S])")
_KEYS: dict[str, Word] = {
    "\r": "ok", "\n": "ok", "s": "skip", "f": "drop", "q": "end", "\x04": "end", "\x03": "end",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One thing the person wants."""

    word: Word
    pan_deg: float = 0.0
    tilt_deg: float = 0.0
    fov_deg: float = 0.0
    seat: int | None = None


def nudge(way: str, deg: float) -> Step:
    """Turn or zoom by so many degrees."""
    pan, tilt, fov = WAYS[way]
    return Step("nudge", pan * deg, tilt * deg, fov * deg)


def step_of_line(line: str) -> Step:
    """What a line means; ``help`` when it means nothing."""
    word, _, rest = line.strip().lower().partition(" ")
    number = rest.strip()
    try:
        if word in WAYS:
            return nudge(word, float(number) if number else STEPS_DEG["2"])
        if word in NUMBERED:
            return Step(NUMBERED[word], seat=int(number) if number else None)
    except ValueError:
        return Step("help")
    simple: dict[str, Word] = {"": "ok", "ok": "ok", "skip": "skip", "end": "end"}
    return Step(simple.get(word, "help"))


class KeyReader:
    """Turns what a terminal sends into steps; a cut escape sequence waits for its rest."""

    def __init__(self) -> None:
        """The usual step."""
        self._rest = ""
        self._deg = STEPS_DEG["2"]

    def feed(self, text: str) -> list[Step]:
        """The steps that ``text`` completes."""
        self._rest += text
        steps: list[Step] = []
        while self._rest and self._rest not in ("\x1b", "\x1b[", "\x1bO"):
            match = _TOKENS.match(self._rest)
            if match is None:
                break
            self._rest = self._rest[match.end() :]
            step = self._step(match[1], match[2])
            steps += [step] if step else []
        return steps

    def _step(self, arrow: str | None, key: str | None) -> Step | None:
        if arrow is not None:
            return nudge(ARROWS[arrow], self._deg)
        if key in STEPS_DEG:
            self._deg = STEPS_DEG[key]
            return None
        if key in ("+", "=", "-"):
            return nudge("wider" if key == "-" else "closer", self._deg * ZOOM_FACTOR)
        if key is None:
            return None
        return Step(_KEYS.get(key, "help"))


class Steps:
    """The steps of one conversation, as they come; ends with the input."""

    def __init__(self, file: IO[str]) -> None:
        """``file`` has a descriptor: a terminal, a pipe or a file."""
        self._fd = file.fileno()
        self._is_terminal = os.isatty(self._fd)
        self._before: list[Any] | None = None

    async def __aenter__(self) -> AsyncIterator[Step]:
        """A terminal tells every key from here on."""
        if self._is_terminal:
            self._before = termios.tcgetattr(self._fd)
            tty.setcbreak(self._fd)
        return self._keys() if self._is_terminal else self._lines()

    async def __aexit__(self, *_: object) -> None:
        """The terminal is as it was."""
        if self._before is not None:
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._fd, termios.TCSADRAIN, self._before)

    async def _keys(self) -> AsyncIterator[Step]:
        reader = KeyReader()
        while data := await asyncio.to_thread(self._read):
            for step in reader.feed(data.decode(errors="replace")):
                yield step

    async def _lines(self) -> AsyncIterator[Step]:
        rest = b""
        while data := await asyncio.to_thread(self._read):
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                yield step_of_line(line.decode(errors="replace"))
        if rest.strip():
            yield step_of_line(rest.decode(errors="replace"))

    def _read(self) -> bytes:
        try:
            return os.read(self._fd, 1024)
        except OSError:
            return b""
