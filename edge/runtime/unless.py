"""Doing something unless there is news: the one pattern of whoever carries out wishes.

Owns that pattern. Must not know what is done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


async def unless(
    news: asyncio.Event, doing: Coroutine[Any, Any, None], name: str
) -> asyncio.Task[None] | None:
    """The task once it is done; None when news came first, and it was given up."""
    task = asyncio.create_task(doing, name=name)
    waiting = asyncio.create_task(news.wait(), name=f"{name} news")
    try:
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        is_done = task.done()
        for one in (task, waiting):
            one.cancel()
        await asyncio.wait({task, waiting})
    return task if is_done else None
