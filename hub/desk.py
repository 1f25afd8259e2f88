"""The one place where the meeting changes: decide, commit, apply, tell.

Theory. Everything that may change the meeting waits in one queue and is taken in batches:
while one batch is being written to the disk the next one gathers, so many presses share one
disk flush and a single press waits for nobody. Nothing is told to anyone before it is
committed. If the disk refuses, orders of people are turned down (they must not come true
minutes later) and the rest is tried again: a room's event stays unreceipted and safe there.
A deadline of the meeting that is reached comes before whatever waits.

Owns the meeting. Must not know topics or pages: ``on_committed`` does.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from edge.rules.reasons import Reason
from hub.clock import HubClock
from hub.meeting import events
from hub.meeting.commands import Decision, Input, TimePassed, decide
from hub.meeting.evolve import apply, heard
from hub.meeting.state import Meeting
from hub.meeting.timing import next_deadline
from hub.store.inbox import Decided, Key
from hub.store.store import DeadLetter, Store, Stored, StoreError

log = logging.getLogger(__name__)

TOGETHER = 100
"""Items per commit: beyond this a batch only adds latency (messaging notes: 9 µs per row)."""

WAITING_MOST = 2000
IDLE_S = 1.0
"""At least this often the desk shows that it lives."""

PATIENCE_LEAST_S = 0.02
"""Deadlines are this late at most; a deadline that cannot be met must not keep us busy."""

RETRY_S = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Pauses while the disk refuses."""


@dataclass(slots=True)
class Item:
    """One thing to decide on."""

    given: Input | None
    key: Key | None = None
    """Identity of a room's event: decided once, receipted each time."""
    dead: DeadLetter | None = None
    reply: asyncio.Future[Reason | None] | None = None


@dataclass(frozen=True, slots=True)
class Committed:
    """What a batch came to."""

    before: Meeting
    after: Meeting
    stored: Sequence[Stored] = ()
    heard: Sequence[Key] = ()
    """Events to receipt, duplicates included."""


@dataclass(slots=True)
class Work:
    meeting: Meeting
    happened: list[events.Event] = field(default_factory=list)
    decided: list[Decided] = field(default_factory=list)
    heard: list[Key] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)
    replies: list[tuple[asyncio.Future[Reason | None], Reason | None]] = field(default_factory=list)


class Desk:
    """Decides everything, one after the other."""

    def __init__(
        self,
        meeting: Meeting,
        store: Store,
        clock: HubClock,
        on_committed: Callable[[Committed], None],
        on_storage: Callable[[StoreError | None], None],
    ) -> None:
        """``on_storage`` is told when the disk refuses, and with None when it works again."""
        self.meeting = meeting
        self.turns = 0
        """Batches and idle seconds: proof of life for the watchdog."""
        self.storage_trouble: StoreError | None = None
        self._store = store
        self._clock = clock
        self._on_committed = on_committed
        self._on_storage = on_storage
        self._queue: asyncio.Queue[Item] = asyncio.Queue(WAITING_MOST)

    async def put(self, item: Item) -> None:
        """Queue something; waits while the queue is full."""
        await self._queue.put(item)

    async def ask(self, given: Input) -> Reason | None:
        """Decide on what somebody wants, and wait until it is committed; why not, or None.

        Raises:
            StoreError: nothing can be written, so nothing was done.
        """
        if self.storage_trouble is not None:
            raise self.storage_trouble
        reply: asyncio.Future[Reason | None] = asyncio.get_running_loop().create_future()
        await self._queue.put(Item(given, reply=reply))
        return await reply

    async def run(self) -> None:
        """Decide until cancelled."""
        while True:
            self.turns += 1
            try:
                async with asyncio.timeout(self._patience_s()):
                    batch = [await self._queue.get()]
            except TimeoutError:
                if not self._is_due():
                    await self._store.ping()
                    continue
                batch = []
            while len(batch) < TOGETHER and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            await self._settle(batch)

    def _patience_s(self) -> float:
        """How long nothing needs to be done, if nothing happens."""
        due_s = next_deadline(self.meeting)
        left_s = IDLE_S if due_s is None else due_s - self._clock.now_s()
        return min(IDLE_S, max(PATIENCE_LEAST_S, left_s))

    def _is_due(self) -> bool:
        due_s = next_deadline(self.meeting)
        return due_s is not None and due_s <= self._clock.now_s()

    async def _settle(self, batch: list[Item]) -> None:
        failures = 0
        while True:
            work = self.decide_all(batch)
            try:
                stored = await self._commit(work)
                break
            except StoreError as error:
                self._trouble(error)
                batch = _without_orders(batch, error)
                await asyncio.sleep(RETRY_S[min(failures, len(RETRY_S) - 1)])
                failures += 1
                self.turns += 1
        self._trouble(None)
        before, self.meeting = self.meeting, work.meeting
        self._on_committed(Committed(before, work.meeting, stored, work.heard))
        for reply, reason in work.replies:
            if not reply.done():  # whoever asked may have gone away
                reply.set_result(reason)

    async def _commit(self, work: Work) -> list[Stored]:
        if not (work.happened or work.decided or work.dead):
            return []
        return await self._store.commit(work.happened, work.decided, work.dead)

    def _trouble(self, error: StoreError | None) -> None:
        if str(error) != str(self.storage_trouble):
            if error is not None:
                log.error("nothing can be recorded: %s", error)
            else:
                log.info("records are written again")
            self._on_storage(error)
        self.storage_trouble = error

    def decide_all(self, batch: list[Item]) -> Work:
        """What a batch comes to; nothing is committed by it."""
        work = Work(self.meeting)
        now_s = self._clock.now_s()
        fresh: set[Key] = set()
        for item in [Item(TimePassed()), *batch] if self._is_due() else batch:
            if item.dead is not None:
                work.dead.append(item.dead)
            if item.key is not None and (item.key in self._store.inbox or item.key in fresh):
                work.heard.append(item.key)
                continue
            decision = self._decide(work.meeting, item, now_s)
            if decision.held:
                continue
            for event in decision.events:
                work.meeting = apply(work.meeting, event)
                work.happened.append(event)
            if item.key is not None:
                fresh.add(item.key)
                key = item.key
                work.meeting = heard(work.meeting, key.source, key.epoch, key.seq)
                code = decision.refused.value if decision.refused is not None else ""
                work.decided.append(Decided(item.key, code))
                work.heard.append(item.key)
            if item.reply is not None:
                work.replies.append((item.reply, decision.refused))
        return work

    def _decide(self, meeting: Meeting, item: Item, now_s: float) -> Decision:
        if item.given is None:  # a message nobody can read: put aside, and not asked for again
            return Decision(refused=Reason.BAD_ARGUMENT)
        try:
            return decide(meeting, item.given, now_s)
        except Exception as error:  # one message that breaks us must not stop the meeting
            log.exception("cannot decide on %s", type(item.given).__name__)
            if item.reply is not None and not item.reply.done():
                item.reply.set_exception(error)
            return Decision(held=True)


def _without_orders(batch: list[Item], error: StoreError) -> list[Item]:
    """What may be tried again; whoever waits for an answer gets it now."""
    for item in batch:
        if item.reply is not None and not item.reply.done():
            item.reply.set_exception(error)
    return [item for item in batch if item.reply is None]
