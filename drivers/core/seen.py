"""What a display answered, and one thing that it is to be: plain values.

Owns when an answer shows that a setting has been made true. Must not ask or wait.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from drivers.core.errors import Refused

Power = Literal["on", "off", "warming", "cooling"]

BETWEEN: Mapping[Power | None, str] = {"warming": "warming up", "cooling": "cooling down"}
"""Neither on nor off, and commands are refused meanwhile."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One round of answers; None where the display does not say, or has no such thing."""

    power: Power | None
    source: str | None
    volume: int | None
    at_s: float


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that a display is to be: its kind, and the name of it in errors."""

    kind: Literal["power", "source", "volume"]
    value: bool | str | int

    @property
    def what(self) -> str:
        """For people: ``power on``, ``source HDMI1``."""
        if self.kind == "power":
            return "power on" if self.value else "power off"
        return f"{self.kind} {self.value}"

    def shown_by(self, seen: Seen) -> bool:
        """The display says that it is so."""
        match self.kind:
            case "power":
                return seen.power == ("on" if self.value else "off")
            case "source":
                return seen.source == self.value
            case "volume":
                return seen.volume == self.value


def known_name(names: Mapping[str, object], source: str, device: str) -> str:
    """``source`` itself, if it is one of ``names``.

    Raises:
        Refused: nobody named an input so.
    """
    if source not in names:
        known = ", ".join(names) or "none"
        raise Refused(f"no input {source!r}; known: {known}", device=device, command="source")
    return source
