"""The hub's connection says which one it is, so that rooms tell their floors anew for each.

Owns the numbers of connections. The way over a broker is a system test.
"""

from __future__ import annotations

from edge.contract import messages, topics
from hub.link import Heard, Link


async def _deaf(heard: Heard) -> None:
    raise AssertionError("nobody speaks")


def told(link: Link) -> messages.HubStatus:
    """What the link says of the hub now."""
    data = link._waiting[topics.HUB_STATUS].data
    return messages.HubStatus.model_validate_json(data)


def test_a_connection_has_a_number_that_never_comes_again() -> None:
    found = []
    for gen in (1_795_000_000, 1_795_000_001, 2**33 - 1):  # the last one is the year 2242
        changes: list[bool] = []
        link = Link("127.0.0.1", 1, gen, _deaf, changes.append)
        for _ in range(3):
            link._set_connected(True)
            link._set_connected(True)  # no news
            assert told(link).contact == link.contact
            found.append(link.contact)
            link._set_connected(False)
        assert changes == [True, False] * 3
    assert found == sorted(set(found))
    assert len(found) == 9
    assert 0 < found[0] < found[-1] < 2**53
