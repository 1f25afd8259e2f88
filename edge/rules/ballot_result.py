"""The result of a counted ballot: the document that is shown, published and kept.

Owns what the document says. Everything in it follows from the ballot, so it can be computed
again at any time. Must not change a ballot.

A secret ballot's document has totals over all rooms only: with two rooms, hiding one and
showing the other would tell both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from edge.rules import ballot_labels as words
from edge.rules import plain
from edge.rules.ballot_state import HAS_RESULT, Ballot, tally
from edge.rules.majority import CARRIED, ChairVote, Division, Verdict, judge
from edge.rules.reasons import Sentence

_SILENT = ("not_voting", "absent")
_GROUPS = ("yes", "no", "abstain", *_SILENT)


def result(ballot: Ballot) -> dict[str, Any]:
    """The whole document as JSON knows it.

    Raises:
        ValueError: the ballot has not been counted.
    """
    if ballot.stage not in HAS_RESULT:
        raise ValueError(f"ballot {ballot.plan.id} is {ballot.stage}, it has no result")
    plan, present, counts = ballot.plan, ballot.present(), tally(ballot)
    found = outcome(ballot)
    return {
        "v": 1,
        "vote_id": plan.id,
        "generation": plan.generation,
        "meeting_id": plan.meeting,
        "item_id": plan.item,
        "text": plain.write(plan.text),
        "form": plan.kind,
        "label_set": plan.label_set,
        "options": plain.write(plan.options),
        "rule": plain.write(plan.rule),
        "stage": str(ballot.stage),
        "opened": plain.write(ballot.opened),
        "closed": plain.write(ballot.closed),
        "entitled": ballot.members(),
        "members": len(ballot.members()),
        "present": len(present),
        "present_by_room": _by_room(ballot, present),
        "quorum": {
            "opening": plain.write(ballot.quorum_opening),
            "closing": plain.write(ballot.quorum()),
            "opened_anyway": ballot.opened_anyway,
        },
        "counts": counts | _silent(ballot, present),
        "counts_by_room": _counts_by_room(ballot, present),
        "weights": weights(ballot),
        "slips": _slips(ballot, present),
        "did_not_take_part": _did_not_take_part(ballot, present),
        **_decided(found),
        "entered_by_hand": sorted(
            person for person, vote in ballot.held() if vote.by not in (None, plan.holder(person))
        ),
        "late_ballots": plain.write(ballot.late),
        "late_rooms": sorted(ballot.late_rooms),
        "rooms_not_heard": ballot.rooms_not_heard(),
        "counted_without_them_by": ballot.counted_by,
        "counting_of_rooms": {
            "on_room_lost": plan.on_room_lost,
            "lost_at_closing": sorted(ballot.lost_rooms),
            "uncounted": sorted(plan.uncounted_rooms),
        },
        "ended": plain.write(ballot.ending),
        "ballots": _by_name(ballot),
        "is_training": plan.is_training,
        "announcement": plain.write(announcement(ballot, found)),
    }


def divided(ballot: Ballot) -> Division:
    """The division in persons. A secret vote whose slip was not handed in counts as silent."""
    counts, present = tally(ballot), len(ballot.present())
    yes, no, abstain = (counts.get(answer, 0) for answer in ("yes", "no", "abstain"))
    absent = len(ballot.members()) - present
    return Division(yes, no, abstain, present - yes - no - abstain, absent)


def weights(ballot: Ballot) -> dict[str, int] | None:
    """The weight behind each option, and of the silent; None where everybody weighs the same."""
    voters = ballot.plan.voters
    if all(voter.weight == 1 for voter in voters.values()):
        return None
    sums = dict.fromkeys((*(option.id for option in ballot.plan.options), *_SILENT), 0)
    for person in ballot.members():
        vote = ballot.vote_of(person)
        silent = "not_voting" if ballot.is_present(person) else "absent"
        for place in (silent,) if vote is None else vote.choices:
            sums[place] += voters[person].weight
    return sums


def weighed(ballot: Ballot) -> Division | None:
    """The division in weights, None where everybody weighs the same."""
    sums = weights(ballot)
    return None if sums is None else Division(*(sums.get(each, 0) for each in _GROUPS))


def chair_vote(ballot: Ballot) -> ChairVote | None:
    """What the chair chose; None where nobody may know or nobody is chair."""
    chairs = [person for person in ballot.members() if ballot.plan.voters[person].role == "chair"]
    if ballot.is_secret or len(chairs) != 1:
        return None
    vote = ballot.vote_of(chairs[0])
    if vote is None:
        return "not_voting"
    known: Mapping[str, ChairVote] = {"yes": "yes", "no": "no", "abstain": "abstain"}
    return known.get("".join(vote.choices))


def outcome(ballot: Ballot) -> Verdict | None:
    """What the rule says; None where there is no rule."""
    rule = ballot.plan.rule
    if rule is None:
        return None
    return judge(rule, divided(ballot), weighed(ballot), chair_vote(ballot))


def announcement(ballot: Ballot, found: Verdict | None) -> Sentence:
    """What is read out."""
    plan, present, counts = ballot.plan, ballot.present(), tally(ballot)
    is_plain = plan.options == words.LABEL_SETS.get(plan.label_set)
    heavy = weights(ballot) or {}
    parts = [words.attendance(len(present), len(ballot.members()))]
    slips = _slips(ballot, present)
    if slips is not None:
        parts.append(words.slips(slips["issued"], slips["returned"]))
    lines = {option.id: option.label for option in plan.options} | {"not_voting": words.NOT_VOTING}
    counts |= _silent(ballot, present)
    for key, label in lines.items():
        said = words.in_sentence(label) if is_plain or key == "not_voting" else label
        if key in heavy:
            parts.append(words.counted(said, heavy[key], counts[key]))
        else:
            parts.append(words.counted(said, counts[key]))
    sentences = [words.join([words.join(parts, "; "), Sentence("", "")], ".")]
    if found is not None:
        yes = next(option.label for option in plan.options if option.id == "yes")
        sentences.append(words.verdict(found.needed, yes, found.outcome))
        if found.chair_side is not None:
            sentences.append(words.EQUAL_CHAIR)
        elif found.equal and found.outcome not in CARRIED:
            sentences.append(words.EQUAL)
    if ballot.rooms_not_heard():
        sentences.append(words.rooms_not_heard(ballot.rooms_not_heard()))
    return words.join(sentences, " ")


def _decided(found: Verdict | None) -> dict[str, Any]:
    if found is None:
        return dict.fromkeys(("base", "needed", "outcome", "tie"))
    return {
        "base": found.base,
        "needed": found.needed,
        "outcome": found.outcome,
        "tie": {"equal": found.equal, "chair_side": found.chair_side},
    }


def _silent(ballot: Ballot, present: list[str]) -> dict[str, int]:
    """Present without a choice, and absent: with the votes they make up all members."""
    chosen = (
        sum(slip.count for slip in ballot.slips)
        if ballot.is_secret
        else sum(len(room) for room in ballot.votes.values())
    )
    return {"not_voting": len(present) - chosen, "absent": len(ballot.members()) - len(present)}


def _by_room(ballot: Ballot, people: list[str]) -> dict[str, int]:
    rooms = Counter(ballot.plan.voters[person].room for person in people)
    return {room: rooms[room] for room in ballot.plan.rooms}


def _counts_by_room(ballot: Ballot, present: list[str]) -> dict[str, dict[str, int]] | None:
    if ballot.is_secret:
        return None
    found = {}
    for room, there in _by_room(ballot, present).items():
        votes = ballot.votes.get(room, {}).values()
        chosen = [choice for vote in votes for choice in vote.choices]
        found[room] = {option.id: chosen.count(option.id) for option in ballot.plan.options}
        found[room]["not_voting"] = there - len(votes)
    return found


def _slips(ballot: Ballot, present: list[str]) -> dict[str, int] | None:
    """The numbers of a secret ballot: issued to those present, returned, and what is missing."""
    if not ballot.is_secret:
        return None
    returned = sum(slip.count for slip in ballot.slips)
    voted = sum(len(room) for room in ballot.votes.values())
    return {
        "issued": len(present),
        "returned": returned,
        "valid": returned,
        "invalid": 0,
        "missing": voted - returned,
    }


def _did_not_take_part(ballot: Ballot, present: list[str]) -> dict[str, list[str]]:
    there = frozenset(present)
    return {
        "not_voting": [person for person in present if ballot.vote_of(person) is None],
        "absent": [person for person in ballot.members() if person not in there],
        "recused": sorted(ballot.recused | ballot.plan.recused),
    }


def _by_name(ballot: Ballot) -> list[dict[str, Any]] | None:
    """Who voted what: open forms only."""
    if ballot.is_secret:
        return None
    return [
        {
            "person": person,
            "name": ballot.plan.voters[person].name,
            "seat": ballot.plan.voters[person].seat,
            **plain.write(vote),
        }
        for person, vote in sorted(ballot.held())
    ]
