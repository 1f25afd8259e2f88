"""Laws that hold for every ballot, whatever happens to it, in whatever order it arrives.

They are: every person's vote is there at most once and counted ones are recorded ones; the
counts make up everybody present; nobody without a right is in it; nothing moves a total after
the count; a replay of the journal gives the same ballot; casts doubled, lost-and-resent and in
any order before the end give the same tally; a secret ballot holds no link.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from edge.rules.ballot import step
from edge.rules.ballot_events import (
    Abort,
    Announce,
    Annul,
    Arrived,
    CallNext,
    Cast,
    Close,
    Count,
    Departed,
    Drained,
    Event,
    Mark,
    Open,
    Pause,
    Prepare,
    Recorded,
    Recuse,
    Resume,
    RoomBack,
    RoomLost,
    Slips,
    Tick,
    from_data,
    to_data,
)
from edge.rules.ballot_journal import Journal, advance, begin, document, verify
from edge.rules.ballot_result import result
from edge.rules.ballot_state import HAS_RESULT, Ballot, Stage, tally
from tests.ballots import EVERYBODY, VOTERS, cast, drained, plan, play, secret

PEOPLE = [*VOTERS, "nobody"]
ROOMS = ["main", "sat", "attic"]
CHOICES = ["yes", "no", "abstain", "maybe"]

people = st.sampled_from(PEOPLE)
rooms = st.sampled_from(ROOMS)
crowds = st.frozensets(people, max_size=3)
revisions = st.integers(1, 3)


@st.composite
def casts(draw: st.DrawFn) -> Cast:
    """A vote of anybody, right or wrong, pressed now or recorded before."""
    person, revision = draw(people), draw(revisions)
    choices = draw(st.lists(st.sampled_from(CHOICES), max_size=2)) or ["yes"]
    channel = draw(st.sampled_from(["seat", "page"]))
    return cast(
        person,
        *choices,
        revision=revision,
        id=f"{channel}-{person}-{revision}-{'.'.join(choices)}",
        recorded=draw(st.booleans()),
        generation=draw(st.sampled_from([1, 1, 1, 2])),
    )


marks = st.builds(
    Mark, st.just("vote-7"), st.just(1), people, st.sampled_from(["m-1", "m-2"]), st.none(),
    st.booleans(),
)  # fmt: skip
slips = st.builds(Slips, st.tuples(st.sampled_from(CHOICES)), st.integers(0, 2))
boxes = st.builds(
    Drained, st.just("vote-7"), st.just(1), rooms, st.lists(slips, max_size=2).map(tuple)
)
life = st.sampled_from([
    Prepare(), Open("an"), Pause(), Resume(), Close("an", ts=5.0), Count("an"), CallNext(),
    Announce("an"), Announce(anyway=True), Abort("an", "why"), Annul("an", "why"), Tick(),
])  # fmt: skip
happenings = (
    st.builds(Arrived, crowds)
    | st.builds(Departed, crowds)
    | st.builds(Recuse, people)
    | st.builds(RoomLost, rooms)
    | st.builds(RoomBack, rooms)
)
events = casts() | marks | boxes | life | happenings


@st.composite
def stories(draw: st.DrawFn) -> list[Event]:
    """A ballot that is opened, anything at all, mostly an end, and anything after it."""
    story: list[Event] = [Prepare(), Open("an"), *draw(st.lists(events, max_size=30))]
    if draw(st.integers(0, 3)):
        story += [Close("an"), *draw(st.lists(events, max_size=4)), *draw(endings)]
    return story + draw(st.lists(events, max_size=8))


endings = st.sampled_from([
    [drained("main"), drained("sat")],
    [drained("sat"), Count("an")],
    [Count("an"), drained("main")],
])  # fmt: skip

plans = st.sampled_from(
    [
        plan(),
        plan(press="first_press", on_room_lost="continue_without"),
        plan(kind="roll_call", rule=None, picks_max=2),
        plan(duration_s=12.0, gate_voting_by_attendance=False, recused=frozenset({"chi"})),
        plan(rule=None, uncounted_rooms=frozenset({"sat"}), on_room_lost="continue_without"),
        secret(),
        secret(on_room_lost="continue_without", duration_s=12.0),
    ]
)


def lived(sample: Any, story: list[Event]) -> tuple[list[Ballot], Journal, list[str]]:
    """Every ballot on the way, the journal, and its lines as stored."""
    journal, first = begin(Ballot(sample, attending=EVERYBODY))
    way, lines = [journal.ballot], [json.dumps(first)]
    for second, event in enumerate(story):
        journal, _, line = advance(journal, event, float(second))
        way.append(journal.ballot)
        if line is not None:
            lines.append(json.dumps(line))
    return way, journal, lines


@given(plans, stories())
def test_counts_make_up_everybody_and_nobody_is_there_twice(
    sample: Any, story: list[Event]
) -> None:
    way, _, _ = lived(sample, story)
    for ballot in way:
        voted = [person for person, _ in ballot.held()]
        assert len(voted) == len(set(voted))
        assert set(voted) <= set(ballot.members())
        assert all(VOTERS[person].room not in sample.uncounted_rooms for person in voted)
        if ballot.stage not in HAS_RESULT:
            continue
        found = result(ballot)
        counts = found["counts"]
        if sample.picks_max == 1:
            assert sum(counts.values()) == found["members"]
            assert sum(counts.values()) - counts["absent"] == found["present"]
        assert counts["not_voting"] >= 0
        assert sum(found["present_by_room"].values()) == found["present"]
        for room in (found["counts_by_room"] or {}).values():
            assert all(count >= 0 for count in room.values())


@given(plans, stories())
def test_nothing_moves_a_total_after_the_count(sample: Any, story: list[Event]) -> None:
    way, _, _ = lived(sample, story)
    counted = [ballot for ballot in way if ballot.stage in HAS_RESULT]
    keys = ("counts", "present", "members", "outcome", "needed", "ballots", "rooms_not_heard")
    results = [{key: result(ballot)[key] for key in keys} for ballot in counted]
    assert all(each == results[0] for each in results)


@given(plans, stories())
def test_a_replay_of_the_journal_is_what_was_lived(sample: Any, story: list[Event]) -> None:
    _, journal, lines = lived(sample, story)
    ended = journal.ballot.stage in HAS_RESULT
    if ended:
        lines.append(json.dumps({"result": document(journal)}))
    proof = verify(lines)
    assert (proof.journal.head, proof.results) == (journal.head, int(ended))
    # What rooms hand in of a secret ballot is in no journal before the count.
    if not journal.ballot.is_secret or ended:
        assert proof.journal == journal


@given(plans, stories())
def test_only_who_is_told_recorded_is_in_the_tally(sample: Any, story: list[Event]) -> None:
    ballot, told = Ballot(sample, attending=EVERYBODY), set()
    for second, event in enumerate(story):
        ballot, effects = step(ballot, event, float(second))
        told |= {effect.person for effect in effects if isinstance(effect, Recorded)}
        # And once told, it stays in, whatever happens: no event takes a vote away.
        assert {person for person, _ in ballot.held()} == told


@given(stories())
def test_a_secret_ballot_holds_no_link(story: list[Event]) -> None:
    way, journal, lines = lived(secret(), story)
    for ballot in way:
        assert all(vote.choices == () and vote.at_s is None for _, vote in ballot.held())
        assert all(late.choices == () and late.at_s is None for late in ballot.late)
        keys = [slip.choices for slip in ballot.slips]
        assert keys == sorted(set(keys))
    for line in map(json.loads, lines[1:]):
        about = line.get("event") or line["refused"]
        assert not (about.get("person") and (about.get("choices") or about.get("slips")))
        assert about["what"] != "drained" or not about.get("slips")
    assert journal.length == len(lines)


valid_casts = st.builds(
    lambda person, revision, choice, channel: cast(
        person, choice, revision=revision, id=f"{channel}-{revision}-{choice}", recorded=True
    ),
    st.sampled_from(["an", "binh", "chi", "dung", "giang"]),
    revisions,
    st.sampled_from(["yes", "no", "abstain"]),
    st.sampled_from(["seat", "page"]),
)


@given(st.data(), st.lists(valid_casts, max_size=20), st.sampled_from([Stage.OPEN, Stage.CLOSING]))
def test_doubled_and_reordered_casts_give_the_same_tally(
    data: st.DataObject, votes: list[Cast], stage: Stage
) -> None:
    start = play(Ballot(plan(), attending=EVERYBODY), Prepare(), Open())
    if stage is Stage.CLOSING:
        start = play(start, Close())
    again = data.draw(st.lists(st.sampled_from(votes), max_size=10)) if votes else []
    other = data.draw(st.permutations([*votes, *again]))
    one, two = play(start, *votes), play(start, *other)
    assert tally(one) == tally(two)
    assert {p: (v.id, v.revision) for p, v in one.held()} == {
        p: (v.id, v.revision) for p, v in two.held()
    }


@given(
    st.lists(valid_casts, max_size=8),
    st.lists(valid_casts, max_size=8),
    st.permutations(["main", "sat"]),
)
def test_the_end_races_with_votes_and_no_total_moves_later(
    in_time: list[Cast], on_the_way: list[Cast], order: list[str]
) -> None:
    """Votes that rooms recorded arrive before or after *close*: all count until *drained*."""
    ballot = play(Ballot(plan(), attending=EVERYBODY), Prepare(), Open())
    late = play(ballot, *in_time, Close(), *on_the_way, *map(drained, order))
    early = play(ballot, *in_time, *on_the_way, Close(), *map(drained, order))
    assert late.stage is early.stage is Stage.COUNTED
    assert tally(late) == tally(early)
    assert tally(play(late, *in_time, *on_the_way)) == tally(late)


@given(events)
def test_every_event_is_written_and_read_back(event: Event) -> None:
    assert from_data(json.loads(json.dumps(to_data(event)))) == event
