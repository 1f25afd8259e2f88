"""The broadcaster by itself: who is dropped, and that a quiet stream shows that it lives.

Owns ``hub.api.stream``. What stands in the parts: ``test_hub_api``.
"""

from __future__ import annotations

import pytest

from hub.api.stream import QUEUE_PARTS, Broadcaster


async def test_a_page_that_reads_too_slowly_is_dropped_and_others_are_not() -> None:
    broadcaster = Broadcaster()
    slow, quick = broadcaster.frames(b"{}"), broadcaster.frames(b"{}")
    await anext(slow)
    await anext(quick)
    received = 0
    for _ in range(QUEUE_PARTS + 1):
        broadcaster.publish(("floor",), "value", b"1")
        received += (await anext(quick)).count(b"event: part")
    assert received == QUEUE_PARTS + 1
    assert broadcaster.listeners == 1
    with pytest.raises(StopAsyncIteration):
        await anext(slow)
    broadcaster.close()
    with pytest.raises(StopAsyncIteration):
        await anext(quick)
    assert [frame async for frame in broadcaster.frames(b"{}")] == []


async def test_a_quiet_stream_says_that_it_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.api.stream.HEARTBEAT_S", 0.001)
    frames = Broadcaster().frames(b"{}")
    await anext(frames)
    assert await anext(frames) == b": alive\n\n"
    await frames.aclose()
