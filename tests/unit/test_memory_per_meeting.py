"""A meeting that is over leaves next to nothing in the hub's memory.

Owns the bound over the hub's inner half; whole processes over hours: ``make soak``.
"""

from __future__ import annotations

import gc
import tracemalloc
from pathlib import Path

from hub.prepared import OVER_LISTED
from tests.bench.start import Meetings
from tests.meeting_house import house

MEETINGS = 8
KEPT_MOST_BYTES = 20_000
"""Each of them: its line in the list and the name of its ballot are some 2 kB, the rest is noise.
Before ballots and forms left the memory it was 240 kB."""


async def test_a_meeting_that_is_over_leaves_a_name(tmp_path: Path) -> None:
    assert OVER_LISTED > 2 * MEETINGS  # all of them are still in the list
    async with house(tmp_path) as hub:
        held = Meetings(hub)
        await held.room()
        for number in range(MEETINGS):
            await held.hold(number)
        tracemalloc.start()
        try:
            gc.collect()
            before, _ = tracemalloc.get_traced_memory()
            for number in range(MEETINGS, 2 * MEETINGS):
                await held.hold(number)
            gc.collect()
            after, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert (after - before) / MEETINGS < KEPT_MOST_BYTES
