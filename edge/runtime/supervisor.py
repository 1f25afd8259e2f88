"""Named tasks that are restarted when they fail, and counted.

Owns the life of the controller's tasks. Must not know what they do. A task that ends, by
error or by itself, starts again after a pause that doubles up to ``MOST_PAUSE_S``; the other
tasks never notice.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable

from drivers.core.session import retry_delay_s

log = logging.getLogger(__name__)

STEADY_S = 60.0
"""A task that lived this long has recovered: its next failure is a first one."""

ASK_AGAIN_S = 2.0
"""Longer than any task needs to put things away when it is told to end."""

Work = Callable[[], Awaitable[None]]


class Supervisor:
    """Runs named pieces of work for ever, side by side."""

    def __init__(self) -> None:
        """Nothing runs before ``run``."""
        self.restarts: Counter[str] = Counter()
        self.last_error: dict[str, str] = {}
        self._work: dict[str, Work] = {}

    def add(self, name: str, work: Work) -> None:
        """Register one piece of work; ``name`` is its task's name and its name in reports.

        Raises:
            ValueError: the name is taken.
        """
        if name in self._work:
            raise ValueError(f"two tasks are called {name!r}")
        self._work[name] = work

    async def run(self) -> None:
        """Run everything until cancelled.

        A TaskGroup of Python 3.11 and 3.12 forgets that it was cancelled when one of its tasks
        fails in the same moment, as when a device and its controller end together; work that
        uses one would go on for ever. So whatever has not ended after a while is told again.
        """
        tasks = {
            asyncio.create_task(self._keep_running(name, work), name=name)
            for name, work in self._work.items()
        }
        try:
            await asyncio.gather(*tasks)
        finally:
            while tasks:
                for task in tasks:
                    task.cancel()
                _, tasks = await asyncio.wait(tasks, timeout=ASK_AGAIN_S)

    async def _keep_running(self, name: str, work: Work) -> None:
        loop = asyncio.get_running_loop()
        attempt = 0
        while True:
            started_s = loop.time()
            try:
                await work()
                reason = "ended by itself"
            except Exception as error:  # whatever it was, the room goes on
                reason = f"{type(error).__name__}: {error}"
                log.error("task %s failed: %s", name, reason, exc_info=error)
            attempt = 0 if loop.time() - started_s > STEADY_S else attempt + 1
            self.restarts[name] += 1
            self.last_error[name] = reason[:200]
            await asyncio.sleep(retry_delay_s(attempt))
