"""The real edge with one sin: an event is deleted as soon as the *broker* has acknowledged it.

Owns the sin, made from outside; no switch of it stands in the product. The chaos run must
catch it: a broker's acknowledgement is no receipt.
"""

from __future__ import annotations

import sys
from typing import Any

import aiomqtt

from edge import cli
from edge.runtime.outbox import Outbox
from tests.chaos.history import events_in
from tests.chaos.packets import Publish


def delete_on_puback() -> None:
    """From now on a PUBACK of an event counts as the hub's receipt."""
    boxes: list[Outbox] = []
    open_box, publish = Outbox.__init__, aiomqtt.Client.publish

    def remember(self: Outbox, *args: Any, **more: Any) -> None:
        open_box(self, *args, **more)
        boxes.append(self)

    async def forget(
        self: aiomqtt.Client, topic: str, payload: bytes, *args: Any, **more: Any
    ) -> None:
        await publish(self, topic, payload, *args, **more)
        for event in events_in(Publish(topic, payload, 1, None, False, False)):
            boxes[-1].settle(event["epoch"], 0, [event["seq"]], [])

    Outbox.__init__ = remember  # type: ignore[method-assign]
    aiomqtt.Client.publish = forget  # type: ignore[assignment, method-assign]


def main(argv: list[str] | None = None) -> int:
    """The edge's command line."""
    delete_on_puback()
    return cli.main(argv)


if __name__ == "__main__":
    sys.exit(main())
