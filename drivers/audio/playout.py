"""Packets that come late, twice, in any order or not at all -> an even flow of samples.

Theory. A packet's time stamp says when its samples were taken on the sender's clock, its
arrival when they came on ours. The *least* delayed packets of the last seconds tell how the
clocks stand (delay only adds); their slope tells how fast they drift apart. Samples are played
a fixed time (``jitter_s``) behind the least delayed: whatever has come by then is played in its
place, the rest is silence. As clocks drift, the place played moves with them, by one sample
dropped or repeated per block, which nobody hears; so the delay neither grows nor runs dry.

Owns one stream's time. Must not know sockets. Sequence numbers and time stamps wrap as in
RFC 3550; a jump of either, or a new source, begins anew. Times are monotonic seconds.
"""

from __future__ import annotations

from collections import Counter, deque

import numpy as np

from drivers.audio.codec import RtpPacket, Samples

MEMORY_S = 1.0
"""So far ahead or behind a packet may be; beyond, the sender has begun anew."""

WINDOW_S = 1.0
"""Of each the least delayed packet counts."""

WINDOWS_NOW = 5
"""How the clocks stand is told by so many windows."""

WINDOWS_DRIFT = (10, 60)
"""How fast they drift by so many: at least, at most."""

SLACK_S = 0.002
"""Nothing is moved for less."""

JUMP_S = 0.060
"""More cannot be made up sample by sample in decent time: it is jumped."""

SEQUENCES_MOST = 3000
"""A larger jump is another beginning (MAX_DROPOUT, RFC 3550, appendix A.1)."""

IN_A_ROW = 2
"""So many packets of another source make it the source (MIN_SEQUENTIAL, appendix A.1)."""

_SEEN = 4096


class Playout:
    """One stream."""

    def __init__(self, channels: int, rate_hz: int, jitter_s: float) -> None:
        """Silent until something comes."""
        self.counters: Counter[str] = Counter()
        self.drift_ppm: float | None = None
        """How much faster the sender's clock is; None: not known yet."""
        self.newest_s: float | None = None
        """When the newest packet came."""
        self._rate_hz, self._jitter = rate_hz, round(jitter_s * rate_hz)
        size = round(rate_hz * (MEMORY_S + jitter_s))
        self._ring: Samples = np.zeros((size, channels), dtype=np.float32)
        self._filled = np.zeros(size, dtype=np.bool_)
        self._ssrc: int | None = None
        self._stranger: tuple[int, int] = (0, 0)
        self._begin()

    def _begin(self) -> None:
        self._filled[:] = False
        self._read: int | None = None
        self._newest = self._sequence = self._first = 0
        self._unique = 0
        self._lost_before = self.counters["lost"]
        self._seen: list[int | None] = [None] * _SEEN
        self._least: deque[tuple[float, float]] = deque(maxlen=WINDOWS_DRIFT[1])
        self._window_end_s = -np.inf

    # Packets come

    def put(self, packet: RtpPacket, samples: Samples, now_s: float) -> None:
        """Take one packet, whenever it comes."""
        self.counters["received"] += 1
        if packet.ssrc != self._ssrc and not self._adopt(packet):
            return
        if self.newest_s is not None and now_s - self.newest_s > MEMORY_S:
            self._begin()
        self.newest_s = now_s
        if not self._unique:
            self._newest, self._sequence = packet.timestamp, packet.sequence
            self._first = packet.sequence
        sequence = self._sequence + _wrapped(packet.sequence - self._sequence, 16)
        start = self._newest + _wrapped(packet.timestamp - self._newest, 32)
        far = abs(start - self._newest) > round(MEMORY_S * self._rate_hz)
        if abs(sequence - self._sequence) > SEQUENCES_MOST or far:
            self.counters["restarts"] += 1
            self._begin()
            self._newest, self._sequence = packet.timestamp, packet.sequence
            self._first = sequence = packet.sequence
            start = packet.timestamp
        if self._is_known(sequence):
            return
        self._observe(now_s - (start + len(samples)) / self._rate_hz, now_s)
        self._newest = max(self._newest, start + len(samples))
        self._store(start, samples)

    def _adopt(self, packet: RtpPacket) -> bool:
        """The first source is ours at once; another one when it does not stop."""
        ssrc, times = self._stranger
        self._stranger = (packet.ssrc, times + 1 if packet.ssrc == ssrc else 1)
        if self._ssrc is not None and self._stranger[1] < IN_A_ROW:
            self.counters["foreign"] += 1
            return False
        if self._ssrc is not None:
            self.counters["restarts"] += 1
        self._ssrc, self._stranger = packet.ssrc, (0, 0)
        self._begin()
        return True

    def _is_known(self, sequence: int) -> bool:
        """Count it; a packet that was here before is not wanted."""
        place = sequence % _SEEN
        if self._seen[place] == sequence:
            self.counters["duplicated"] += 1
            return True
        self._seen[place] = sequence
        self._unique += 1
        if sequence > self._sequence or self._unique == 1:
            self._sequence = sequence
        else:
            self.counters["reordered"] += 1
            self._first = min(self._first, sequence)
        lost = self._sequence - self._first + 1 - self._unique
        self.counters["lost"] = self._lost_before + lost
        return False

    def _observe(self, transit_s: float, now_s: float) -> None:
        """Remember the least delayed packet of each window."""
        if now_s >= self._window_end_s:
            self._window_end_s = now_s + WINDOW_S
            self._least.append((now_s, transit_s))
            self._judge_drift()
        elif transit_s < self._least[-1][1]:
            self._least[-1] = (now_s, transit_s)

    def _judge_drift(self) -> None:
        """Least squares over the windows that are complete."""
        if len(self._least) <= WINDOWS_DRIFT[0]:
            return
        times, transits = np.array(self._least)[:-1].T
        times = times - times.mean()
        self.drift_ppm = -float(times @ (transits - transits.mean()) / (times @ times)) * 1e6

    def _store(self, start: int, samples: Samples) -> None:
        if self._read is not None and start < self._read:
            self.counters["late"] += 1
            samples = samples[self._read - start :]
            start = self._read
        if self._read is not None and start + len(samples) - self._read > len(self._filled):
            return  # nobody could play it in time; the next block jumps
        places = np.arange(start, start + len(samples)) % len(self._filled)
        self._ring[places] = samples
        self._filled[places] = True

    # Samples go

    def pull(self, count: int, now_s: float) -> Samples:
        """The next ``count`` samples, due at ``now_s``; silence where nothing has come."""
        out = np.zeros((count, self._ring.shape[1]), dtype=np.float32)
        if not self._least:
            return out
        least_s = min(transit_s for _, transit_s in list(self._least)[-WINDOWS_NOW:])
        wanted = round((now_s - least_s) * self._rate_hz) - self._jitter - count
        take = count
        if self._read is None:
            self._read = wanted
        elif abs(behind := wanted - self._read) > JUMP_S * self._rate_hz:
            self.counters["jumps"] += 1
            # What is passed over forward, or stands where something older will be put.
            self._forget(min(self._read, wanted), min(abs(behind), len(self._filled)))
            self._read = wanted
        elif abs(behind) > SLACK_S * self._rate_hz:
            take += 1 if behind > 0 else -1
            self.counters["dropped" if behind > 0 else "repeated"] += 1
        places = np.arange(self._read, self._read + take) % len(self._filled)
        missing = ~self._filled[places]
        self.counters["silent"] += int(missing.sum())
        found = np.where(missing[:, None], np.float32(0.0), self._ring[places])
        self._filled[places] = False
        self._read += take
        out[:] = found[:count] if take >= count else np.concatenate([found, found[-1:]])
        return out

    def _forget(self, start: int, count: int) -> None:
        self._filled[np.arange(start, start + count) % len(self._filled)] = False

    @property
    def delay_s(self) -> float | None:
        """From the newest sample that came to the next that goes."""
        return None if self._read is None else (self._newest - self._read) / self._rate_hz


def _wrapped(difference: int, bits: int) -> int:
    """The way around the circle that is shorter."""
    half = 1 << (bits - 1)
    return (difference + half) % (1 << bits) - half
