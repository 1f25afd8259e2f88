"""What displays are wanted to be: one display's wish, and a scene of them, as data.

Owns the shape. Must not carry anything out: ``edge.screens`` does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from edge.contract import messages

What = Literal["power", "source", "volume"]
Value = bool | str | int


@dataclass(frozen=True, slots=True)
class Wish:
    """One display; what is None is left as it is."""

    power: bool | None = None
    source: str | None = None
    volume: int | None = None

    def having(self, what: What, value: Value) -> Wish:
        """The same with this one part wished, too."""
        match what:
            case "power":
                return replace(self, power=bool(value))
            case "source":
                return replace(self, source=str(value))
            case "volume":
                return replace(self, volume=int(value))

    def parts(self) -> Iterator[tuple[What, Value]]:
        """What is wished, in the order in which it can be done: a dark display takes no input."""
        if self.power is not None:
            yield "power", self.power
        if self.source is not None:
            yield "source", self.source
        if self.volume is not None:
            yield "volume", self.volume


@dataclass(frozen=True, slots=True)
class DisplayScene:
    """One way of meeting."""

    id: str
    title: messages.Text
    wishes: Mapping[str, Wish]
    """By display."""
    camera: Literal["track", "fixed"] | None = None


@dataclass(frozen=True, slots=True)
class AroundMeeting:
    """What happens to displays when a meeting begins, and when the last one is over."""

    scene: str | None = None
    off_after_s: float = 600.0
