"""The chair's console in the room: what its keys ask for, what its lamps show.

Owns the meaning of the console's keys. Must not record or decide: it says what is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from drivers.core.capability import KeyPress, Lamp
from edge.rules.following import Intent

if TYPE_CHECKING:
    from edge.controller import Controller

Asked = tuple[Intent, str | None]
"""An intent, and the seat it means."""


class ChairConsole:
    """The console of one room."""

    def __init__(self, controller: Controller) -> None:
        """Reads ``controller.room``; aims cameras through ``controller.shots``."""
        self._controller = controller

    def key(self, press: KeyPress) -> tuple[Asked, ...]:
        """What a key of the console asks of the floor."""
        match press.key, press.released:
            case "priority", released:
                chair = self._chair()
                held: Intent = "priority_released" if released else "priority_held"
                return ((held, chair),) if chair is not None else ()
            case "next", False:
                return (("next", None),)
            case "all_off", False:
                return (("all_off", None),)
            case "wide", False:
                self._controller.shots.by_hand_wide("the console")
        return ()

    def lamps(self) -> Mapping[str, Lamp]:
        """Each key's lamp."""
        floor = self._controller.room.floor
        held = floor.hold is not None and floor.hold.seat == self._chair()
        return {"priority": "on" if held else "off"}

    def _chair(self) -> str | None:
        roles = self._controller.room.floor.roles
        return next((seat for seat, role in roles.items() if role == "chair"), None)
