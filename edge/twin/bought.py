"""A seat of a bought conference system in the twin: one key, one microphone, one light.

Owns what a hand and an eye at such a seat can do and see. Must not speak its protocol.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from drivers.shure_dis.sim import DisSim
from drivers.televic.sim import TelevicSim
from firmware_config.schema import ConferenceSection


def make_conference(
    system: ConferenceSection, units: Iterable[int], chairs: Iterable[int]
) -> DisSim | TelevicSim:
    """The central unit with these units."""
    if system.driver == "shure_dis":
        return DisSim(units, chairs)
    return TelevicSim(units, chairs)


def baud_of(system: ConferenceSection) -> int:
    """Speed of its line; 0 where it has none."""
    return system.baud if system.driver == "televic" else 0


@dataclass(frozen=True, slots=True)
class BoughtPlace:
    """Where a seat's key is. ``unit`` is its number at the central unit."""

    system: DisSim | TelevicSim
    unit: int
    keys = ("mic",)

    def press(self, key: str, hold_ms: int) -> None:
        """A finger on the microphone key, however long: such a unit tells of the press alone."""
        self.system.press(self.unit)

    def look(self) -> dict[str, Any]:
        """Red while the microphone is open, green while it waits, as the maker has it."""
        is_open, waits = self.is_open(), self.unit in self.system.requests
        return {
            "microphone": is_open,
            "red": "on" if is_open else "off",
            "green": "on" if waits else "off",
        }

    def is_open(self) -> bool:
        """Its microphone, on the table."""
        return self.system.units[self.unit].on

    def show(self) -> dict[str, Any]:
        """The same; nobody's finger stays on a key."""
        return {**self.look(), "held": []}
