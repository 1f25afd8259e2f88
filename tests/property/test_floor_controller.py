"""The real controller in the world of three rooms: it keeps the laws that its model keeps.

The stories are those of ``test_floor_machine``, with fewer seeds: a controller does more per
message than its model.
"""

from __future__ import annotations

import pytest

from tests.floor_real_room import RealRoom
from tests.floor_world import World
from tests.property.test_floor_machine import walk
from tests.virtual_time import run_virtual

SEEDS = 40


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_long_story_keeps_the_laws(seed: int) -> None:
    async def story() -> None:
        walk(seed, World(RealRoom))

    run_virtual(story())
