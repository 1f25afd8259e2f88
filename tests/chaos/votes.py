"""Judges the ballots: is every vote that a seat showed as recorded in the result, once.

Theory. The measure is the lamp. A vote is *accepted* when the seat's vote lamps say recorded
or counted: the chosen lamp fast or steady, all of them in a secret ballot (docs/contract and
``docs/chaos.md``). The lamp that was shown last tells what the person believes. A press without
a lamp (the room died in between) is *unknown*: counted or not, both are honest. An accepted
vote is either counted, or stands by name among the late ones beside a room that is named as
not heard; else it is *lost*. What is counted and was never pressed is a *phantom*.

Owns this judgement, from the history alone. Must not import the product.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from itertools import pairwise
from typing import Any

from tests.chaos.history import VOTE_KEYS, History, Press, Question

TOLD = ("fast", "on")
"""Recorded, counted."""

SLIP_S = 0.150
"""Two keys within this are a slip of the hand and no vote."""

MECHANICS_S = 0.2
"""A lamp follows its press, never the other way; presses are timed by the twin, orders by us."""

UNSEEN = "*"
"""That a vote was cast, and not which: the lamps of a secret ballot."""


@dataclass(frozen=True, slots=True)
class Story:
    """What one seat did and saw in one ballot."""

    accepted: str | None = None
    """The choice that the lamps showed last; ``*`` in a secret ballot; None: never any."""
    open_keys: frozenset[str] = frozenset()
    """Pressed after that and not answered by a lamp: may count, or may not."""
    pressed: frozenset[str] = frozenset()
    is_refused: bool = False
    """The seat has blinked *refused*."""


@dataclass(slots=True)
class Verdict:
    """The figures, and for each thing that is wrong a line for people."""

    ballots: int = 0
    presses: int = 0
    accepted: int = 0
    tallied: int = 0
    late_named: int = 0
    lost: int = 0
    phantom: int = 0
    doubled: int = 0
    refused_visibly: int = 0
    unknown: int = 0
    told: list[str] = field(default_factory=list)
    """One line per ballot, for people."""
    wrong: list[str] = field(default_factory=list)

    def blame(self, what: str, count: int, line: str) -> None:
        """Something is ``lost``, ``phantom`` or ``doubled``."""
        if count > 0:
            setattr(self, what, getattr(self, what) + count)
            self.wrong.append(f"{what}: {line}")

    def figures(self) -> dict[str, int]:
        """All numbers, by name."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.type == "int"}


def judge(history: History) -> Verdict:
    """All ballots of a run."""
    verdict = Verdict()
    votes = [press for press in history.presses if press.key in VOTE_KEYS]
    verdict.presses = len(votes)
    seats = sorted({f"{press.room}/{press.who}" for press in votes})
    verdict.refused_visibly = sum(len(list(_refusals(history, seat))) for seat in seats)
    earlier: list[dict[str, Any]] = []
    for question, end_s in _with_ends(history.questions):
        stories = {seat: story(history, seat, question, end_s) for seat in seats}
        verdict.ballots += 1
        verdict.accepted += sum(each.accepted is not None for each in stories.values())
        sheet = _Sheet(question, earlier, stories, verdict)
        sheet.judge()
        verdict.told.append(sheet.summary())
        if question.document is not None:
            earlier.append(question.document)
    return verdict


def _with_ends(questions: Sequence[Question]) -> Iterator[tuple[Question, float]]:
    """Each ballot, and when the next one was opened."""
    for place, question in enumerate(questions):
        after = questions[place + 1 : place + 2]
        yield question, after[0].opened_s if after else float("inf")


def story(history: History, seat: str, question: Question, end_s: float) -> Story:
    """What the seat did and saw from this opening to the next."""
    from_s = question.opened_s - MECHANICS_S
    presses = [
        press
        for press in history.presses
        if f"{press.room}/{press.who}" == seat
        and press.key in VOTE_KEYS
        and from_s <= press.at_s < end_s - MECHANICS_S
    ]
    if not presses:
        return Story()
    accepted, told_s = None, 0.0
    for at_s, lit in _told(history, seat):
        if presses[0].at_s <= at_s < end_s and accepted != UNSEEN:  # there the first one stands
            accepted, told_s = (UNSEEN if len(lit) > 1 else lit[0]), at_s
    pressed = frozenset(press.key for press in presses if not _is_slip(press, presses))
    is_refused = any(presses[0].at_s <= at_s < end_s for at_s in _refusals(history, seat))
    if accepted is None:
        return Story(None, pressed, pressed, is_refused)
    if accepted == UNSEEN:
        keys = frozenset(press.key for press in presses if press.at_s <= told_s)
        return Story(UNSEEN, keys, pressed, is_refused)
    answered_s = max(
        (press.at_s for press in presses if press.key == accepted and press.at_s <= told_s),
        default=0.0,
    )
    still_open = frozenset(press.key for press in presses if press.at_s > answered_s)
    return Story(accepted, still_open & pressed, pressed, is_refused)


def _told(history: History, seat: str) -> Iterator[tuple[float, list[str]]]:
    """When the vote lamps began to say recorded or counted, and which did."""
    before: list[str] = []
    for at_s, lamps in history.lamps[seat]:
        lit = [key for key in VOTE_KEYS if lamps.get(key) in TOLD]
        if lit and lit != before:
            yield at_s, lit
        before = lit


def _is_slip(press: Press, presses: Sequence[Press]) -> bool:
    """Another key went down with it."""
    return any(
        other.key != press.key and abs(other.at_s - press.at_s) < SLIP_S for other in presses
    )


def _refusals(history: History, seat: str) -> Iterator[float]:
    """When a seat began to blink *refused*, and it followed a press of a vote key."""
    own = [press for press in history.presses if f"{press.room}/{press.who}" == seat]
    for (_, before), (at_s, lamps) in pairwise([(0.0, {}), *history.lamps[seat]]):
        if _refuses(lamps) and not _refuses(before):
            last = max((p for p in own if p.at_s <= at_s), key=lambda p: p.at_s, default=None)
            if last is not None and last.key in VOTE_KEYS:
                yield at_s


def _refuses(lamps: dict[str, str]) -> bool:
    return lamps.get("red") == "fast" and lamps.get("green") == "fast"


class _Sheet:
    """One ballot: its result document beside what its seats saw."""

    def __init__(
        self,
        question: Question,
        earlier: Sequence[dict[str, Any]],
        stories: dict[str, Story],
        verdict: Verdict,
    ) -> None:
        self._name = f"{question.ballot} ({question.generation})"
        self._document = question.document
        self._earlier = tuple(earlier)
        self._stories = stories
        self._verdict = verdict

    def judge(self) -> None:
        """Compare seat by seat, then the sums."""
        if self._document is None:
            count = sum(story.accepted is not None for story in self._stories.values())
            self._verdict.blame("lost", max(1, count), f"{self._name} has no result")
        elif self._document["form"] == "secret":
            self._judge_secret(self._document)
        else:
            self._judge_open(self._document)

    def summary(self) -> str:
        """What came of it, for people."""
        accepted = sum(story.accepted is not None for story in self._stories.values())
        if self._document is None:
            return f"{self._name}: {accepted} accepted, no result"
        secret = self._document["form"] == "secret"
        counted = sum(self._document["counts"].get(key, 0) for key in VOTE_KEYS)
        return (
            f"{self._name}{', secret' if secret else ''}: {accepted} accepted, {counted} counted, "
            f"{len(self._document['late_ballots'])} late, "
            f"not heard: {', '.join(sorted(_unheard(self._document))) or 'none'}"
        )

    def _judge_open(self, document: dict[str, Any]) -> None:
        verdict, standing = self._verdict, document["ballots"]
        heads = Counter(vote["person"] for vote in standing)
        verdict.blame("doubled", heads.total() - len(heads), f"{self._name}: a person twice")
        counted = {vote["person"]: vote["choices"][0] for vote in standing}
        chosen = sum(document["counts"].get(key, 0) for key in VOTE_KEYS)
        verdict.blame("doubled", chosen - len(counted), f"{self._name}: more counted than named")
        verdict.blame("lost", len(counted) - chosen, f"{self._name}: fewer counted than named")
        verdict.tallied += chosen
        for seat in sorted(self._stories.keys() | counted.keys()):
            found = self._stories.get(seat, Story())
            choice = counted.get(seat)
            if choice not in (None, found.accepted) and choice not in found.pressed:
                self._blame("phantom", f"{seat} counted as {choice}", found)
            elif found.accepted is None:
                verdict.unknown += _is_unknown(found, choice is not None)
            elif choice != found.accepted and choice not in found.open_keys:
                self._missing(seat, found, choice)

    def _judge_secret(self, document: dict[str, Any]) -> None:
        verdict = self._verdict
        silent = {
            person
            for group in ("not_voting", "absent", "recused")
            for person in document["did_not_take_part"][group]
        }
        voted = set(document["entitled"]) - silent
        slips = document["slips"]
        verdict.tallied += slips["returned"]
        for seat in sorted(self._stories.keys() | voted):
            found = self._stories.get(seat, Story())
            if seat in voted and not found.pressed and found.accepted is None:
                self._blame("phantom", f"{seat} has voted", found)
            elif found.accepted is None:
                verdict.unknown += _is_unknown(found, seat in voted)
            elif seat not in voted:
                self._missing(seat, found, None)
        extra = slips["returned"] - len(voted)
        verdict.blame("doubled", extra, f"{self._name}: {extra} slips more than voters")
        unheard = _unheard(document)
        if not unheard:
            verdict.blame("lost", slips["missing"], f"{self._name}: {slips['missing']} slips")
        self._judge_slips(document, voted, unheard)

    def _judge_slips(self, document: dict[str, Any], voted: set[str], unheard: set[str]) -> None:
        """What was chosen lies between what was surely and what was possibly chosen."""
        surely: Counter[str] = Counter()
        possibly: Counter[str] = Counter()
        for seat in voted:
            found = self._stories.get(seat, Story())
            possibly.update(found.open_keys)
            is_heard = seat.partition("/")[0] not in unheard
            if len(found.open_keys) == 1 and is_heard:
                surely.update(found.open_keys)
        for key in VOTE_KEYS:
            count = document["counts"].get(key, 0)
            name = f"{self._name}: {count} slips {key}"
            self._verdict.blame("phantom", count - possibly[key], f"{name} of {possibly[key]}")
            self._verdict.blame("lost", surely[key] - count, f"{name} of {surely[key]}")

    def _missing(self, seat: str, found: Story, choice: str | None) -> None:
        """Accepted and not counted: late by name beside its room, or lost."""
        own = () if self._document is None else (self._document,)
        # A room that was away may have been at an earlier ballot still.
        if any(_is_late(document, seat, found) for document in (*own, *self._earlier)):
            self._verdict.late_named += 1
            return
        if any(_was_counted(document, seat, found) for document in self._earlier):
            return
        self._blame("lost", f"{seat} saw {found.accepted}, counted is {choice}", found)

    def _blame(self, what: str, line: str, found: Story) -> None:
        self._verdict.blame(what, 1, f"{self._name}: {line}; {found}")


def _is_unknown(found: Story, is_counted: bool) -> bool:
    """Pressed, and the seat has said neither yes nor no; or it is counted all the same."""
    return bool(found.pressed) and (is_counted or not found.is_refused)


def _is_late(document: dict[str, Any], seat: str, found: Story) -> bool:
    """The seat's last choice stands among the late ones, and its room is named."""
    if seat.partition("/")[0] not in _unheard(document):
        return False
    own = [late for late in document["late_ballots"] if late["person"] == seat]
    if found.accepted == UNSEEN:
        return bool(own)
    fitting = found.open_keys | {found.accepted}
    return any(choice in fitting for late in own for choice in late["choices"])


def _was_counted(document: dict[str, Any], seat: str, found: Story) -> bool:
    """The lamp spoke of this ballot, in which the vote counts: its room knew of no later one."""
    if seat.partition("/")[0] not in _unheard(document):
        return False
    own = [vote for vote in document["ballots"] if vote["person"] == seat]
    return any(vote["choices"] == [found.accepted] for vote in own)


def _unheard(document: dict[str, Any]) -> set[str]:
    return set(document["rooms_not_heard"]) | set(document["late_rooms"])
