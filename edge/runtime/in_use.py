"""That a room's devices have one owner at a time: the controller, or a technician's tool.

Owns a lock file in the data directory; the kernel lets go of it when its process ends, however
that happens. Must not know what the owner does.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class InUseError(ValueError):
    """Another process has the room; one line that says so."""


@contextmanager
def owning(data_dir: Path, room: str) -> Iterator[None]:
    """Have the room for as long as the block lasts.

    Raises:
        InUseError: another process has it, or the directory cannot be written.
    """
    path = data_dir / f"{room}.lock"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        file = path.open("w", encoding="utf-8")
    except OSError as error:
        raise InUseError(f"{path}: cannot be written: {error.strerror}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise InUseError(
                f"room {room} is in use ({path}): its controller runs, or another tool"
            ) from error
        yield
