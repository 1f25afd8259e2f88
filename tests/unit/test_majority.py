"""Quorum, majority and tie: our own vectors, the presets, and how wrong rules are said."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from edge.rules import plain
from edge.rules.ballot_journal import advance, begin, document
from edge.rules.ballot_labels import percent
from edge.rules.ballot_state import Ballot
from edge.rules.majority import Division, judge, parse_rule
from edge.rules.presets import PRESETS, preset
from hub import tally
from tests import vote_oracle
from tests.ballots import EVERYBODY, LIFE, Stage, plan

VECTORS_FILE = Path(__file__).parents[1] / "golden" / "vote_vectors.json"
VECTORS: list[dict[str, Any]] = json.loads(VECTORS_FILE.read_text(encoding="utf-8"))

GOOD = VECTORS[0]


def changed(path: str, value: object) -> dict[str, Any]:
    """A good vector with one thing wrong; ``...`` takes the key away."""
    vector = json.loads(json.dumps(GOOD))
    *parents, last = path.split(".")
    inner = vector
    for key in parents:
        inner = inner[key]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return dict(vector)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["id"]))
def test_vectors(vector: dict[str, Any]) -> None:
    found = tally.judge_vector(vector, "vector")
    assert found["ok"], found
    assert found["compared"]
    # The file itself is judged by the oracle, which shares nothing with the product.
    assert vote_oracle.verdict(vector) == vector["expected"]


def test_there_are_vectors_of_every_sort() -> None:
    assert len(VECTORS) >= 100
    assert len({vector["id"] for vector in VECTORS}) == len(VECTORS)
    assert {vector["expected"]["outcome"] for vector in VECTORS} == {
        "not_quorate", "passed", "failed", "tied_chair_passed", "tied_chair_failed"
    }  # fmt: skip
    bases = {vector["rule"]["majority"]["base"] for vector in VECTORS}
    assert bases == set(vote_oracle.BASES)


@pytest.mark.parametrize("name", [name for name in PRESETS if name != "tin_nhiem"])
def test_every_preset_is_a_rule_and_says_what_to_verify(name: str) -> None:
    rule = preset(name)
    assert rule.name == name
    assert rule.verify
    # Nothing is lost between a rule and its copy in a record.
    assert parse_rule(plain.write(rule)) == rule


def test_a_preset_that_the_body_must_complete_says_so() -> None:
    with pytest.raises(plain.PlainError, match=r"^preset tin_nhiem\.majority: missing$"):
        preset("tin_nhiem")


@pytest.mark.parametrize(
    ("name", "yes", "outcome"),
    [
        ("ubnd", 13, "passed"), ("ubnd", 12, "failed"),
        ("hdnd_bai_nhiem", 17, "passed"), ("hdnd_bai_nhiem", 16, "failed"),
        ("hoi_dong_khcn_3_4", 19, "passed"), ("hoi_dong_khcn_3_4", 18, "failed"),
    ],
)  # fmt: skip
def test_presets_in_a_body_of_25(name: str, yes: int, outcome: str) -> None:
    assert judge(preset(name), Division(yes=yes, no=25 - yes)).outcome == outcome


def test_the_verdict_says_how_it_came_about() -> None:
    found = judge(preset("ubnd"), Division(yes=9, no=9, absent=2), chair_vote="no")
    assert plain.write(found) == {
        "quorate": True, "quorum_needed": 14, "base": 20, "needed": 11,
        "outcome": "tied_chair_failed", "equal": True, "chair_side": "no",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("part", "whole", "vi", "en"),
    [
        (2, 3, "66,67%", "66.67%"), (1, 3, "33,33%", "33.33%"), (0, 5, "0,00%", "0.00%"),
        (5, 5, "100,00%", "100.00%"), (1, 20_000, "0,01%", "0.01%"), (1, 8, "12,50%", "12.50%"),
    ],
)  # fmt: skip
def test_percentages_are_for_people(part: int, whole: int, vi: str, en: str) -> None:
    assert percent(part, whole) == (vi, en)
    assert percent(part, 0) is None


NUMERATOR, BASE = "rule.majority.numerator", "rule.majority.base"
BASES = "all_members, present, votes_cast, valid_excluding_abstentions"
OPTIONS = "yes and no, with or without abstain"
SIDES = "yes, no, abstain, not_voting, absent, unknown"


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        ("rule.majority.denominator", 0, ".denominator: 0, must be at least 1"),
        (NUMERATOR, -1, ".numerator: -1, must be at least 0"),
        (NUMERATOR, 3, ".numerator: 3, must be at most the denominator 2"),
        (NUMERATOR, 0.5, ".numerator: 0.5, must be a whole number"),
        (NUMERATOR, True, ".numerator: True, must be a whole number"),
        (BASE, "everybody", f".base: 'everybody', must be one of {BASES}"),
        (BASE, ..., ".base: missing"),
        ("rule.majority.comparison", "=>", ".comparison: '=>', must be one of >, >="),
        ("rule.majority", [], "rule.majority: [], must be an object"),
        ("rule.quorum.denominator", -3, "rule.quorum.denominator: -3, must be at least 1"),
        ("rule.quorum.base", "present", "quorum.base: 'present', must be one of all_members"),
        ("rule.quorum", ..., "rule.quorum: missing"),
        ("rule.tie", "coin", "rule.tie: 'coin', must be one of fails, chair_decides"),
        ("rule.options", ["yes"], f"rule.options: ['yes'], must be {OPTIONS}"),
        ("rule.options", ["no", "yes", "no"], f"['no', 'yes', 'no'], must be {OPTIONS}"),
        ("rule.options", "yes", "rule.options: 'yes', must be a list"),
        ("rule", None, "rule: None, must be an object"),
        ("members", -1, "members: -1, must be at least 0"),
        ("members", "5", "members: '5', must be a whole number"),
        ("members", 4, "present: 5, must be 0 to members, which is 4"),
        ("present", 4, "cast: 5, must be yes + no + abstain + not_voting = present, which is 4"),
        ("cast.no", -2, "cast.no: -2, must be at least 0"),
        ("cast.yes", ..., "cast.yes: missing"),
        ("weights", {"yes": [1, 0, 1]}, "weights.yes: 0, must be a weight of at least 1"),
        ("weights", {"yes": [9]}, "weights.yes: [9], must be one weight for each of 3 persons"),
        (
            "weights",
            {"yes": [1, 1, 1], "no": [1, 1], "absent": [1]},
            "weights.absent: [1], must be one weight for each of 0 persons",
        ),
        ("chair_vote", "maybe", f"chair_vote: 'maybe', must be one of {SIDES}"),
        ("expected", {"colour": 1}, "expected: 'colour', must be one of quorate, quorum_needed"),
    ],
)
def test_a_bad_vector_is_one_clear_line(path: str, value: object, complaint: str) -> None:
    found = tally.judge_vector(changed(path, value), "vector 1")
    assert set(found) == {"id", "ok", "error"}
    assert not found["ok"]
    assert found["error"].startswith(f"{GOOD['id']}.{path.split('.')[0]}"[:14])
    assert complaint in found["error"]
    assert "\n" not in found["error"]


def test_an_abstention_without_such_a_key_is_refused() -> None:
    vector = changed("rule.options", ["yes", "no"])
    vector["cast"] |= {"no": 1, "abstain": 1}
    assert tally.judge_vector(vector, "v")["error"].endswith(
        "cast.abstain: 1, must be 0: the rule has no such option"
    )


@pytest.mark.parametrize("data", [7, None, [], "text"])
def test_what_is_no_vector_is_named_by_its_place(data: object) -> None:
    assert tally.judge_vector(data, "vector 3")["error"].startswith("vector 3: ")


def test_an_id_that_would_break_the_line_is_not_repeated() -> None:
    assert tally.judge_vector(changed("id", "a\nb") | {"members": -1}, "vector 3")["error"] == (
        "vector 3.members: -1, must be at least 0"
    )


def test_true_is_not_one() -> None:
    assert not tally.judge_vector(changed("expected.needed", True), "v")["ok"]
    assert not tally.judge_vector(changed("expected.quorate", 1), "v")["ok"]


def test_a_vector_without_an_expectation_is_computed() -> None:
    found = tally.judge_vector(changed("expected", ...), "v")
    assert (found["ok"], found["compared"], found["needed"]) == (True, False, 3)


# --- the command ---------------------------------------------------------------------------------


def run(*arguments: object) -> int:
    """``phonghop-hub tally`` with these arguments."""
    parser = argparse.ArgumentParser()
    tally.add_parser(parser.add_subparsers(required=True))
    chosen = parser.parse_args(["tally", *map(str, arguments)])
    code: int = chosen.run(chosen)
    return code


def written(folder: Path, content: object) -> Path:
    """A file with this content as JSON, or as it is when it is text."""
    path = folder / "file.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


def test_the_command_agrees_with_our_vectors(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--vectors", VECTORS_FILE) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[-1] == (
        f"{len(VECTORS)} vectors: {len(VECTORS)} of {len(VECTORS)} with an expectation agree, "
        "0 malformed"
    )
    assert err == ""


def test_the_command_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = changed("expected.needed", 4)
    broken = changed("members", -1)
    assert run("--json", "--vectors", written(tmp_path, [GOOD, wrong, broken])) == 1
    out, err = capsys.readouterr()
    good, differing, malformed = json.loads(out)
    assert good == {
        "id": GOOD["id"], "ok": True, "compared": True, "quorate": True, "quorum_needed": 0,
        "base": 5, "needed": 3, "outcome": "passed", "equal": False, "chair_side": None,
    }  # fmt: skip
    assert (differing["ok"], differing["needed"], differing["differs"]) == (
        False, 3, {"needed": 4}
    )  # fmt: skip
    assert not malformed["ok"]
    assert err.splitlines() == [
        f"phonghop-hub tally: {tmp_path}/file.json: {GOOD['id']}.members: -1, must be at least 0"
    ]


def test_the_command_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = changed("expected.outcome", "failed")
    vectors = [GOOD, wrong, changed("expected", ...), changed("cast", 3)]
    assert run("--vectors", written(tmp_path, vectors)) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["ok", "WRONG", "-", "ERROR", "4"]
    assert lines[1].endswith('passed, needed 3 of 5, quorum 0; expected outcome "failed"')
    assert lines[-1] == "4 vectors: 1 of 2 with an expectation agree, 1 malformed"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("{", "this is no JSON"),
        ("[" * 100_000, "this is no JSON"),
        ("{}", "must be a list of at least one vector"),
        ("[]", "must be a list of at least one vector"),
    ],
)
def test_a_bad_file_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, complaint: str
) -> None:
    path = written(tmp_path, content)
    assert run("--vectors", path) == 1
    assert capsys.readouterr().err.startswith(f"phonghop-hub tally: {path}: {complaint}")


@pytest.mark.parametrize("option", ["--vectors", "--verify"])
def test_a_file_that_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\x00")
    for path, reason in [
        (tmp_path / "missing", "No such file or directory"),
        (tmp_path, "Is a directory"),
        (binary, "this is no UTF-8 text"),
    ]:
        assert run(option, path) == 1
        assert capsys.readouterr().err == f"phonghop-hub tally: {path}: {reason}\n"


@pytest.mark.parametrize("stage", [Stage.OPEN, Stage.ANNOUNCED])
def test_the_command_proves_a_journal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], stage: Stage
) -> None:
    journal, line = begin(Ballot(plan(), attending=EVERYBODY))
    lines: list[Any] = [line]
    for event in LIFE[stage]:
        journal, _, kept = advance(journal, event, 7.0)
        lines.append(kept)
    if stage is Stage.ANNOUNCED:
        lines.append({"result": document(journal)})
    path = written(tmp_path, "\n".join(map(json.dumps, lines)))
    assert run("--verify", path) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith(f"head {journal.head}")
    assert run("--verify", path, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["ok"], found["stage"], found["head"]) == (True, str(stage), journal.head)
    assert (found["result"] is not None) is (stage is Stage.ANNOUNCED)

    path.write_text(path.read_text("utf-8").replace("Adopt", "Reject"), "utf-8")
    assert run("--verify", path) == 1
    assert capsys.readouterr().err == (
        f"phonghop-hub tally: {path}: line 1.hash: does not fit: this line or one before it was "
        "changed\n"
    )
