"""The readers of devices' bytes, and what each of them promises.

A stream of frames and garbage, cut anywhere: only ProtocolError leaves ``decode`` and
``describe``, nothing leaves ``feed``, the buffer stays within its limit, the cuts do not matter,
and good frames behind garbage are found (``tests/codec_laws.py`` says with what help).

Owns the list of codecs. Must not know how inputs are made.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from drivers.audio import codec as audio
from drivers.cec import printed
from drivers.core.errors import ProtocolError
from drivers.delegate_unit import frame as modbus_frame
from drivers.delegate_unit import modbus
from drivers.lg_rs232 import codec as lg
from drivers.pelco_d import codec as pelco
from drivers.pjlink import codec as pjlink
from drivers.samsung_mdc import codec as mdc
from drivers.shure_dis import codec as dis
from drivers.switcher import codec as switcher
from drivers.taiden import codec as taiden
from drivers.televic import codec as televic
from drivers.visca import codec as visca
from drivers.visca import ip
from tests.codec_laws import GOLDEN, load_golden
from tests.fuzz.campaign import Target, plain

Reads = Callable[[bytes], object]


@dataclass(frozen=True, slots=True)
class Codec:
    """One codec in one direction."""

    name: str
    golden: str
    direction: str
    decoder: Callable[[], Any]
    reads: Sequence[Reads]
    flush: bytes = b""
    """Ends whatever was begun, where a protocol has such a byte."""


def both(codec: Any) -> list[Reads]:
    """``decode``, and ``describe`` of any direction."""
    named = [partial(codec.describe, direction=way) for way in ("", "to_device", "from_device")]
    return [codec.decode, *named]


SWITCHER = [partial(switcher.read_line, dialect=switcher.MATRIX), switcher.describe]
STREAM_BYTES = 600
"""Longer than the longest frame twice: a buffer that should overflow does."""

BETWEEN = "\x1e"
"""Between what a program printed and what it complained of, in one input."""

TO, FROM = "to_device", "from_device"

CODECS = [
    Codec("visca-replies", "visca_serial", FROM, visca.Decoder, both(visca), b"\xff"),
    Codec("visca-commands", "visca_serial", TO, partial(visca.Decoder, TO), both(visca), b"\xff"),
    Codec("pelco-d", "pelco_d", "", pelco.PelcoDecoder, both(pelco)),
    Codec("modbus", "modbus_rtu", "", modbus.Decoder, [modbus_frame.decode, modbus.describe]),
    Codec("samsung-mdc", "samsung_mdc", "", mdc.MdcDecoder, both(mdc)),
    Codec("samsung-mdc-replies", "samsung_mdc", FROM, partial(mdc.MdcDecoder, True), both(mdc)),
    Codec("pjlink", "pjlink", "", pjlink.PjlinkDecoder, both(pjlink), b"\r"),
    Codec("lg-rs232", "lg_rs232", "", lg.LgDecoder, both(lg)),
    Codec("shure-dis", "shure_dis", FROM, dis.DisDecoder, both(dis), b"\n"),
    Codec(
        "switcher", "switcher", FROM, partial(switcher.SwitcherDecoder, switcher.MATRIX), SWITCHER,
        b"\r\n",
    ),
    Codec("televic", "televic_ascii", "", televic.TelevicDecoder, both(televic)),
    Codec("taiden", "taiden", FROM, taiden.TaidenDecoder, both(taiden)),
    Codec(
        "taiden-commands", "taiden", TO, partial(taiden.TaidenDecoder, TO), both(taiden)
    ),
]  # fmt: skip


def targets() -> list[Target]:
    """All of them."""
    found = []
    for codec in CODECS:
        frames = tuple(dict.fromkeys(f.data for f in load_golden(codec.golden, codec.direction)))
        found.append(
            Target(codec.name, frames, plain(partial(_stream, codec, frames)), STREAM_BYTES)
        )
    datagrams = tuple(frame.data for frame in load_golden("visca_ip"))
    packets = tuple(bytes.fromhex(one["hex"]) for one in _golden("rtp")["frames"])
    said = _golden("cec_ctl")["printed"]
    runs = tuple(f"{one['stdout']}{BETWEEN}{one['stderr']}".encode() for one in said)
    found.append(Target("visca-ip", datagrams, plain(_datagram)))
    found.append(Target("rtp", packets, plain(_packet)))
    found.append(Target("cec", runs, plain(_printed)))
    return found


def _golden(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return found


def _stream(codec: Codec, frames: Sequence[bytes], data: bytes) -> None:
    for read in codec.reads:
        with suppress(ProtocolError):
            read(data)
    drawn = zlib.crc32(data)
    cut = drawn % (len(data) + 1)
    decoder = codec.decoder()
    heard = [*_fed(decoder, data[:cut]), *_fed(decoder, data[cut:])]
    assert heard == codec.decoder().feed(data), "the cut of the stream mattered"
    good = frames[drawn % len(frames)]
    (message,) = codec.decoder().feed(good)
    # Without an end mark the garbage may have announced a frame as long as frames can be.
    times = 1 if codec.flush else 2 + decoder.buffer_limit // len(good)
    seen = _fed(decoder, codec.flush + good * times)
    assert message in seen, f"a good frame behind garbage was not found: {good!r}"


def _fed(decoder: Any, data: bytes) -> list[Any]:
    found: list[Any] = decoder.feed(data)
    held, most = decoder.buffered_bytes, decoder.buffer_limit
    assert held <= most, f"{held} bytes are kept, at most {most} may be"
    return found


def _datagram(data: bytes) -> None:
    for way in ("", TO, FROM):
        with suppress(ProtocolError):
            ip.describe(data, way)
    with suppress(ProtocolError):
        ip.heard(ip.decode(data))
    decoder = ip.Decoder()
    decoder.feed(data)
    assert decoder.buffered_bytes == 0, "a datagram was carried over"


def _packet(data: bytes) -> None:
    audio.is_rtcp(data)
    with suppress(ProtocolError):
        packet = audio.decode(data)
        assert len(packet.payload) <= len(data)
        for encoding in audio.BYTES_PER_SAMPLE:
            for channels in (1, 2, 8):
                with suppress(ProtocolError):
                    audio.samples(packet.payload, encoding, channels)


def _printed(data: bytes) -> None:
    stdout, _, stderr = data.decode(errors="replace").partition(BETWEEN)
    assert len(printed.read(stdout, stderr).detail) <= len(data) + 400
