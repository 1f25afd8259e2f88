"""Every reader by its name.

Owns the list. Must not know what they read.
"""

from __future__ import annotations

import logging
from functools import cache

from tests.fuzz import campaign, codecs, texts, web
from tests.fuzz.campaign import Target


@cache
def targets() -> dict[str, Target]:
    """In the order in which they are asked; the slowest come first."""
    found = [web.target(), *texts.targets(), *codecs.targets()]
    return {target.name: target for target in found}


def asked_alone(name: str, seed: int, inputs: int, seconds: float | None) -> campaign.Outcome:
    """In a process of its own: one reader; what it logs about nonsense is not looked at."""
    logging.disable(logging.CRITICAL)
    return campaign.run(targets()[name], seed, inputs, seconds)
