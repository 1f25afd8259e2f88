"""Tells another system what happens in meetings: one signed POST for each fact, in order.

Theory. Nothing is queued: the record of events is the queue, and what is remembered is the place in
it up to which everything has been told. A receiver that is away therefore costs nothing, and a hub
that is killed tells the fact in doubt once more with the same id. A receiver that cannot be reached
is asked for ever, and so is one whose proxy says that it is away, or that does not know us: none of
that is about the fact. One that answers *no* to the same fact so many times is told the next one.

Owns delivering. Must not decide what a fact is (``course``).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import NamedTuple

import aiohttp

from hub.bridges import notes
from hub.bridges.course import NAMES, Course, Fact, JournalOf, ballot_of
from hub.bridges.export import PAGE, Read
from hub.bridges.poller import Trouble, plain, wait_s
from hub.bridges.settings import Hook
from hub.store.reader import Asked
from hub.store.store import Store

log = logging.getLogger(__name__)

ANSWER_S = 15.0
PAUSE_FIRST_S = 1.0
PAUSE_MOST_S = 300.0
REFUSALS_MOST = 30
"""With these pauses two hours: longer than a deployment on the other side, shorter than a day."""

NOT_ABOUT_THE_FACT = frozenset(
    {301, 302, 303, 307, 308, 401, 403, 404, 405, 407, 408, 410, 425, 429, 502, 503, 504}
)
"""Answers of a wrong address or secret, of a proxy before a receiver that is down, of one that is
busy. A redirect is not followed: facts name people."""

NOTE = "webhook"


class Refusal(NamedTuple):
    """Why a fact was not taken."""

    why: str
    is_no: bool = False
    """It is about this fact."""
    wait_s: float = 0.0
    """What the receiver asks for."""


class Webhook:
    """One part of the hub."""

    def __init__(
        self,
        settings: Hook,
        store: Store,
        read: Read,
        journal: JournalOf,
        trouble: Trouble,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Nothing is told before ``run``."""
        self._settings = settings
        self._store = store
        self._read = read
        self._journal = journal
        self._trouble = trouble
        self._pause = pause
        self._news = asyncio.Event()
        self._lost = ""

    def nudge(self) -> None:
        """There may be something new in the record."""
        self._news.set()

    async def run(self) -> None:
        """Tell until cancelled.

        Raises:
            StoreError: the record cannot be read, or the place in it not be kept.
        """
        told_n, told_place = await self._begin()
        course, asked = Course(), Asked(whats=NAMES, limit=PAGE)
        timeout = aiohttp.ClientTimeout(total=ANSWER_S)
        async with aiohttp.ClientSession(
            timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()
        ) as session:
            while True:
                self._news.clear()
                page = await self._read(asked)
                for stored in page:
                    key = ballot_of(stored) if stored.n >= told_n else None
                    journal = None if key is None else await self._journal(key)
                    for place, fact in enumerate(course.step(stored, journal)):
                        if (stored.n, place) > (told_n, told_place):
                            await self._tell(session, fact)
                            await notes.remember(self._store, NOTE, [stored.n, place])
                if page:
                    asked = replace(asked, after=page[-1].n)
                else:
                    await self._news.wait()

    async def _begin(self) -> tuple[int, int]:
        """Up to where everything has been told; the first time: up to now."""
        kept = await notes.recall(self._store, NOTE)
        if kept is not None:
            return kept[0], kept[1]
        newest = await self._read(Asked(before=2**62, limit=1))
        begin = (newest[0].n if newest else 0, len(NAMES) * PAGE)
        await notes.remember(self._store, NOTE, begin)
        return begin

    async def _tell(self, session: aiohttp.ClientSession, fact: Fact) -> None:
        """Until it is taken, or refused too often."""
        body = json.dumps(fact._asdict(), ensure_ascii=False, separators=(",", ":")).encode()
        refusals, pause_s, said = 0, PAUSE_FIRST_S, ""
        while (refusal := await self._post(session, fact, body)) is not None:
            refusals += refusal.is_no
            line = f"{self._settings.url}: {refusal.why}: {fact.type} {fact.id} waits"
            if refusals >= REFUSALS_MOST:
                log.error("webhook: %s no longer: refused %d times", line, refusals)
                self._lost = f"{line} no longer"
                break
            if line != said:
                log.warning("webhook: %s", line)
            said = line
            self._trouble(line)
            asked_s = min(PAUSE_MOST_S, refusal.wait_s)
            await self._pause(max(pause_s * random.uniform(0.8, 1.0), asked_s))
            pause_s = min(PAUSE_MOST_S, pause_s * 2.0)
        else:
            if fact.type == "meeting" and fact.data["state"] == "begun":
                self._lost = ""  # of a meeting before: what was given up is in its lists
        self._trouble(self._lost)

    async def _post(
        self, session: aiohttp.ClientSession, fact: Fact, body: bytes
    ) -> Refusal | None:
        """Send it once; None: it was taken."""
        now = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "X-Phonghop-Delivery": fact.id,
            "X-Phonghop-Timestamp": now,
            "X-Phonghop-Signature": signature(self._settings.secret, now, body),
        }
        try:
            async with session.post(
                self._settings.url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                if 200 <= answer.status < 300:
                    return None
                is_no = answer.status not in NOT_ABOUT_THE_FACT
                asked_s = wait_s(answer.headers.get("Retry-After", ""))
                return Refusal(f"answers {answer.status}", is_no, asked_s)
        except TimeoutError:
            return Refusal(f"no answer within {ANSWER_S:.0f} s")
        except (aiohttp.ClientError, OSError) as error:
            return Refusal(f"cannot be reached: {plain(str(error))}")


def signature(secret: bytes, timestamp: str, body: bytes) -> str:
    """Of a delivery: over its time too, so that an old one cannot be sent again as new."""
    code = hmac.new(secret, timestamp.encode("ascii") + b"." + body, hashlib.sha256)
    return f"v1={code.hexdigest()}"
