"""Rules of bodies, as data. No fraction of any law stands anywhere else.

Laws change: each preset's ``verify`` names what the body must check before it relies on it.
What is an assumption of ours is called one.

Owns the data. Must not calculate.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge.rules.majority import Rule, parse_rule

_TWO_THIRDS = {"numerator": 2, "denominator": 3, "base": "all_members", "comparison": ">="}
_NO_QUORUM = {"numerator": 0, "denominator": 1, "base": "all_members", "comparison": ">="}
_MORE_THAN_HALF = {"numerator": 1, "denominator": 2, "base": "all_members", "comparison": ">"}

PRESETS: Mapping[str, Mapping[str, Any]] = {
    "chinh_phu": {
        "quorum": _TWO_THIRDS,
        "majority": _MORE_THAN_HALF,
        "tie": "chair_decides",
        "verify": "Law on Organization of the Government; its working regulations",
    },
    "ubnd": {
        "quorum": _TWO_THIRDS,
        "majority": _MORE_THAN_HALF,
        "tie": "chair_decides",
        "verify": "Law on Organization of Local Government; the tie rule is by analogy with the "
        "Government (assumption)",
    },
    "hdnd": {
        "quorum": _TWO_THIRDS,
        "majority": _MORE_THAN_HALF,
        "tie": "fails",
        "verify": "Law on Organization of Local Government; quorum and tie are assumptions; "
        "nobody votes for another",
    },
    "hdnd_bai_nhiem": {
        "quorum": _TWO_THIRDS,
        "majority": _TWO_THIRDS,
        "tie": "fails",
        "verify": "Law on Organization of Local Government, removal of a deputy; quorum is an "
        "assumption",
    },
    "hoi_dong_khcn_3_4": {
        "quorum": _TWO_THIRDS,
        "majority": {"numerator": 3, "denominator": 4, "base": "present", "comparison": ">"},
        "tie": "fails",
        "required_roles": ["chair", "secretary"],
        "verify": "one ministry's circular on science councils; opposing opinions are minuted",
    },
    "tin_nhiem": {
        "quorum": _TWO_THIRDS,
        # No majority: the body sets it, and the rule cannot be used before it did.
        "tie": "fails",
        "form": ["secret"],
        "verify": "confidence vote: quorum of those convened; majority set by the body",
    },
    "giao_ban_so": {
        "quorum": _NO_QUORUM,
        "majority": {"numerator": 1, "denominator": 2, "base": "votes_cast", "comparison": ">"},
        "tie": "chair_decides",
        "verify": "briefing of a department, indicative only (assumption)",
    },
}


def preset(name: str, **changes: object) -> Rule:
    """The preset ``name``, with what the body decided otherwise.

    Raises:
        KeyError: there is no such preset.
        plain.PlainError: it is not complete, or a change does not fit.
    """
    return parse_rule({"name": name, **PRESETS[name], **changes}, f"preset {name}")
