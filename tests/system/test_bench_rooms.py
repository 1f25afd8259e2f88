"""The bench of busy rooms measures: a short run of it, whose figures mean something."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest

from tests.bench.chatter import MIX, RATE, SPEAKS_FOR, pattern
from tests.bench.rooms import rooms
from tests.broker import mosquitto_program
from tests.rig import Site


def test_a_round_says_the_whole_mix_and_ends_what_it_asked_for() -> None:
    said = pattern(1)
    assert {kind: said.count(kind) for kind in MIX} == MIX
    assert len(said) == 10 * RATE
    assert said.index("leave") - said.index("ask") == SPEAKS_FOR + 1
    assert pattern(1) == said != pattern(2)


@pytest.mark.skipif(mosquitto_program() is None, reason="mosquitto is not installed")
def test_a_short_run_measures_hub_broker_and_where_the_time_goes(tmp_path: Path) -> None:
    site = Site(tmp_path)
    try:
        figures, rows = asyncio.run(rooms(site, [20], 3.0, 1))
    except AssertionError as error:
        raise AssertionError(f"{error}\n{site.report()}") from error
    finally:
        with contextlib.suppress(ProcessLookupError):
            site.stop_all()
    assert rows["20 rooms: press -> floor in the room"] is not None
    assert rows["20 rooms: bare aiomqtt echo"] is not None
    assert figures["rooms per hub"] in (0, 20)
    for who in ("hub", "broker", "bare receiver"):
        assert figures[f"20 rooms: {who}, ms of processor per message"] > 0.0
    phases = [
        value
        for name, value in figures.items()
        if name.startswith("profile: ") and name.endswith(", %") and not name.startswith(IN_ONE)
    ]
    assert figures["profile: MQTT client, %"] > 0.0
    assert sum(phases) == pytest.approx(100.0, abs=1.0)


IN_ONE = "profile: in "
"""One function; the others are phases, each sample in one of them."""
