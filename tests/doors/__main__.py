"""``python -m tests.doors``: other people's programs on a site of ours.

Owns the command line. Exit code: 0 when all that was asked for holds, 1 when something does not,
2 when nothing was asked for that is there.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from edge.twin.control import TwinError
from tests.doors import asyncapi, at_home, node_red
from tests.doors.seen import head

DOORS = {
    "home_assistant": ("bin/hass", at_home.tell),
    "node_red": ("node_modules/.bin/node-red", node_red.tell),
    "asyncapi": ("node_modules/@asyncapi/parser", asyncapi.tell),
}
"""What must be in the folder, and what is done with it."""


def main() -> int:
    """Each door whose program is there; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.doors", description=__doc__)
    for name in DOORS:
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, type=Path, metavar="DIR", help="where it is installed")
    args = vars(parser.parse_args())
    codes = [_door(name, args[name]) for name in DOORS]
    known = [code for code in codes if code is not None]
    return max(known) if known else 2


def _door(name: str, place: Path | None) -> int | None:
    program, tell = DOORS[name]
    variable = name.upper()
    if place is None or not (place / program).exists():
        why = f"no {program} in {place}" if place is not None else f"{variable}=DIR is not given"
        head(f"{name}: skipped: {why} (docs/bridges.md says how to install it)")
        return None
    folder = Path(tempfile.mkdtemp(prefix="phonghop-doors-"))
    try:
        asyncio.run(tell(place.resolve(), folder))
    except (AssertionError, TimeoutError, TwinError) as error:
        head(f"{name}: FAILED: {error!s}\nfiles and logs are kept in {folder}")
        return 1
    shutil.rmtree(folder)
    head(f"{name}: all of it holds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
