"""The real hub with one sin: receipts go out *before* the events are on its disk.

Owns the sin, made from outside; no switch of it stands in the product. The commit takes its
time here, as on a memory card that stalls: the chaos run must catch what a crash then loses.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from edge.contract import topics
from edge.contract.wire import encode
from hub import cli
from hub.service import Hub
from hub.store.change import Change
from hub.store.store import Store

STALL_S = 0.5


def receipt_before_commit() -> None:
    """From now on rooms are told first, and the disk is written afterwards."""
    hubs: list[Hub] = []
    open_hub, commit = Hub.__init__, Store.commit

    def remember(self: Hub, *args: Any, **more: Any) -> None:
        open_hub(self, *args, **more)
        hubs.append(self)

    async def too_late(self: Store, change: Change) -> Any:
        for each in change.decided:
            self.inbox.add(each)
        for room, receipt in self.inbox.receipts([each.key for each in change.decided]):
            hubs[-1].link.send(topics.down(room, "receipt"), encode(receipt))
        if change.decided:
            await asyncio.sleep(STALL_S)
        return await commit(self, change)

    Hub.__init__ = remember  # type: ignore[method-assign]
    Store.commit = too_late  # type: ignore[method-assign]


def main(argv: list[str] | None = None) -> int:
    """The hub's command line."""
    receipt_before_commit()
    return cli.main(argv)


if __name__ == "__main__":
    sys.exit(main())
