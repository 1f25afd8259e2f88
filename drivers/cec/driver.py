"""A display over HDMI-CEC as ``Display``: as good as CEC is, and no better.

Theory. Many displays answer late, some never, and one that takes its EDID away when it sleeps
cannot be reached at all. So only what it answered counts: power is what it last reported, an
input that was asked for stays unconfirmed, because the display never says which one it shows.

Owns what is asked and what the answers mean. Must not know processes.
"""

from __future__ import annotations

import asyncio
import time
from typing import ClassVar

from drivers.cec.config import CecConfig
from drivers.cec.printed import NOWHERE, Printed, read
from drivers.cec.program import Program, Run
from drivers.core.asked_display import AskedDisplay
from drivers.core.capability import NOT_OPENED
from drivers.core.errors import DeviceError, LinkDown, NoReply, Refused
from drivers.core.reading import Clock
from drivers.core.seen import Seen, Setting, known_name

TRIES = 2
"""A bus of 400 bits a second loses messages; what is said here may be said twice."""

OPEN_AGAIN_S = 5.0
"""How often an adapter that cannot be used is tried again."""

TELEVISION = ("--to", "0")
"""The display's logical address is always 0."""

OSD_NAME = "phonghop"


class CecDisplay(AskedDisplay):
    """One display (``Display`` and ``Device`` of ``drivers.core.capability``)."""

    RECHECK_S: ClassVar[float] = 1.0

    def __init__(
        self, config: CecConfig, *, run: Run | None = None, now_s: Clock = time.monotonic
    ) -> None:
        """``run`` replaces the program in tests."""
        super().__init__(config, now_s)
        self._config = config
        self._run = run or Program(config.program).run
        self._reason: str | None = NOT_OPENED
        self._lost = asyncio.Event()
        self._told_off = False

    # The adapter

    @property
    def is_up(self) -> bool:
        """See ``AskedDisplay.is_up``: the adapter has an address on the bus."""
        return self._reason is None

    def _down_reason(self) -> str:
        return self._reason or "the adapter has been lost"

    async def _keep_up(self) -> None:
        while True:
            try:
                await self._configure()
            except DeviceError as error:
                self._reason = str(error)
                await asyncio.sleep(OPEN_AGAIN_S)
                continue
            self._reason = None
            self._lost.clear()
            self._poll_now.set()
            await self._lost.wait()

    async def _configure(self) -> None:
        """Take an address on the bus.

        Raises:
            LinkDown, NoReply
        """
        wanted = ("-d", self._config.port, "--playback", "--osd-name", OSD_NAME)
        printed = read(*await self._run(wanted, self._config.answer_s))
        if printed.outcome == "unopened":
            raise LinkDown(
                f"cannot open {printed.detail}; is CEC there, and the user in group video?"
            )
        if printed.address is None:
            raise LinkDown(f"{self._config.program} told no address: {printed.detail}")
        if printed.address == NOWHERE:
            raise LinkDown("no display on this HDMI socket, or it took its EDID away as it sleeps")

    async def _say(self, *words: str, what: str) -> Printed:
        """One message to the display.

        Raises:
            LinkDown: the adapter is gone or has lost its address.
            NoReply: nobody heard it, or no answer came, ``TRIES`` times.
            Refused: the display does not know this message.
        """
        arguments = ("-d", self._config.port, "--skip-info", *TELEVISION, *words)
        why = ""
        for _ in range(TRIES):
            self.counters["asked"] += 1
            try:
                printed = read(*await self._run(arguments, self._config.answer_s))
            except NoReply as error:
                self.counters["silent"] += 1
                why = str(error)
                continue
            match printed.outcome:
                case "sent":
                    return printed
                case "aborted":
                    self.counters["refused"] += 1
                    raise Refused("the display does not know this", device=self.id, command=what)
                case "unheard" | "timeout":
                    self.counters["silent"] += 1
                    why = self._silence_hint()
                case _:
                    self._lose(f"the adapter has lost its address {printed.detail}".strip())
                    raise LinkDown(self._down_reason(), device=self.id, command=what)
        raise NoReply(why, device=self.id, command=what)

    def _lose(self, reason: str) -> None:
        self._reason = reason
        self._lost.set()

    # Asking and setting

    async def _ask(self) -> Seen:
        printed = await self._say("--give-device-power-status", what="power")
        if printed.power == "on":
            self._told_off = False
        return Seen(printed.power, None, None, self._now_s())

    async def _ask_sensors(self) -> None:
        """CEC knows none."""

    async def _apply(self, setting: Setting) -> None:
        word = "--image-view-on" if setting.value else "--standby"
        await self._say(word, what=setting.what)
        self._told_off = not setting.value

    def _silence_is_off(self) -> bool:
        """Many go deaf in standby, some take the adapter's address with them."""
        return self._told_off

    async def set_source(self, source: str) -> None:
        """Ask the display to show an input; it never says whether it does.

        Raises:
            LinkDown, NoReply
            Refused: no such input.
        """
        address = self._config.sources[self._named(source)]
        if not self.is_up:
            raise LinkDown(self._down_reason(), device=self.id, command=f"source {source}")
        await self._say("--active-source", f"phys-addr={address}", what=f"source {source}")

    async def set_volume(self, percent: int) -> None:
        """CEC has no volume that could be set.

        Raises:
            Refused
        """
        raise Refused("CEC cannot set a volume", device=self.id, command=f"volume {percent}")

    def _named(self, source: str) -> str:
        return known_name(self._config.sources, source, self.id)

    def _silence_hint(self) -> str:
        return "no answer; is CEC (Anynet+, Simplink, ...) switched on in the display's menu?"
