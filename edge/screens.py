"""The room's displays at work: what each is wanted to be, and the way there.

Theory. A scene or a command makes wishes. Each display has a worker that carries its wishes
out one after the other (a dark display takes no input), tries again what failed, and lets go
as soon as something else is wanted. What has been made true is not held: whoever uses a remote
control wins until the next scene. What the scene wants and the display has not proved is told,
with the reason.

Around meetings: when one begins, the room's scene for it is chosen; when it is over and no other
begins for a while, the displays that scenes name go off. What the hub says first after our start
counts as a beginning (displays come back after a power cut) but never as an end (nobody may sit
in the dark because a controller was started anew). Somebody who uses the displays meanwhile, and
an alarm, keep them on.

Owns the wishes, the scene in force and what is left of it. Must not know drivers.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from drivers.core.capability import Display, DisplayState
from drivers.core.errors import DeviceError
from drivers.core.reading import Clock, Reading
from edge.contract import messages
from edge.room import Plan
from edge.runtime.unless import unless
from edge.shots import Shots
from edge.wishes import DisplayScene, Value, What, Wish

log = logging.getLogger(__name__)

TRY_AGAIN_S = 10.0
"""A display that did not do it is asked again after this, while it is wanted."""

Session = Literal["none", "running", "ended"]


class Screens:
    """The displays of one room."""

    def __init__(
        self,
        plan: Plan,
        displays: Mapping[str, Display],
        shots: Shots,
        now_s: Clock,
        changed: Callable[[], None],
    ) -> None:
        """Nothing is switched before ``run``."""
        self.wanted: dict[str, Wish] = {}
        """What was asked of each display last, by whomever."""
        self.scene: DisplayScene | None = None
        self.by: Literal["hand", "meeting"] = "hand"
        self._scenes = {scene.id: scene for scene in plan.scenes}
        self._around = plan.around_meeting
        self._displays = displays
        self._shots = shots
        self._now_s = now_s
        self._changed = changed
        self._todo: dict[str, list[tuple[What, Value]]] = {ident: [] for ident in displays}
        self._news = {ident: asyncio.Event() for ident in displays}
        self._trouble: dict[str, str] = {}
        self._session: Session | None = None
        self._off_at_s: float | None = None

    # What is wanted

    def choose(self, scene: str, by: Literal["hand", "meeting"] = "hand") -> None:
        """This scene from now on.

        Raises:
            KeyError: the room has no such scene.
        """
        self.scene, self.by = self._scenes[scene], by
        self._off_at_s = None
        log.info("scene %s (%s)", scene, by)
        for ident, wish in self.scene.wishes.items():
            self._wish(ident, wish)
        if self.scene.camera is not None and self._shots.policy != "locked":
            self._shots.policy = self.scene.camera
        self._changed()

    def _wish(self, ident: str, wish: Wish) -> None:
        wanted = Wish() if wish.power is False else self.wanted.get(ident, Wish())
        for what, value in wish.parts():
            wanted = wanted.having(what, value)
        self.wanted[ident] = wanted
        self._todo[ident] = list(wish.parts())
        self._trouble.pop(ident, None)
        self._news[ident].set()

    def wants(self, ident: str, what: What, value: Value) -> None:
        """A person, or an alarm, wants this of one display: scenes let go of it."""
        if (what, value) == ("power", False):
            self.wanted[ident], self._todo[ident] = Wish(power=False), []
        else:
            self.wanted[ident] = self.wanted.get(ident, Wish()).having(what, value)
            self._todo[ident] = [one for one in self._todo[ident] if one[0] != what]
            self._off_at_s = None
        self._trouble.pop(ident, None)
        self._news[ident].set()

    async def by_hand(self, ident: str, what: What, value: Value) -> None:
        """Do it now, and return when the display has shown it.

        Raises:
            DeviceError: it was not done.
        """
        self.wants(ident, what, value)
        await self._set(ident, what, value)

    # Around meetings

    def session(self, now: Session | None) -> None:
        """What the hub says of the meeting in this room; None: nothing."""
        if now is None or now == self._session:
            return
        before, self._session = self._session, now
        if self._around.scene is None:
            return
        if now == "running":
            self.choose(self._around.scene, "meeting")
        elif before == "running":
            self._off_at_s = self._now_s() + self._around.off_after_s
            log.info("the meeting is over: displays go off in %.0f s", self._around.off_after_s)

    def time(self, now_s: float) -> None:
        """Switch off when it is due."""
        if self._off_at_s is None or now_s < self._off_at_s:
            return
        log.info("no meeting: displays go off")
        self._off_at_s = self.scene = None
        for ident in {ident for scene in self._scenes.values() for ident in scene.wishes}:
            self._wish(ident, Wish(power=False))
        self._changed()

    # What is not there yet

    def scene_actual(self, now_s: float) -> messages.SceneActual | None:
        """The scene in force and what of it has not been proved."""
        if self.scene is None:
            return None
        behind = [
            messages.Behind(device=ident, what=what, reason=reason[:400])
            for ident, wish in self.scene.wishes.items()
            for what, reason in self._behind(ident, wish, self._displays[ident].state(now_s))
        ]
        return messages.SceneActual(id=self.scene.id, by=self.by, behind=behind)

    def _behind(self, ident: str, wish: Wish, state: DisplayState) -> Iterator[tuple[What, str]]:
        """Input and volume of a display that is not on are no news."""
        readings: dict[What, Reading[bool] | Reading[str] | Reading[int]]
        readings = {"power": state.power, "source": state.source, "volume": state.volume}
        for what, value in wish.parts():
            reading = readings[what]
            if reading.value == value:
                continue
            if getattr(self.wanted[ident], what) not in (None, value):
                yield what, "changed by hand"
            elif reading.value is None:
                yield what, self._trouble.get(ident) or reading.reason or "unknown"
            else:
                yield what, self._trouble.get(ident) or f"it says {_shown(reading.value)}"
            if what == "power":
                return

    # Making it true

    async def run(self) -> None:
        """Carry out wishes until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for ident in self._displays:
                tasks.create_task(self._serve(ident), name=f"screen {ident}")

    async def _serve(self, ident: str) -> None:
        news = self._news[ident]
        while True:
            await news.wait()
            news.clear()
            while self._todo[ident] and not news.is_set():
                if not await self._next(ident):
                    await _news_within(news, TRY_AGAIN_S)

    async def _next(self, ident: str) -> bool:
        """One attempt at the first thing to do; False: it is to be tried again later."""
        first = self._todo[ident][0]
        what, value = first
        done = await unless(self._news[ident], self._set(ident, what, value), f"{ident} {what}")
        if done is None:
            return True
        error = done.exception()
        if error is None:
            self._trouble.pop(ident, None)
            self._todo[ident] = [one for one in self._todo[ident] if one != first]
        elif not isinstance(error, DeviceError):
            raise error
        elif str(error) != self._trouble.get(ident):
            log.warning("scene: %s", error)
            self._trouble[ident] = str(error)
        self._changed()
        return error is None

    async def _set(self, ident: str, what: What, value: Value) -> None:
        display = self._displays[ident]
        match what:
            case "power":
                await display.set_power(bool(value))
            case "source":
                await display.set_source(str(value))
            case "volume":
                await display.set_volume(int(value))


def _shown(value: Value) -> str:
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)


async def _news_within(news: asyncio.Event, limit_s: float) -> None:
    try:
        async with asyncio.timeout(limit_s):
            await news.wait()
    except TimeoutError:
        pass
