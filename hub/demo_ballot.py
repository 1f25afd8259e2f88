"""The story of a meeting's decision: the floor, then two votes, over both rooms.

People sign in, ask for the floor and get it, the chair takes priority, there is a recess. Then
a motion is put to an open vote and another to a secret one: keys are pressed at the simulated
hardware of both rooms, the lamps say *recorded* and *counted*, the result is the one that was
pressed, and its record holds when it is computed again.

Owns the story. Must not know how anything of it is done.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import aiohttp

from edge.rules.ballot_journal import JournalError, document, verify
from hub.demo_house import ROOMS
from hub.demo_probe import Json, NotSeenError, TwinProbe
from hub.demo_telling import Telling, all_of, span_ms

CHAIR = "main/1"
SPEAKERS = {"main": "12", "satellite-1": "3"}
"""Who asks for the floor, in this order."""

VOTES = {
    "main": {"1": "yes", "2": "yes", "12": "yes", "14": "no", "20": "abstain"},
    "satellite-1": {"1": "yes", "3": "no"},
}
"""Which key each of them presses; everybody else is there and presses nothing."""

MIND_CHANGED = ("main", "14", "yes")
"""Votes no, then this; in an open vote the last press counts."""

KEYS = ("yes", "no", "abstain")

SIGN_IN_HOLD_MS = 1300
"""A long press signs in: longer than the second that the room asks for."""

PUBLIC = "demo-nghi-quyet"
SEALED = "demo-nhan-su"

MOTIONS: dict[str, Json] = {
    PUBLIC: {
        "text": {
            "vi": "Thông qua Nghị quyết của phiên họp",
            "en": "Adopt the resolution of the session",
        },
        "rule": "giao_ban_so",
    },
    SEALED: {
        "text": {"vi": "Bầu thư ký phiên họp", "en": "Elect the secretary of the session"},
        "kind": "secret",
        "rule": "giao_ban_so",
    },
}


class Decision(Telling):
    """Tells the story of a decision."""

    name = "ballot"

    async def _scenes(self, session: aiohttp.ClientSession) -> None:
        await self._sign_in(session)
        await self._floor(session)
        await self._priority_and_recess(session)
        for ident, motion in MOTIONS.items():
            await self._vote(session, ident, motion)

    # --- scenes ------------------------------------------------------------------------------

    async def _sign_in(self, session: aiohttp.ClientSession) -> None:
        seat, twin = SPEAKERS["satellite-1"], self.twins["satellite-1"]

        async def ask() -> Json:
            await self.command(session, "sign_in", everybody=True, present=False)
            await self._attendance(lambda a: a["present"] == 0, "nobody signed in")
            await self.command(session, "ask_attendance", on=True)
            await twin.until(lambda s: s[seat]["sign_in"] == "slow", "sign-in lamp asks")
            return {"seat": f"satellite-1/{seat}", "lamp": "slow"}

        async def hold_a_key() -> Json:
            await twin.press(seat, "yes", SIGN_IN_HOLD_MS)
            await self._attendance(
                lambda a: any(_is_at(p, f"satellite-1/{seat}") for p in a["people"].values()),
                "the seat on the list of those present",
            )
            await twin.until(lambda s: s[seat]["sign_in"] == "off", "sign-in lamp out")
            return {"present": 1}

        async def by_page() -> Json:
            await self.command(session, "sign_in", everybody=True, present=True)
            await self.command(session, "ask_attendance", on=False)
            found = await self._attendance(
                lambda a: a["present"] == a["members"] and a, "everybody signed in"
            )
            return {"present": found["present"], "members": found["members"]}

        await self.step("sign-in: the seats are asked", ask())
        await self.step("sign-in: a long press at the satellite's seat", hold_a_key())
        await self.step("sign-in: the secretary signs in everybody else", by_page())

    async def _floor(self, session: aiohttp.ClientSession) -> None:
        async def ask_both() -> Json:
            await self.command(session, "set_mode", mode="request", max_open=2, queue_max=40)
            for room, number in SPEAKERS.items():
                await self.twins[room].press(number)
                await self.queued(f"{room}/{number}")
            return {"queue": [f"{room}/{number}" for room, number in SPEAKERS.items()]}

        async def invite(room: str) -> Json:
            await self.command(session, "next")
            return await self.relay(self.twins[room], SPEAKERS[room], True, 0)

        await self.step("floor: both rooms ask, one queue", ask_both())
        for room in ROOMS:
            await self.step(f"floor: the chair invites {room}/{SPEAKERS[room]}", invite(room))

    async def _priority_and_recess(self, session: aiohttp.ClientSession) -> None:
        async def hush(name: str, **body: Any) -> Json:
            await self.command(session, name, **body)
            for room, number in SPEAKERS.items():
                await self._muted(room, number, True)
            return {"microphones": "off", "lamps": "amber"}

        async def again(name: str, **body: Any) -> Json:
            await self.command(session, name, **body)
            for room, number in SPEAKERS.items():
                await self._muted(room, number, False)
            return {"microphones": "on again"}

        async def finish() -> Json:
            await self.command(session, "all_off")
            for room, number in SPEAKERS.items():
                await self.relay(self.twins[room], number, False, 0)
            return {"speaking": 0}

        await self.step("priority: the chair mutes everybody", hush("take_priority", seat=CHAIR))
        await self.step("priority: turns go on after it", again("release_priority", seat=CHAIR))
        await self.step("recess: everybody muted", hush("set_recess", on=True))
        await self.step("recess over: turns go on", again("set_recess", on=False))
        await self.step("all turns end", finish())

    async def _vote(self, session: aiohttp.ClientSession, ident: str, motion: Json) -> None:
        """One vote from the motion to the proof of its record."""
        is_secret = motion.get("kind") == "secret"
        kind = "secret vote" if is_secret else "open vote"
        key = {"ballot": ident, "generation": 1}
        voters = {f"{room}/{number}" for room, votes in VOTES.items() for number in votes}

        async def open_it() -> Json:
            await self.command(session, "prepare_ballot", id=ident, **motion)
            await self.command(session, "ready_ballot", **key)
            await self.command(session, "open_ballot", **key)
            for room, votes in VOTES.items():
                for number in votes:
                    await self._lamps(self.twins[room], number, ("slow", "slow", "slow"))
            return {"members": (await self._ballot(ident, "open"))["members"], "lamps": "slow"}

        async def one(room: str, number: str, choice: str) -> Json:
            """Both lamps of a vote, timed from the press."""
            twin = self.twins[room]
            lit = KEYS if is_secret else (choice,)
            pressed_ns = await twin.press(number, choice)
            times = {}
            for word, lamp in (("recorded", "fast"), ("counted", "on")):
                await twin.until(_shows(number, lit, lamp), f"{word} lamp at {room}/{number}")
                times[word] = span_ms(twin.times_ns[number, lit[0]] - pressed_ns)
            for word, ms in times.items():
                self.report.figures[f"{kind}.{room}.{number}.{word}_ms".replace(" ", "_")] = ms
            return {"key": "hidden" if is_secret else choice, **times}

        async def all_in() -> Json:
            found = await self._ballot(ident, "open", len(voters))
            return {"voted": found["voted"], "present": found["present"]}

        async def close() -> Json:
            await self.command(session, "close_ballot", **key)
            found = await self._ballot(ident, "counted")
            await self.command(session, "announce_ballot", **key)
            found = await self._ballot(ident, "announced")
            wanted = self._expected(is_secret)
            if found["counts"] != wanted:
                raise NotSeenError(f"{ident}: result {found['counts']}, pressed {wanted}")
            said = found["result"]["announcement"]
            return {"counts": wanted, "outcome": found["result"]["outcome"], "said": said["vi"]}

        async def prove() -> Json:
            return await self._proof(session, ident, is_secret)

        await self.step(f"{kind}: prepared, ready, open, keys blink in both rooms", open_it())
        await all_of(
            self.step(f"{kind}: {room}/{number} recorded, counted", one(room, number, choice))
            for room, votes in VOTES.items()
            for number, choice in votes.items()
        )
        if not is_secret:
            await self.step(f"{kind}: one changes their mind", one(*MIND_CHANGED))
        await self.step(f"{kind}: the page counts who has voted", all_in())
        await self.step(f"{kind}: closed, both rooms handed in, announced as pressed", close())
        await self.step(f"{kind}: the record holds when computed again", prove())

    # --- looking -----------------------------------------------------------------------------

    def _expected(self, is_secret: bool) -> dict[str, int]:
        pressed = {(r, n): choice for r, votes in VOTES.items() for n, choice in votes.items()}
        if not is_secret:
            room, number, choice = MIND_CHANGED
            pressed[room, number] = choice
        counts = Counter(pressed.values())
        return {option: counts[option] for option in KEYS}

    async def _attendance(self, predicate: Any, what: str) -> Any:
        return await self.page.until(lambda s: predicate(s["attendance"]), what)

    async def _muted(self, room: str, number: str, muted: bool) -> None:
        amber = "on" if muted else "off"
        await self.twins[room].until(
            lambda s: s[number]["microphone"] is not muted and s[number]["amber"] == amber,
            f"{room}/{number}: {'muted' if muted else 'open'}, amber lamp {amber}",
        )

    async def _lamps(self, twin: TwinProbe, number: str, wanted: tuple[str, ...]) -> None:
        await twin.until(
            lambda s: tuple(s[number][name] for name in KEYS) == wanted,
            f"vote lamps of {twin.room}/{number} {wanted}",
        )

    async def _ballot(self, ident: str, stage: str, voted: int = 0) -> Json:
        """The ballot as the page shows it, at this stage and with so many votes."""

        def there(state: Json) -> Any:
            ballot = next(b for b in state["ballots"] if b["ballot"] == ident)
            return ballot["stage"] == stage and ballot["voted"] >= voted and ballot

        found: Json = await self.page.until(there, f"{ident} {stage} on the page")
        return found

    async def _proof(self, session: aiohttp.ClientSession, ident: str, is_secret: bool) -> Json:
        """Fetch document and record; compute the one from the other."""
        place = f"{self._house.page}api/v1/ballots/{ident}/1"
        async with session.get(place) as answer:
            told = await answer.json()
        async with session.get(f"{place}/journal") as answer:
            lines = (await answer.text()).splitlines()
        try:
            proof = verify(lines)
        except JournalError as error:
            raise NotSeenError(f"{ident}: {error}") from error
        if document(proof.journal) != told:
            raise NotSeenError(f"{ident}: the document is not what the record gives")
        if is_secret:
            _must_not_link(lines)
        return {
            "lines": proof.journal.length,
            "results": proof.results,
            "head": told["chain"]["head"],
        }


def _is_at(person: Json, seat: str) -> bool:
    return bool(person["seat"] == seat and person["present"])


def _shows(number: str, lit: tuple[str, ...], lamp: str) -> Callable[[Json], bool]:
    """The lamps of a seat are at ``lamp`` or beyond."""
    return lambda s: all(s[number][name] in (lamp, "on") for name in lit)


def _must_not_link(lines: list[str]) -> None:
    """No line of a secret vote holds a person together with a choice."""
    for number, line in enumerate(lines, 1):
        event = json.loads(line).get("event", {})
        if "person" in event and event.get("choices"):
            raise NotSeenError(f"line {number} says who chose what")
