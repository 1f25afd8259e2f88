"""How guessing is slowed down: a growing delay after failures, per account and address.

Theory. The first failures are free: people mistype. Each one more doubles the time until the next
try is looked at, up to a quarter of an hour. Whoever tries many accounts from one address meets the
same law for the address, with more free failures, because a whole room may share it. Success
forgets the account's failures, never the address's: else one own account would clear a guesser.

Owns the counters, in memory and bounded. Must not know passwords.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass

FREE = 4
FREE_PER_ADDRESS = 30
MOST_DELAY_S = 900.0
FORGOTTEN_AFTER_S = 3600.0
KEPT = 20_000
"""Counters; whoever sends more addresses than that only pushes out the oldest."""


@dataclass(slots=True)
class _Failures:
    count: int = 0
    last_s: float = 0.0


class Attempts:
    """Who failed how often, and how long the next try must wait."""

    def __init__(self) -> None:
        """Nobody has failed."""
        self._failed: OrderedDict[tuple[str, str], _Failures] = OrderedDict()

    def wait_s(self, account: str, address: str, now_s: float) -> float:
        """Seconds until the next try is looked at; 0 when it is now."""
        return max(
            self._left_s((account, address), FREE, now_s),
            self._left_s(("", address), FREE_PER_ADDRESS, now_s),
        )

    def failed(self, account: str, address: str, now_s: float) -> None:
        """A try was wrong."""
        for key in ((account, address), ("", address)):
            known = self._failed.pop(key, None)
            if known is None or now_s - known.last_s > FORGOTTEN_AFTER_S:
                known = _Failures()
            known.count += 1
            known.last_s = now_s
            self._failed[key] = known
        while len(self._failed) > KEPT:
            self._failed.popitem(last=False)

    def succeeded(self, account: str, address: str) -> None:
        """A try was right."""
        self._failed.pop((account, address), None)

    def _left_s(self, key: tuple[str, str], free: int, now_s: float) -> float:
        known = self._failed.get(key)
        if known is None or known.count <= free or now_s - known.last_s > FORGOTTEN_AFTER_S:
            return 0.0
        delay_s = min(MOST_DELAY_S, 2.0 ** min(known.count - free, 20))
        return max(0.0, known.last_s + delay_s - now_s)


def block_of(address: str) -> str:
    """The address as it counts: of IPv6 the network, because one machine has all of it."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if found.version == 6:
        return str(ipaddress.ip_network((found, 64), strict=False).network_address)
    return str(found)
