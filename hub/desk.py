"""The one place where the meeting changes: decide, commit, apply, tell.

Theory. Everything that may change the meeting waits in one queue and is taken in batches:
while one batch is being written to the disk the next one gathers, so many presses share one
disk flush and a single press waits for nobody. Nothing is told to anyone before it is
committed. If the disk refuses, orders of people are turned down (they must not come true
minutes later) and the rest is tried again: a room's event stays unreceipted and safe there.
A deadline of the meeting that is reached comes before whatever waits. What belongs after other
events of its room is looked at again after each batch.

Owns the meeting. Must not know topics or pages: ``on_committed`` does.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from edge.contract import topics
from edge.rules.ballot_journal import Journal, JournalError
from edge.rules.reasons import Reason
from hub.archive import restored
from hub.clock import HubClock
from hub.meeting.ballots import with_keys
from hub.meeting.commands import Decision, EventHeard, Input, Note, TimePassed, decide
from hub.meeting.evolve import apply, heard
from hub.meeting.inputs import NotedEvent
from hub.meeting.past import wanted
from hub.meeting.state import BallotKey, Meeting
from hub.meeting.timing import next_deadline
from hub.store.answers import Answered, Press
from hub.store.change import Change, DeadLetter
from hub.store.inbox import Decided, Key
from hub.store.store import Store, Stored, StoreError

log = logging.getLogger(__name__)

TOGETHER_LEAST, TOGETHER_MOST = 500, 2000
"""Items per commit: what gathers while one batch is written."""

DECIDING_S = 0.025
"""A batch is as large as can be decided in this time: meanwhile nothing else is heard or said,
while a flush of the disk costs as much as some fifty rows however many it carries."""

WAITING_MOST = 4000
IDLE_S = 1.0
"""At least this often the desk shows that it lives."""

PATIENCE_LEAST_S = 0.02
"""Deadlines are this late at most; a deadline that cannot be met must not keep us busy."""

HELD_MOST = 2000
"""Events that wait for others; a site of a thousand rooms has one of each at a closing."""

RETRY_S = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Pauses while the disk refuses."""

_NONE: Mapping[BallotKey, Journal | str] = {}


@dataclass(slots=True)
class Item:
    """One thing to decide on."""

    given: Input | None
    key: Key | None = None
    """Identity of a room's event: decided once, receipted each time."""
    dead: DeadLetter | None = None
    press: Press | None = None
    """Of a page, which may send it again: decided once, answered each time."""
    reply: asyncio.Future[Reason | None] | None = None

    @property
    def waits_for_others(self) -> bool:
        """An event that belongs after everything its room recorded before."""
        return isinstance(self.given, EventHeard) and self.given.event.kind == "drained"


@dataclass(frozen=True, slots=True)
class Committed:
    """What a batch came to."""

    before: Meeting
    after: Meeting
    stored: Sequence[Stored] = ()
    heard: Sequence[Key] = ()
    """Events to receipt, duplicates included."""
    dead: Sequence[DeadLetter] = ()
    broken: Sequence[str] = ()
    """Rooms with an event that cannot be decided because of an error of ours: it is kept."""


@dataclass(slots=True)
class Work:
    """What a batch comes to."""

    meeting: Meeting
    ballots: dict[BallotKey, Journal] | None = None
    """Those of ``meeting``, this batch's own: a copy per vote would cost as much as the vote.
    None until one of them has changed. Past ones that the batch asks for are among them."""
    change: Change = field(default_factory=Change)
    fresh: set[Key] = field(default_factory=set)
    answered: dict[Press, str] = field(default_factory=dict)
    heard: list[Key] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    held: dict[Key, Item] = field(default_factory=dict)
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
        """``on_committed`` is told of each batch that changed something or has to be answered.

        ``on_storage`` is told when the disk refuses, and with None when it works again.
        """
        self.meeting = meeting
        self.turns = 0
        """Batches and idle seconds: proof of life for the watchdog."""
        self.storage_trouble: StoreError | None = None
        self._store = store
        self._clock = clock
        self._on_committed = on_committed
        self._on_storage = on_storage
        self._queue: asyncio.Queue[Item] = asyncio.Queue(WAITING_MOST)
        self._together = TOGETHER_LEAST
        self._held: dict[Key, Item] = {}

    async def put(self, item: Item) -> None:
        """Queue something; waits while the queue is full."""
        await self._queue.put(item)

    def note(self, event: NotedEvent) -> None:
        """Queue something for the records alone; when the queue is full it is only logged."""
        try:
            self._queue.put_nowait(Item(Note(event)))
        except asyncio.QueueFull:
            log.warning("not recorded, too much waits: %s", event)

    async def ask(self, given: Input, press: Press | None = None) -> Reason | None:
        """Decide on what somebody wants, and wait until it is committed; why not, or None.

        ``press`` is of a page that may send it again: it is decided once.

        Raises:
            StoreError: nothing can be written, so nothing was done.
        """
        if self.storage_trouble is not None:
            raise self.storage_trouble
        reply: asyncio.Future[Reason | None] = asyncio.get_running_loop().create_future()
        await self._queue.put(Item(given, press=press, reply=reply))
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
            while len(batch) < self._together and not self._queue.empty():
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
            try:
                work = self.decide_all(batch, await self._called_back(batch))
                stored = await self._commit(work)
                break
            except StoreError as error:
                self._trouble(error)
                batch = _without_orders(batch, error)
                await asyncio.sleep(RETRY_S[min(failures, len(RETRY_S) - 1)])
                failures += 1
                self.turns += 1
        self._trouble(None)
        self._held = work.held
        before, self.meeting = self.meeting, work.meeting
        done = Committed(before, work.meeting, stored, work.heard, work.change.dead, work.broken)
        if done.after is not done.before or stored or done.heard or done.dead or done.broken:
            self._on_committed(done)
        for reply, reason in work.replies:
            if not reply.done():  # whoever asked may have gone away
                reply.set_result(reason)

    async def _called_back(self, batch: list[Item]) -> dict[BallotKey, Journal | str]:
        """Journals of past ballots that somebody wants something of, or why one does not hold."""
        found: dict[BallotKey, Journal | str] = {}
        for item in batch:
            key = wanted(self.meeting, item.given)
            if key is None or key in found:
                continue
            if item.key is not None and item.key in self._store.inbox:
                continue  # sent again: the answer is there
            lines = await self._store.lines(key)
            try:
                found[key] = await asyncio.to_thread(restored, key, lines)
            except JournalError as error:
                log.error("record of ballot %s, generation %d: %s", *key, error)
                found[key] = str(error)
        return found

    async def _commit(self, work: Work) -> list[Stored]:
        return await self._store.commit(work.change) if work.change else []

    def _trouble(self, error: StoreError | None) -> None:
        if str(error) != str(self.storage_trouble):
            if error is not None:
                log.error("nothing can be recorded: %s", error)
            else:
                log.info("records are written again")
            self._on_storage(error)
        self.storage_trouble = error

    def decide_all(
        self, batch: list[Item], called_back: Mapping[BallotKey, Journal | str] = _NONE
    ) -> Work:
        """What a batch comes to; nothing is committed by it.

        Last comes again what had to wait for something in the batch. ``called_back`` are past
        ballots that it asks for.
        """
        work = Work(_with_past(self.meeting, called_back) if called_back else self.meeting)
        started_s, now_s = time.thread_time(), self._clock.now_s()
        first = [Item(TimePassed(time.time()))] if self._is_due() else []
        for item in (*first, *batch):
            self._settle_one(work, item, now_s)
        waiting, work.held = {**self._held, **work.held}, {}
        for item in waiting.values():
            self._settle_one(work, item, now_s)
        if work.meeting.ballots.keys() & work.meeting.past:
            work.meeting = _without_past(work.meeting, self.meeting)
        work.meeting = heard(work.meeting, [(k.source, k.epoch, k.seq) for k in work.fresh])
        self._adapt(len(batch), time.thread_time() - started_s)
        return work

    def _adapt(self, count: int, spent_s: float) -> None:
        if count >= self._together or spent_s > DECIDING_S:
            fitting = int(count * DECIDING_S / max(spent_s, 1e-6))
            self._together = min(TOGETHER_MOST, max(TOGETHER_LEAST, fitting))

    def _settle_one(self, work: Work, item: Item, now_s: float) -> None:
        if item.dead is not None:
            work.change.dead.append(item.dead)
        if item.reply is not None and item.reply.cancelled():
            return  # whoever asked was told that it was not done
        key = item.key
        if key is not None and (key in self._store.inbox or key in work.fresh):
            work.heard.append(key)
            return
        if item.press is not None and (code := self._answer(work, item.press)) is not None:
            _reply(work, item, Reason(code) if code else None)
            return
        decision = self._decide(work, item, now_s)
        for event in decision.events:
            work.meeting = apply(work.meeting, event)
        for done in decision.ballots:
            if work.ballots is None:
                work.ballots = dict(work.meeting.ballots)
                work.meeting = replace(work.meeting, ballots=work.ballots)
            work.ballots[done.journal.ballot.plan.key] = done.journal
        if decision.keys:
            work.meeting = with_keys(work.meeting, decision.keys)
        work.change.add(decision)
        if decision.held:
            if key is not None and item.waits_for_others and self._may_wait(work, item):
                work.held[key] = item
            return
        if decision.unreadable and isinstance(item.given, EventHeard):
            work.change.dead.append(_unreadable(item.given, decision.unreadable))
        if key is not None:
            work.fresh.add(key)
            code = decision.refused.value if decision.refused is not None else ""
            work.change.decided.append(Decided(key, code))
            work.heard.append(key)
        if item.press is not None:
            code = decision.refused.value if decision.refused is not None else ""
            work.answered[item.press] = code
            work.change.answered.append(Answered(item.press, code))
        _reply(work, item, decision.refused)

    def _may_wait(self, work: Work, item: Item) -> bool:
        """It is looked at after each batch; else its room sends it again, for it is not receipted.

        A past ballot's would need its journal each time.
        """
        return len(work.held) < HELD_MOST and wanted(work.meeting, item.given) is None

    def _answer(self, work: Work, press: Press) -> str | None:
        """How this press was answered before; None: it is new."""
        known = work.answered.get(press)
        return self._store.answers.get(press) if known is None else known

    def _decide(self, work: Work, item: Item, now_s: float) -> Decision:
        given = item.given
        if given is None:  # a message nobody can read: put aside, and not asked for again
            return Decision(refused=Reason.BAD_ARGUMENT)
        if isinstance(given, EventHeard) and item.waits_for_others and item.key is not None:
            given = replace(given, newest_missing=self._newest_missing(work, item.key))
        try:
            return decide(work.meeting, given, now_s)
        except Exception as error:  # one message that breaks us must not stop the meeting
            log.exception("cannot decide on %s", type(given).__name__)
            if isinstance(given, EventHeard):
                work.broken.append(given.room)
            if item.reply is not None and not item.reply.done():
                item.reply.set_exception(error)
            return Decision(held=True)

    def _newest_missing(self, work: Work, key: Key) -> int:
        """The newest event before this one that has not been decided; 0 when all have."""
        seq = key.seq - 1
        while seq > 0:
            before = Key(key.source, key.epoch, seq)
            if before in work.fresh:
                seq -= 1
            elif before in self._store.inbox:
                seq = self._store.inbox.gap_before(before)
            else:
                return seq
        return 0


def _with_past(meeting: Meeting, called_back: Mapping[BallotKey, Journal | str]) -> Meeting:
    found = {key: each for key, each in called_back.items() if isinstance(each, Journal)}
    bad = {key: each for key, each in called_back.items() if isinstance(each, str)}
    damaged = {**meeting.damaged, **bad} if bad else meeting.damaged
    return replace(meeting, ballots={**meeting.ballots, **found}, damaged=damaged)


def _without_past(meeting: Meeting, before: Meeting) -> Meeting:
    """The meeting after it has let go of past ballots.

    If nothing else changed they are the very ballots of ``before``: pages are told of others.
    """
    kept = {key: each for key, each in meeting.ballots.items() if key not in meeting.past}
    is_same = kept == before.ballots
    return replace(meeting, ballots=before.ballots if is_same else kept)


def _reply(work: Work, item: Item, refused: Reason | None) -> None:
    if item.reply is not None:
        work.replies.append((item.reply, refused))


def _unreadable(given: EventHeard, why: str) -> DeadLetter:
    """The event for a technician. Of a mark neither what it says nor its time: who voted when."""
    topic = topics.up(given.room, "event")
    if given.event.kind == "mark":
        return DeadLetter(topic, why, b"", is_timeless=True)
    return DeadLetter(topic, why, given.event.model_dump_json().encode())


def _without_orders(batch: list[Item], error: StoreError) -> list[Item]:
    """What may be tried again; whoever waits for an answer gets it now."""
    for item in batch:
        if item.reply is not None and not item.reply.done():
            item.reply.set_exception(error)
    return [item for item in batch if item.reply is None]
