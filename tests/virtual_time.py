"""An event loop whose clock jumps: stories of minutes run in milliseconds, always alike.

Owns the loop and the check that a story leaves no task behind. Only for stories inside one
process over memory transports: real sockets and threads do not follow this clock.
"""

from __future__ import annotations

import asyncio
import gc
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _JumpingSelector(selectors.DefaultSelector):  # type: ignore[misc,valid-type]  # per platform
    """Waits for nothing: time that would be slept is added to the clock."""

    def __init__(self) -> None:
        super().__init__()
        self.elapsed_s = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        """Events that are there now, else let the time pass at once."""
        events: list[Any] = super().select(0)
        if not events and timeout is None:
            raise RuntimeError("everybody waits and nothing can ever happen")
        if not events and timeout:
            self.elapsed_s += timeout
        return events


class VirtualLoop(asyncio.SelectorEventLoop):
    """``time()`` starts at 1000 s and moves only by waiting."""

    def __init__(self) -> None:
        """A loop of its own with a clock of its own."""
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Virtual monotonic seconds."""
        return 1000.0 + self._jumping.elapsed_s


def run_virtual(story: Coroutine[Any, Any, T]) -> T:
    """Run ``story`` on a virtual clock; it must not leave a task behind.

    Raises:
        AssertionError: tasks were left running.
    """

    async def told() -> T:
        result = await story
        await asyncio.sleep(0)
        gc.collect()
        left = [task.get_name() for task in asyncio.all_tasks() - {asyncio.current_task()}]
        assert left == [], f"left running: {left}"
        return result

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(told())


async def until(true: Callable[[], object], limit_s: float = 30.0, step_s: float = 0.01) -> None:
    """Return when ``true()`` is; looks again every ``step_s`` (virtual or real).

    Raises:
        TimeoutError: it did not become true.
    """
    async with asyncio.timeout(limit_s):
        while not true():  # devices and sims have no event for every state
            await asyncio.sleep(step_s)
