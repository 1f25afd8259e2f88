"""Tells every fact once, in order, by whatever way it is told.

Theory. Nothing is queued: the record of events is the queue, and what is remembered is the place in
it up to which everything has been told. Who is away therefore costs nothing, and a hub that is
killed tells the fact in doubt once more with the same id.

Owns the place and the order. Must not know how a fact is told, nor decide what it is (``course``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from hub.bridges import notes
from hub.bridges.course import NAMES, Course, Fact, JournalOf, ballot_of
from hub.bridges.export import PAGE, Read
from hub.store.reader import Asked
from hub.store.store import Store

Tell = Callable[[Fact], Awaitable[None]]
"""Comes back when the fact has been told, or is given up."""


class Telling:
    """One way; ``note`` is the name of its place."""

    def __init__(self, note: str, store: Store, read: Read, journal: JournalOf) -> None:
        """Nothing is told before ``run``."""
        self._note = note
        self._store = store
        self._read = read
        self._journal = journal
        self._news = asyncio.Event()

    def nudge(self) -> None:
        """There may be something new in the record."""
        self._news.set()

    async def run(self, tell: Tell) -> None:
        """Tell until cancelled.

        Raises:
            StoreError: the record cannot be read, or the place in it not be kept.
        """
        told_n, told_place = await self.begin()
        course, asked = Course(), Asked(whats=NAMES, limit=PAGE)
        while True:
            self._news.clear()
            page = await self._read(asked)
            for stored in page:
                key = ballot_of(stored) if stored.n >= told_n else None
                journal = None if key is None else await self._journal(key)
                for place, fact in enumerate(course.step(stored, journal)):
                    if (stored.n, place) > (told_n, told_place):
                        await tell(fact)
                        await notes.remember(self._store, self._note, [stored.n, place])
            if page:
                asked = replace(asked, after=page[-1].n)
            else:
                await self._news.wait()

    async def begin(self) -> tuple[int, int]:
        """Up to where everything has been told; the first time: up to now."""
        kept = await notes.recall(self._store, self._note)
        if kept is not None:
            return kept[0], kept[1]
        newest = await self._read(Asked(before=2**62, limit=1))
        begin = (newest[0].n if newest else 0, len(NAMES) * PAGE)
        await notes.remember(self._store, self._note, begin)
        return begin
