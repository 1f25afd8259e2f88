"""Conversions, settings and the judgement of positions of VISCA cameras."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from drivers.core.capability import Aim
from drivers.visca.config import ViscaConfig
from drivers.visca.models import MODELS, StatusLayout
from drivers.visca.tracker import Tracker

SRG = MODELS["sony-srg-300h"]


def config(**given_: Any) -> ViscaConfig:
    return ViscaConfig(**{"id": "cam-1", "port": "/dev/ttyUSB0", "model": SRG.name} | given_)


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.name)
@given(pan=st.floats(-170, 170), tilt=st.floats(-20, 90), share=st.floats(0, 1))
def test_degrees_survive_the_way_through_raw_units(
    model: Any, pan: float, tilt: float, share: float
) -> None:
    tele_deg = model.fov_deg(model.zoom_most)
    fov = tele_deg + share * (model.wide_fov_deg - tele_deg)
    back = model.to_aim(*model.to_units(Aim(pan, tilt, fov)))
    assert back.pan_deg == pytest.approx(pan, abs=0.51 / model.units_per_deg)
    assert back.tilt_deg == pytest.approx(tilt, abs=0.51 / model.units_per_deg)
    assert back.fov_deg == pytest.approx(fov, rel=0.002)


def test_the_manuals_figures() -> None:
    assert SRG.to_units(Aim(170, 90, 65)) == (0x2200, 0x1200, 0)
    assert SRG.to_units(Aim(-170, -20, 65)) == (0xDE00 - 0x10000, 0xFC00 - 0x10000, 0)
    assert MODELS["sony-brc-am7"].to_units(Aim(175, 0, 65))[0] == 0x2AB98
    assert SRG.magnification(0x3486) == pytest.approx(10)
    assert SRG.zoom_units(0.5) == 0x4000  # held within what the lens can do
    assert SRG.zoom_units(120) == 0
    assert SRG.speed_byte(11, SRG.pan_deg_s) == 7
    assert SRG.speed_byte(0, SRG.pan_deg_s) == 1  # never 00
    assert SRG.speed_byte(-500, SRG.tilt_deg_s) == 23


@given(a=st.floats(-170, 170), b=st.floats(-170, 170))
def test_move_time_grows_with_distance(a: float, b: float) -> None:
    home = Aim(0, 0, 65)
    near, far = sorted((abs(a), abs(b)))
    assert SRG.move_time_s(home, Aim(near, 0, 65)) <= SRG.move_time_s(home, Aim(far, 0, 65)) + 1e-9
    assert SRG.move_time_s(home, home) == 0


def test_status_words_by_model() -> None:
    assert StatusLayout().fault(0x2800) is None
    assert "pan" in (StatusLayout().fault(0x2810) or "")
    assert "tilt" in (StatusLayout().fault(0x2900) or "")
    assert "failed movement" in (StatusLayout().fault(0x2C00) or "")
    layout = MODELS["sony-brc-am7"].status
    assert layout is not None
    assert layout.fault(0x0A00) is None
    assert layout.fault(0x0B00) is not None


@pytest.mark.parametrize(
    ("given_", "flavour"),
    [
        ({}, "serial"),
        ({"port": "twin:serial:main/cam"}, "serial"),
        ({"port": "tcp:192.0.2.1:5678"}, "raw"),
        ({"port": "udp:192.0.2.1:52381"}, "sony-ip"),
        ({"port": "twin:udp:main/cam"}, "sony-ip"),
        ({"port": "udp:192.0.2.1:1259", "model": "ptzoptics-20x"}, "raw"),
        ({"port": "udp:192.0.2.1:52381", "model": "ptzoptics-20x"}, "sony-ip"),
        ({"port": "udp:192.0.2.1:52381", "flavour": "raw"}, "raw"),
    ],
)
def test_the_flavour_follows_from_port_and_model(given_: dict[str, Any], flavour: str) -> None:
    assert config(**given_).wire_flavour == flavour


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ({"model": "kodak"}, "unknown camera model 'kodak'; known: sony-srg-300h"),
        ({"address": 8}, "less than or equal to 7"),
        ({"port": "usb0"}, "neither a path nor"),
        ({"port": "tcp:192.0.2.1:5678", "address": 2}, "over a network"),
        ({"flavour": "sony-ip"}, "does not go with port"),
        ({"fixed_sequence": True}, "sony-ip only"),
        ({"pan_limits_deg": (10, -10)}, "is not below"),
        ({"colour": "red"}, "Extra inputs"),
        ({"id": "Cam 1"}, "pattern"),
    ],
)
def test_bad_settings_are_told(given_: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        config(**given_)


def test_a_camera_upside_down_counts_reversed() -> None:
    profile = config(upside_down=True, wide_fov_deg=60.0).profile
    assert profile.tilt_limits_deg == (-90, 20)
    assert profile.to_units(Aim(10, -90, 60)) == (-512, 0x1200, 0)
    assert config(pan_limits_deg=(-90, 90)).profile.out_of_reach(Aim(91, 0, 30)) is not None


# Tracker --------------------------------------------------------------------------------------

AIM = Aim(30.0, 10.0, 20.0)
PAN, TILT, ZOOM = SRG.to_units(AIM)


def tracker() -> Tracker:
    return Tracker(SRG, tolerance_deg=0.3, stale_after_s=6.0)


def test_m14_an_encoder_step_off_is_arrived_and_more_is_not() -> None:
    for off_deg, arrived in ((0.02, True), (0.25, True), (0.4, False)):
        watched = tracker()
        for now_s in (0.0, 0.1):
            watched.reported(PAN + round(off_deg * 51.2), TILT, ZOOM, now_s)
        assert watched.arrived(AIM, 0.2) is arrived


def test_m18_arrived_means_zoom_too() -> None:
    watched = tracker()
    for now_s in (0.0, 0.1):
        watched.reported(PAN, TILT, 0, now_s)
    assert watched.arrived(AIM, 0.2) is False


def test_passing_through_the_aim_is_not_arriving() -> None:
    watched = tracker()
    watched.reported(PAN - 300, TILT, ZOOM, 0.0)
    watched.reported(PAN, TILT, ZOOM, 0.1)
    assert watched.arrived(AIM, 0.1) is False
    watched.reported(PAN, TILT, ZOOM, 0.2)
    assert watched.arrived(AIM, 0.2) is True


def test_reports_from_before_an_order_prove_nothing_after_it() -> None:
    watched = tracker()
    for now_s in (0.0, 0.1):
        watched.reported(PAN, TILT, ZOOM, now_s)
    watched.ordered(AIM, 0.2)
    assert watched.arrived(AIM, 0.2) is None
    assert watched.moving(0.2).reason == "not yet reported twice since the last order"
    for now_s in (0.3, 0.4):
        watched.reported(PAN, TILT, ZOOM, now_s)
    assert watched.arrived(AIM, 0.4) is True


def test_somebody_elses_hand_is_not_a_stuck_camera() -> None:
    watched = tracker()
    watched.ordered(AIM, 0.0)
    for now_s in (1.0, 2.0):
        watched.reported(PAN, TILT, ZOOM, now_s)
    for now_s in (9.0, 10.0):
        watched.reported(0, 0, 0, now_s)  # the infra-red remote
    assert watched.missed(10.0) is None
    watched.ordered(AIM, 20.0)
    for now_s in (30.0, 31.0):
        watched.reported(0, 0, 0, now_s)
    assert watched.missed(31.0) == AIM
