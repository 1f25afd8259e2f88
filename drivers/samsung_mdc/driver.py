"""A Samsung display as ``Display``: its questions, its answers, its inputs.

Owns what is asked of it and what the answers mean. Must not know frames or ports; when it is
asked again, and what counts as proof, is ``drivers.core.asked_display``.
"""

from __future__ import annotations

import contextlib
import time

from drivers.core.address import parse_port
from drivers.core.asked_display import WiredDisplay
from drivers.core.errors import Refused
from drivers.core.reading import Clock, Reading
from drivers.core.seen import Seen, Setting, known_name
from drivers.core.session import Session
from drivers.core.transport import Connect, connect_to
from drivers.samsung_mdc import commands
from drivers.samsung_mdc.codec import Command, MdcDecoder, Message, Reply
from drivers.samsung_mdc.config import SamsungMdcConfig
from drivers.samsung_mdc.line import MdcLine

SENSOR_FAULTS = ("lamp", "temperature_state", "fan")
"""Parts of the error status where 1 means broken; its ``input`` 1 only means no signal."""


class SamsungMdcDisplay(WiredDisplay[Message]):
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
        self._config = config
        self._codes = dict(commands.INPUTS) | dict(config.sources)
        self._names = {code: name for name, code in self._codes.items()}
        session: Session[Message] = Session(
            config.id,
            connect or connect_to(port, config.baud),
            lambda: MdcDecoder(replies_only=True),
            on_up=self._greet,
            on_message=self._unasked,
            now_s=now_s,
        )
        super().__init__(config, now_s, session, may_hang=port.kind == "tcp")
        self._line = MdcLine(config, port, session, self.counters, now_s)

    async def _greet(self) -> None:
        self._poll_now.set()

    async def _ask(self) -> Seen:
        question = Command(commands.STATUS, self._config.display_id)
        return self._read(await self._line.ask(question, "status"))

    def _read(self, reply: Reply) -> Seen:
        """The status in an acknowledged answer to command 00."""
        told = commands.values(commands.TABLE[commands.STATUS][0], reply.data)
        source: str | None = None
        if "input" in told:
            code = commands.SOCKET_OF.get(reply.data[3], reply.data[3])
            source = self._names.get(code, f"0x{code:02X}")
        return Seen(told.get("power"), source, told.get("volume"), self._now_s())

    def _unasked(self, message: Message) -> None:
        """A late status is a status all the same; a late acknowledgement proves nothing."""
        if (
            isinstance(message, Reply)
            and message.ack
            and (message.command, message.id) == (commands.STATUS, self._config.display_id)
        ):
            self._learn(self._read(message))

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

    async def _apply(self, setting: Setting) -> None:
        match setting:
            case Setting("power", value):
                command, data = commands.POWER, int(bool(value))
            case Setting("source", value):
                command, data = commands.INPUT, self._codes[str(value)]
            case Setting("volume", value):
                command, data = commands.VOLUME, int(value)
        frame = Command(command, self._config.display_id, bytes([data]))
        await self._line.ask(frame, setting.what)

    def _named(self, source: str) -> str:
        return self._names[self._codes[known_name(self._codes, source, self.id)]]

    def _silence_hint(self) -> str:
        return self._line.silence_hint()

    def _down_reason(self) -> str:
        reason = super()._down_reason()
        if self._may_hang and self._seen is not None and self._seen.power == "off":
            reason += "; it was off: is network standby on in its menu?"
        return reason
