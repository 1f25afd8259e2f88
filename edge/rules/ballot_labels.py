"""Words of ballots in Vietnamese and English: options, outcomes, the sentence that is read out.

Owns words and how numbers are written in them: counts as whole numbers, percentages with two
decimals beside them, never alone. Must not decide anything; percentages are never compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from edge.rules.majority import Outcome
from edge.rules.reasons import Sentence


class Option(NamedTuple):
    """One thing that can be chosen. ``id`` is what machines say, ``label`` what people read."""

    id: str
    label: Sentence


_FOR = Sentence("Tán thành", "For")
_AGAINST = Sentence("Không tán thành", "Against")
_AGREE = Sentence("Đồng ý", "Agree")
_DISAGREE = Sentence("Không đồng ý", "Disagree")

LABEL_SETS: Mapping[str, tuple[Option, ...]] = {
    "law": (
        Option("yes", _FOR),
        Option("no", _AGAINST),
        Option("abstain", Sentence("Không biểu quyết", "Abstain")),
    ),
    "tender": (
        Option("yes", _AGREE),
        Option("no", _DISAGREE),
        Option("abstain", Sentence("Ý kiến khác", "Other opinion")),
    ),
    "council": (
        Option("yes", _AGREE),
        Option("no", _DISAGREE),
        Option("abstain", Sentence("Phiếu trắng", "Blank ballot")),
    ),
    "two": (Option("yes", _FOR), Option("no", _AGAINST)),
}
"""Bodies call the same three keys differently; the machine values stay the same."""

NOT_VOTING = Sentence("Chưa biểu quyết", "Not yet voted")
"""Present and entitled, but pressed nothing. Never a choice."""

OUTCOMES: Mapping[Outcome, Sentence] = {
    "passed": Sentence("Được thông qua", "Passed"),
    "failed": Sentence("Không được thông qua", "Not passed"),
    "not_quorate": Sentence("Không đủ điều kiện biểu quyết", "Not quorate"),
    "tied_chair_passed": Sentence("Được thông qua", "Passed"),
    "tied_chair_failed": Sentence("Không được thông qua", "Not passed"),
}

EQUAL = Sentence("Số phiếu ngang nhau.", "Equal votes.")
EQUAL_CHAIR = Sentence(
    "Số phiếu ngang nhau, thực hiện theo ý kiến biểu quyết của chủ trì.",
    "Equal votes, decided by the side the chair voted for.",
)


def percent(part: int, whole: int) -> Sentence | None:
    """``66,67%`` and ``66.67%``, rounded half up; None of nothing."""
    if whole == 0:
        return None
    hundredths = (2 * 10_000 * part + whole) // (2 * whole)
    text = f"{hundredths // 100}.{hundredths % 100:02d}%"
    return Sentence(text.replace(".", ","), text)


def join(parts: list[Sentence], between: str) -> Sentence:
    """Sentences in a row, in both languages."""
    return Sentence(between.join(p.vi for p in parts), between.join(p.en for p in parts))


def in_sentence(label: Sentence) -> Sentence:
    """The label of a key as it stands inside a sentence: ``tán thành``."""
    return Sentence(label.vi[:1].lower() + label.vi[1:], label.en[:1].lower() + label.en[1:])


def counted(label: Sentence, count: int, heads: int | None = None) -> Sentence:
    """``tán thành 13``; with weights also how many persons: ``tán thành 13 (2 người)``."""
    if heads is None:
        return Sentence(f"{label.vi} {count}", f"{label.en} {count}")
    return Sentence(f"{label.vi} {count} ({heads} người)", f"{label.en} {count} ({heads} persons)")


def attendance(present: int, members: int) -> Sentence:
    """``Có mặt 24/25``."""
    return Sentence(f"Có mặt {present}/{members}", f"Present {present}/{members}")


def slips(issued: int, returned: int) -> Sentence:
    """The four numbers of a secret ballot; keys give no invalid ones."""
    return Sentence(
        f"phiếu phát ra {issued}; phiếu thu về {returned}; phiếu hợp lệ {returned}; "
        "phiếu không hợp lệ 0",
        f"ballots issued {issued}; ballots returned {returned}; valid ballots {returned}; "
        "invalid ballots 0",
    )


def verdict(needed: int, yes: Sentence, outcome: Outcome) -> Sentence:
    """How many were needed, and what that means: ``Kết quả: ĐƯỢC THÔNG QUA.`` at the end."""
    words, said = OUTCOMES[outcome], in_sentence(yes)
    return Sentence(
        f"Cần ít nhất {needed} phiếu {said.vi}. Kết quả: {words.vi.upper()}.",
        f"Needed: {needed} {said.en}. Result: {words.en.upper()}.",
    )


def rooms_not_heard(rooms: list[str]) -> Sentence:
    """Which rooms the result goes without."""
    names = ", ".join(rooms)
    return Sentence(f"Chưa nhận đủ phiếu từ: {names}.", f"Not every vote is in from: {names}.")
