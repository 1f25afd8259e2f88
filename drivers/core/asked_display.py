"""What every display has in common that is asked for its state: the patience, not the words.

Theory. A display is asked again and again; what it answered last, with its age, is what is
known. A setting is asked first (it may be true already), held back while the display says
that it warms up or cools down, sent once it may be sent, and believed only when a later
answer shows it. A newer setting of the same kind ends an older one, or the two would fight.

Owns polling, settings until they are proved, readings and the judgement of health. Must not
know frames, ports or programs: a driver gives ``_ask``, ``_apply`` and the sentences.
"""

from __future__ import annotations

import asyncio
import contextlib
from abc import ABC, abstractmethod
from typing import ClassVar, Generic, Protocol, TypeVar

from drivers.core.capability import DisplayState, Health, HealthState, down_state
from drivers.core.errors import DeviceError, LinkDown, NoReply, Refused
from drivers.core.reading import Clock, Reading
from drivers.core.seen import BETWEEN, Power, Seen, Setting
from drivers.core.session import Session

T = TypeVar("T")
M = TypeVar("M")

SETTLE_S = 5.0
"""An input or a volume shows within seconds; longer means the display will not do it."""

SILENT_POLLS = 2
"""So many polls in a row without an answer make a fault."""

HANG_UP_POLLS = 3
"""A TCP peer that lost its power says nothing: after so many silent polls connect anew."""

STALE_POLLS = 3
"""Readings older than so many polls are unknown."""

SENSOR_POLLS = 6
"""Lamp hours, temperature and fan change slowly: asked with every so manieth poll."""


class Pace(Protocol):
    """The times that every display's settings have."""

    @property
    def id(self) -> str: ...  # noqa: D102  # as in the room file
    @property
    def poll_s(self) -> float: ...  # noqa: D102
    @property
    def answer_s(self) -> float: ...  # noqa: D102
    @property
    def warm_up_s(self) -> float: ...  # noqa: D102
    @property
    def cool_down_s(self) -> float: ...  # noqa: D102


class AskedDisplay(ABC):
    """One display (``Display`` and ``Device`` of ``drivers.core.capability``)."""

    RECHECK_S: ClassVar[float] = 0.5
    """How often a change that has not shown yet is asked for again."""

    def __init__(self, pace: Pace, now_s: Clock) -> None:
        """``pace``: the display's own settings."""
        self.id = pace.id
        self.model: Reading[str] = Reading.unknown("not asked yet")
        self.counters = {"asked": 0, "silent": 0, "refused": 0}
        self._pace = pace
        self._now_s = now_s
        self._stale_s = STALE_POLLS * pace.poll_s + 2 * pace.answer_s
        self._seen: Seen | None = None
        self._silent_polls = 0
        self._refused_since_s: float | None = None
        self._between: tuple[Power | None, float] | None = None
        """Since when it has been warming up or cooling down."""
        self._broken: tuple[str, ...] = ()
        self._newest: dict[str, object] = {}
        self._changing: str | None = None
        self._poll_now = asyncio.Event()
        self._polls = 0

    # What a driver knows and this module does not

    @property
    @abstractmethod
    def is_up(self) -> bool:
        """It can be asked: the wire is open."""

    @abstractmethod
    def _down_reason(self) -> str:
        """Why it cannot be asked."""

    @abstractmethod
    async def _keep_up(self) -> None:
        """Keep the wire open until cancelled; set ``_poll_now`` whenever it came up."""

    @abstractmethod
    async def _ask(self) -> Seen:
        """Ask for power, input and volume. Raises LinkDown, NoReply, Refused."""

    @abstractmethod
    async def _ask_sensors(self) -> None:
        """Ask for what changes slowly; what a model lacks is no error."""

    @abstractmethod
    async def _apply(self, setting: Setting) -> None:
        """Send it; returns when acknowledged. Raises LinkDown, NoReply, Refused."""

    @abstractmethod
    def _named(self, source: str) -> str:
        """The name by which ``_ask`` tells that input. Raises Refused: there is no such input."""

    @abstractmethod
    def _silence_hint(self) -> str:
        """What to look at when it says nothing."""

    async def _hang_up(self) -> None:  # noqa: B027  # most have nothing to hang up
        """It has been silent for long: open the wire anew, where that can help."""

    def _silence_is_off(self) -> bool:
        """This model says nothing, or is not there, while it is off; and off it was told to be."""
        return False

    # What it is asked to do

    async def set_power(self, on: bool) -> None:
        """Switch and wait until its answer shows it; a later call replaces an earlier one.

        Raises:
            LinkDown: the link is down, or did not come back.
            NoReply: the display went silent.
            Refused: it kept refusing, never changed, or a later call came.
        """
        setting = Setting("power", on)
        self._changing = BETWEEN["warming" if on else "cooling"]
        try:
            await self._make_true(setting, self._pace.warm_up_s if on else self._pace.cool_down_s)
        finally:
            if self._newest.get("power") is setting:
                self._changing = None

    async def set_source(self, source: str) -> None:
        """Choose an input by its name in the room file.

        Raises:
            LinkDown, NoReply
            Refused: no such input, it is off, or not done within ``SETTLE_S``.
        """
        await self._make_true(Setting("source", self._named(source)), SETTLE_S)

    async def set_volume(self, percent: int) -> None:
        """Set its own loudspeakers, 0 to 100.

        Raises:
            LinkDown, NoReply
            Refused: out of range, no loudspeakers, it is off, or not done in time.
        """
        if not 0 <= percent <= 100:
            raise Refused(f"{percent} is outside 0 to 100", device=self.id, command="volume")
        await self._make_true(Setting("volume", percent), SETTLE_S)

    async def _make_true(self, setting: Setting, patience_s: float) -> None:
        """Ask, send when it may be sent, ask until it shows; all of it within its patience.

        What it waits for while the display is between on and off does not count.
        """
        self._newest[setting.kind] = setting
        if not self.is_up:
            raise LinkDown(self._down_reason(), device=self.id, command=setting.what)
        deadline_s = self._now_s() + patience_s
        held_until_s: float | None = None
        accepted = False
        while True:
            if self._newest[setting.kind] is not setting:
                raise self._refusal(setting, "replaced by a later command")
            failure: DeviceError
            try:
                if not accepted:
                    busy, shown = await self._before(setting)
                    if shown:
                        return
                    if busy is None:
                        await self._apply(setting)
                        accepted = True
                    elif held_until_s is None:
                        held_until_s = self._now_s() + self._between_s()
                        deadline_s = held_until_s + patience_s
                if accepted:
                    if setting.shown_by(await self._look()):
                        return
                    busy = "acknowledged, but its status does not show it"
                failure = self._refusal(setting, busy or "")
            except _Off:
                raise
            except (LinkDown, NoReply, Refused) as error:
                failure = error
                is_silent = isinstance(error, NoReply | LinkDown) and accepted
                if is_silent and setting == Setting("power", False) and self._silence_is_off():
                    return
            if self._now_s() >= deadline_s:
                raise failure
            await asyncio.sleep(self.RECHECK_S)

    async def _before(self, setting: Setting) -> tuple[str | None, bool]:
        """Why it may not be sent now, if so; and whether it is true already.

        One that does not answer may still hear, as many do in standby.

        Raises:
            LinkDown
            Refused: it is off, where a setting needs it on.
        """
        try:
            seen = await self._look()
        except (NoReply, Refused):
            return None, False
        if setting.shown_by(seen):
            return None, True
        if seen.power in BETWEEN:
            return BETWEEN[seen.power], False
        if seen.power == "off" and setting.kind != "power":
            raise _Off("it is off", device=self.id, command=setting.what)
        return None, False

    def _between_s(self) -> float:
        return max(self._pace.warm_up_s, self._pace.cool_down_s)

    def _refusal(self, setting: Setting, why: str) -> Refused:
        return Refused(why, device=self.id, command=setting.what)

    # What it says

    async def run(self) -> None:
        """Keep it known until cancelled; the display stays as it is."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_up(), name=f"{self.id} session")
            tasks.create_task(self._poll_forever(), name=f"{self.id} poll")

    async def _poll_forever(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pace.poll_s):
                    await self._poll_now.wait()
            self._poll_now.clear()
            if self.is_up:
                with contextlib.suppress(LinkDown, NoReply, Refused):
                    await self._poll()

    async def _poll(self) -> None:
        try:
            await self._look()
        except NoReply:
            self._silent_polls += 1
            if self._silent_polls % HANG_UP_POLLS == 0:
                await self._hang_up()
            raise
        self._polls += 1
        if self._polls % SENSOR_POLLS == 1:
            await self._ask_sensors()

    async def _look(self) -> Seen:
        try:
            seen = await self._ask()
        except Refused:
            self._silent_polls = 0
            if self._refused_since_s is None:
                self._refused_since_s = self._now_s()
            raise
        return self._learn(seen)

    def _learn(self, seen: Seen) -> Seen:
        self._silent_polls = 0
        self._refused_since_s = None
        self._seen = seen
        if seen.power not in BETWEEN:
            self._between = None
        elif self._between is None or self._between[0] != seen.power:
            self._between = (seen.power, seen.at_s)
        return seen

    # What is known

    def state(self, now_s: float) -> DisplayState:
        """As last answered; unknown, with the reason, when stale, changing or cut off."""
        seen = self._seen
        if seen is None:
            why = self._unknown_reason()
            return DisplayState(Reading.unknown(why), Reading.unknown(why), Reading.unknown(why))
        settled = self._changing is None and seen.power in ("on", "off")
        power = seen.power == "on" if settled else None
        between = BETWEEN.get(seen.power)
        absent = between or ("it is off" if seen.power == "off" else "it does not say")
        return DisplayState(
            power=self._reading(
                power, self._changing or between or "it does not say", seen.at_s, now_s
            ),
            source=self._reading(seen.source, absent, seen.at_s, now_s),
            volume=self._reading(seen.volume, absent, seen.at_s, now_s),
        )

    def _reading(self, value: T | None, missing: str, at_s: float, now_s: float) -> Reading[T]:
        if not self.is_up:
            return Reading(None, at_s, self._down_reason())
        if value is None:
            return Reading(None, at_s, missing)
        return Reading.known(value, at_s).fresh(now_s, self._stale_s, self._unknown_reason())

    def _unknown_reason(self) -> str:
        if not self.is_up:
            return self._down_reason()
        if self._refused_since_s is not None:
            return "it refuses questions"
        if self._silent_polls and self._silence_is_off():
            return "no answer, as this model gives none while it is off"
        return "no answer" if self._silent_polls else "not asked yet"

    def health(self, now_s: float) -> Health:
        """Fault: no link, silent, refusing or changing for too long, or a broken part."""
        state, reason = self._judge(now_s)
        at_s = None if self._seen is None else self._seen.at_s
        return Health(state, reason, at_s, self._all_counters())

    def _all_counters(self) -> dict[str, int]:
        return dict(self.counters)

    def _judge(self, now_s: float) -> tuple[HealthState, str | None]:
        unconfirmed, fault = HealthState.UNCONFIRMED, HealthState.FAULT
        if not self.is_up:
            reason = self._down_reason()
            return (unconfirmed if self._silence_is_off() else down_state(reason)), reason
        if self._changing is not None:
            return unconfirmed, self._changing
        if self._silent_polls >= SILENT_POLLS:
            if self._silence_is_off():
                return unconfirmed, self._unknown_reason()
            return fault, self._silence_hint()
        if self._refused_since_s is not None:
            long = now_s - self._refused_since_s > self._pace.warm_up_s
            return (fault if long else unconfirmed), "it refuses questions"
        if self._seen is None or now_s - self._seen.at_s > self._stale_s:
            return unconfirmed, self._unknown_reason()
        if self._broken:
            return fault, f"it reports a fault of its {', '.join(self._broken)}"
        if self._between is not None:
            word, since_s = BETWEEN[self._between[0]], self._between[1]
            if now_s - since_s > self._between_s():
                return fault, f"still {word} after {self._between_s():.0f} s"
            return unconfirmed, word
        return HealthState.OK, None


class WiredDisplay(AskedDisplay, Generic[M]):
    """One that hangs on a wire which a session keeps open."""

    def __init__(self, pace: Pace, now_s: Clock, session: Session[M], *, may_hang: bool) -> None:
        """``may_hang``: a peer can die without closing the wire, as on TCP."""
        super().__init__(pace, now_s)
        self._session = session
        self._may_hang = may_hang

    @property
    def is_up(self) -> bool:
        """See ``AskedDisplay.is_up``."""
        return self._session.is_up

    def _down_reason(self) -> str:
        return self._session.down_reason or "the link is down"

    async def _keep_up(self) -> None:
        await self._session.run()

    async def _hang_up(self) -> None:
        if self._may_hang:
            await self._session.hang_up()

    def _all_counters(self) -> dict[str, int]:
        return self.counters | {"dropped_bytes": self._session.decoder.dropped_bytes}


class _Off(Refused):
    """Waiting does not help: it has to be switched on first."""
