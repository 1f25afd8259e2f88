"""``python -m tests.fuzz``: readers asked nonsense; lines for people, JSON at the end.

Owns the command line. Each reader has a process of its own. What is found is kept in the corpus;
the exit code is 0 only when nothing was.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed

from tests.fuzz import campaign
from tests.fuzz.registry import asked_alone, targets

INPUTS = 1_000_000


def main() -> int:
    """Ask all, print, keep; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, help="which inputs (a random one, printed)")
    parser.add_argument("--seconds", type=float, help="at most so long per reader")
    parser.add_argument("--inputs", type=int, default=INPUTS, help="per reader (a million)")
    parser.add_argument("--target", choices=sorted(targets()), help="one reader alone")
    args = parser.parse_args()
    seed = random.randrange(1_000_000) if args.seed is None else args.seed
    names = [args.target] if args.target else list(targets())
    print(f"fuzz: seed {seed}, {args.inputs} inputs to each of {len(names)} readers", flush=True)
    began_s, outcomes = time.monotonic(), []
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), fresh, max_tasks_per_child=1) as pool:
        asked = [pool.submit(asked_alone, name, seed, args.inputs, args.seconds) for name in names]
        for done in as_completed(asked):
            outcome = done.result()
            outcomes.append(outcome)
            tell(outcome)
    took_s = time.monotonic() - began_s
    figures = {
        "seed": seed,
        "seconds": round(took_s, 1),
        "inputs": {one.target: one.inputs for one in outcomes},
        "inputs_per_s": {one.target: round(one.per_s) for one in outcomes},
        "growth_bytes": {one.target: one.growth_bytes for one in outcomes},
        "findings": {one.target: len(one.findings) for one in outcomes if one.findings},
    }
    print(json.dumps(figures), flush=True)
    return 0 if all(outcome.clean for outcome in outcomes) else 1


def tell(outcome: campaign.Outcome) -> None:
    """For people, and for later tests."""
    grown_mib = outcome.growth_bytes / 1024**2
    print(
        f"{outcome.target:20} {outcome.inputs:9} inputs {outcome.per_s:8.0f}/s"
        f" {grown_mib:+6.1f} MiB  {'nothing found' if outcome.clean else ''}",
        flush=True,
    )
    for finding in outcome.findings:
        print(f"  FOUND {finding.where}: {finding.said}", flush=True)
    for path in campaign.keep(outcome):
        print(f"  kept {path}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
