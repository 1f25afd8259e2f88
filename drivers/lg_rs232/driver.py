"""An LG display as ``Display``: its questions, its answers, its inputs.

Owns what is asked of it and what the answers mean. Must not know frames or ports; when it is
asked again, and what counts as proof, is ``drivers.core.asked_display``.
"""

from __future__ import annotations

import contextlib
import time

from drivers.core.address import parse_port
from drivers.core.asked_display import WiredDisplay
from drivers.core.errors import Refused
from drivers.core.reading import Clock
from drivers.core.seen import Power, Seen, Setting, known_name
from drivers.core.session import Session
from drivers.core.transport import Connect, connect_to
from drivers.lg_rs232 import commands
from drivers.lg_rs232.codec import LgDecoder, Message
from drivers.lg_rs232.config import LgConfig
from drivers.lg_rs232.line import LgLine

POWERS: dict[str, Power] = {"00": "off", "01": "on"}
SENSORS = {"lamp": "dp", "elapsed_hours": "dl", "temperature": "dn"}
"""What changes slowly and which command asks for it; not every model has them all."""


class LgDisplay(WiredDisplay[Message]):
    """One display on one port (``Display`` and ``Device`` of ``drivers.core.capability``)."""

    def __init__(
        self,
        config: LgConfig,
        *,
        connect: Connect | None = None,
        now_s: Clock = time.monotonic,
    ) -> None:
        """``connect`` replaces the port of ``config`` in tests."""
        port = parse_port(config.port)
        self._config = config
        self._names = {code: name for name, code in config.sources.items()}
        session: Session[Message] = Session(
            config.id,
            connect or connect_to(port, config.baud),
            LgDecoder,
            on_up=self._greet,
            on_message=lambda message: self._line.late(message),
            now_s=now_s,
        )
        super().__init__(config, now_s, session, may_hang=port.kind == "tcp")
        self._line = LgLine(config, port, session, self.counters, now_s)
        self._told_off = False
        self._figures: dict[str, int] = {}

    async def _greet(self) -> None:
        self._line.new_connection()
        self._poll_now.set()

    async def _ask(self) -> Seen:
        told = await self._line.ask("ka", commands.READ, "power")
        power = POWERS.get(told.zfill(2))
        source: str | None = None
        volume: int | None = None
        if power == "on":
            self._told_off = False
            with contextlib.suppress(Refused):
                told = await self._line.ask(self._config.input_command, commands.READ, "source")
                code = told.lower().zfill(2)
                source = self._names.get(code, f"0x{code}")
            with contextlib.suppress(Refused):
                told = await self._line.ask("kf", commands.READ, "volume")
                loud = commands.value_of("volume", told)
                volume = loud if isinstance(loud, int) else None
        return Seen(power, source, volume, self._now_s())

    async def _ask_sensors(self) -> None:
        """Lamp, hours and temperature; in standby, and where a model lacks them, it refuses."""
        if self._seen is None or self._seen.power != "on":
            return
        for name, letters in SENSORS.items():
            with contextlib.suppress(Refused):
                told = commands.value_of(name, await self._line.ask(letters, commands.READ, name))
                if name == "lamp":
                    self._broken = ("lamp",) if told == "broken" else ()
                elif isinstance(told, int):
                    self._figures[name] = told

    async def _apply(self, setting: Setting) -> None:
        match setting.kind:
            case "power":
                letters, data = "ka", "01" if setting.value else "00"
            case "source":
                letters = self._config.input_command
                data = self._config.sources[str(setting.value)]
            case "volume":
                letters, data = "kf", f"{int(setting.value):02x}"
        await self._line.ask(letters, data, setting.what)
        if setting.kind == "power":
            self._told_off = not setting.value

    def _named(self, source: str) -> str:
        return known_name(self._config.sources, source, self.id)

    def _silence_hint(self) -> str:
        return self._line.silence_hint()

    def _silence_is_off(self) -> bool:
        return self._config.silent_when_off and self._told_off

    def _all_counters(self) -> dict[str, int]:
        return super()._all_counters() | self._figures
