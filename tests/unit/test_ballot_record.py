"""The result document and the journal: what they say, and that no change in them can hide."""

from __future__ import annotations

import json
from typing import Any

import pytest

from edge.rules.ballot_events import (
    Announce,
    Annul,
    Close,
    Count,
    Event,
    Open,
    Prepare,
    Recuse,
    RoomLost,
)
from edge.rules.ballot_journal import Journal, JournalError, advance, begin, document, verify
from edge.rules.ballot_labels import Option
from edge.rules.ballot_plan import Plan, Voter
from edge.rules.ballot_result import result
from edge.rules.ballot_state import Ballot, Stage
from edge.rules.presets import preset
from edge.rules.reasons import Sentence
from tests.ballots import EVERYBODY, VOTERS, at, cast, drained, mark, plan, play, secret

VOTED = (
    cast("an", "yes", recorded=True),
    cast("binh", "yes", recorded=True),
    cast("chi", "no", recorded=True),
    cast("khach", "yes", recorded=True),
    cast("dung", "yes", recorded=True),
)
ENDED = (Close("an", ts=1_700_000_060.0), drained("main"), drained("sat"), Announce("an"))


def kept(sample: Plan, *events: Event) -> tuple[Journal, list[str]]:
    """The journal of a ballot after these events, and its lines as they are stored."""
    journal, first = begin(Ballot(sample, attending=EVERYBODY))
    lines = [json.dumps(first)]
    for second, event in enumerate((Prepare(), Open("an", ts=1_700_000_000.0), *events)):
        journal, _, line = advance(journal, event, 10.0 + second)
        if line is not None:
            lines.append(json.dumps(line, ensure_ascii=False))
    return journal, lines


def counted(sample: Plan, *votes: Event) -> Ballot:
    """The ballot counted after these votes."""
    ballot = Ballot(sample, attending=EVERYBODY)
    return play(ballot, Prepare(), Open(), *votes, Close(), drained("main"), drained("sat"))


# --- the document --------------------------------------------------------------------------------


def test_an_open_result_says_everything() -> None:
    journal, _ = kept(plan(meeting="m-1", item="i-3"), *VOTED, *ENDED)
    found = document(journal)
    assert found["outcome"] == "passed"
    assert (found["base"], found["needed"], found["members"], found["present"]) == (5, 3, 5, 5)
    assert found["counts"] == {"yes": 3, "no": 1, "abstain": 0, "not_voting": 1, "absent": 0}
    assert found["counts_by_room"] == {
        "main": {"yes": 2, "no": 1, "abstain": 0, "not_voting": 0},
        "sat": {"yes": 1, "no": 0, "abstain": 0, "not_voting": 1},
    }
    assert found["present_by_room"] == {"main": 3, "sat": 2}
    assert found["entitled"] == ["an", "binh", "chi", "dung", "giang"]
    assert found["did_not_take_part"] == {"not_voting": ["giang"], "absent": [], "recused": []}
    assert found["rule"]["quorum"] == {
        "numerator": 2, "denominator": 3, "comparison": ">=", "base": "all_members"
    }  # fmt: skip
    assert found["quorum"]["opening"]["met"]
    assert found["quorum"]["closing"] == {
        "present": 5, "members": 5, "needed": 4, "met": True, "missing_roles": []
    }  # fmt: skip
    assert (found["opened"]["ts"], found["closed"]["ts"]) == (1_700_000_000.0, 1_700_000_060.0)
    assert [ballot["person"] for ballot in found["ballots"]] == ["an", "binh", "chi", "dung"]
    assert found["ballots"][0]["name"] == "Nguyễn Văn An"
    assert (found["rooms_not_heard"], found["counted_without_them_by"]) == ([], None)
    assert found["chain"]["length"] == journal.length
    assert found["announcement"]["vi"] == (
        "Có mặt 5/5; tán thành 3; không tán thành 1; không biểu quyết 0; chưa biểu quyết 1. "
        "Cần ít nhất 3 phiếu tán thành. Kết quả: ĐƯỢC THÔNG QUA."
    )
    assert found["announcement"]["en"] == (
        "Present 5/5; for 3; against 1; abstain 0; not yet voted 1. Needed: 3 for. Result: PASSED."
    )
    assert json.loads(json.dumps(found)) == found


def test_a_silent_room_is_named_and_so_is_who_went_on_without_it() -> None:
    ballot = Ballot(plan(), attending=EVERYBODY)
    ballot = play(ballot, Prepare(), Open(), *VOTED[:3], Close(), drained("main"), Count("an"))
    late = play(ballot, cast("dung", "yes", recorded=True), drained("sat"))
    found = result(late)
    assert found["rooms_not_heard"] == ["sat"]
    assert found["counted_without_them_by"] == "an"
    assert found["late_rooms"] == ["sat"]
    assert [late["person"] for late in found["late_ballots"]] == ["dung"]
    assert found["counts"] == result(ballot)["counts"]
    assert found["announcement"]["vi"].endswith("Chưa nhận đủ phiếu từ: sat.")


@pytest.mark.parametrize(
    ("chair", "outcome", "side", "last"),
    [
        ("yes", "tied_chair_passed", "yes", "theo ý kiến biểu quyết của chủ trì."),
        ("no", "tied_chair_failed", "no", "theo ý kiến biểu quyết của chủ trì."),
        ("abstain", "failed", None, "Số phiếu ngang nhau."),
    ],
)
def test_a_tie_follows_the_chair(chair: str, outcome: str, side: str | None, last: str) -> None:
    others = {"yes": "no no yes", "no": "yes yes no", "abstain": "yes no abstain"}[chair].split()
    votes = [cast(p, c) for p, c in zip(("binh", "chi", "dung"), others, strict=True)]
    found = result(counted(plan(), cast("an", chair), *votes))
    assert (found["outcome"], found["tie"]) == (outcome, {"equal": True, "chair_side": side})
    assert found["announcement"]["vi"].endswith(last)


def test_a_secret_ballot_has_no_side_of_the_chair() -> None:
    votes = (cast("an", "yes"), cast("binh", "yes"), cast("chi", "no"), cast("dung", "no"))
    assert result(counted(secret(), *votes))["outcome"] == "failed"


def test_weights_decide_and_heads_are_said_beside_them() -> None:
    heavy = VOTERS | {"chi": Voter("main", "main/3", weight=10)}
    found = result(counted(plan(voters=heavy), cast("chi", "yes"), cast("an", "no")))
    assert found["weights"] == {"yes": 10, "no": 1, "abstain": 0, "not_voting": 3, "absent": 0}
    assert (found["base"], found["needed"], found["outcome"]) == (14, 8, "passed")
    assert "tán thành 10 (1 người)" in found["announcement"]["vi"]


def test_a_choice_among_names_has_counts_and_no_outcome() -> None:
    names = (
        Option("a", Sentence("Ông Nguyễn Văn A", "Mr A")),
        Option("b", Sentence("Bà Trần Thị B", "Ms B")),
        Option("c", Sentence("Bà Lê C", "Ms C")),
    )
    sample = plan(rule=None, label_set="names", options=names, picks_max=2)
    found = result(counted(sample, cast("an", "a", "b"), cast("chi", "b")))
    assert found["counts"] == {"a": 1, "b": 2, "c": 0, "not_voting": 3, "absent": 0}
    assert [found[key] for key in ("base", "needed", "outcome", "tie")] == [None] * 4
    assert found["announcement"]["vi"] == (
        "Có mặt 5/5; Ông Nguyễn Văn A 1; Bà Trần Thị B 2; Bà Lê C 0; chưa biểu quyết 3."
    )


def test_a_secret_result_tells_nobodys_choice() -> None:
    votes = (mark("an"), mark("chi"), mark("dung"))
    ballot = Ballot(secret(), attending=EVERYBODY)
    ballot = play(ballot, Prepare(), Open(), *votes, Close())
    ballot = play(ballot, drained("main", ("yes", 2)), drained("sat", ("no", 1)))
    found = result(ballot)
    assert (found["ballots"], found["counts_by_room"]) == (None, None)
    assert found["slips"] == {
        "issued": 5, "returned": 3, "valid": 3, "invalid": 0, "missing": 0
    }  # fmt: skip
    assert "phiếu phát ra 5; phiếu thu về 3" in found["announcement"]["vi"]


def test_secret_slips_that_never_came_are_said() -> None:
    ballot = Ballot(secret(), attending=EVERYBODY)
    votes = (mark("an"), mark("dung"))
    ended = (Close(), drained("main", ("yes", 1)), Count("an"))
    ballot = play(ballot, Prepare(), Open(), *votes, *ended)
    found = result(ballot)
    assert found["slips"]["missing"] == 1
    assert found["counts"] == {"yes": 1, "no": 0, "abstain": 0, "not_voting": 4, "absent": 0}
    assert found["rooms_not_heard"] == ["sat"]


def test_who_is_recused_lost_or_entered_by_hand_stands_in_the_result() -> None:
    sample = plan(kind="roll_call", rule=None, on_room_lost="continue_without")
    ballot = Ballot(sample, attending=EVERYBODY, called=("chi",))
    ballot = play(ballot, Recuse("binh"), Prepare(), Open(), cast("chi", "no", by="thu-ky"))
    ballot = play(ballot, RoomLost("sat"), Close(), drained("main"), Count("an"))
    found = result(ballot)
    assert found["did_not_take_part"] == {
        "not_voting": ["an"], "absent": ["dung", "giang"], "recused": ["binh"]
    }  # fmt: skip
    assert found["entered_by_hand"] == ["chi"]
    assert found["counting_of_rooms"]["lost_at_closing"] == ["sat"]


def test_a_proxy_presses_and_nothing_is_entered_by_hand() -> None:
    voters = VOTERS | {"chi": Voter("main", "main/3", proxy="yen")}
    ballot = Ballot(plan(voters=voters, proxy_vote=True), attending=EVERYBODY | {"yen"})
    ballot = play(ballot, Prepare(), Open(), cast("chi", "yes", by="yen"), *ENDED)
    found = result(ballot)
    assert found["entered_by_hand"] == []
    assert [(vote["person"], vote["by"]) for vote in found["ballots"]] == [("chi", "yen")]


def test_an_annulled_result_says_by_whom_and_why() -> None:
    found = result(at(Stage.ANNULLED))
    assert (found["stage"], found["ended"]) == ("annulled", {"by": "an", "why": "wrong text"})


def test_an_uncounted_ballot_has_no_result() -> None:
    with pytest.raises(ValueError, match="vote-7 is closing, it has no result"):
        result(at(Stage.CLOSING))


# --- the journal ---------------------------------------------------------------------------------


def test_replay_gives_what_was_live() -> None:
    journal, lines = kept(plan(duration_s=90.0), *VOTED, *ENDED)
    proof = verify([*lines, json.dumps({"result": document(journal)})])
    assert proof.journal == journal
    assert proof.results == 1


def test_a_refused_vote_is_recorded_and_a_doubled_one_is_not() -> None:
    _, lines = kept(plan(), VOTED[0], VOTED[0], VOTED[3])
    found = [json.loads(line) for line in lines]
    assert len(found) == 5
    assert found[-1]["refused"] == {
        "what": "cast", "reason": "not_entitled", "person": "khach", "id": "khach-1"
    }  # fmt: skip


@pytest.mark.parametrize("box_first", [True, False])
def test_the_journal_of_a_secret_ballot_links_nobody_with_a_choice(box_first: bool) -> None:
    boxes = [drained("main", ("yes", 1), ("abstain", 1)), drained("sat", ("no", 1))]
    # Votes as rooms split them, and one taken and split here.
    votes = (mark("chi"), mark("dung"), cast("an", "yes"), cast("khach", "no"))
    boxes[0] = drained("main", ("abstain", 1))
    ordered = boxes if box_first else boxes[::-1]
    journal, lines = kept(secret(), *votes, Close(), *ordered, Announce("an"))
    text = [json.loads(line) for line in lines]
    for line in text[1:]:
        content = json.dumps(line)
        has_person = any(f'"{person}"' in content for person in VOTERS if person != "an")
        has_choice = any(f'"{choice}"' in content for choice in ("yes", "no", "abstain"))
        assert not (has_person and has_choice), content
    marks = [line for line in text if line.get("event", {}).get("what") == "mark"]
    assert [line["at_s"] for line in marks] == [None] * 3
    refused = [line for line in text if "refused" in line]
    assert [line["at_s"] for line in refused] == [None]
    # All rooms' slips stand there once, together, in an order of their own.
    unsealed = [line["event"] for line in text if line.get("event", {}).get("what") == "unseal"]
    assert [event["slips"] for event in unsealed] == [
        [{"choices": [choice], "count": 1} for choice in ("abstain", "no", "yes")]
    ]
    assert verify(lines).journal == journal


def test_a_secret_ballot_counted_without_a_room_replays() -> None:
    events = (mark("chi"), mark("dung"), Close(), drained("main", ("yes", 1)), Count("an"))
    journal, lines = kept(secret(), *events, drained("sat", ("no", 1)))
    assert verify(lines).journal == journal
    assert journal.ballot.counted_by == "an"
    assert journal.ballot.late_rooms == {"sat"}
    # The box that came too late was not looked at.
    assert '"no"' not in lines[-1]


LINES = kept(plan(), *VOTED, *ENDED)[1]


def changed(line: str, path: tuple[str, ...], value: Any) -> str:
    """The line with another value at ``path``."""
    data = inner = json.loads(line)
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return json.dumps(data)


@pytest.mark.parametrize("number", range(len(LINES)))
def test_a_missing_line_is_noticed(number: int) -> None:
    rest = LINES[:number] + LINES[number + 1 :]
    if number == len(LINES) - 1:
        # Only the head, kept elsewhere, tells that the end is gone.
        assert verify(rest).journal.head != verify(LINES).journal.head
    else:
        with pytest.raises(JournalError, match=r"^line "):
            verify(rest)


@pytest.mark.parametrize(
    ("number", "path", "value", "complaint"),
    [
        (0, ("plan", "text", "vi"), "Khác", r"line 1\.hash"),
        (0, ("plan", "rule", "majority", "numerator"), 0, r"line 1\.hash"),
        (0, ("v",), 2, r"line 1\.v: 2, must be 1"),
        (0, ("plan", "generation"), 0, r"line 1\.plan\.generation: 0, must be at least 1"),
        (0, ("start", "attending"), "all", r"line 1\.start\.attending: 'all', must be a list"),
        (3, ("event", "choices"), ["no"], r"line 4\.hash"),
        (3, ("event", "choices"), ["maybe"], r"line 4\.hash"),
        (3, ("event", "person"), 7, r"line 4\.event\.person: 7, must be text"),
        (3, ("event", "what"), "vote", r"line 4\.event\.what: 'vote', must be one of prepare"),
        (3, ("at_s",), 99.0, r"line 4\.hash"),
        (3, ("at_s",), "noon", r"line 4\.at_s: 'noon', must be a number"),
        (3, ("n",), 4, r"line 4\.n: 4, must be 3"),
        (3, ("hash",), "0" * 64, r"line 4\.hash"),
        (3, ("note",), "added", r"line 4\.hash"),
        (6, ("refused", "reason"), "not_checked_in", r"line 7\.hash"),
    ],
)
def test_a_changed_line_is_noticed(
    number: int, path: tuple[str, ...], value: Any, complaint: str
) -> None:
    lines = list(LINES)
    lines[number] = changed(lines[number], path, value)
    with pytest.raises(JournalError, match=complaint) as caught:
        verify(lines)
    assert "\n" not in str(caught.value)


def test_each_line_hangs_on_all_before_it() -> None:
    journal, lines = begin(Ballot(plan(), attending=EVERYBODY))[0], [LINES[0]]
    # One line is another, with a hash that fits it; the rest as they were.
    _, _, other = advance(journal, Prepare("binh"), 10.0)
    lines.append(json.dumps(other))
    with pytest.raises(JournalError, match=r"line 3\.hash"):
        verify([*lines, *LINES[2:]])


def test_a_chain_made_anew_around_an_unlawful_vote_is_noticed() -> None:
    _, lines = kept(plan(), *VOTED, *ENDED)
    # Somebody who knows how the chain is made adds a vote after the count.
    journal = verify(lines).journal
    other = Journal(at(Stage.OPEN), journal.length, journal.head)
    _, _, line = advance(other, cast("giang", "yes"), 99.0)
    with pytest.raises(JournalError, match=r"cast is not allowed: vote_closed"):
        verify([*lines, json.dumps(line)])


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ([], "no lines"),
        (["nonsense"], r"line 1: this is no JSON"),
        (["[" * 100_000], r"line 1: this is no JSON"),
        (["7"], r"line 1: 7, must be an object"),
        (["{}"], r"line 1\.v: None"),
        (['{"result": {}}'], "a result before the first line"),
        ([*LINES[:4], '{"result": {}}'], r"line 5: ballot vote-7 is open, it has no result"),
        ([*LINES, '{"result": 7}'], r"result: 7, must be an object"),
        ([*LINES, '{"n": 12, "event": 7}'], r"event: 7, must be an object"),
        ([LINES[0], '{"n": 1, "x": NaN, "refused": 1}'], r"line 2: .*JSON"),
    ],
)
def test_what_is_no_journal_is_said_in_one_line(lines: list[str], complaint: str) -> None:
    with pytest.raises(JournalError, match=complaint) as caught:
        verify(lines)
    assert "\n" not in str(caught.value)


def test_a_changed_result_is_noticed_key_by_key() -> None:
    found = document(verify(LINES).journal)
    for key in found:
        wrong = json.dumps({"result": found | {key: "else"}})
        with pytest.raises(JournalError, match=rf"result\.{key}: says 'else'"):
            verify([*LINES, wrong])
        left_out = json.dumps({"result": {k: v for k, v in found.items() if k != key}})
        if found[key] is not None:
            with pytest.raises(JournalError, match=rf"result\.{key}: says None"):
                verify([*LINES, left_out])


def test_what_came_after_a_result_makes_a_new_one() -> None:
    journal, lines = kept(plan(), *VOTED, *ENDED)
    first = json.dumps({"result": document(journal)})
    journal, _, line = advance(journal, Annul("an", "disputed"), 99.0)
    second = json.dumps({"result": document(journal)})
    assert verify([*lines, first, "", json.dumps(line), second]).results == 2
    with pytest.raises(JournalError, match=r"result\.chain"):
        verify([*lines, json.dumps(line), first])


def test_presets_of_a_secret_form_make_secret_ballots() -> None:
    majority = {"numerator": 1, "denominator": 2, "base": "all_members", "comparison": ">"}
    assert secret(rule=preset("tin_nhiem", majority=majority)).kind == "secret"
