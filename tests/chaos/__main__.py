"""``python -m tests.chaos``: one seeded run; lines for people, and the figures as JSON at the end.

Owns the command line. The last line of stdout is one JSON object; the exit code is 0 only when
nothing was lost, invented, doubled, locked out or open without right.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from tests.chaos.ledger import table, together
from tests.chaos.run import Figures, Plan, is_clean, run


def main() -> int:
    """Run, print, judge; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, help="what happens when (a random one, printed)")
    parser.add_argument(
        "--duration-s", type=float, default=120.0, help="how long things fail (default 120)"
    )
    parser.add_argument(
        "--one-by-one", action="store_true", help="each fault alone, when all is well again"
    )
    parser.add_argument("--ledger", type=Path, help="where to write the values of the table")
    parser.add_argument(
        "--together", type=Path, nargs="+", metavar="LEDGER", help="print the table of these runs"
    )
    parser.add_argument("--json", action="store_true", help="print the JSON alone")
    args = parser.parse_args()
    if args.together:
        rows = together([json.loads(path.read_text(encoding="utf-8")) for path in args.together])
        print("\n".join(table({row.kind: row.figures() for row in rows}, lost=0)))
        return 0
    seed = random.randrange(1_000_000) if args.seed is None else args.seed
    started_s = time.monotonic()

    def say(line: str) -> None:
        if not args.json:
            print(f"{time.monotonic() - started_s:7.1f} s  {line}", flush=True)

    say(f"chaos: seed {seed}, {args.duration_s:g} s of faults; the same seed gives the same plan")
    folder = Path(tempfile.mkdtemp(prefix="phonghop-chaos-"))
    try:
        figures = asyncio.run(
            _until_told(run(folder, Plan.of(seed, args.duration_s, args.one_by_one), say))
        )
        clean = is_clean(figures)
    except* asyncio.CancelledError:
        figures, clean = {"seed": seed, "error": "ended by SIGTERM"}, False
    except* AssertionError as errors:
        say(f"the run broke off: {errors.exceptions[0]}")
        figures, clean = {"seed": seed, "error": repr(errors.exceptions[0])}, False
    if args.ledger is not None and (folder / "ledger.json").exists():
        shutil.copyfile(folder / "ledger.json", args.ledger)
    if clean:
        shutil.rmtree(folder)
    else:
        say(f"files and logs of this run are kept in {folder}")
    print(json.dumps(figures), flush=True)
    return 0 if clean else 1


async def _until_told(work: Coroutine[Any, Any, Figures]) -> Figures:
    """SIGTERM ends the work in order too: no process is left behind."""
    task = asyncio.ensure_future(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task


if __name__ == "__main__":
    sys.exit(main())
