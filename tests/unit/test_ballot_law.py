"""The law of a ballot: every event at every stage, from every way a ballot can begin."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge.rules.ballot import LAW, again, step
from edge.rules.ballot_events import (
    EVENTS,
    Abort,
    Announce,
    Annul,
    Arrived,
    CallNext,
    Close,
    Count,
    Departed,
    Effect,
    Entered,
    Event,
    Late,
    Open,
    Pause,
    Prepare,
    QuorumChanged,
    Recorded,
    Recuse,
    Refused,
    Resume,
    RoomBack,
    RoomLost,
    Tick,
    Unseal,
    Withdraw,
)
from edge.rules.ballot_state import Ballot, Stage
from edge.rules.reasons import SENTENCES, Reason
from tests.ballots import at, cast, drained, mark

EVENTS_OF_A_ROW: dict[str, Event] = {
    "prepare": Prepare(),
    "open": Open(),
    "pause": Pause(),
    "resume": Resume(),
    "close": Close(),
    "count": Count("an"),
    "unseal": Unseal("", frozenset({"main"}), ()),
    "announce": Announce(anyway=True),
    "annul": Annul(),
    "abort": Abort(),
    "withdraw": Withdraw(),
    "call_next": CallNext(),
    "recuse": Recuse("chi"),
    "cast": cast("chi", "yes"),
    "recorded_cast": cast("chi", "yes", recorded=True),
    "mark": mark("chi"),
    "drained": drained("sat"),
    "room_lost": RoomLost("sat"),
    "room_back": RoomBack("sat"),
    "arrived": Arrived(frozenset({"late-guest"})),
    "departed": Departed(frozenset({"khach"})),
    "tick": Tick(),
}

# =  nothing at all       ~  changed, nothing to say        >x  is in stage x now
# !x refused because of x            +recorded, +late  what a vote is told
TABLE = """
              draft          ready_check    open           paused        closing       counted       announced     aborted      annulled     withdrawn
prepare       >ready_check   =              !vote_running  !vote_running !vote_running !vote_closed  !vote_closed  !vote_closed !vote_closed !vote_closed
open          !vote_not_ready >open         =              !vote_paused  !vote_closed  !vote_closed  !vote_closed  !vote_closed !vote_closed !vote_closed
pause         !vote_not_open !vote_not_open >paused        =             !vote_closed  !vote_closed  !vote_closed  !vote_closed !vote_closed !vote_closed
resume        !vote_not_open !vote_not_open =              >open         !vote_closed  !vote_closed  !vote_closed  !vote_closed !vote_closed !vote_closed
close         !vote_not_open !vote_not_open >closing       >closing      =             =             =             !vote_closed !vote_closed !vote_closed
count         !vote_not_open !vote_not_open !vote_running  !vote_running >counted      =             =             !vote_closed !vote_closed !vote_closed
unseal        !vote_not_open !vote_not_open !vote_running  !vote_running !bad_argument !vote_closed  !vote_closed  !vote_closed !vote_closed !vote_closed
announce      !vote_not_open !vote_not_open !vote_not_counted !vote_not_counted !vote_not_counted >announced = !vote_closed !vote_closed !vote_closed
annul         !vote_not_open !vote_not_open !vote_not_counted !vote_not_counted !vote_not_counted >annulled >annulled !vote_closed = !vote_closed
abort         !vote_not_open !vote_not_open >aborted       >aborted      >aborted      !vote_closed  !vote_closed  =            !vote_closed !vote_closed
withdraw      >withdrawn     >withdrawn     !vote_running  !vote_running !vote_running !vote_closed  !vote_closed  !vote_closed !vote_closed =
call_next     !vote_not_open !vote_not_open !bad_argument  !vote_paused  !vote_closed  !vote_closed  !vote_closed  !vote_closed !vote_closed !vote_closed
recuse        ~              ~              ~              ~             !vote_closed  !vote_closed  !vote_closed  !vote_closed !vote_closed !vote_closed
cast          !vote_not_open !vote_not_open +recorded      !vote_paused  !vote_closed  !vote_closed  !vote_closed  !vote_closed !vote_closed !vote_not_open
recorded_cast !vote_not_open !vote_not_open +recorded      +recorded     +recorded     +late         +late         +late        +late        !vote_not_open
mark          !vote_not_open !vote_not_open !bad_argument  !bad_argument !bad_argument !bad_argument !bad_argument !bad_argument !bad_argument !vote_not_open
drained       !vote_not_open !vote_not_open !vote_running  !vote_running ~             ~             ~             =            ~            !vote_not_open
room_lost     ~              ~              >paused        ~             =             =             =             =            =            =
room_back     =              =              =              =             =             =             =             =            =            =
arrived       ~              ~              ~              ~             =             =             =             =            =            =
departed      ~              ~              ~              ~             =             =             =             =            =            =
tick          =              =              =              =             =             =             =             =            =            =
"""  # noqa: E501  # one line per event reads as a table

HEAD, *ROWS = (line.split() for line in TABLE.strip().splitlines())
CELLS = [
    pytest.param(row[0], Stage(stage), cell, id=f"{row[0]}-{stage}")
    for row in ROWS
    for stage, cell in zip(HEAD, row[1:], strict=True)
]


def said(before: Ballot, after: Ballot, effects: tuple[Effect, ...]) -> str:
    """What happened, in the signs of the table."""
    words = {Recorded: "+recorded", Late: "+late"}
    for effect in effects:
        if isinstance(effect, Refused):
            return f"!{effect.reason}"
        if isinstance(effect, Entered):
            return f">{effect.stage}"
        if not isinstance(effect, QuorumChanged):
            return words[type(effect)]
    return "=" if after is before else "~"


@pytest.mark.parametrize(("event", "stage", "cell"), CELLS)
def test_every_event_at_every_stage(event: str, stage: Stage, cell: str) -> None:
    before = at(stage)
    assert before.stage is stage
    after, effects = step(before, EVENTS_OF_A_ROW[event], 100.0)
    assert said(before, after, effects) == cell
    # A refusal gives the very same ballot back, and so does what changes nothing.
    assert (after is before) is (cell[0] in "!=")


def test_the_table_is_complete() -> None:
    assert {row[0] for row in ROWS} == set(EVENTS) | {"recorded_cast"}
    assert [str(stage) for stage in Stage] == HEAD
    assert set(LAW) == set(EVENTS.values())
    assert all(set(row) == set(Stage) for row in LAW.values())
    assert set(SENTENCES) == set(Reason)


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("event", [cast("chi", "yes"), mark("chi"), drained("main")])
@pytest.mark.parametrize("change", [{"ballot": "vote-8"}, {"generation": 2}])
def test_what_is_for_another_ballot_is_refused_at_every_stage(
    stage: Stage, event: Event, change: dict[str, object]
) -> None:
    before = at(stage)
    after, effects = step(before, replace(event, **change), 100.0)  # type: ignore[type-var]
    assert after is before
    assert [effect.reason for effect in effects if isinstance(effect, Refused)] == [
        Reason.VOTE_UNKNOWN
    ]


@pytest.mark.parametrize("stage", list(Stage))
def test_voting_again_is_a_new_generation_of_what_was_aborted_or_annulled(stage: Stage) -> None:
    before = at(stage)
    after, effects = again(before)
    if stage in {Stage.ABORTED, Stage.ANNULLED}:
        assert after == Ballot(replace(before.plan, generation=2), attending=before.attending)
        assert effects == (Entered(Stage.DRAFT),)
    else:
        assert after is before
        assert effects == (Refused(Reason.VOTE_RUNNING),)


def test_a_vote_for_the_old_generation_does_not_enter_the_new_one() -> None:
    fresh, _ = again(at(Stage.ANNULLED))
    for event in (Prepare(), Open()):
        fresh, _ = step(fresh, event, 200.0)
    after, effects = step(fresh, cast("chi", "yes", recorded=True), 201.0)
    assert after is fresh
    assert effects == (Refused(Reason.VOTE_UNKNOWN, "chi", "chi-1"),)
