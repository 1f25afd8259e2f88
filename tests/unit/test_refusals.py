"""Refused commands: each stands in the records, a flood in few; who floods has to slow down."""

from __future__ import annotations

from edge.rules.reasons import Reason
from hub.access.rights import Role, Who
from hub.meeting.access_events import CommandGiven
from hub.refusals import BACK_PER_S, CARRIED_OUT, IN_A_ROW, KEPT, WINDOW_S, Refusals

AN = Who("An", Role.DELEGATE, seat="main/12", session=b"an")
BINH = Who("Bình", Role.DELEGATE, seat="main/13", session=b"binh")
CHAIR = Who("Châu", Role.CHAIR, session=b"chau")


class House:
    """Refusals with a clock that the test moves."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.kept: list[CommandGiven] = []
        self.refusals = Refusals(self.kept.append, lambda: self.now_s)

    def flood(self, who: Who, times: int, every_s: float = 0.01) -> None:
        """As a script does it: whatever it is answered."""
        for _ in range(times):
            self.now_s += every_s
            is_late = self.refusals.wait_s(who) > 0
            why = Reason.TOO_MANY_COMMANDS if is_late else Reason.QUEUE_CLOSED
            self.refusals.told("ask_floor", who, why)

    def counted(self, code: str) -> int:
        """How many the records say there were."""
        return sum(each.times for each in self.kept if each.code == code)


def test_a_flood_leaves_few_records_that_have_every_refusal() -> None:
    house = House()
    house.flood(AN, 1000)
    assert [(each.code, each.times) for each in house.kept] == [
        ("queue_closed", 1),
        ("too_many_commands", 1),
    ]
    house.now_s += WINDOW_S
    house.refusals.look()
    assert len(house.kept) == 4
    assert house.counted("queue_closed") + house.counted("too_many_commands") == 1000
    assert {(each.by, each.role, each.command) for each in house.kept} == {
        ("main/12", "delegate", "ask_floor")
    }
    house.refusals.look()
    assert len(house.kept) == 4  # told once


def test_a_long_flood_is_told_once_per_window() -> None:
    house = House()
    for _ in range(20):
        house.flood(AN, 50, every_s=0.2)
        house.refusals.look()
    spent_s = house.now_s - 1000.0
    assert len(house.kept) <= 2 * 2 * (spent_s / WINDOW_S + 1)


def test_what_is_refused_again_much_later_is_a_record_of_its_own() -> None:
    house = House()
    for _ in range(3):
        house.refusals.told("next", CHAIR, Reason.QUEUE_EMPTY)
        house.now_s += WINDOW_S + 1
        house.refusals.look()
    assert [each.times for each in house.kept] == [1, 1, 1]


def test_who_floods_waits_and_is_let_in_again_and_nobody_else_waits() -> None:
    house = House()
    house.flood(AN, 200, every_s=0.0)
    assert 0 < house.refusals.wait_s(AN) <= 1 / BACK_PER_S
    assert house.refusals.wait_s(BINH) == 0
    house.now_s += 1 / BACK_PER_S
    assert house.refusals.wait_s(AN) == 0


def test_a_person_who_presses_in_vain_is_never_held_up() -> None:
    house = House()
    for _ in range(60):
        assert house.refusals.wait_s(AN) == 0
        house.refusals.told("ask_floor", AN, Reason.QUEUE_CLOSED)
        house.now_s += 1.0


def test_a_chair_is_never_held_up() -> None:
    house = House()
    house.flood(CHAIR, 1000, every_s=0.0)
    assert house.refusals.wait_s(CHAIR) == 0
    assert house.counted("queue_closed") == 1  # the rest when the window is over


def test_a_refused_vote_counts_for_its_session_and_is_recorded_elsewhere() -> None:
    house = House()
    for _ in range(int(IN_A_ROW)):
        assert house.refusals.wait_s(AN) == 0
        house.refusals.counted(AN)
    assert house.refusals.wait_s(AN) > 0
    assert house.kept == []


def test_what_is_carried_out_counts_a_tenth() -> None:
    """Whoever asks and withdraws for ever fills the records as well."""
    house = House()
    for _ in range(60):  # ten keys a second, for a minute
        for _ in range(10):
            assert house.refusals.wait_s(AN) == 0
            house.refusals.counted(AN, CARRIED_OUT)
            house.now_s += 0.1
    sent = 0
    while house.refusals.wait_s(AN) == 0:
        house.refusals.counted(AN, CARRIED_OUT)
        sent += 1
    assert IN_A_ROW / CARRIED_OUT - 10 <= sent <= IN_A_ROW / CARRIED_OUT
    house.now_s += 1 / BACK_PER_S
    assert house.refusals.wait_s(AN) == 0


def test_many_sessions_do_not_fill_the_memory_and_lose_no_number() -> None:
    house = House()
    for n in range(KEPT + 10):
        one = Who(str(n), Role.DELEGATE, seat=f"main/{n + 1}", session=str(n).encode())
        for _ in range(2):
            house.refusals.told("ask_floor", one, Reason.QUEUE_CLOSED)
    house.now_s += WINDOW_S
    house.refusals.look()
    assert house.counted("queue_closed") == 2 * (KEPT + 10)
