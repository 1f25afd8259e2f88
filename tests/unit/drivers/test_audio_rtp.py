"""RTP: bytes against packets written by hand from the RFCs; the sender judged by the same."""

from __future__ import annotations

import itertools
import json
import socket
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.audio import codec
from drivers.audio.config import AudioConfig, RtpStreamConfig
from drivers.audio.input import BLOCK_S
from drivers.audio.playout import Playout
from drivers.audio.rtp import STOPPED_S, Leg, RtpStream, open_rtp
from drivers.audio.sim import RtpSenderSim
from drivers.core.errors import LinkDown, ProtocolError
from tests.ports import free_port

GOLDEN = json.loads((Path(__file__).parents[2] / "golden/rtp.json").read_text())
FULL = {"L16": 2**15, "L24": 2**23}


def ids(entry: dict[str, Any]) -> str:
    return str(entry["id"])


@pytest.mark.parametrize("frame", GOLDEN["frames"], ids=ids)
def test_golden_packets(frame: dict[str, Any]) -> None:
    packet = codec.decode(bytes.fromhex(frame["hex"]))
    assert {name: getattr(packet, name) for name in frame["fields"]} == frame["fields"]
    found = codec.samples(packet.payload, frame["encoding"], frame["channels"])
    assert (found * FULL[frame["encoding"]]).tolist() == frame["values"]


@pytest.mark.parametrize("frame", GOLDEN["refused"], ids=ids)
def test_what_is_no_packet_is_refused(frame: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError):
        codec.decode(bytes.fromhex(frame["hex"]))


def test_the_report_is_a_control_packet() -> None:
    (report,) = GOLDEN["control"]
    assert codec.receiver_report(report["ssrc"]) == bytes.fromhex(report["hex"])
    assert codec.is_rtcp(bytes.fromhex(report["hex"]))
    assert not any(codec.is_rtcp(bytes.fromhex(f["hex"])) for f in GOLDEN["frames"])


@given(st.binary(max_size=80), st.sampled_from(["L16", "L24"]), st.integers(1, 8))
def test_no_bytes_raise_anything_else(data: bytes, encoding: str, channels: int) -> None:
    try:
        found = codec.samples(codec.decode(data).payload, encoding, channels)
    except ProtocolError:
        return
    assert found.shape[1] == channels
    assert float(np.abs(found).max()) <= 1.0


@pytest.mark.parametrize(("payload", "channels"), [(b"", 1), (b"123", 1), (b"1234", 3)])
def test_parts_of_samples_are_refused(payload: bytes, channels: int) -> None:
    with pytest.raises(ProtocolError):
        codec.samples(payload, "L16", channels)


# --- the sender ------------------------------------------------------------------------------


def sender(open_: set[int], **more: Any) -> RtpSenderSim:
    places = {1: (0.0, 0.0, 1.2), 2: (0.62, 0.0, 1.2), 3: (2.48, 0.0, 1.2)}
    sim = RtpSenderSim((1, 2, 3, 0), places, 16_000, lambda: open_, **more)
    sim.receive(codec.receiver_report(1), 0.0)
    return sim


def sent(sim: RtpSenderSim, seconds: float) -> list[bytes]:
    return [r.data for n in range(round(seconds * 50)) for r in sim.tick((n + 1) * 0.02)]


def levels(packets: list[bytes]) -> list[float]:
    found = np.concatenate([codec.samples(codec.decode(p).payload, "L16", 4) for p in packets])
    return [float(x) for x in 10 * np.log10((found**2).mean(axis=0) + 1e-12)]


def test_its_packets_are_what_the_rfc_says() -> None:
    packets = [codec.decode(data) for data in sent(sender(set()), 1.0)]
    assert len(packets) == pytest.approx(0.98 / 0.005, abs=1)
    assert {(p.payload_type, p.marker, len(p.payload)) for p in packets} == {(96, False, 640)}
    assert len({p.ssrc for p in packets}) == 1
    for before, after in itertools.pairwise(packets):
        assert (after.sequence - before.sequence) % 2**16 == 1
        assert (after.timestamp - before.timestamp) % 2**32 == 80


def test_it_is_silent_until_somebody_listens() -> None:
    sim = RtpSenderSim((1,), {1: (0, 0, 0)}, 16_000, set)
    assert sent(sim, 0.2) == []


def test_a_voice_is_loud_at_home_and_falls_with_the_distance() -> None:
    sim = sender({1, 2, 3})
    sim.say(1, "talks")
    sim.say(3, "silent")
    sim.say(2, "silent")
    at = levels(sent(sim, 6.0))
    assert at[0] - at[1] == pytest.approx(10.0, abs=1.0)
    assert at[1] - at[2] == pytest.approx(12.0, abs=1.5)
    assert at[3] < -75.0, "nobody's channel carries its cable"


def test_who_opened_last_talks_and_a_closed_microphone_hears_nobody() -> None:
    open_ = {1}
    sim = sender(open_)
    assert sim.show()["talking"] == [1]
    open_.add(2)
    assert sim.show()["talking"] == [2]
    open_.clear()
    assert sim.show()["talking"] == []
    sim.say(3, "talks")
    assert max(levels(sent(sim, 2.0))) < -75.0


@pytest.mark.parametrize(
    ("how", "least", "most"), [("dead", -121, -119), ("stuck", -13, -11), ("clips", -12, 0)]
)
def test_bad_microphones(how: str, least: float, most: float) -> None:
    sim = sender({1})
    sim.say(1, how)
    assert least < levels(sent(sim, 2.0))[0] < most


def test_faults_of_the_line() -> None:
    for fault, least, most in (("lossy", 340, 391), ("doubled", 410, 460), ("stopped", 0, 0)):
        sim = sender(set())
        sim.fault = fault
        assert least <= len(sent(sim, 2.0)) <= most
    with pytest.raises(ValueError, match="no microphone"):
        sender(set()).say(9, "talks")
    with pytest.raises(ValueError, match="is none of"):
        sender(set()).say(1, "sings")


# --- the sockets -----------------------------------------------------------------------------


class Time:
    """A clock that only the test moves."""

    def __init__(self) -> None:
        self.s = 100.0

    def __call__(self) -> float:
        return self.s


def packet(sequence: int, payload: bytes, payload_type: int = 98, ssrc: int = 7) -> bytes:
    head = bytes([0x80, payload_type]) + sequence.to_bytes(2, "big")
    return head + (sequence * 320).to_bytes(4, "big") + ssrc.to_bytes(4, "big") + payload


def two_streams(now_s: Time) -> tuple[RtpStream, list[socket.socket], list[socket.socket]]:
    """Two channels and one, on ports of their own, 16 kHz."""
    legs, senders = [], []
    for channels in (2, 1):
        found = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        found.bind(("127.0.0.1", 0))
        config = RtpStreamConfig(port=5004, channels=channels, encoding="L16")
        legs.append(Leg(config, found, Playout(channels, 16_000, 0.02)))
        sending = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sending.connect(found.getsockname())
        senders.append(sending)
    return RtpStream(legs, 16_000, 3, now_s=now_s), senders, [leg.socket for leg in legs]


def test_several_streams_are_one_block_of_the_right_channels() -> None:
    now_s = Time()
    stream, senders, _ = two_streams(now_s)
    try:
        for n in range(6):
            senders[0].send(packet(n, (b"\x10\x00" + b"\x20\x00") * 320))
            senders[1].send(packet(n, b"\x40\x00" * 320, ssrc=8))
            senders[1].send(packet(n, b"\x40\x00" * 320, payload_type=11))
            senders[1].send(b"no packet at all")
            senders[1].send(codec.receiver_report(1) + bytes(20))
            now_s.s += BLOCK_S
            block = stream.read()
        assert block is not None
        assert block.shape == (320, 3)
        assert block[-1].tolist() == [0.125, 0.25, 0.5]
        assert stream.counters["foreign"] == 6
        assert stream.counters["malformed"] == 6
        assert stream.counters["lost"] == 0
        assert stream.trouble is None
    finally:
        stream.close()
        for one in senders:
            one.close()


def test_a_stream_that_stops_is_named_and_when_all_stop_the_source_is_down() -> None:
    now_s = Time()
    stream, senders, sockets = two_streams(now_s)
    try:
        for n in range(80):
            senders[0].send(packet(n, bytes(1280)))
            now_s.s += BLOCK_S
            assert stream.read() is not None
        assert str(sockets[1].getsockname()[1]) in str(stream.trouble)
        now_s.s += 2 * STOPPED_S
        with pytest.raises(LinkDown, match="no packets come to UDP ports"):
            stream.read()
    finally:
        stream.close()
        for one in senders:
            one.close()


def test_before_the_first_packet_there_is_no_block() -> None:
    """So that a sender that is away does not look like one that is silent."""
    now_s = Time()
    stream, senders, _ = two_streams(now_s)
    try:
        now_s.s += BLOCK_S
        assert stream.read() is None
        senders[1].send(packet(0, bytes(640)))
        now_s.s += BLOCK_S
        assert stream.read() is not None
    finally:
        stream.close()
        for one in senders:
            one.close()


def test_a_port_that_is_taken_is_one_clear_line() -> None:
    config = AudioConfig(
        source="rtp", channels=(1,), streams=(RtpStreamConfig(port=free_port(), channels=1),)
    )
    first = open_rtp(config)
    try:
        with pytest.raises(LinkDown, match=r"cannot listen on 127\.0\.0\.1 UDP port"):
            open_rtp(config)
    finally:
        first.close()
