"""Asking one display one thing at a time.

Owns the rest between commands, the repeating of what got no answer, and the sentences about
silence and refusal. Must not know what the answers mean.
"""

from __future__ import annotations

import asyncio

from drivers.core.address import Port
from drivers.core.errors import NoReply, Refused
from drivers.core.reading import Clock
from drivers.core.session import Session
from drivers.samsung_mdc.codec import Command, Message, Reply, encode
from drivers.samsung_mdc.config import SamsungMdcConfig

TRIES = 2
"""Questions and settings are idempotent here, so one lost frame costs one repeat."""


class MdcLine:
    """The way to one display over a session that others keep open."""

    def __init__(
        self,
        config: SamsungMdcConfig,
        port: Port,
        session: Session[Message],
        counters: dict[str, int],
        now_s: Clock,
    ) -> None:
        """``port`` only shapes the advice in errors; ``counters`` are counted up."""
        self._counters = counters
        self._config = config
        self._port = port
        self._session = session
        self._now_s = now_s
        self._turn = asyncio.Lock()
        self._rest_until_s = 0.0

    async def ask(self, command: Command, what: str) -> Reply:
        """Send ``command`` and give the acknowledgement; ``what`` names it in errors.

        Raises:
            LinkDown: the link is down or went down.
            NoReply: nothing came, ``TRIES`` times.
            Refused: the display said no.
        """

        def answers(message: Message) -> Reply | None:
            if isinstance(message, Reply) and message.id == command.id:
                return message if message.command == command.command else None
            return None

        async with self._turn:
            for _ in range(TRIES):
                await self._rest()
                try:
                    self._counters["asked"] += 1
                    reply = await self._session.request(
                        encode(command), answers, self._config.answer_s, what
                    )
                    break
                except NoReply:
                    self._counters["silent"] += 1
                finally:
                    self._rest_until_s = self._now_s() + self._config.gap_ms / 1000
            else:
                raise NoReply(self.silence_hint(), device=self._config.id, command=what)
        if not reply.ack:
            self._counters["refused"] += 1
            code = "none" if reply.error is None else f"{reply.error:02X}"
            raise Refused(
                f"the display refused (code {code}): busy, warming up, or it lacks this",
                code=code,
                device=self._config.id,
                command=what,
            )
        return reply

    async def _rest(self) -> None:
        left_s = self._rest_until_s - self._now_s()
        if left_s > 0:
            await asyncio.sleep(left_s)

    def silence_hint(self) -> str:
        """What to look at when a display says nothing."""
        looks = [f"is its ID {self._config.display_id}"]
        if self._port.kind == "serial":
            looks.append(f"is its speed {self._config.baud} baud")
        else:
            looks.append("is Secured Protocol off")
        noise = " but something else" if self._session.decoder.dropped_bytes else ""
        return f"no answer{noise}; look in the display's menu: {', '.join(looks)}?"
