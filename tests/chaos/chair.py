"""The chair at the hub's HTTP interface: prepares, opens, closes, counts, one ballot at a time.

Theory. The hub may die between an order and its answer, so an order counts as done only when
the ballot's stage says so, and is given again until then. The chair waits for every room to
hand in its votes; when one stays silent for longer than the chair's patience, the ballot is
counted without it, as people would.

Owns the chair's script. Must not import the product: it talks to it as a page does.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests import hub_access
from tests.chaos.history import History, Question
from tests.chaos.schedule import ROOMS

Json = dict[str, Any]
Say = Callable[[str], None]

STAGES = ("draft", "ready_check", "open", "paused", "closing", "counted", "announced")
"""In the order in which a ballot goes through them."""

LOOK_EVERY_S = 0.3
ANSWER_S = 3.0
STUCK_S = 90.0
"""Nothing takes so long: the longest fault is over after 14 s."""

ROOMS_S = 6.0
"""So long the chair waits for a lost room before the next ballot."""


class Stuck(AssertionError):
    """A ballot does not go on, though nothing is broken any more."""


@dataclass(frozen=True, slots=True)
class Motion:
    """One ballot of the script."""

    ballot: str
    kind: str
    press: str
    on_room_lost: str
    open_s: float
    patience_s: float
    """How long the chair waits for silent rooms in the closing."""
    waits_for_people: bool = False
    """It is closed when everybody has pressed, however long that takes."""


def script(seed: int, count: int) -> list[Motion]:
    """So many ballots; every third one is secret."""
    chance = random.Random(f"chair {seed}")
    found = []
    for number in range(1, count + 1):
        kind = "secret" if number % 3 == 0 else "open"
        first = kind == "secret" or number % 3 == 2
        lost = chance.choice(("continue_without", "continue_without", "pause"))
        open_s, patience_s = chance.uniform(3.0, 6.0), chance.choice((3.0, 10.0, 30.0))
        press = "first_press" if first else "last_press"
        waits = chance.random() < 0.6
        found.append(Motion(f"b{number:02}", kind, press, lost, open_s, patience_s, waits))
    return found


def meeting_file(motions: Sequence[Motion], max_open: int) -> str:
    """The meeting as the hub reads it at its start."""
    lines = ['title = "Chaos"', 'mode = "open"', f"max_open = {max_open}", "queue_max = 20"]
    for motion in motions:
        lines += [
            "[[ballots]]",
            f'id = "{motion.ballot}"',
            f'text = {{ vi = "Việc {motion.ballot}", en = "Item {motion.ballot}" }}',
            f'kind = "{motion.kind}"',
            f'press = "{motion.press}"',
            f'on_room_lost = "{motion.on_room_lost}"',
        ]
    return "\n".join(lines) + "\n"


Voting = Callable[[Motion], Coroutine[Any, Any, None]]
"""What people do in a ballot that is open."""


class Page:
    """The hub as a page has it: orders and questions that may find nobody at home."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        """``session`` knows the hub's address."""
        self._session = session

    async def order(self, name: str, **body: Any) -> tuple[int, Json] | None:
        """POST one command; status and answer, None when the hub did not answer."""
        return await self._ask("POST", f"/api/v1/commands/{name}", json=body)

    async def get(self, path: str) -> Any:
        """What stands there; None when the hub did not answer, or not with 200."""
        answer = await self._ask("GET", f"/api/v1/{path}")
        return answer[1] if answer is not None and answer[0] == 200 else None

    async def text(self, path: str) -> str | None:
        """The same as text."""
        try:
            async with self._session.get(f"/api/v1/{path}") as answer:
                return await answer.text() if answer.status == 200 else None
        except (aiohttp.ClientError, TimeoutError, OSError):
            return None

    async def _ask(self, method: str, path: str, **more: Any) -> tuple[int, Json] | None:
        try:
            async with self._session.request(method, path, **more) as answer:
                return answer.status, await answer.json()
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return None


def page_session(http_port: int) -> aiohttp.ClientSession:
    """A session whose questions do not wait for ever."""
    return hub_access.session(
        f"http://127.0.0.1:{http_port}", timeout=aiohttp.ClientTimeout(total=ANSWER_S)
    )


class Chair:
    """Holds ballots."""

    def __init__(self, page: Page, history: History, say: Say, seed: int) -> None:
        """``say`` gets a line per ballot, for people."""
        self.page = self._page = page
        self._history = history
        self._say = say
        self._chance = random.Random(f"chair's hand {seed}")

    async def hold(self, motion: Motion, voting: Voting) -> None:
        """One ballot from its preparation to its announcement.

        Raises:
            Stuck: it does not come to its end.
        """
        await self.rooms_back()
        await self._reach(motion, "ready_check", "prepare_ballot", "ready_ballot")
        question = Question(motion.ballot, 1, motion.kind, motion.press)
        self._history.questions.append(question)
        await self._reach(motion, "open", "open_ballot", anyway=True)
        self._say(f"{motion.ballot} is open ({motion.kind}, {motion.press})")
        pressing = asyncio.create_task(voting(motion), name="voting")
        try:
            await self._keep_open(motion)
            if motion.waits_for_people:
                await pressing
            await self._reach(motion, "closing", "close_ballot")
            await self._count(motion)
            await self._reach(motion, "announced", "announce_ballot", anyway=True)
            await pressing
        finally:
            pressing.cancel()
            await asyncio.wait({pressing})
        self._say(f"{motion.ballot} is announced")

    async def _keep_open(self, motion: Motion) -> None:
        """Until its time is over; a vote that paused because a room was lost goes on."""
        until_s = time.monotonic() + motion.open_s
        pause_s = until_s - 1.5 if self._chance.random() < 0.2 else until_s
        while (now_s := time.monotonic()) < until_s:
            await asyncio.sleep(LOOK_EVERY_S)
            if now_s >= pause_s:
                pause_s = until_s
                await self._page.order("pause_ballot", **_name(motion))
            elif await self._stage(motion) == "paused":
                await self._page.order("resume_ballot", **_name(motion))

    async def _count(self, motion: Motion) -> None:
        """The hub counts when every room has handed in; the chair's patience is finite."""
        until_s = time.monotonic() + motion.patience_s
        while time.monotonic() < until_s:
            if _is_at(await self._stage(motion), "counted"):
                return
            await asyncio.sleep(LOOK_EVERY_S)
        await self._reach(motion, "counted", "count_ballot")

    async def _reach(self, motion: Motion, stage: str, *orders: str, **more: Any) -> None:
        """Give the orders until the ballot is at this stage, or further."""
        until_s = time.monotonic() + STUCK_S
        answers: list[Any] = []
        while not _is_at(await self._stage(motion), stage):
            answers = [await self._page.order(name, **_name(motion), **more) for name in orders]
            await asyncio.sleep(LOOK_EVERY_S)
            if time.monotonic() > until_s:
                raise Stuck(f"{motion.ballot} does not come to {stage}: {answers}")

    async def _stage(self, motion: Motion) -> str | None:
        ballots = await self._page.get("ballots") or []
        own = [each for each in ballots if each["ballot"] == motion.ballot]
        return own[-1]["stage"] if own else None

    async def rooms_back(self) -> None:
        """Wait for lost rooms, and then a moment more; not for ever."""
        until_s, since_s = time.monotonic() + ROOMS_S, None
        while (now_s := time.monotonic()) < until_s:
            state = await self._page.get("state") or {"rooms": {}}
            online = all(state["rooms"].get(room, {}).get("online") for room in ROOMS)
            since_s = (since_s or now_s) if online else None
            if since_s is not None and now_s - since_s > 1.5:
                return
            await asyncio.sleep(LOOK_EVERY_S)

    async def acknowledge(self) -> None:
        """Fire alarms, again and again, until cancelled: the meeting goes on."""
        while True:
            await asyncio.sleep(2.0)
            await self._page.order("acknowledge_fire")

    async def collect(self) -> None:
        """The result document of every ballot that was held, as it is at the end."""
        for question in self._history.questions:
            path = f"ballots/{question.ballot}/{question.generation}"
            question.document = await self._page.get(path)

    async def journals(self) -> dict[str, str]:
        """The records of all ballots, by ballot."""
        found = {}
        for question in self._history.questions:
            path = f"ballots/{question.ballot}/{question.generation}/journal"
            found[question.ballot] = await self._page.text(path) or ""
        return found


def _name(motion: Motion) -> Json:
    return {"ballot": motion.ballot, "generation": 1}


def _is_at(stage: str | None, wanted: str) -> bool:
    """The ballot is at this stage or has passed it."""
    return stage in STAGES and STAGES.index(stage) >= STAGES.index(wanted)
