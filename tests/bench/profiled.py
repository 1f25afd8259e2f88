"""The hub's command line with an observer inside: where its processor time goes.

Owns the sampling and the names of the phases. Every two milliseconds *of processor time* the main
thread's stack is looked at; it belongs to the innermost file that a phase names, so what validating
costs inside of the link counts as validating. SIGUSR1 begins anew, SIGUSR2 writes what was found.
The hub's code is the product's own; only the looking is ours.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType

from hub import cli

OUT = "PHONGHOP_BENCH_PROFILE"
"""Environment: where to write."""

EVERY_S = 0.002

PHASES = (
    ("/paho/", "MQTT client"),
    ("/aiomqtt/", "MQTT client"),
    ("/edge/contract/", "messages: topic, JSON, validation"),
    ("/hub/store/", "store (not its thread)"),
    ("/hub/api/", "pages"),
    ("/hub/meeting/wire", "telling rooms"),
    ("/hub/meeting/", "rules"),
    ("/edge/rules/", "rules"),
    ("/hub/outgoing", "telling rooms"),
    ("/hub/ballot_teller", "telling rooms"),
    ("/hub/plan_teller", "telling rooms"),
    ("/hub/link", "link: judging, queue of sending"),
    ("/hub/hearing", "hearing and board"),
    ("/hub/board", "hearing and board"),
    ("/hub/history", "hearing and board"),
    ("/hub/desk", "desk: batches, queue"),
    ("/hub/", "other parts of the hub"),
    ("/selectors.py", "waiting, looking for news on sockets"),
)
ELSE = "event loop"


class Observer:
    """Samples of the main thread."""

    def __init__(self) -> None:
        self.phases: Counter[str] = Counter()
        self.functions: Counter[str] = Counter()

    def look(self, _: int, frame: FrameType | None) -> None:
        """One sample."""
        if frame is None:
            return
        code = frame.f_code
        self.functions[f"{'/'.join(Path(code.co_filename).parts[-2:])} {code.co_qualname}"] += 1
        at: FrameType | None = frame
        while at is not None:
            file = at.f_code.co_filename
            for part, phase in PHASES:
                if part in file:
                    self.phases[phase] += 1
                    return
            at = at.f_back
        self.phases[ELSE] += 1

    def begin(self, *_: object) -> None:
        """Forget what was seen."""
        self.phases.clear()
        self.functions.clear()

    def write(self, *_: object) -> None:
        """Say what was seen, whole or not at all."""
        path = Path(os.environ[OUT])
        found = {"phases": self.phases.most_common(), "functions": self.functions.most_common(25)}
        partial = path.with_suffix(".part")
        partial.write_text(json.dumps(found))
        partial.rename(path)


def main() -> int:
    """Run the hub and look."""
    observer = Observer()
    signal.signal(signal.SIGUSR1, observer.begin)
    signal.signal(signal.SIGUSR2, observer.write)
    signal.signal(signal.SIGPROF, observer.look)
    signal.setitimer(signal.ITIMER_PROF, EVERY_S, EVERY_S)
    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
