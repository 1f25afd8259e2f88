"""RTP packets and their samples <-> bytes.

The header is RFC 3550's (section 5.1), L16 RFC 3551's (4.5.11), L24 RFC 3190's (4): samples
interleaved, the most significant byte first.

Owns the bytes. Must not know ports or time. Raises nothing but ProtocolError.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drivers.core.errors import ProtocolError

Samples = NDArray[np.float32]
"""Shape (samples, channels), full scale is 1."""

BYTES_PER_SAMPLE = {"L16": 2, "L24": 3}

_HEADER = struct.Struct(">BBHII")
_VERSION, _PADDING, _EXTENSION, _SOURCES = 0xC0, 0x20, 0x10, 0x0F
_RTCP_TYPES = range(200, 205)
"""Second byte of sender and receiver reports, SDES, BYE, APP (RFC 3550, section 12.1)."""


@dataclass(frozen=True, slots=True)
class RtpPacket:
    """One packet, without its contributing sources and extension."""

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    marker: bool = False


def is_rtcp(data: bytes) -> bool:
    """A control packet that came to the port of the sound (RFC 5761)."""
    return len(data) >= 8 and data[0] & _VERSION == 0x80 and data[1] in _RTCP_TYPES


def decode(data: bytes) -> RtpPacket:
    """One datagram.

    Raises:
        ProtocolError: no RTP of version 2, or shorter than its own header says.
    """
    if len(data) < _HEADER.size:
        raise ProtocolError("RTP packet too short", got=data, wanted="12 bytes of header")
    first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(data)
    if first & _VERSION != 0x80:
        raise ProtocolError("not RTP", got=data, wanted="version 2")
    start, end = _HEADER.size + 4 * (first & _SOURCES), len(data)
    if first & _EXTENSION:
        if len(data) < start + 4:
            raise ProtocolError("RTP extension cut off", got=data)
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
    if first & _PADDING:
        if not 1 <= data[-1] <= end - start:
            raise ProtocolError("RTP padding is longer than the packet", got=data)
        end -= data[-1]
    if start > end:
        raise ProtocolError("RTP header is longer than the packet", got=data)
    return RtpPacket(
        second & 0x7F, sequence, timestamp, ssrc, data[start:end], marker=bool(second & 0x80)
    )


def samples(payload: bytes, encoding: str, channels: int) -> Samples:
    """The payload as samples of every channel.

    Raises:
        ProtocolError: empty, or not a whole number of samples of every channel.
    """
    frame = BYTES_PER_SAMPLE[encoding] * channels
    if not payload or len(payload) % frame:
        raise ProtocolError(
            f"{len(payload)} bytes are no whole samples", wanted=f"{frame} for {channels} channels"
        )
    if encoding == "L16":
        found = np.frombuffer(payload, dtype=">i2").astype(np.float32) / np.float32(2**15)
    else:
        octets = np.frombuffer(payload, dtype=np.uint8).reshape(-1, 3).astype(np.int32)
        # The top byte goes where the sign is; what is shifted back keeps it.
        whole = (octets[:, 0] << 24 | octets[:, 1] << 16 | octets[:, 2] << 8) >> 8
        found = whole.astype(np.float32) / np.float32(2**23)
    return found.reshape(-1, channels)


def receiver_report(ssrc: int) -> bytes:
    """*I listen*: a receiver report without blocks (RFC 3550, section 6.4.2)."""
    return struct.pack(">BBHI", 0x80, 201, 1, ssrc)
