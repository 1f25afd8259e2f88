"""How guessing is slowed down.

Owns ``hub.access.attempts``. At the door it is in ``test_access_door``.
"""

from __future__ import annotations

import pytest

from hub.access import attempts
from hub.access.attempts import FREE, FREE_PER_ADDRESS, MOST_DELAY_S, Attempts, block_of

HERE, ELSEWHERE = "192.0.2.1", "198.51.100.7"


def test_the_delay_grows_to_its_bound_and_is_forgotten() -> None:
    tries, waits, now_s = Attempts(), [], 0.0
    for _ in range(16):
        tries.failed("an", HERE, now_s)
        waits.append(tries.wait_s("an", HERE, now_s))
        now_s += waits[-1]
    assert waits[:FREE] == [0.0] * FREE
    assert waits[FREE : FREE + 3] == [2.0, 4.0, 8.0]
    assert waits == sorted(waits)
    assert waits[-1] == MOST_DELAY_S
    assert tries.wait_s("an", HERE, now_s + attempts.FORGOTTEN_AFTER_S + 1) == 0


def test_many_accounts_from_one_address_are_one_guesser() -> None:
    tries = Attempts()
    for n in range(FREE_PER_ADDRESS):
        tries.failed(f"account-{n}", HERE, 0.0)
    assert tries.wait_s("another", HERE, 0.0) == 0
    tries.failed("account-x", HERE, 0.0)
    assert tries.wait_s("another", HERE, 0.0) > 0
    tries.succeeded("account-x", HERE)
    assert tries.wait_s("another", HERE, 0.0) > 0
    assert tries.wait_s("another", ELSEWHERE, 0.0) == 0


def test_the_counters_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "KEPT", 10)
    tries = Attempts()
    for n in range(100):
        tries.failed("an", f"192.0.2.{n}", 0.0)
    assert len(tries._failed) == 10


@pytest.mark.parametrize(
    ("address", "block"),
    [
        (HERE, HERE),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("nonsense", "nonsense"),
    ],
)
def test_an_address_counts_as_its_network(address: str, block: str) -> None:
    assert block_of(address) == block
