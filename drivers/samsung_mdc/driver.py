"""A Samsung display as ``Display``: asks for its state, believes nothing else.

Owns polling, warm-up and cool-down, what is known, and the judgement of health. Must not know
frames or ports. An acknowledged *power on* is not a picture: every setting returns only when
a later status confirmed it.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from drivers.core.address import parse_port
from drivers.core.capability import DisplayState, Health, HealthState
from drivers.core.errors import DeviceError, LinkDown, NoReply, Refused
from drivers.core.reading import Clock, Reading
from drivers.core.session import Session
from drivers.core.transport import Connect, connect_to
from drivers.samsung_mdc import commands
from drivers.samsung_mdc.codec import Command, MdcDecoder, Message, Reply
from drivers.samsung_mdc.config import SamsungMdcConfig
from drivers.samsung_mdc.line import MdcLine

T = TypeVar("T")

RECHECK_S = 0.5
"""How often a change that has not shown yet is asked for again."""

SETTLE_S = 5.0
"""An input or a volume shows within seconds; longer means the display will not do it."""

SILENT_POLLS = 2
"""So many polls in a row without an answer make a fault."""

HANG_UP_POLLS = 3
"""A TCP peer that lost its power says nothing: after so many silent polls connect anew."""

STALE_POLLS = 3
"""Readings older than so many polls are unknown."""

SENSOR_POLLS = 6
"""Lamp, temperature and fan change slowly: asked with every so manieth poll."""

SENSOR_FAULTS = ("lamp", "temperature_state", "fan")
"""Parts of the error status where 1 means broken; its ``input`` 1 only means no signal."""


@dataclass(frozen=True, slots=True)
class Status:
    """One answer to the status question; None where the model has no such thing."""

    power: str | None
    source_code: int | None
    volume: int | None
    at_s: float


def read_status(reply: Reply, at_s: float) -> Status:
    """The status in an acknowledged answer to command 00."""
    told = commands.values(commands.TABLE[commands.STATUS][0], reply.data)
    code = reply.data[3] if "input" in told else None
    chosen = None if code is None else commands.SOCKET_OF.get(code, code)
    return Status(told.get("power"), chosen, told.get("volume"), at_s)


class SamsungMdcDisplay:
    """One display on one port (``Display`` and ``Device`` of ``drivers.core.capability``)."""

    def __init__(
        self,
        config: SamsungMdcConfig,
        *,
        connect: Connect | None = None,
        now_s: Clock = time.monotonic,
    ) -> None:
        """``connect`` replaces the port of ``config`` in tests."""
        port = parse_port(config.port)
        self.id = config.id
        self.model: Reading[str] = Reading.unknown("not asked yet")
        self._config = config
        self._now_s = now_s
        self._may_hang = port.kind == "tcp"
        self._codes = dict(commands.INPUTS) | dict(config.sources)
        self._names = {code: name for name, code in self._codes.items()}
        self._session: Session[Message] = Session(
            config.id,
            connect or connect_to(port, config.baud),
            lambda: MdcDecoder(replies_only=True),
            on_up=self._greet,
            on_message=self._unasked,
            now_s=now_s,
        )
        self._line = MdcLine(config, port, self._session, now_s)
        self._stale_s = STALE_POLLS * config.poll_s + 2 * config.answer_s
        self._status: Status | None = None
        self._silent_polls = 0
        self._refused_since_s: float | None = None
        self._broken: tuple[str, ...] = ()
        self._changing: str | None = None
        self._newest: dict[int, Command] = {}
        self._poll_now = asyncio.Event()
        self._polls = 0

    async def run(self) -> None:
        """Keep the port open and the state known until cancelled; the display stays as it is."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._session.run(), name=f"{self.id} session")
            tasks.create_task(self._poll_forever(), name=f"{self.id} poll")

    # What it is asked to do

    async def set_power(self, on: bool) -> None:
        """Switch and wait until the status shows it; a later call replaces an earlier one.

        Refusals, silence and a link cut on the way are normal while the panel warms up or
        cools down, and bounded by its times in the config.

        Raises:
            LinkDown: the link is down, or did not come back (is network standby on?).
            NoReply: the display went silent.
            Refused: it kept refusing, never changed, or a later call came.
        """
        wanted = "on" if on else "off"
        setting = Command(commands.POWER, self._config.display_id, bytes([on]))
        self._changing = "warming up" if on else "cooling down"
        try:
            await self._make_true(
                f"power {wanted}",
                setting,
                lambda status: status.power == wanted,
                self._config.warm_up_s if on else self._config.cool_down_s,
            )
        finally:
            if self._newest[commands.POWER] is setting:
                self._changing = None

    async def set_source(self, source: str) -> None:
        """Choose an input by its name in ``commands.INPUTS`` or in the config.

        Raises:
            LinkDown, NoReply
            Refused: no such name, or not done within ``SETTLE_S``.
        """
        code = self._codes.get(source)
        if code is None:
            known = ", ".join(self._codes)
            raise Refused(f"no input {source!r}; known: {known}", device=self.id, command="source")
        await self._make_true(
            f"source {source}",
            Command(commands.INPUT, self._config.display_id, bytes([code])),
            lambda status: status.source_code == code,
            SETTLE_S,
        )

    async def set_volume(self, percent: int) -> None:
        """Set its own loudspeakers, 0 to 100.

        Raises:
            LinkDown, NoReply
            Refused: out of range, no loudspeakers, or not done within ``SETTLE_S``.
        """
        if not 0 <= percent <= 100:
            raise Refused(f"{percent} is outside 0 to 100", device=self.id, command="volume")
        await self._make_true(
            f"volume {percent}",
            Command(commands.VOLUME, self._config.display_id, bytes([percent])),
            lambda status: status.volume == percent,
            SETTLE_S,
        )

    async def _make_true(
        self,
        what: str,
        setting: Command,
        proof: Callable[[Status], bool],
        patience_s: float,
    ) -> None:
        """Send until acknowledged, then ask until proved; all of it within ``patience_s``.

        A newer setting of the same kind ends an older one, or the two would fight.
        """
        self._newest[setting.command] = setting
        if not self._session.is_up:
            raise LinkDown(self._down_reason(), device=self.id, command=what)
        deadline_s = self._now_s() + patience_s
        accepted = False
        while True:
            if self._newest[setting.command] is not setting:
                raise Refused("replaced by a later command", device=self.id, command=what)
            try:
                if not accepted:
                    await self._line.ask(setting, what)
                    accepted = True
                if proof(await self._ask_status()):
                    return
                failure: DeviceError = Refused(
                    "acknowledged, but its status does not show it", device=self.id, command=what
                )
            except (LinkDown, NoReply, Refused) as error:
                failure = error
            if self._now_s() >= deadline_s:
                raise failure
            await asyncio.sleep(RECHECK_S)

    # What it says

    async def _greet(self) -> None:
        self._poll_now.set()

    async def _poll_forever(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._config.poll_s):
                    await self._poll_now.wait()
            self._poll_now.clear()
            if self._session.is_up:
                with contextlib.suppress(LinkDown, NoReply, Refused):
                    await self._poll()

    async def _poll(self) -> None:
        try:
            await self._ask_status()
        except NoReply:
            self._silent_polls += 1
            if self._may_hang and self._silent_polls % HANG_UP_POLLS == 0:
                await self._session.hang_up()
            raise
        self._polls += 1
        if self._polls % SENSOR_POLLS == 1:
            await self._ask_sensors()

    async def _ask_status(self) -> Status:
        question = Command(commands.STATUS, self._config.display_id)
        try:
            reply = await self._line.ask(question, "status")
        except Refused:
            self._silent_polls = 0
            if self._refused_since_s is None:
                self._refused_since_s = self._now_s()
            raise
        return self._learn(reply)

    def _learn(self, reply: Reply) -> Status:
        self._silent_polls = 0
        self._refused_since_s = None
        self._status = read_status(reply, self._now_s())
        return self._status

    def _unasked(self, message: Message) -> None:
        """A late status is a status all the same; a late acknowledgement proves nothing."""
        if (
            isinstance(message, Reply)
            and message.ack
            and (message.command, message.id) == (commands.STATUS, self._config.display_id)
        ):
            self._learn(message)

    async def _ask_sensors(self) -> None:
        """Error status and model name; not every model answers them in every state."""
        address = self._config.display_id
        with contextlib.suppress(Refused):
            reply = await self._line.ask(Command(commands.ERROR_STATUS, address), "sensors")
            told = commands.values(commands.TABLE[commands.ERROR_STATUS][0], reply.data)
            self._broken = tuple(part for part in SENSOR_FAULTS if told.get(part) == 1)
        with contextlib.suppress(Refused):
            reply = await self._line.ask(Command(commands.MODEL_NAME, address), "model name")
            told = commands.values(commands.TABLE[commands.MODEL_NAME][0], reply.data)
            self.model = Reading.known(told.get("value", ""), self._now_s())

    # What is known

    def state(self, now_s: float) -> DisplayState:
        """As last reported; unknown, with the reason, when stale, changing or cut off."""
        status = self._status
        if status is None:
            why = self._unknown_reason()
            return DisplayState(Reading.unknown(why), Reading.unknown(why), Reading.unknown(why))
        unsettled = self._changing is not None or status.power is None
        power = None if unsettled else status.power == "on"
        code = status.source_code
        source = None if code is None else self._names.get(code, f"0x{code:02X}")
        return DisplayState(
            power=self._reading(power, self._changing or "not reported", status.at_s, now_s),
            source=self._reading(source, "not reported", status.at_s, now_s),
            volume=self._reading(status.volume, "no loudspeakers", status.at_s, now_s),
        )

    def _reading(self, value: T | None, missing: str, at_s: float, now_s: float) -> Reading[T]:
        if not self._session.is_up:
            return Reading(None, at_s, self._down_reason())
        if value is None:
            return Reading(None, at_s, missing)
        return Reading.known(value, at_s).fresh(now_s, self._stale_s, self._unknown_reason())

    def _unknown_reason(self) -> str:
        if not self._session.is_up:
            return self._down_reason()
        if self._refused_since_s is not None:
            return "it refuses questions"
        return "no answer" if self._silent_polls else "not asked yet"

    def _down_reason(self) -> str:
        reason = self._session.down_reason or "the link is down"
        if self._may_hang and self._status is not None and self._status.power == "off":
            reason += "; it was off: is network standby on in its menu?"
        return reason

    def health(self, now_s: float) -> Health:
        """Fault: no link, silent, refusing for longer than a warm-up, or a broken part."""
        state, reason = self._judge(now_s)
        return Health(
            state,
            reason,
            None if self._status is None else self._status.at_s,
            self._line.counters | {"dropped_bytes": self._session.decoder.dropped_bytes},
        )

    def _judge(self, now_s: float) -> tuple[HealthState, str | None]:
        if not self._session.is_up:
            untried = self._session.down_reason == "not opened yet"
            return (HealthState.UNCONFIRMED if untried else HealthState.FAULT), self._down_reason()
        if self._changing is not None:
            return HealthState.UNCONFIRMED, self._changing
        if self._silent_polls >= SILENT_POLLS:
            return HealthState.FAULT, self._line.silence_hint()
        if self._refused_since_s is not None:
            long = now_s - self._refused_since_s > self._config.warm_up_s
            return (HealthState.FAULT if long else HealthState.UNCONFIRMED), "it refuses questions"
        if self._status is None or now_s - self._status.at_s > self._stale_s:
            return HealthState.UNCONFIRMED, self._unknown_reason()
        if self._broken:
            return HealthState.FAULT, f"it reports a fault of its {', '.join(self._broken)}"
        return HealthState.OK, None
