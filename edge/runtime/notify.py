"""A word with systemd: ready, alive, stopping (sd_notify, a datagram to ``NOTIFY_SOCKET``).

Owns the socket, the shape of lines in its journal, and the proof of life: ``alive`` goes out
only when every watched part made progress since the last time. Does nothing when systemd does
not listen.
"""

from __future__ import annotations

import logging
import os
import socket
import sys
from collections.abc import Callable, Mapping


def notify(state: str) -> None:
    """Send one state such as ``READY=1`` (man 3 sd_notify); silent without systemd."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    name = "\0" + address[1:] if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        channel.setblocking(False)
        try:
            channel.sendto(state.encode(), name)
        except OSError:
            return  # systemd will miss the sign of life and act; there is nothing better to do


def watchdog_period_s() -> float | None:
    """A third of systemd's limit, or None when it does not watch."""
    limit_us = os.environ.get("WATCHDOG_USEC", "")
    return int(limit_us) / 3e6 if limit_us.isdigit() and int(limit_us) > 0 else None


STDERR = 2

_LEVELS = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))


class JournalFormatter(logging.Formatter):
    """Lines for systemd's journal: a level as ``<3>`` in front of each, and no time.

    The journal has its own clock (man 3 sd-daemon); room and part are fields of the unit file.
    """

    def __init__(self) -> None:
        """The journal knows time and process."""
        super().__init__("%(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Every line of a traceback has the level, too."""
        level = next((number for least, number in _LEVELS if record.levelno >= least), 7)
        return "\n".join(f"<{level}>{line}" for line in super().format(record).splitlines())


def is_journal(number: int) -> bool:
    """Whether this file descriptor leads to the journal: it may have been sent elsewhere."""
    found = os.fstat(number)
    return os.environ.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"


def log_to_stderr(level: str | int, plain: str) -> None:
    """Log as a person reads it, or as the journal does when stderr leads there."""
    logging.basicConfig(level=level, format=plain, stream=sys.stderr)
    if is_journal(STDERR):
        for handler in logging.getLogger().handlers:
            handler.setFormatter(JournalFormatter())


class Pulse:
    """Says *alive* only if every watched counter moved since the last call."""

    def __init__(self, counters: Mapping[str, Callable[[], int]]) -> None:
        """Each counter must grow while its part works."""
        self._counters = counters
        self._last = dict.fromkeys(counters, -1)

    def beat(self) -> list[str]:
        """Notify systemd; returns the parts that stand still (and then says nothing)."""
        now = {name: count() for name, count in self._counters.items()}
        stuck = [name for name, count in now.items() if count == self._last[name]]
        self._last = now
        if not stuck:
            notify("WATCHDOG=1")
        return stuck
