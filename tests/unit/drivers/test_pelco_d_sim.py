"""The simulated Pelco-D domes against the golden frames, never through our own codec."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import drivers.pelco_d
from drivers.pelco_d.sim import Dome, PelcoBusSim
from tests.codec_laws import load_golden

GOLDEN = {frame.id: frame.data for frame in load_golden("pelco_d")}


def heard(sim: PelcoBusSim, *names: str) -> list[bytes]:
    replies = []
    for place, name in enumerate(names):
        replies += sim.receive(GOLDEN[name], place / 10)
    return [reply.data for reply in replies]


def test_it_shares_no_code_with_the_codec_or_driver() -> None:
    tree = ast.parse(Path(drivers.pelco_d.__file__).with_name("sim.py").read_text())
    imported = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert not [name for name in imported if name and name.startswith("drivers.pelco_d")]


@pytest.mark.parametrize(
    ("frame", "axis", "way"),
    [("pelco-d-02", "pan_deg", -1), ("pelco-d-03", "pan_deg", 1), ("pelco-d-04", "tilt_deg", 1)],
)
def test_it_drives_until_the_stop(frame: str, axis: str, way: int) -> None:
    sim = PelcoBusSim({1: Dome()})
    sim.receive(GOLDEN[frame], 0.0)
    sim.tick(0.5)
    moved_deg = sim.show()["1"][axis]
    assert moved_deg * way > 5
    sim.receive(GOLDEN["pelco-d-01"], 0.5)
    sim.tick(2.0)
    assert sim.show()["1"][axis] == moved_deg
    assert not sim.show()["1"]["moving"]


def test_it_keeps_calls_and_clears_presets() -> None:
    dome = Dome(pan_deg=50.0, tilt_deg=-10.0)
    sim = PelcoBusSim({1: dome})
    heard(sim, "pelco-d-05", "pelco-d-02")
    sim.tick(1.0)
    assert dome.pan_deg < 40
    sim.receive(GOLDEN["pelco-d-06"], 1.0)
    sim.tick(5.0)
    assert (dome.pan_deg, dome.tilt_deg) == (50.0, -10.0)
    heard(sim, "pelco-d-07")
    assert dome.presets == {}


def test_only_a_dome_that_answers_answers() -> None:
    told = PelcoBusSim({1: Dome(answers=True, pan_deg=90.0)})
    assert heard(told, "pelco-d-10") == [GOLDEN["pelco-d-11"]]
    assert heard(PelcoBusSim({1: Dome()}), "pelco-d-10", "pelco-d-16") == []


def test_addresses_noise_and_collisions() -> None:
    sim = PelcoBusSim({1: Dome(answers=True), 2: Dome()})
    sim.receive(b"\xff\x01\x00" + GOLDEN["pelco-d-15"], 0.0)
    assert sim.show()["2"]["moving"]
    assert not sim.show()["1"]["moving"]
    sim.receive(GOLDEN["pelco-d-10"], 1.0)
    sim.receive(GOLDEN["pelco-d-03"], 1.001)  # the dome speaks: nobody hears this
    assert sim.collided == 1
    assert not sim.show()["1"]["moving"]
