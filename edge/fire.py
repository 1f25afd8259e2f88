"""The fire contact of the room, and what an alarm does besides closing microphones.

Theory. The contact is a level. While it is closed the room is silent, whoever leads and
whatever is out of order. The floor has to hear of it too: whenever what the floor believes
(with the presses it has not answered) differs from the contact, the difference is owed to it.
So an alarm that could not be recorded, or that a restart left open, is told in the end.

Displays are switched on, so that a page that shows the alarm is seen; their input stays as it
is, because nobody has said which one shows that page.

Owns the level, what is owed, and the displays during an alarm. Must not close microphones
(``edge.rules.lamps`` does) nor record anything.
"""

from __future__ import annotations

import asyncio
import logging

from drivers.core.errors import DeviceError
from drivers.core.reading import Clock
from edge.room import Devices
from edge.rules.following import Intent, Room

log = logging.getLogger(__name__)

CONTACT = "fire_alarm"
"""The console's contact that means fire."""

TELL_AGAIN_S = 5.0
"""The same is not told again sooner, however little comes of it."""

SWITCH_AGAIN_S = 5.0
"""A display that does not come on is tried again after this while the alarm lasts."""


class FireAlarm:
    """One room's contact and its displays."""

    def __init__(self, devices: Devices, wanted_power: dict[str, bool], now_s: Clock) -> None:
        """``wanted_power`` says what was asked of displays, for the pages."""
        self.is_closed: bool | None = None
        """The contact as it was read last; None: never."""
        self._displays = devices.displays
        self._wanted_power = wanted_power
        self._now_s = now_s
        self._told: tuple[Intent, float] | None = None
        self._alarm = asyncio.Event()
        self._calm = asyncio.Event()

    def owed(self, room: Room) -> Intent | None:
        """What the floor must be told of the contact now."""
        if self.is_closed is None or self.is_closed is _believed(room):
            return None
        intent: Intent = "fire" if self.is_closed else "fire_over"
        now_s = self._now_s()
        if self._told is not None:
            told, at_s = self._told
            if told == intent and now_s - at_s < TELL_AGAIN_S:
                return None
        self._told = intent, now_s
        return intent

    def show(self, room: Room) -> None:
        """An alarm is one wherever it comes from."""
        alarmed = room.burning or room.floor.alarm
        (self._alarm.set if alarmed else self._alarm.clear)()
        (self._calm.clear if alarmed else self._calm.set)()

    async def run(self) -> None:
        """Switch the displays on whenever an alarm begins, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for ident in self._displays:
                tasks.create_task(self._watch(ident), name=f"alarm {ident}")

    async def _watch(self, ident: str) -> None:
        """Once for each alarm: whoever switches it off again during one may."""
        while True:
            await self._alarm.wait()
            self._wanted_power[ident] = True
            while self._alarm.is_set() and not await self._switch_on(ident):
                await asyncio.sleep(SWITCH_AGAIN_S)
            await self._calm.wait()

    async def _switch_on(self, ident: str) -> bool:
        try:
            await self._displays[ident].set_power(True)
        except DeviceError as error:
            log.warning("fire alarm: %s stays dark: %s", ident, error)
            return False
        return True


def _believed(room: Room) -> bool:
    """The floor takes the contact for closed, or will once it has heard the last press."""
    told = [p.intent for p in room.pending if p.intent in ("fire", "fire_over")]
    return told[-1] == "fire" if told else room.id in room.floor.fire_rooms
