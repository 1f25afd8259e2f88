"""A word with systemd: ready, alive, stopping (sd_notify, a datagram to ``NOTIFY_SOCKET``).

Owns that datagram, the shape of lines in its journal, and when *alive* may be said: only when
every watched part made progress since the last time. Does nothing when systemd does not listen.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
from collections.abc import Callable, Mapping

log = logging.getLogger(__name__)


def notify(state: str) -> None:
    """Send one state such as ``READY=1`` (man 3 sd_notify)."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    name = "\0" + address[1:] if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        channel.setblocking(False)
        try:
            channel.sendto(state.encode(), name)
        except OSError as error:
            log.warning("systemd cannot be told %s: %s", state, error)


def watchdog_period_s() -> float | None:
    """A third of systemd's limit, None when it does not watch us."""
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


async def keep_alive(progress: Mapping[str, Callable[[], int]]) -> None:
    """Feed systemd's watchdog as long as every counter in ``progress`` grows."""
    period_s = watchdog_period_s()
    if period_s is None:
        await asyncio.Event().wait()
        return
    last: dict[str, int] = {}
    while True:
        await asyncio.sleep(period_s)
        now = {name: count() for name, count in progress.items()}
        stuck = [name for name, count in now.items() if count == last.get(name)]
        last = now
        if stuck:
            log.error("no progress in %s: systemd is not told that all is well", ", ".join(stuck))
        else:
            notify("WATCHDOG=1")
