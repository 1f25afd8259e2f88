"""Tells another system what happens in meetings: one signed POST for each fact, in order.

Theory. A receiver that cannot be reached is asked for ever, and so is one whose proxy says that it
is away, or that does not know us: none of that is about the fact. One that answers *no* to the same
fact so many times is told the next one.

Owns delivering. Must not decide what a fact is (``course``), nor in which order (``telling``).
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
from typing import NamedTuple

import aiohttp

from hub.bridges.course import Fact
from hub.bridges.poller import Trouble, plain, wait_s
from hub.bridges.settings import Hook
from hub.bridges.telling import Telling

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
        telling: Telling,
        trouble: Trouble,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Nothing is told before ``run``."""
        self.nudge = telling.nudge
        self._settings = settings
        self._telling = telling
        self._trouble = trouble
        self._pause = pause
        self._lost = ""

    async def run(self) -> None:
        """Tell until cancelled.

        Raises:
            StoreError: the record cannot be read, or the place in it not be kept.
        """
        timeout = aiohttp.ClientTimeout(total=ANSWER_S)
        async with aiohttp.ClientSession(
            timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()
        ) as session:
            await self._telling.run(lambda fact: self._tell(session, fact))

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
