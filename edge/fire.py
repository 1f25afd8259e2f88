"""The fire contact of the room, and what an alarm does besides closing microphones.

Theory. The contact is a level. While it is closed the room is silent, whoever leads and
whatever is out of order. The floor has to hear of it too: whenever what the floor knows, with
the presses it has not answered, differs from the contact, the difference is owed to it. So an
alarm that could not be recorded, that a restart left behind, or that was acknowledged while
this room was out of reach, is told in the end.

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
from edge.screens import Screens

log = logging.getLogger(__name__)

CONTACT = "fire_alarm"
"""The console's contact that means fire."""

TELL_AGAIN_S = 5.0
"""The same is not told again sooner, however little comes of it."""

SWITCH_AGAIN_S = 5.0
"""A display that does not come on is tried again after this while the alarm lasts."""


class FireAlarm:
    """One room's contact and its displays."""

    def __init__(self, devices: Devices, screens: Screens, now_s: Clock) -> None:
        """``screens`` is told that an alarm wants displays on: scenes let go of them."""
        self.is_closed: bool | None = None
        """The contact as it was read last; None: never."""
        self._displays = devices.displays
        self._screens = screens
        self._now_s = now_s
        self._told: tuple[Intent, float] | None = None
        self._alarm = asyncio.Event()
        self._calm = asyncio.Event()

    def owed(self, room: Room) -> Intent | None:
        """What the floor must be told of the contact now."""
        if self.is_closed is None:
            return None
        wanted: Intent = "fire" if self.is_closed else "fire_over"
        under_way = [p.intent for p in room.pending if p.intent in ("fire", "fire_over")]
        if under_way:
            return wanted if under_way[-1] != wanted else None
        if _is_known(room, self.is_closed):
            self._told = None
            return None
        told, at_s = self._told or (None, 0.0)
        now_s = self._now_s()
        if told == wanted and now_s - at_s < TELL_AGAIN_S:
            return None
        self._told = wanted, now_s
        return wanted

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
            self._screens.wants(ident, "power", True)
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


def _is_known(room: Room, is_closed: bool) -> bool:
    """The floor has heard of the contact; one that is closed is always an alarm."""
    known = room.id in room.floor.fire_rooms
    return known and room.floor.alarm if is_closed else not known
