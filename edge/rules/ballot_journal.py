"""The record of one ballot: a chain of lines in which no later change can hide.

Each line is a JSON object with the SHA-256 of the line before it and itself. The first holds
the plan, the others an event that changed the ballot, or one that was refused and why. From
these lines the result is computed again (``verify``). Who keeps the last hash elsewhere, on
the signed minutes for one, also notices when lines at the end are gone.

A secret ballot's lines hold who voted without time and without choice. Boxes that rooms hand
in are added up in memory and reach the journal once, at the count, as one sum of all rooms.

Owns the lines and their proof. Must not store or send them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from edge.rules import plain
from edge.rules.ballot import step
from edge.rules.ballot_events import (
    NAMES,
    Cast,
    Count,
    Drained,
    Effect,
    Event,
    Mark,
    Refused,
    Unseal,
    from_data,
    to_data,
)
from edge.rules.ballot_plan import Plan
from edge.rules.ballot_result import result
from edge.rules.ballot_state import Ballot, Stage
from edge.rules.reasons import Reason

Line = dict[str, Any]

FORMAT = 1

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)
"""One spelling of every line: what the hashes are made of."""


class JournalError(ValueError):
    """The journal or a result in it does not hold; the text says which line and why."""


@dataclass(frozen=True, slots=True)
class Journal:
    """A ballot and where its chain stands."""

    ballot: Ballot
    length: int
    head: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What ``verify`` found to hold."""

    journal: Journal
    results: int
    """Result documents in the file that were computed again and are the same."""


@dataclass(frozen=True, slots=True)
class Start:
    """How a ballot stood when its journal began, beside the plan."""

    attending: frozenset[str] = frozenset()
    recused: frozenset[str] = frozenset()
    lost_rooms: frozenset[str] = frozenset()

    def ballot(self, plan: Plan) -> Ballot:
        """The draft that the journal begins with."""
        return Ballot(
            plan, attending=self.attending, recused=self.recused, lost_rooms=self.lost_rooms
        )


def begin(ballot: Ballot) -> tuple[Journal, Line]:
    """The journal of a draft, and its first line."""
    start = Start(ballot.attending, ballot.recused, ballot.lost_rooms)
    line = {"v": FORMAT, "plan": plain.write(ballot.plan), "start": plain.write(start)}
    return _append(Journal(ballot, 0, ""), ballot, line)


def advance(
    journal: Journal, event: Event, now_s: float
) -> tuple[Journal, tuple[Effect, ...], Line | None]:
    """Step the ballot; the line to keep, None when there is nothing to keep.

    Nothing is to be kept of a vote sent again, of a key pressed twice, of a secret box before
    the count.
    """
    before = journal.ballot
    after, effects = step(before, event, now_s)
    refusal = next((effect for effect in effects if isinstance(effect, Refused)), None)
    if refusal is not None:
        kept_journal, line = _append(journal, after, _refused_line(before, event, refusal, now_s))
        return kept_journal, effects, line
    kept = _kept(before, event, after)
    if kept is None:
        return Journal(after, journal.length, journal.head), effects, None
    at_s = None if isinstance(kept, Mark) else now_s
    kept_journal, line = _append(journal, after, {"at_s": at_s, "event": to_data(kept)})
    return kept_journal, effects, line


def refuse(journal: Journal, event: Event, reason: Reason, now_s: float) -> tuple[Journal, Line]:
    """Record that ``event`` was turned down before the ballot was asked, and why.

    For what the ballot cannot know: a room that speaks for another one's seat, for one.
    """
    vote = event if isinstance(event, Cast | Mark) else None
    refusal = Refused(reason, vote.person if vote else None, vote.id if vote else None)
    line = _refused_line(journal.ballot, event, refusal, now_s)
    return _append(journal, journal.ballot, line)


def document(journal: Journal) -> dict[str, Any]:
    """The result with the place in the chain that it stands for.

    Raises:
        ValueError: the ballot has not been counted.
    """
    chain = {"algorithm": "sha256", "length": journal.length, "head": journal.head}
    return result(journal.ballot) | {"chain": chain}


def verify(lines: Iterable[str]) -> Proof:
    """Recompute everything from a journal's lines.

    A line ``{"result": {...}}`` after any line is compared with what follows from the lines
    before it.

    Raises:
        JournalError: one line that says what does not hold, and where.
    """
    journal: Journal | None = None
    results, now_s = 0, 0.0
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        where = f"line {number}"
        line = _parsed(text, where)
        try:
            if "result" in line:
                _compare(journal, line["result"], where)
                results += 1
            elif journal is None:
                journal = _first(line, where)
            else:
                now_s = _time(line, now_s, where)
                journal = _follow(journal, line, now_s, where)
        except plain.PlainError as error:
            raise JournalError(str(error)) from error
    if journal is None:
        raise JournalError("no lines: a journal begins with a plan")
    return Proof(journal, results)


# --- writing -------------------------------------------------------------------------------------


def _append(journal: Journal, ballot: Ballot, content: Line) -> tuple[Journal, Line]:
    line = {"n": journal.length} | content
    head = _digest(journal.head, line)
    return Journal(ballot, journal.length + 1, head), line | {"hash": head}


def _digest(before: str, line: Line) -> str:
    return hashlib.sha256((before + _CANONICAL.encode(line)).encode()).hexdigest()


def _kept(before: Ballot, event: Event, after: Ballot) -> Event | None:
    """The event as the journal keeps it: of a secret ballot without what links."""
    if after is before:
        return None
    if not before.is_secret:
        return event
    if before.stage is Stage.CLOSING and isinstance(event, Drained | Count):
        if after.stage is Stage.CLOSING:
            return None
        by = event.by if isinstance(event, Count) else ""
        return Unseal(by, after.drained, after.slips)
    if isinstance(event, Drained):
        return Drained(event.ballot, event.generation, event.room)
    if isinstance(event, Cast):
        return Mark(
            event.ballot, event.generation, event.person, event.id, event.by, event.recorded
        )
    return event


def _refused_line(ballot: Ballot, event: Event, refusal: Refused, now_s: float) -> Line:
    is_secret_vote = ballot.is_secret and isinstance(event, Cast | Mark)
    return {
        "at_s": None if is_secret_vote else now_s,
        "refused": {
            "what": NAMES[type(event)],
            "reason": str(refusal.reason),
            "person": refusal.person,
            "id": refusal.id,
        },
    }


# --- proving -------------------------------------------------------------------------------------


def _parsed(text: str, where: str) -> Line:
    try:
        line = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise JournalError(f"{where}: this is no JSON: {error}") from error
    if not isinstance(line, dict):
        raise JournalError(f"{where}: {plain.shown(line)}, must be an object")
    return line


def _first(line: Line, where: str) -> Journal:
    if line.get("v") != FORMAT:
        raise JournalError(f"{where}.v: {plain.shown(line.get('v'))}, must be {FORMAT}")
    plan = plain.read(Plan, line.get("plan"), f"{where}.plan")
    ballot = plain.read(Start, line.get("start"), f"{where}.start").ballot(plan)
    return _linked(Journal(ballot, 0, ""), ballot, line, where)


def _follow(journal: Journal, line: Line, now_s: float, where: str) -> Journal:
    if "refused" in line:
        return _linked(journal, journal.ballot, line, where)
    event = from_data(line.get("event"), f"{where}.event")
    ballot, effects = step(journal.ballot, event, now_s)
    linked = _linked(journal, ballot, line, where)
    for effect in effects:
        if isinstance(effect, Refused):
            raise JournalError(f"{where}: {NAMES[type(event)]} is not allowed: {effect.reason}")
    return linked


def _linked(journal: Journal, ballot: Ballot, line: Line, where: str) -> Journal:
    """The journal with this line, if it is the one that was written after the others."""
    content = {key: value for key, value in line.items() if key != "hash"}
    try:
        expected, _ = _append(journal, ballot, content)
    except ValueError as error:  # NaN is no JSON
        raise JournalError(f"{where}: {error}") from error
    if line.get("n") != journal.length:
        raise JournalError(
            f"{where}.n: {plain.shown(line.get('n'))}, must be {journal.length}: "
            "lines are missing, doubled or in another order"
        )
    if line.get("hash") != expected.head:
        raise JournalError(f"{where}.hash: does not fit: this line or one before it was changed")
    return expected


def _time(line: Line, before_s: float, where: str) -> float:
    """The time of the line; a secret vote has none and takes that of the line before."""
    at_s = line.get("at_s")
    return before_s if at_s is None else plain.read(float, at_s, f"{where}.at_s")


def _compare(journal: Journal | None, claimed: object, where: str) -> None:
    if journal is None:
        raise JournalError(f"{where}: a result before the first line of the journal")
    try:
        found = document(journal)
    except ValueError as error:
        raise JournalError(f"{where}: {error}") from error
    if not isinstance(claimed, dict):
        raise JournalError(f"{where}.result: {plain.shown(claimed)}, must be an object")
    for key in sorted(found.keys() | claimed.keys()):
        if found.get(key) != claimed.get(key):
            raise JournalError(
                f"{where}.result.{key}: says {plain.shown(claimed.get(key))}, "
                f"the journal gives {plain.shown(found.get(key))}"
            )
