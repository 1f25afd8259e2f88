"""Sound from the network: RTP streams received, or fetched from a twin.

Each stream comes to a port of its own; a multicast group is joined where one is named. A twin
is told where we listen with a receiver report, as a control packet of RTP itself.

Owns the sockets and the beat of the blocks. Must not know what is heard.
"""

from __future__ import annotations

import logging
import random
import selectors
import socket
import struct
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from drivers.audio import codec
from drivers.audio.codec import Samples
from drivers.audio.config import AudioConfig, RtpStreamConfig
from drivers.audio.input import BLOCK_S
from drivers.audio.playout import Playout
from drivers.core.address import host_port, parse_port
from drivers.core.errors import LinkDown, ProtocolError
from drivers.core.reading import Clock

log = logging.getLogger(__name__)

STOPPED_S = 1.0
"""Without a packet for so long the sender is gone."""

REPORT_EVERY_S = 1.0
"""How often a twin is told that we still listen."""

BEHIND_S = 0.5
"""Later than this with a block, the time between is given up."""

RECEIVE_BYTES = 1 << 20
"""Room in the kernel for a second of 25 channels at 48 kHz would be 3.6 MB; a burst needs less."""

TWIN_STREAM = RtpStreamConfig(port=1024, channels=1, encoding="L16", payload_type=96)
"""How a twin sends; its port and channels are those of the room."""


@dataclass(slots=True)
class Leg:
    """One stream: where it comes to, how, and its time."""

    config: RtpStreamConfig
    socket: socket.socket
    playout: Playout


class RtpStream:
    """Every stream of one room as one flow of blocks. Implements ``Stream``."""

    def __init__(
        self,
        legs: list[Leg],
        rate_hz: int,
        wanted: int,
        keep_alive: Callable[[], None] = lambda: None,
        now_s: Clock = time.monotonic,
    ) -> None:
        """``wanted``: the first so many channels; ``keep_alive`` is called about every second."""
        self._legs, self._keep_alive, self._now_s = legs, keep_alive, now_s
        self._wanted = wanted
        self._block = round(rate_hz * BLOCK_S)
        self._opened_s = self._due_s = now_s()
        self._report_s = -np.inf
        self._own: Counter[str] = Counter(overruns=0)
        self._selector = selectors.DefaultSelector()
        for leg in legs:
            leg.socket.setblocking(False)
            self._selector.register(leg.socket, selectors.EVENT_READ, leg)

    def read(self) -> Samples | None:
        """Wait for the next block's time, taking packets; silence where none came any more."""
        self._due_s += BLOCK_S
        if self._now_s() > self._due_s + BEHIND_S:
            self._own["overruns"] += round((self._now_s() - self._due_s) / BLOCK_S)
            self._due_s = self._now_s()
        if self._due_s - self._report_s >= REPORT_EVERY_S:
            self._report_s = self._due_s
            self._keep_alive()
        self._take_packets()
        if all(self._silent_for(leg) > STOPPED_S for leg in self._legs):
            raise LinkDown(f"no packets come to {self._ports()}")
        if all(leg.playout.newest_s is None for leg in self._legs):
            return None  # before the first packet there is no sound, not even silence
        blocks = [leg.playout.pull(self._block, self._due_s) for leg in self._legs]
        return np.concatenate(blocks, axis=1)[:, : self._wanted]

    def _take_packets(self) -> None:
        while True:
            left_s = self._due_s - self._now_s()
            ready = self._selector.select(max(0.0, left_s))
            for key, _ in ready:
                self._drain(key.data)
            if left_s <= 0.0:
                return

    def _drain(self, leg: Leg) -> None:
        while True:
            try:
                data = leg.socket.recv(65536)
            except BlockingIOError:
                return
            except OSError as error:
                raise LinkDown(f"no packets come to {self._ports()}: {error.strerror}") from error
            if not codec.is_rtcp(data):
                self._take(leg, data)

    def _take(self, leg: Leg, data: bytes) -> None:
        try:
            packet = codec.decode(data)
            if packet.payload_type != leg.config.payload_type:
                self._own["foreign"] += 1
                return
            samples = codec.samples(packet.payload, leg.config.encoding, leg.config.channels)
        except ProtocolError as error:
            self._own["malformed"] += 1
            log.debug("%s", error)
            return
        leg.playout.put(packet, samples, self._now_s())

    def _silent_for(self, leg: Leg) -> float:
        newest_s = leg.playout.newest_s
        return self._due_s - (self._opened_s if newest_s is None else newest_s)

    def _ports(self) -> str:
        ports = [str(leg.socket.getsockname()[1]) for leg in self._legs]
        return f"UDP port{'s' if len(ports) > 1 else ''} {', '.join(ports)}"

    @property
    def counters(self) -> Mapping[str, int]:
        """Sums over the streams; *silent*, *dropped*, *repeated* count samples."""
        return sum((leg.playout.counters for leg in self._legs), self._own.copy())

    @property
    def drift_ppm(self) -> float | None:
        """Of the stream that drifts most."""
        found = [d for leg in self._legs if (d := leg.playout.drift_ppm) is not None]
        return max(found, key=abs, default=None)

    @property
    def trouble(self) -> str | None:
        """A stream that has stopped while others go on."""
        for leg in self._legs:
            if self._silent_for(leg) > STOPPED_S:
                return f"no packets come to UDP port {leg.socket.getsockname()[1]}"
        return None

    def close(self) -> None:
        """Leave groups and ports."""
        self._selector.close()
        for leg in self._legs:
            leg.socket.close()


def open_rtp(config: AudioConfig) -> RtpStream:
    """Listen to every stream of the configuration.

    Raises:
        LinkDown: a port or a group cannot be had; one line.
    """
    legs: list[Leg] = []
    try:
        for stream in config.streams:
            legs.append(_leg(config, stream, _listen(config.interface, stream)))
    except OSError as error:
        for leg in legs:
            leg.socket.close()
        raise LinkDown(
            f"cannot listen on {config.interface} UDP port {stream.port}: {error.strerror}"
        ) from error
    return RtpStream(legs, config.rate_hz, len(config.channels))


def open_twin(config: AudioConfig) -> RtpStream:
    """Fetch the sound of the twin that ``source`` names.

    Raises:
        LinkDown: the twin does not run; one line.
    """
    address = parse_port(config.source.replace("twin:", "twin:udp:", 1)).resolve()
    found = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
    found.connect(host_port(address))
    report = codec.receiver_report(random.getrandbits(32))
    stream = TWIN_STREAM.model_copy(
        update={"port": found.getsockname()[1], "channels": len(config.channels)}
    )

    def keep_alive() -> None:
        try:
            found.send(report)
        except OSError as error:
            raise LinkDown(f"no twin offers {config.source}: {error.strerror}") from error

    legs = [_leg(config, stream, found)]
    return RtpStream(legs, config.rate_hz, len(config.channels), keep_alive)


def _leg(config: AudioConfig, stream: RtpStreamConfig, found: socket.socket) -> Leg:
    return Leg(stream, found, Playout(stream.channels, config.rate_hz, config.jitter_ms / 1000))


def _listen(interface: str, stream: RtpStreamConfig) -> socket.socket:
    found = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
        if stream.group is None:
            found.bind((interface, stream.port))
        else:
            # Bound to the group, the socket takes no packets that were sent to others.
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            found.bind((stream.group, stream.port))
            joined = struct.pack(
                "4s4s", socket.inet_aton(stream.group), socket.inet_aton(interface)
            )
            found.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, joined)
    except OSError:
        found.close()
        raise
    return found
