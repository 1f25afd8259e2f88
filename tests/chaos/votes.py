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
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from tests.chaos.history import VOTE_KEYS, History, Question
from tests.chaos.stories import UNSEEN, Story, refusals, story


@dataclass(slots=True)
class Verdict:
    """The figures, and for each thing that is wrong a line for people."""

    ballots: int = 0
    presses: int = 0
    accepted: int = 0
    tallied: int = 0
    late_named: int = 0
    slips_missing: int = 0
    """Secret votes whose slips lay in a room that is named as not heard."""
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
    seats = sorted({press.seat for press in votes})
    verdict.refused_visibly = sum(len(list(refusals(history, seat))) for seat in seats)
    earlier: list[dict[str, Any]] = []
    for question in history.questions:
        stories = {seat: story(history, seat, question.ballot) for seat in seats}
        verdict.ballots += 1
        verdict.accepted += sum(each.accepted is not None for each in stories.values())
        sheet = _Sheet(question, earlier, stories, verdict)
        sheet.judge()
        verdict.told.append(sheet.summary())
        if question.document is not None:
            earlier.append(question.document)
    return verdict


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
                verdict.unknown += found.is_unknown or choice is not None
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
                verdict.unknown += found.is_unknown or seat in voted
            elif seat not in voted:
                self._missing(seat, found, None)
        extra = slips["returned"] - len(voted)
        verdict.blame("doubled", extra, f"{self._name}: {extra} slips more than voters")
        unheard = _unheard(document)
        if unheard:
            verdict.slips_missing += slips["missing"]
        else:
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
        self._blame("lost", f"{seat} saw {found.accepted}, counted is {choice}", found)

    def _blame(self, what: str, line: str, found: Story) -> None:
        self._verdict.blame(what, 1, f"{self._name}: {line}; {found}")


def _is_late(document: dict[str, Any], seat: str, found: Story) -> bool:
    """The seat's last choice stands among the late ones, and its room is named."""
    if seat.partition("/")[0] not in _unheard(document):
        return False
    own = [late for late in document["late_ballots"] if late["person"] == seat]
    if found.accepted == UNSEEN:
        return bool(own)
    fitting = found.open_keys | {found.accepted}
    return any(choice in fitting for late in own for choice in late["choices"])


def _unheard(document: dict[str, Any]) -> set[str]:
    return set(document["rooms_not_heard"]) | set(document["late_rooms"])
