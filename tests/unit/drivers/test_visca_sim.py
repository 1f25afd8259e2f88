"""The simulated VISCA camera against the makers' documents: golden frames in, golden frames out.

Never through our own codec: the sim and the codec are judged separately.
"""

from __future__ import annotations

import ast
import math
from pathlib import Path

import pytest

import drivers.visca
from drivers.visca.models import MODELS
from drivers.visca.sim import BODIES, ViscaCameraSim
from drivers.visca.sim_body import Axis
from tests.codec_laws import load_golden

SERIAL = {frame.id: frame.data for frame in load_golden("visca_serial")}
IP = {frame.id: frame.data for frame in load_golden("visca_ip")}
ACK, DONE = bytes.fromhex("90 41 FF"), bytes.fromhex("90 51 FF")
SYNTAX, NOT_NOW = bytes.fromhex("90 60 02 FF"), bytes.fromhex("90 61 41 FF")
FAR = bytes.fromhex("81 01 06 02 18 14 01 0E 00 00 00 00 00 00 FF")
TELE = bytes.fromhex("81 01 04 47 04 00 00 00 FF")


def ask(sim: ViscaCameraSim, data: bytes, now_s: float = 0.0) -> list[bytes]:
    return [reply.data for reply in sim.receive(data, now_s)]


def later(sim: ViscaCameraSim, from_s: float, to_s: float) -> list[bytes]:
    """What it says by itself while time passes in pictures of 20 ms."""
    ticks = range(round(from_s * 50), round(to_s * 50))
    return [reply.data for tick in ticks for reply in sim.tick((tick + 1) / 50)]


def looking(pan: int = 0, tilt: int = 0, zoom: int = 0, flavour: str = "serial") -> ViscaCameraSim:
    sim = ViscaCameraSim(flavour=flavour, announces=False)  # type: ignore[arg-type]
    for name, units in (("pan", pan), ("tilt", tilt), ("zoom", zoom)):
        sim.camera.axes[name].position = units
    return sim


ANSWERS = {
    "visca-01": ["visca-02"],
    "visca-03": ["visca-04"],
    "visca-05": ["visca-06"],
    "visca-07": ["visca-08", "visca-09"],
    "visca-10": ["visca-08", "visca-09"],
    "visca-11": ["visca-12"],
    "visca-13": ["visca-08", "visca-09"],
    "visca-14": ["visca-08", "visca-09"],
    "visca-15": ["visca-08", "visca-09"],
    "visca-16": ["visca-17"],
    "visca-18": ["visca-08"],
    "visca-19": ["visca-20"],
    "visca-21": ["visca-08"],
    "visca-22": ["visca-17"],  # a camera with four digits does not know five
    "visca-42": ["visca-08"],
    "visca-43": ["visca-08"],
    "visca-23": ["visca-08", "visca-09"],
    "visca-24": ["visca-08", "visca-09"],
    "visca-25": ["visca-26"],
    "visca-27": ["visca-08", "visca-09"],
    "visca-28": ["visca-08", "visca-09"],
    "visca-33": ["visca-34"],
    "visca-35": ["visca-08", "visca-09"],
}


def test_the_table_has_every_golden_command_but_those_tested_below() -> None:
    commands = {frame.id for frame in load_golden("visca_serial", "to_device")}
    assert commands - set(ANSWERS) == {"visca-29", "visca-39", "visca-40"}


@pytest.mark.parametrize("frame", sorted(ANSWERS))
def test_golden_frames_are_answered_with_golden_frames(frame: str) -> None:
    sim = looking(pan=-100, tilt=50, zoom=0x2000)
    assert ask(sim, SERIAL[frame]) == [SERIAL[answer] for answer in ANSWERS[frame]]


def test_a_move_completes_when_the_motors_rest_and_the_status_says_so() -> None:
    sim = looking()
    assert ask(sim, FAR) == [ACK]
    assert later(sim, 0, 0.5) == []
    assert ask(sim, SERIAL["visca-40"], 0.5) == [bytes.fromhex("90 50 24 00 FF")]
    assert later(sim, 0.5, 4) == [DONE]
    assert ask(sim, SERIAL["visca-40"], 4) == [SERIAL["visca-41"]]
    assert sim.show()["pan_deg"] == 150


def test_two_sockets_then_the_buffer_is_full_then_cancel() -> None:
    sim = looking()
    assert ask(sim, FAR) == [ACK]
    assert ask(sim, TELE) == [bytes.fromhex("90 42 FF")]
    assert ask(sim, SERIAL["visca-13"]) == [SERIAL["visca-31"]]
    assert ask(sim, SERIAL["visca-19"]) != []  # questions are answered all the same
    assert ask(sim, SERIAL["visca-29"], 0.2) == [SERIAL["visca-30"]]
    assert later(sim, 0.2, 1) == []  # no completion follows a cancel
    assert ask(sim, SERIAL["visca-29"], 1) == [bytes.fromhex("90 61 05 FF")]
    here = sim.show()["pan_deg"]
    later(sim, 1, 2)
    assert sim.show()["pan_deg"] == here


def test_sockets_complete_in_the_order_in_which_motions_end() -> None:
    sim = looking()
    ask(sim, TELE)
    ask(sim, bytes.fromhex("81 01 06 02 18 14 00 00 03 03 00 00 00 00 FF"))
    assert later(sim, 0, 4) == [bytes.fromhex("90 52 FF"), DONE]


def test_a_newer_move_takes_over_and_completes_the_older() -> None:
    sim = looking()
    ask(sim, FAR)
    assert ask(sim, SERIAL["visca-13"], 0.1) == [
        bytes.fromhex("90 42 FF"),
        bytes.fromhex("90 52 FF"),
    ]
    assert later(sim, 0.1, 0.3) == [DONE]
    later(sim, 0.3, 2)
    assert sim.show()["moving"]  # a drive goes on until it is stopped
    ask(sim, SERIAL["visca-15"], 2)
    later(sim, 2, 3)
    assert not sim.show()["moving"]


def test_refusals() -> None:
    sim = looking()
    sim.fault = "refuses"
    assert ask(sim, FAR) == [SERIAL["visca-32"]]
    assert ask(sim, SERIAL["visca-07"]) == [ACK, DONE]
    sim.fault = None
    assert ask(sim, SERIAL["visca-10"]) == [ACK, DONE]
    assert ask(sim, FAR) == [NOT_NOW]  # standby
    assert ask(sim, SERIAL["visca-07"]) == [ACK, DONE]
    assert ask(sim, bytes.fromhex("81 01 06 06 02 FF")) == [ACK, DONE]
    assert ask(sim, FAR) == [NOT_NOW]  # menu open
    assert ask(sim, SERIAL["visca-35"]) == [ACK, DONE]
    assert ask(sim, bytes.fromhex("81 01 04 08 02 FF")) == [NOT_NOW]  # auto focus is on
    assert ask(sim, bytes.fromhex("81 01 06 01 19 14 02 01 FF")) == [SYNTAX]  # faster than fastest
    assert ask(sim, bytes.fromhex("81 01 04 47 07 0F 0F 0F FF")) == [SYNTAX]
    assert ask(sim, bytes.fromhex("81 01 77 FF")) == [SYNTAX]
    assert ask(sim, bytes.fromhex("81 09 77 FF")) == [SYNTAX]
    assert ask(sim, b"\x81" + b"\x01" * 16 + b"\xff") == [bytes.fromhex("90 60 01 FF")]


def test_faults_of_the_camera() -> None:
    stuck = looking()
    stuck.fault = "stuck"
    assert ask(stuck, FAR) == [ACK]
    assert later(stuck, 0, 5) == []
    assert stuck.show()["pan_deg"] == 0
    deaf = looking()
    deaf.fault = "ack_lost"
    assert ask(deaf, FAR) == []
    assert later(deaf, 0, 4) == [DONE]


def test_a_chain() -> None:
    sim = ViscaCameraSim()
    assert later(sim, 0, 1) == [SERIAL["visca-37"]]  # once, when it gets its power
    assert ask(sim, bytes.fromhex("88 30 02 FF")) == [bytes.fromhex("88 30 03 FF")]
    assert ask(sim, SERIAL["visca-11"]) == []  # now somebody else's
    assert ask(sim, bytes.fromhex("82 01 04 00 02 FF"))[0] == SERIAL["visca-36"]


def test_bytes_in_any_pieces_and_noise() -> None:
    sim = looking()
    assert [ask(sim, bytes([byte])) for byte in SERIAL["visca-11"]][-1] == [SERIAL["visca-12"]]
    assert ask(sim, SERIAL["visca-11"] + SERIAL["visca-25"]) != []
    ask(sim, bytes(1000))
    assert len(sim._stream) <= 64
    assert ask(sim, b"\xff" + SERIAL["visca-11"]) == [SERIAL["visca-12"]]
    assert sim.survived > 0


def test_five_digits() -> None:
    sim = ViscaCameraSim(BODIES["sony-brc-am7"], announces=False)
    assert ask(sim, SERIAL["visca-22"]) == [ACK]
    later(sim, 0, 5)
    assert sim.show()["pan_deg"] == 30
    assert sim.show()["tilt_deg"] == -15
    assert ask(sim, SERIAL["visca-19"], 5) == [
        bytes.fromhex("90 50 00 07 05 03 00 0F 0C 05 06 08 FF")
    ]


def test_the_lens_block_tells_that_the_zoom_works() -> None:
    sim = looking(zoom=0x2000)
    at_rest = bytes.fromhex("90 50 02 00 00 00 01 00 01 00 00 00 00 01 00 FF")
    assert ask(sim, SERIAL["visca-39"]) == [at_rest]
    ask(sim, TELE)
    later(sim, 0, 0.2)
    assert ask(sim, SERIAL["visca-39"], 0.2)[0][-2] == 0x01


# Behind Sony's header -------------------------------------------------------------------------


def test_golden_datagrams() -> None:
    sim = looking(pan=-100, tilt=50, flavour="sony-ip")
    assert ask(sim, IP["visca-ip-01"]) == [IP["visca-ip-02"]]
    assert ask(sim, IP["visca-ip-03"]) == [IP["visca-ip-04"], IP["visca-ip-05"]]
    assert ask(sim, IP["visca-ip-06"]) == [IP["visca-ip-07"]]
    ask(sim, IP["visca-ip-01"])
    assert ask(sim, IP["visca-ip-08"]) == [IP["visca-ip-07"]]  # an inquiry typed as command
    assert ask(sim, IP["visca-ip-09"]) == []  # its length is a lie
    assert ask(sim, IP["visca-ip-12"])[0][8:] == ACK


def test_a_repeated_number_tells_what_was_lost() -> None:
    sim = looking(flavour="sony-ip")
    power = IP["visca-ip-03"][:4] + b"\x00\x00\x00\x09" + IP["visca-ip-03"][8:]
    assert ask(sim, power)[0][8:] == ACK
    assert ask(sim, power) == [IP["visca-ip-10"]]  # done before: only the answer was lost
    assert sim.command_count == 1
    wrong = bytes.fromhex("01 00 00 04 00 00 00 05 81 01 77 FF")
    assert ask(sim, wrong) == [IP["visca-ip-11"]]
    assert ask(sim, wrong) == [IP["visca-ip-11"]]  # not done: the error again
    assert ask(sim, bytes.fromhex("07 00 00 01 00 00 00 08 01"))[0][8:] == b"\x0f\x02"


def test_the_completion_carries_the_number_of_its_command() -> None:
    sim = looking(flavour="sony-ip")
    ask(sim, bytes.fromhex("01 00 00 0F 00 00 00 07") + FAR)
    ask(sim, bytes.fromhex("01 10 00 05 00 00 00 08") + SERIAL["visca-11"])
    assert later(sim, 0, 4) == [bytes.fromhex("01 11 00 03 00 00 00 07") + DONE]


# Physics and house rules ----------------------------------------------------------------------


@pytest.mark.parametrize("distance", [0.3, 5.0, 170.0, -90.0])
def test_an_axis_takes_the_time_of_its_motors(distance: float) -> None:
    axis, top, push = Axis(-200, 200, 200), 100.0, 200.0
    axis.go(distance, top)
    ticks = 0
    while not axis.resting:
        axis.advance(0.02)
        ticks += 1
        assert abs(axis.velocity) <= top + 1e-6
    way = abs(distance)
    ramp = top**2 / push
    expected_s = way / top + top / push if way >= ramp else 2 * math.sqrt(way / push)
    assert axis.position == distance
    assert ticks * 0.02 == pytest.approx(expected_s, abs=0.12)


def test_an_axis_stops_at_its_end() -> None:
    axis = Axis(-10, 10, 1000)
    axis.drive(50)
    axis.advance(3)
    assert (axis.position, axis.velocity, axis.resting) == (10, 0, True)


def test_m7_the_sim_shares_nothing_with_the_driver() -> None:
    folder = Path(drivers.visca.__file__).parent
    own = {"drivers.visca.sim_body", "drivers.visca.sim_camera", "drivers.core.simulation"}
    for name in ("sim.py", "sim_body.py", "sim_camera.py"):
        tree = ast.parse((folder / name).read_text())
        froms = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        assert {module for module in froms if module.startswith("drivers")} <= own


def test_every_model_has_a_body_of_the_same_size() -> None:
    assert set(MODELS) == set(BODIES)
    for name, model in MODELS.items():
        body = BODIES[name]
        assert body.units_per_deg == model.units_per_deg
        assert body.nibbles == model.nibbles
        assert (tuple(body.pan_deg), tuple(body.tilt_deg)) == (
            model.pan_limits_deg,
            model.tilt_limits_deg,
        )
        for zoom in range(0, 0x4001, 0x400):
            assert body.width_deg(zoom) == pytest.approx(model.fov_deg(zoom), rel=0.001)
