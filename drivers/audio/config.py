"""Settings of a room's sound.

Owns what a room file may say about it. Must not import numpy or sounddevice: room files are
checked without.
"""

from __future__ import annotations

import ipaddress
from typing import Annotated, Literal

from pydantic import Field, field_validator

from drivers.core.section import Section

SOURCE = r"^(device:.{1,100}|rtp|twin:[a-z0-9-]{1,32}/[a-z0-9-]{1,32})$"

CHANNELS_MOST = 64
"""A MADI line; rooms have 25."""

Encoding = Literal["L16", "L24"]
SeatNumber = Annotated[int, Field(ge=0, le=999)]


class RtpStreamConfig(Section):
    """One stream of packets. Several may carry the room's channels, in this order."""

    port: int = Field(ge=1024, le=65535, description="UDP port it comes to")
    channels: int = Field(ge=1, le=CHANNELS_MOST, description="how many it carries")
    encoding: Encoding = Field("L24", description="L16 or L24, see RFC 3551 and RFC 3190")
    payload_type: int = Field(98, ge=96, le=127, description="dynamic type of its packets")
    group: str | None = Field(None, description="multicast group to join, such as 239.69.0.1")

    @field_validator("group")
    @classmethod
    def _multicast(cls, value: str | None) -> str | None:
        if value is not None and not ipaddress.IPv4Address(value).is_multicast:
            raise ValueError(f"{value} is no IPv4 multicast group (224.0.0.0 to 239.255.255.255)")
        return value


class AudioConfig(Section):
    """Where the microphones' sound comes from, and which channel is whose."""

    id: Literal["audio"] = Field("audio", description="a room has one, so its name is fixed")
    source: Annotated[str, Field(pattern=SOURCE)] = Field(
        description="device:NAME, device:INDEX, rtp, or twin:ROOM/audio"
    )
    rate_hz: Literal[8000, 16000, 32000, 48000] = Field(48000, description="samples per second")
    channels: tuple[SeatNumber, ...] = Field(
        min_length=1,
        max_length=CHANNELS_MOST,
        description="the seat of each channel in order; 0 where a channel is nobody's",
    )
    hears_closed: bool = Field(
        False,
        description="channels carry closed microphones too (taken before the switch): only so "
        "can a voice open a microphone",
    )
    streams: tuple[RtpStreamConfig, ...] = Field((), max_length=16, description="for rtp")
    interface: str = Field("127.0.0.1", description="address of the network card, for rtp")
    jitter_ms: int = Field(
        40, ge=5, le=500, description="how late a packet may be; so much later all is heard"
    )

    @field_validator("interface")
    @classmethod
    def _address(cls, value: str) -> str:
        return str(ipaddress.IPv4Address(value))

    @field_validator("channels")
    @classmethod
    def _one_each(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        seats = [seat for seat in value if seat]
        for seat in seats:
            if seats.count(seat) > 1:
                raise ValueError(f"seat {seat} has two channels; a seat has one microphone")
        return value
