"""Two owners of one meeting: what the other system says, joined with what is here.

Theory. Each datum has one master. Theirs: title, time, agenda, people with role, weight and
proxy, what is voted on. Ours: who sits where, rooms, the floor's rules, the gate, how a vote is
decided, and whatever was added here. What they named the last time and name no longer is gone;
what they never named stays. People are the same by their id; somebody who was typed in here
without one is the same by name, if nobody else has it, so that nobody is a voter twice. Who was
typed in here with another id than theirs, and has the same name, is for a person to tell apart.

Owns this joining. Pure; must not know how the document came.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from pydantic import ValidationError

from hub.api.ballot_bodies import MotionBody
from hub.bridges.document import BridgeError, MeetingDocument, PersonEntry
from hub.meeting_form import (
    AgendaEntry,
    MeetingForm,
    Problem,
    SeatEntry,
    clashes,
    problems_of,
)

Places = Mapping[str, Sequence[str]]
"""Seats of each room, in order."""


class Named(NamedTuple):
    """Ids that the other system named the last time: the things it may take away again."""

    items: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    ballots: frozenset[str] = frozenset()

    def with_(self, other: Named) -> Named:
        """Those of either."""
        return Named(*(mine | theirs for mine, theirs in zip(self, other, strict=True)))


def named_by(document: MeetingDocument, before: Named) -> Named:
    """What it names; of a list that it leaves out, what was named before."""
    return Named(
        before.items if document.agenda is None else frozenset(each.id for each in document.agenda),
        before.people
        if document.people is None
        else frozenset(each.person for each in document.people),
        before.ballots
        if document.ballots is None
        else frozenset(each.id for each in document.ballots),
    )


def joined(
    document: MeetingDocument, here: MeetingForm | None, before: Named, places: Places
) -> MeetingForm:
    """The meeting's form with what the document says; ``here`` None: it is new.

    Raises:
        BridgeError: somebody has no seat, or it does not go together.
    """
    form = here or MeetingForm(rooms=document.meeting.rooms)
    said = {
        "title": document.meeting.title,
        "when": document.meeting.when,
        "agenda": form.agenda if document.agenda is None else _agenda(document, form, before),
        "seats": form.seats
        if document.people is None
        else _seats(document.people, form, before, places),
        "ballots": form.ballots if document.ballots is None else _ballots(document, form, before),
    }
    try:
        found = MeetingForm.model_validate(form.model_copy(update=said).model_dump())
    except ValidationError as error:
        raise BridgeError(f"{document.meeting.id}: {problems_of(error)[0]}") from error
    found = _renamed(found, form)
    wrong = [*clashes(found), *_unknown_recused(document, found, form)]
    if wrong:
        raise BridgeError(f"{document.meeting.id}: {wrong[0]}")
    return found


def _renamed(found: MeetingForm, before: MeetingForm) -> MeetingForm:
    """Who got an id is called by it everywhere: where they take no part, or sit for another."""
    nameless = {entry.seat for entry in before.seats if _is_nameless(entry)}
    ids = {e.seat: e.person for e in found.seats if e.seat in nameless and e.person is not None}
    if not ids:
        return found
    seats = [
        entry.model_copy(update={"proxy": ids.get(entry.proxy or "", entry.proxy)})
        for entry in found.seats
    ]
    ballots = [
        ballot.model_copy(update={"recused": [ids.get(each, each) for each in ballot.recused]})
        for ballot in found.ballots
    ]
    return found.model_copy(update={"seats": seats, "ballots": ballots})


def _unknown_recused(
    document: MeetingDocument, found: MeetingForm, before: MeetingForm
) -> Iterator[Problem]:
    """Of a new vote: a name that nobody has would let vote who is to take no part."""
    known = {entry.person or entry.seat for entry in found.seats}
    here = {ballot.id for ballot in before.ballots}
    for ballot in document.ballots or ():
        for each in ballot.recused if ballot.id not in here and known else ():
            if each not in known:
                yield Problem("ballots.recused", f"{ballot.id} names {each}: nobody in the list")


Thing = TypeVar("Thing", AgendaEntry, MotionBody)


def _ours(things: Sequence[Thing], theirs: Sequence[Thing], before: frozenset[str]) -> list[Thing]:
    """What was added here: neither named now nor the last time."""
    named = before | {each.id for each in theirs}
    return [each for each in things if each.id not in named]


def _agenda(document: MeetingDocument, form: MeetingForm, before: Named) -> list[AgendaEntry]:
    theirs = list(document.agenda or ())
    return theirs + _ours(form.agenda, theirs, before.items)


def _ballots(document: MeetingDocument, form: MeetingForm, before: Named) -> list[MotionBody]:
    known = {ballot.id: ballot for ballot in form.ballots}
    theirs = [
        known[each.id].model_copy(update={"text": each.text, "item": each.item})
        if each.id in known
        else each
        for each in document.ballots or ()
    ]
    return theirs + _ours(form.ballots, theirs, before.ballots)


def _seats(
    people: Sequence[PersonEntry], form: MeetingForm, before: Named, places: Places
) -> list[SeatEntry]:
    """Everybody keeps the seat they have here; who is new gets the proposed one or a free one."""
    theirs = {each.person: each for each in people}
    _refuse_other_ids(people, form, before.people)
    whose = _recognised(people, form)
    kept: list[SeatEntry] = []
    for entry in form.seats:
        person = entry.person or whose.get(entry.seat)
        if person is not None and person in theirs:
            kept.append(_told(theirs.pop(person), entry.seat, entry))
        elif entry.person is None or entry.person not in before.people:
            kept.append(entry)
    taken = {entry.seat for entry in kept}
    proposed = Counter(each.seat for each in theirs.values() if each.seat not in taken)
    for person, each in list(theirs.items()):
        if each.seat is not None and proposed[each.seat] == 1:
            kept.append(_told(theirs.pop(person), each.seat))
            taken.add(each.seat)
    rooms = form.rooms or sorted(places)
    free = [seat for room in rooms for seat in places.get(room, ()) if seat not in taken]
    if len(free) < len(theirs):
        first = next(iter(theirs.values()))
        raise BridgeError(
            f"{len(theirs)} people have no seat ({first.name} first), {len(free)} are free in "
            f"{', '.join(rooms) or 'no room that is known'}: name seats, or choose more rooms"
        )
    new = zip(theirs.values(), free, strict=False)
    return kept + [_told(each, seat) for each, seat in new]


def _recognised(people: Sequence[PersonEntry], form: MeetingForm) -> dict[str, str]:
    """Person by seat, for those who stand here without an id and there with the same name."""
    known = {entry.person for entry in form.seats if entry.person is not None}
    new = [each for each in people if each.person not in known]
    there = Counter(_plain(each.name) for each in new)
    here = Counter(_plain(entry.name) for entry in form.seats if _is_nameless(entry))
    found: dict[str, str] = {}
    for entry in form.seats:
        name = _plain(entry.name)
        if not _is_nameless(entry) or name not in there:
            continue
        if there[name] > 1 or here[name] > 1:
            raise BridgeError(
                f"{entry.seat}: {entry.name} is not the only one of that name: give the id of the "
                "person here, else somebody might count twice"
            )
        found[entry.seat] = next(each.person for each in new if _plain(each.name) == name)
    return found


def _refuse_other_ids(
    people: Sequence[PersonEntry], form: MeetingForm, before: frozenset[str]
) -> None:
    """Nobody who is new has the name of somebody of ours who has an id that is not theirs.

    Raises:
        BridgeError: somebody has.
    """
    known = {entry.person for entry in form.seats}
    theirs = before | {each.person for each in people}
    ours = {_plain(entry.name): entry for entry in form.seats
            if entry.person is not None and entry.person not in theirs and entry.name}  # fmt: skip
    for each in people:
        entry = ours.get(_plain(each.name)) if each.person not in known else None
        if entry is not None:
            raise BridgeError(
                f"{entry.seat}: {entry.name} is {entry.person} here and {each.person} there, and "
                "might count twice: give the same id here, or tell the names apart"
            )


def _is_nameless(entry: SeatEntry) -> bool:
    return entry.person is None and entry.name != ""


def _told(each: PersonEntry, seat: str, before: SeatEntry | None = None) -> SeatEntry:
    role = each.role if each.role is not None or before is None else before.role
    return SeatEntry(
        seat=seat,
        name=each.name,
        role=role,
        person=each.person,
        weight=each.weight,
        proxy=each.proxy,
    )


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())
