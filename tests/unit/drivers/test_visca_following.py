"""A VISCA camera in practice: speeds by zoom, limits, following by speed, presets when blind."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from drivers.core.capability import Aim, Drivable, HealthState
from drivers.core.errors import Refused
from drivers.core.unseen import nearest_preset
from drivers.visca.models import MODELS
from drivers.visca.sim import ViscaCameraSim
from tests.codec_laws import load_golden
from tests.visca_room import LEFT, Room, play, there

SRG = MODELS["sony-srg-300h"]
GOLDEN = {frame.id: frame.data for frame in load_golden("visca_serial")}
HOME = Aim(0.0, 0.0, 65.0)


def test_a_small_swing_is_gentle_when_zoomed_in() -> None:
    wide = SRG.swing_bytes(HOME, Aim(5.0, 0.0, 65.0))
    narrow = SRG.swing_bytes(Aim(0.0, 0.0, 5.0), Aim(2.0, 0.0, 5.0))
    assert wide == (24, 23)
    assert SRG.pan_deg_s[narrow[0] - 1] == pytest.approx(20.0, abs=4)
    assert SRG.swing_bytes(None, LEFT) == (24, 23)


def test_a_long_swing_is_never_slow() -> None:
    far = SRG.swing_bytes(Aim(-60.0, 0.0, 4.0), Aim(60.0, 0.0, 4.0))
    assert far[0] == 24
    assert SRG.move_time_s(Aim(0.0, 0.0, 12.0), Aim(30.0, 0.0, 12.0)) < 1.5


def test_the_golden_swing_is_the_one_that_is_sent() -> None:
    async def story(room: Room) -> None:
        await room.ready()
        await there(room, Aim(0.0, 0.0, 5.0))
        await room.camera.move(Aim(2.0, 1.0, 5.0))
        assert GOLDEN["visca-42"] in room.sent
        assert GOLDEN["visca-43"] in room.sent

    play(story)


def test_just_beyond_a_limit_is_held_and_said() -> None:
    async def story(room: Room) -> None:
        await room.ready()
        await room.camera.move(Aim(172.0, 0.0, 20.0))
        await room.until(lambda: room.arrived(Aim(172.0, 0.0, 20.0)))
        assert room.sim.show()["pan_deg"] == pytest.approx(170.0, abs=0.3)
        reason = room.camera.health(room.now_s()).reason
        assert reason == "pan 172.0° is beyond -170..170°: held at the limit"
        await there(room, LEFT)
        assert room.camera.health(room.now_s()).reason is None
        assert room.arrived(Aim(190.0, 0.0, 5.0)) is False

    play(story)


def test_it_follows_by_speed_and_ends_before_a_limit() -> None:
    async def story(room: Room) -> None:
        await room.ready()
        assert isinstance(room.camera, Drivable)
        assert room.camera.fastest_deg_s(room.now_s()) == (65.0, 65.0)
        for _ in range(40):
            await room.camera.drive(20.0, 0.0)
            await asyncio.sleep(0.1)
        assert room.sim.show()["pan_deg"] == pytest.approx(30.0, abs=6)
        assert not room.sim.show()["moving"]

    play(story, pan_limits_deg=(-30.0, 30.0))


def test_zoomed_in_it_follows_slower() -> None:
    async def story(room: Room) -> None:
        await room.ready()
        await there(room, Aim(0.0, 0.0, 6.0))
        assert room.camera.fastest_deg_s(room.now_s())[0] == pytest.approx(6.0, rel=0.05)
        for _ in range(10):
            await room.camera.drive(90.0, 0.0)
            await asyncio.sleep(0.1)
        assert room.sim.show()["pan_deg"] < 8.0

    play(story)


def test_a_speed_that_it_has_is_told_again_only_now_and_then() -> None:
    async def story(room: Room) -> None:
        await room.ready()
        for _ in range(30):
            await room.camera.drive(5.0, 0.0)
            await asyncio.sleep(0.1)
        drives = [data for data in room.sent if data[2:4] == b"\x06\x01"]
        assert 4 <= len(drives) <= 6
        assert room.sim.show()["moving"]
        await room.camera.stop()
        await room.camera.drive(5.0, 0.0)
        assert room.sent[-1] == drives[0], "after a stop at once"

    play(story)


def test_without_renewal_it_stops_within_half_a_second() -> None:
    async def story(room: Room) -> None:
        await room.ready()
        await room.camera.drive(20.0, 0.0)
        took_s = await room.until(lambda: room.sim.show()["moving"])
        took_s += await room.until(lambda: not room.sim.show()["moving"])
        assert took_s < 0.75

    play(story)


PRESETS = {3: Aim(-40.0, 10.0, 20.0), 4: Aim(30.0, 0.0, 20.0)}


def blind(**settings: Any) -> Any:
    sim = ViscaCameraSim(flavour="raw")
    sim.fault = "untold"
    return {"sim": sim, **settings}


async def unseen(room: Room) -> None:
    await room.until(lambda: room.camera.health(room.now_s()).reason is not None)
    await room.until(lambda: "not tell" in (room.camera.health(room.now_s()).reason or ""))


def test_who_does_not_tell_where_it_is_is_unconfirmed_and_sent_to_presets() -> None:
    async def story(room: Room) -> None:
        room.camera._presets = PRESETS
        await unseen(room)
        assert room.health() is HealthState.UNCONFIRMED
        await room.camera.move(Aim(-38.0, 9.0, 15.0))
        assert bytes.fromhex("81 01 04 3F 02 02 FF") in room.sent
        assert room.arrived(Aim(-38.0, 9.0, 15.0)) is None
        assert room.camera.state(room.now_s()).aim.reason == "it does not tell its position"
        await room.camera.move(Aim(100.0, 0.0, 15.0))  # no preset is near: by angle, then
        assert any(data[2:4] == b"\x06\x02" for data in room.sent)
        await asyncio.sleep(20)
        assert room.health() is HealthState.UNCONFIRMED  # alive all the same
        room.sim.fault = None
        await room.until(lambda: room.health() is HealthState.OK)

    play(story, **blind())


def test_time_is_trusted_only_when_the_room_file_says_so() -> None:
    async def story(room: Room) -> None:
        await unseen(room)
        await room.camera.move(LEFT)
        assert room.arrived(LEFT) is False
        await asyncio.sleep(3.1)
        assert room.arrived(LEFT) is True
        assert room.health() is HealthState.UNCONFIRMED
        assert room.arrived(HOME) is None
        await room.camera.drive(3.0, 0.0)
        assert room.arrived(LEFT) is None

    play(story, **blind(trust_time=True, settles_s=3.0))


def test_a_stop_is_told_again_to_who_cannot_confirm_it() -> None:
    async def story(room: Room) -> None:
        await unseen(room)
        await room.camera.drive(5.0, 0.0)
        written = len(room.sent)
        await room.camera.stop()
        await asyncio.sleep(3)
        stops = [data for data in room.sent[written:] if data == GOLDEN["visca-15"]]
        assert len(stops) >= 2
        with pytest.raises(Refused, match="beyond"):
            await room.camera.move(Aim(250.0, 0.0, 20.0))

    play(story, **blind())


def test_the_nearest_preset_must_contain_the_target() -> None:
    assert nearest_preset(PRESETS, Aim(-35.0, 10.0, 12.0)) == 3
    assert nearest_preset(PRESETS, Aim(25.0, 0.0, 12.0)) == 4
    assert nearest_preset(PRESETS, Aim(0.0, 0.0, 12.0)) is None
    assert nearest_preset(PRESETS, Aim(30.0, 9.0, 12.0)) is None


def test_the_whole_room_is_no_shot_of_a_seat_nor_the_reverse() -> None:
    assert nearest_preset({9: Aim(0.0, 0.0, 60.0)}, Aim(0.0, 0.0, 15.0)) is None
    assert nearest_preset({1: Aim(0.0, 0.0, 15.0)}, Aim(0.0, 0.0, 60.0)) is None
    assert nearest_preset({1: Aim(0.0, 0.0, 15.0)}, Aim(0.0, 0.0, float("nan"))) is None
