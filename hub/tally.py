"""``phonghop-hub tally``: what rules make of votes, and whether a ballot's record holds.

Owns the command line, the shape of a file of vectors, and how agreement is shown. Must not
calculate: that is ``edge.rules.majority`` and ``edge.rules.ballot_journal``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge.rules import plain
from edge.rules.ballot_journal import JournalError, document, verify
from edge.rules.ballot_state import HAS_RESULT
from edge.rules.majority import ChairVote, Division, Rule, judge, require

EXIT_HOLDS = 0
EXIT_DOES_NOT_HOLD = 1


class TallyError(ValueError):
    """The file cannot be read; the text names it and says why."""


@dataclass(frozen=True, slots=True)
class Heads:
    """``cast`` of a vector: those present, by what they did."""

    yes: int
    no: int
    abstain: int = 0
    not_voting: int = 0

    def __post_init__(self) -> None:
        """Bounds."""
        for key in ("yes", "no", "abstain", "not_voting"):
            require(getattr(self, key) >= 0, key, getattr(self, key), "at least 0")


@dataclass(frozen=True, slots=True)
class Weights:
    """``weights`` of a vector: one weight per person, by what they did."""

    yes: tuple[int, ...] = ()
    no: tuple[int, ...] = ()
    abstain: tuple[int, ...] = ()
    not_voting: tuple[int, ...] = ()
    absent: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Bounds."""
        for key in ("yes", "no", "abstain", "not_voting", "absent"):
            for weight in getattr(self, key):
                require(weight >= 1, key, weight, "a weight of at least 1")


@dataclass(frozen=True, slots=True)
class Vector:
    """One case: a rule, a body, how it voted, and perhaps what must come out."""

    id: str
    rule: Rule
    members: int
    present: int
    cast: Heads
    weights: Weights | None = None
    chair_vote: ChairVote | None = None
    expected: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        """Bounds, and that the numbers belong together."""
        require(self.members >= 0, "members", self.members, "at least 0")
        require(
            0 <= self.present <= self.members,
            "present",
            self.present,
            f"0 to members, which is {self.members}",
        )
        cast = self.persons
        require(
            cast.present == self.present,
            "cast",
            cast.present,
            f"yes + no + abstain + not_voting = present, which is {self.present}",
        )
        if "abstain" not in self.rule.options:
            require(
                cast.abstain == 0, "cast.abstain", cast.abstain, "0: the rule has no such option"
            )
        if self.weights is not None:
            for key, weights in plain.write(self.weights).items():
                heads = getattr(cast, key)
                require(
                    len(weights) == heads,
                    f"weights.{key}",
                    weights,
                    f"one weight for each of {heads} persons",
                )
        for key in self.expected or ():
            require(key in ANSWERS, "expected", key, f"one of {', '.join(ANSWERS)}")

    @property
    def persons(self) -> Division:
        """The division in heads."""
        cast = self.cast
        absent = self.members - self.present
        return Division(cast.yes, cast.no, cast.abstain, cast.not_voting, absent)

    @property
    def weighed(self) -> Division | None:
        """The division in weights."""
        if self.weights is None:
            return None
        return Division(**{key: sum(each) for key, each in plain.write(self.weights).items()})


ANSWERS = ("quorate", "quorum_needed", "base", "needed", "outcome", "equal", "chair_side")
"""What a vector may expect: the fields of ``edge.rules.majority.Verdict``."""


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Adds ``tally`` and gives its parser; ``args.run(args)`` then gives the exit code."""
    tally: argparse.ArgumentParser = subparsers.add_parser(
        "tally", help="compute votes from a file, or prove the record of a ballot"
    )
    what = tally.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--vectors", type=Path, metavar="FILE", help="votes with their rules (JSON list)"
    )
    what.add_argument(
        "--verify", type=Path, metavar="FILE", help="journal of one ballot (JSON lines)"
    )
    tally.add_argument("--json", action="store_true", help="print JSON")
    tally.set_defaults(run=run)
    return tally


def run(args: argparse.Namespace) -> int:
    """Carry out ``tally``; 0 only when everything agrees."""
    try:
        if args.vectors is not None:
            return _vectors(args.vectors, as_json=args.json)
        return _verify(args.verify, as_json=args.json)
    except TallyError as error:
        sys.stderr.write(f"phonghop-hub tally: {error}\n")
        return EXIT_DOES_NOT_HOLD


def judge_vector(data: object, name: str) -> dict[str, Any]:
    """One vector computed and compared.

    Args:
        data: the vector as it stands in the file.
        name: what to call it when it has no id.

    Returns:
        ``id``, ``ok``, ``compared`` (something was expected) and the answers; with
        ``differs`` (what was expected instead) when they do not agree, or with ``error``
        alone when it is no vector.
    """
    given = data.get("id") if isinstance(data, dict) else None
    shown = given if isinstance(given, str) and given.isprintable() else name
    try:
        vector = plain.read(Vector, data, shown)
    except plain.PlainError as error:
        return {"id": shown, "ok": False, "error": str(error)}
    verdict = plain.write(judge(vector.rule, vector.persons, vector.weighed, vector.chair_vote))
    expected = vector.expected or {}
    differs = {key: want for key, want in expected.items() if not _equal(verdict[key], want)}
    about = {"id": shown, "ok": not differs, "compared": bool(expected)}
    answers = {key: verdict[key] for key in ANSWERS}
    return about | answers | ({"differs": differs} if differs else {})


def _equal(found: object, wanted: object) -> bool:
    # In JSON true is not 1.
    return type(found) is type(wanted) and found == wanted


def _vectors(path: Path, *, as_json: bool) -> int:
    text = _text(path)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TallyError(f"{path}: this is no JSON: {error}") from error
    if not isinstance(data, list) or not data:
        raise TallyError(f"{path}: must be a list of at least one vector")
    found = [judge_vector(each, f"vector {number}") for number, each in enumerate(data, 1)]
    wrong = [each for each in found if not each["ok"]]
    for each in wrong:
        if "error" in each:
            sys.stderr.write(f"phonghop-hub tally: {path}: {each['error']}\n")
    if as_json:
        _say(json.dumps(found, ensure_ascii=False))
    else:
        _show(found)
    return EXIT_DOES_NOT_HOLD if wrong else EXIT_HOLDS


def _show(found: list[dict[str, Any]]) -> None:
    width = max(len(each["id"]) for each in found)
    for each in found:
        if "error" in each:
            _say(f"ERROR   {each['id']:<{width}}  {each['error']}")
            continue
        mark = ("ok" if each["compared"] else "-") if each["ok"] else "WRONG"
        remark = "".join(
            f"; expected {key} {json.dumps(want)}" for key, want in each.get("differs", {}).items()
        )
        _say(
            f"{mark:<6}  {each['id']:<{width}}  {each['outcome']}, needed {each['needed']} "
            f"of {each['base']}, quorum {each['quorum_needed']}{remark}"
        )
    compared = [each for each in found if each.get("compared")]
    agreed = sum(1 for each in compared if each["ok"])
    errors = sum(1 for each in found if "error" in each)
    _say(
        f"{len(found)} vectors: {agreed} of {len(compared)} with an expectation agree, "
        f"{errors} malformed"
    )


def _verify(path: Path, *, as_json: bool) -> int:
    try:
        proof = verify(_text(path).splitlines())
    except JournalError as error:
        raise TallyError(f"{path}: {error}") from error
    journal = proof.journal
    ballot = journal.ballot
    result = document(journal) if ballot.stage in HAS_RESULT else None
    if as_json:
        found = {
            "ok": True,
            "vote_id": ballot.plan.id,
            "generation": ballot.plan.generation,
            "stage": str(ballot.stage),
            "lines": journal.length,
            "head": journal.head,
            "results_compared": proof.results,
            "result": result,
        }
        _say(json.dumps(found, ensure_ascii=False))
        return EXIT_HOLDS
    _say(f"{ballot.plan.id}, generation {ballot.plan.generation}: {ballot.stage}")
    if result is not None:
        _say(result["announcement"]["vi"])
        _say(result["announcement"]["en"])
    _say(f"{journal.length} lines hold, {proof.results} results compared, head {journal.head}")
    return EXIT_HOLDS


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "this is no UTF-8 text"
        raise TallyError(f"{path}: {reason}") from error


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
