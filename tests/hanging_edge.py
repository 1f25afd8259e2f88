"""An edge whose event loop hangs on demand: SIGUSR2, and the edge's own words.

Owns the hang: the main thread stands still while another one counts ``X_HUNG=1`` to ``3`` to
systemd, a whole limit of the watchdog apart; then the loop goes on.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from types import FrameType

from edge import cli
from edge.runtime.notify import notify


def count() -> None:
    """As long as systemd would wait, three times."""
    limit_s = int(os.environ["WATCHDOG_USEC"]) / 1e6
    for number in range(1, 4):
        notify(f"X_HUNG={number}")
        time.sleep(limit_s)
    notify("X_HUNG=over")


def hang(_number: int, _frame: FrameType | None) -> None:
    """In the main thread, between two steps of the loop."""
    counting = threading.Thread(target=count)
    counting.start()
    counting.join()


if __name__ == "__main__":
    signal.signal(signal.SIGUSR2, hang)
    sys.exit(cli.main())
