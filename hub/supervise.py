"""Named tasks that are started again when they fail, and counted.

Owns the life of the hub's parts. Must not know what they do.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

log = logging.getLogger(__name__)

FIRST_PAUSE_S = 0.1
MOST_PAUSE_S = 10.0
STEADY_S = 60.0
"""A part that lived this long has recovered: its next failure is a first one."""

Work = Callable[[], Awaitable[None]]


def retry_delay_s(attempt: int, most_s: float = MOST_PAUSE_S) -> float:
    """A random pause before attempt 1, 2, ...: its upper bound doubles up to ``most_s``.

    Random over the whole span (full jitter): after a power cut nothing comes back in step.
    """
    return random.uniform(0.0, min(most_s, FIRST_PAUSE_S * 2.0 ** min(attempt, 20)))


async def apart(work: Coroutine[Any, Any, None]) -> None:
    """Await ``work`` in a task of its own, so that being cancelled always ends us.

    A TaskGroup of Python 3.11 and 3.12 forgets that it was cancelled when one of its tasks
    fails in the same moment, as when hub and broker end together.
    """
    task = asyncio.create_task(work, name="apart")
    try:
        await asyncio.wait({task})
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise
    task.result()


class Supervisor:
    """Runs named pieces of work side by side until cancelled."""

    def __init__(self, report: Callable[[str, str | None], None]) -> None:
        """``report(name, reason)`` is told of each failure, and ``(name, None)`` of recovery."""
        self.restarts: Counter[str] = Counter()
        self._report = report
        self._work: dict[str, Work] = {}

    def add(self, name: str, work: Work) -> None:
        """One more piece of work.

        Raises:
            ValueError: the name is taken.
        """
        if name in self._work:
            raise ValueError(f"two tasks are called {name!r}")
        self._work[name] = work

    async def run(self) -> None:
        """Run everything until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for name, work in self._work.items():
                tasks.create_task(self._keep_running(name, work), name=f"hub {name}")

    async def _keep_running(self, name: str, work: Work) -> None:
        loop = asyncio.get_running_loop()
        attempt = 0
        while True:
            started_s = loop.time()
            steady = loop.call_later(STEADY_S, self._report, name, None) if attempt else None
            try:
                await work()
                reason = "ended by itself"
            except Exception as error:  # whatever it was, the other parts go on
                reason = f"{type(error).__name__}: {error}"[:200]
                log.exception("part %s failed", name)
            finally:
                if steady is not None:
                    steady.cancel()
            attempt = 1 if loop.time() - started_s > STEADY_S else attempt + 1
            self.restarts[name] += 1
            self._report(name, reason)
            await asyncio.sleep(retry_delay_s(attempt))
