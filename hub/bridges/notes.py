"""What bridges remember: few words each, in the hub's own database.

Owns their place there: keys of ``meta`` that begin with ``bridge:``. Must not know what they mean.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from hub.store.store import Store


async def recall(store: Store, name: str) -> Any:
    """What was remembered; None when nothing was."""

    def act(database: sqlite3.Connection) -> Any:
        row = database.execute("SELECT value FROM meta WHERE key = ?", (_key(name),)).fetchone()
        return None if row is None else json.loads(row[0])

    return await store.work(act)


async def remember(store: Store, name: str, value: Any) -> None:
    """Keep ``value``, which is JSON; on the disk when this returns."""
    text = json.dumps(value, ensure_ascii=False)

    def act(database: sqlite3.Connection) -> None:
        database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_key(name), text))

    await store.work(act)


FORGOTTEN = {"over": True}
"""What is left of a meeting whose people were forgotten: enough that it does not come back."""


def forget(database: sqlite3.Connection, meetings: Iterable[str]) -> None:
    """Whom another system named in these meetings; inside the caller's transaction."""
    for ident in meetings:
        database.execute(
            "UPDATE meta SET value = ? WHERE key = ?",
            (json.dumps(FORGOTTEN), _key(of_meeting(ident))),
        )


def of_meeting(ident: str) -> str:
    """The name of what is remembered of a meeting."""
    return f"meeting:{ident}"


def _key(name: str) -> str:
    return f"bridge:{name}"
