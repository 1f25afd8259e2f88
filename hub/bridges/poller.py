"""Fetches meetings from an eCabinet application, again and again.

Theory. The other side is asked with what it said of the last answer (ETag, Last-Modified), so that
no news costs nothing; that is forgotten when something of the answer could not be taken in, so it
comes again. No answer makes pauses longer, never the hub slower; one bad meeting among others does
not hold those back. Redirects are not followed, nor cookies kept: the token is for this address.
What is compressed is not taken: a few bytes of it may be gigabytes.

Owns asking and pausing. Must not judge documents (``document``) nor take them in (``intake``).
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from collections.abc import Awaitable, Callable
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from edge.rules.reasons import Reason
from hub.bridges.document import MOST_BYTES, BridgeError, MeetingDocument, judged
from hub.bridges.settings import Poll
from hub.meeting.wording import reason_text
from hub.store.prepared import NotSoError
from hub.store.store import StoreError

log = logging.getLogger(__name__)

BY = "ecabinet"
"""Who it was, in records."""

ANSWER_S = 20.0
PAUSE_MOST_S = 1800.0
DOCUMENTS_MOST = 50
MARK_MOST = 200
"""Longest ETag that is sent back."""

Take = Callable[[MeetingDocument, str], Awaitable[object]]
Trouble = Callable[[str], None]
"""Is told what is wrong in one line, or that nothing is (empty)."""


class Poller:
    """One part of the hub."""

    def __init__(
        self,
        settings: Poll,
        take: Take,
        trouble: Trouble,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Nothing is asked before ``run``."""
        self._settings = settings
        self._take = take
        self._trouble = trouble
        self._pause = pause
        self._marks: dict[str, str] = {}
        self._wait_least_s = 0.0

    async def run(self) -> None:
        """Ask until cancelled."""
        failures, said = 0, ""
        timeout = aiohttp.ClientTimeout(total=ANSWER_S)
        async with aiohttp.ClientSession(
            timeout=timeout, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()
        ) as session:
            while True:
                self._wait_least_s = 0.0
                try:
                    wrong, failures = await self.once(session), 0
                except (BridgeError, StoreError) as error:
                    wrong, failures = str(error), failures + 1
                if wrong and wrong != said:
                    log.warning("eCabinet: %s", wrong)
                self._trouble(wrong)
                said = wrong
                await self._pause(self._pause_s(failures))

    def _pause_s(self, failures: int) -> float:
        """Twice as long after each failure; a little random, so that sites do not come in step."""
        longest_s = max(PAUSE_MOST_S, self._settings.every_s)
        pause_s = min(longest_s, self._settings.every_s * 2.0 ** min(failures, 20))
        return max(min(longest_s, self._wait_least_s), pause_s * random.uniform(0.9, 1.0))

    async def once(self, session: aiohttp.ClientSession) -> str:
        """Ask once and take in what came; what could not be, in one line.

        Raises:
            BridgeError: there is no answer that can be read.
            StoreError: the disk does not take it.
        """
        data = await self._asked(session)
        if data is None:
            return ""
        marks, self._marks = self._marks, {}
        wrong = []
        for number, each in enumerate(self._documents(data)):
            try:
                await self._take(judged(each, f"{self._settings.url}: meeting {number}"), BY)
            except BridgeError as error:
                wrong.append(str(error))
            except NotSoError as error:
                if error.reason is not Reason.MEETING_OVER:  # then nobody can do anything about it
                    wrong.append(f"meeting {number}: {reason_text(error.reason.value).en}")
        if not wrong:
            self._marks = marks
            return ""
        return plain("; ".join(wrong), 400)

    async def _asked(self, session: aiohttp.ClientSession) -> bytes | None:
        """The answer; None: no news."""
        url = self._settings.url
        headers = {
            "Authorization": f"Bearer {self._settings.token}",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            **self._marks,
        }
        try:
            async with session.get(url, headers=headers, allow_redirects=False) as answer:
                if answer.status == 304 and self._marks:
                    return None
                if answer.status != 200:
                    self._wait_least_s = wait_s(answer.headers.get("Retry-After", ""))
                    raise BridgeError(f"{url}: answers {answer.status}{_hint(answer.status)}")
                if (coded := answer.headers.get("Content-Encoding", "identity")) != "identity":
                    raise BridgeError(f"{url}: answers in {coded[:20]!r}, which was not asked for")
                data = bytearray()
                async for piece in answer.content.iter_chunked(64 * 1024):
                    data += piece
                    if len(data) > MOST_BYTES:
                        raise BridgeError(f"{url}: answers more than {MOST_BYTES // 1024**2} MiB")
                self._marks = {
                    ask: mark
                    for ask, told in _MARKS.items()
                    if _is_mark(mark := answer.headers.get(told, ""))
                }
                return bytes(data)
        except TimeoutError as error:
            raise BridgeError(f"{url}: no answer within {ANSWER_S:.0f} s") from error
        except (aiohttp.ClientError, OSError) as error:
            raise BridgeError(f"{url}: cannot be reached: {plain(str(error))}") from error

    def _documents(self, data: bytes) -> list[Any]:
        """One document, or ``{"meetings": [...]}``."""
        try:
            found = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise BridgeError(f"{self._settings.url}: not JSON: {error}") from error
        many = found.get("meetings", [found]) if isinstance(found, dict) else found
        if not isinstance(many, list) or len(many) > DOCUMENTS_MOST:
            raise BridgeError(
                f"{self._settings.url}: must be a document or a list of at most {DOCUMENTS_MOST}"
            )
        return many


_MARKS = {"If-None-Match": "ETag", "If-Modified-Since": "Last-Modified"}


def _hint(status: int) -> str:
    return ": check the token" if status in (401, 403) else ""


def _is_mark(told: str) -> bool:
    """It can be sent back as it came."""
    return 0 < len(told) <= MARK_MOST and told.isascii() and told.isprintable()


def wait_s(told: str) -> float:
    """How long ``Retry-After`` asks to wait, as seconds or as a date; 0 when it says nothing."""
    if told.isascii() and told.isdigit() and len(told) < 7:
        return float(told)
    try:
        until = parsedate_to_datetime(told[:100])
        return max(0.0, until.timestamp() - time.time())
    except (ValueError, TypeError, OverflowError, OSError):
        return 0.0


def plain(told: str, most: int = 200) -> str:
    """One line of what can be read, whatever the other side put into it."""
    words = " ".join(told.split()) or "nothing is said of it"
    return "".join(sign if sign.isprintable() else "?" for sign in words)[:most]
