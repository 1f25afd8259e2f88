"""A switcher as ``Switcher``: chooses a picture, and believes its own later answer alone.

Owns choosing, asking and the judgement of health. Must not know the director.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Collection

from drivers.core.address import parse_port
from drivers.core.capability import Health, HealthState, down_state
from drivers.core.errors import LinkDown, NoReply, Refused
from drivers.core.reading import Clock, Reading
from drivers.core.session import Session
from drivers.core.transport import Connect, connect_to
from drivers.switcher.codec import (
    Failed,
    Message,
    SwitcherDecoder,
    Tied,
    Told,
    encode_ask,
    encode_select,
)
from drivers.switcher.config import SwitcherConfig

TRIES = 3
"""Choosing what is chosen already changes nothing, so it may be said again."""

QUESTION = "what is out"

SILENT_POLLS = 2
STALE_POLLS = 3
HANG_UP_POLLS = 3
"""A TCP peer that lost its power says nothing: after so many silent polls connect anew."""


class SerialSwitcher:
    """One switcher on one wire (``Switcher`` and ``Device``)."""

    def __init__(
        self,
        config: SwitcherConfig,
        connect: Connect | None = None,
        now_s: Clock = time.monotonic,
    ) -> None:
        """``connect`` replaces the port in tests."""
        self.id = config.id
        self._config = config
        self._dialect = config.language
        self._now_s = now_s
        port = parse_port(config.port)
        self._may_hang = port.kind == "tcp"
        self._names = {number: name for name, number in config.inputs.items()}
        self._session: Session[Message] = Session(
            config.id,
            connect or connect_to(port, config.baud),
            lambda: SwitcherDecoder(self._dialect),
            on_up=self._greet,
            on_message=self._learn,
            now_s=now_s,
        )
        self._stale_s = STALE_POLLS * config.poll_s + 2 * config.answer_s
        self._tied: Reading[int] = Reading.unknown("not asked yet")
        self._tells = True
        """False: it refused the newest question what is out."""
        self._newest = 0
        self._silent_polls = 0
        self._counters = {"chosen": 0, "refused": 0, "silent": 0}
        self._poll_now = asyncio.Event()

    async def run(self) -> None:
        """Keep the wire open and the state known until cancelled; the picture stays."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._session.run(), name=f"{self.id} session")
            tasks.create_task(self._poll_forever(), name=f"{self.id} poll")

    # What it is asked to do

    @property
    def sources(self) -> Collection[str]:
        """See ``Switcher.sources``."""
        return self._config.inputs.keys()

    async def select(self, source: str) -> None:
        """See ``Switcher.select``: answered, and then asked.

        Raises:
            LinkDown, NoReply
            Refused: by the switcher, no such picture, not done, or replaced by a later choice.
        """
        wanted = self._config.inputs.get(source)
        if wanted is None:
            known = ", ".join(self.sources)
            raise self._refused(f"no input has {source!r}; inputs have: {known}", source)
        self._newest += 1
        mine = self._newest
        command = encode_select(self._dialect, wanted, self._config.output)
        said = await self._ask(command, f"select {source}", mine, wanted)
        if isinstance(said, Failed):
            self._counters["refused"] += 1
            raise self._refused(self._words(said), source, said.code)
        self._counters["chosen"] += 1
        await self._ask_what_is_out(mine)
        if self._tied.value is None:
            raise self._refused(self._tied.reason or "it does not say what is out", source)
        if self._tied.value != wanted:
            raise self._refused(f"it answers that input {self._tied.value} is out", source)

    def _words(self, said: Failed) -> str:
        reason = self._dialect.reasons.get(said.code, "its manual knows why")
        return f"it says E{said.code}: {reason}"

    def _refused(self, text: str, source: str, code: str = "") -> Refused:
        return Refused(text, code=code, device=self.id, command=f"select {source}")

    async def _ask(
        self, data: bytes, command: str, order: int | None = None, wanted: int | None = None
    ) -> Message:
        """One question, or with ``wanted`` one choice, and what answers it."""

        def answers(said: Message) -> Message | None:
            if isinstance(said, Tied):
                mine = said.output in (None, self._config.output)
                return said if mine and wanted in (None, said.input) else None
            if isinstance(said, Told):  # a late answer to a question chose nothing
                return said if wanted is None else None
            return said if isinstance(said, Failed) else None

        for attempt in range(TRIES):
            if order is not None and order != self._newest:
                raise Refused("replaced by a later choice", code="superseded", device=self.id)
            try:
                said: Message = await self._session.request(
                    data, answers, self._config.answer_s, command
                )
                break
            except NoReply:
                self._counters["silent"] += 1
                if attempt == TRIES - 1:
                    raise
        self._learn(said)
        return said

    async def _ask_what_is_out(self, order: int | None = None) -> None:
        question = encode_ask(self._dialect, self._config.output)
        said = await self._ask(question, QUESTION, order)
        self._tells = not isinstance(said, Failed)
        if isinstance(said, Failed):
            reason = f"asked {QUESTION}, {self._words(said)}"
            self._tied = Reading(None, self._tied.at_s, reason)

    # What it says

    async def _greet(self) -> None:
        self._tied, self._tells = Reading.unknown("not asked again yet"), True
        self._poll_now.set()

    async def _poll_forever(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._config.poll_s):
                    await self._poll_now.wait()
            self._poll_now.clear()
            if not self._session.is_up:
                continue
            try:
                await self._ask_what_is_out()
                self._silent_polls = 0
            except NoReply:
                self._silent_polls += 1
                if self._may_hang and self._silent_polls % HANG_UP_POLLS == 0:
                    await self._session.hang_up()
            except LinkDown:
                self._silent_polls = 0

    def _learn(self, said: Message) -> None:
        """Somebody's finger on its front panel is told, too."""
        mine = isinstance(said, Tied) and said.output in (None, self._config.output)
        if mine or isinstance(said, Told):
            self._tied = Reading.known(said.input, self._now_s())  # type: ignore[union-attr]  # mine

    # What is known

    def selected(self, now_s: float) -> Reading[str]:
        """See ``Switcher.selected``."""
        if not self._session.is_up:
            return Reading(None, self._tied.at_s, f"link down: {self._session.down_reason}")
        tied = self._tied.fresh(now_s, self._stale_s, "no answer lately")
        if tied.value is None:
            return Reading(None, tied.at_s, tied.reason)
        name = self._names.get(tied.value, f"input {tied.value}")
        return Reading(name, tied.at_s)

    def health(self, now_s: float) -> Health:
        """See ``Device.health``. Proof is its answer to the question what is out."""
        proof_at_s = self._tied.at_s
        counters = self._counters | {"dropped_bytes": self._session.decoder.dropped_bytes}
        if not self._session.is_up:
            reason = self._session.down_reason
            return Health(down_state(reason), f"link down: {reason}", proof_at_s, counters)
        if self._silent_polls >= SILENT_POLLS:
            reason = "no answer; check power, cable, its speed and its dialect"
            return Health(HealthState.FAULT, reason, proof_at_s, counters)
        if self._tied.value is None:
            state = HealthState.UNCONFIRMED if self._tells else HealthState.FAULT
            return Health(state, self._tied.reason, proof_at_s, counters)
        return Health(HealthState.OK, None, proof_at_s, counters)
