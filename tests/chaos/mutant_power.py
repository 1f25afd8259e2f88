"""The real edge with one sin: it says *recorded* before its disk has the vote (synchronous=OFF).

Owns the sin, made from outside; no switch of it stands in the product. SIGKILL alone does not
reveal it, because the kernel has what was written: the power must be cut.
"""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

from edge import cli
from edge.runtime import outbox


def sync_never() -> None:
    """From now on the room's file is written and not synced."""
    opened = outbox.open_database

    def carelessly(path: Path) -> sqlite3.Connection:
        database = opened(path)
        database.execute("PRAGMA synchronous=OFF")
        return database

    outbox.open_database = carelessly


def main(argv: list[str] | None = None) -> int:
    """The edge's command line."""
    sync_never()
    return cli.main(argv)


if __name__ == "__main__":
    sys.exit(main())
