"""The simulated LG display, judged by the golden frames alone: nothing here imports our codec."""

from __future__ import annotations

import pytest

from drivers.lg_rs232.sim import LgSim
from tests.codec_laws import load_golden

GOLDEN = {frame.id: frame.data for frame in load_golden("lg_rs232")}


def answer(sim: LgSim, request: bytes, now_s: float = 0.0) -> bytes:
    """All the sim says to ``request``."""
    return b"".join(reply.data for reply in sim.receive(request, now_s))


@pytest.mark.parametrize(
    ("asked", "answered", "on"),
    [
        ("lg-01", "lg-02", True),
        ("lg-15", "lg-02", True),
        ("lg-01", "lg-05", False),
        ("lg-03", "lg-02", False),
        ("lg-04", "lg-05", True),
        ("lg-06", "lg-07", True),
        ("lg-08", "lg-07", True),
        ("lg-16", "lg-17", True),
    ],
)
def test_golden_questions_get_golden_answers(asked: str, answered: str, on: bool) -> None:
    assert answer(LgSim(on=on), GOLDEN[asked]) == GOLDEN[answered]


def test_golden_broadcast_is_done_without_an_answer() -> None:
    sim = LgSim()
    assert answer(sim, GOLDEN["lg-11"]) == b""
    assert sim.show()["power"] == "warming"


def test_another_set_id_is_ignored() -> None:
    assert answer(LgSim(set_id=10), GOLDEN["lg-01"]) == b""
    assert answer(LgSim(set_id=10), b"ka 0a ff\r") == b"a 0a OK00x"


def test_golden_unmute_and_volume() -> None:
    sim = LgSim(on=True)
    assert answer(sim, b"ke 01 00\r") == b"e 01 OK00x"
    assert sim.show()["mute"]
    assert answer(sim, GOLDEN["lg-14"]) == b"e 01 OK01x"
    assert answer(sim, b"kf 01 1e\r") == b"f 01 OK1ex"
    assert answer(sim, b"kf 01 65\r") == b"f 01 NG01x"
    assert (sim.show()["mute"], sim.show()["volume"]) == (False, 30)


def test_sensors_and_what_it_lacks() -> None:
    sim = LgSim(on=True, hours=2000, degrees=40)
    assert answer(sim, b"dl 01 ff\r") == b"l 01 OK07d0x"
    assert answer(sim, b"dn 01 ff\r") == b"n 01 OK28x"
    assert answer(sim, b"dp 01 ff\r") == b"p 01 OK01x"
    assert answer(sim, GOLDEN["lg-12"]) == b"x 01 NG01x"


def test_it_starts_in_its_time_and_refuses_meanwhile() -> None:
    sim = LgSim(warm_up_s=5)
    assert answer(sim, GOLDEN["lg-03"], 100.0) == GOLDEN["lg-02"]
    assert answer(sim, GOLDEN["lg-01"], 104.9) == GOLDEN["lg-05"]
    assert answer(sim, GOLDEN["lg-08"], 104.9) == b"b 01 NG01x"
    assert answer(sim, GOLDEN["lg-01"], 105.0) == GOLDEN["lg-02"]


def test_models_that_answer_late_or_not_at_all_in_standby() -> None:
    sim = LgSim(warm_up_s=5)
    sim.fault = "late"
    (reply,) = sim.receive(GOLDEN["lg-03"], 0.0)
    assert reply.after_s == 5
    sim = LgSim()
    sim.fault = "mute_off"
    assert answer(sim, GOLDEN["lg-01"]) == b""
    assert answer(sim, GOLDEN["lg-03"]) == b""
    assert answer(sim, GOLDEN["lg-01"], 100.0) == GOLDEN["lg-02"]


@pytest.mark.parametrize("split", [1, 2, 5])
def test_any_split_and_noise(split: int) -> None:
    stream = b"\xff\x00ka 01 ff\rgarbage\rxb 01 ff\rka zz ff\rkf 01 ff\r"
    whole = answer(LgSim(on=True), stream)
    assert whole == b"a 01 OK01xb 01 OK90xf 01 OK0ax"
    sim = LgSim(on=True)
    pieces = [stream[at : at + split] for at in range(0, len(stream), split)]
    assert b"".join(answer(sim, piece) for piece in pieces) == whole
    assert answer(sim, b"\x55" * 100_000 + b"\r" + GOLDEN["lg-01"]) == GOLDEN["lg-02"]
