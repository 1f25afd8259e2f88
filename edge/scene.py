"""What the director is told of the room: from the floor, the ears and the alarms to one scene.

Owns that translation. Must not know cameras, nor decide who is shown: ``edge.camera`` does.
"""

from __future__ import annotations

from edge.camera.subject import Policy, Scene
from edge.rules.ballot_state import Stage
from edge.rules.following import Room
from edge.rules.seat_votes import Paper
from edge.rules.state import room_of

SECRET_WHILE = (Stage.OPEN, Stage.PAUSED, Stage.CLOSING)
"""While hands are at the keys."""


def votes_in_secret(paper: Paper | None) -> bool:
    """A secret ballot is under way in this room: no camera may come near a hand."""
    return paper is not None and paper.is_secret and paper.stage in SECRET_WHILE


def scene_of(
    room: Room,
    *,
    talkers: tuple[str, ...] | None = None,
    voiced: tuple[str, ...] | None = None,
    secret_ballot: bool = False,
    policy: Policy = "track",
) -> Scene:
    """The scene as the room's floor has it.

    ``talkers``: seats with a voice, the clearest first; None while nobody listens.
    ``voiced``: those of them who are not pausing just now.
    ``secret_ballot``: one is open here, so nobody's hands are shown.
    """
    floor = room.floor
    only_wide = "secret_ballot" if secret_ballot else ""
    if room.burning or floor.alarm:
        only_wide = "fire"
    if room.authority == "none":
        return Scene(policy=policy, only_wide=only_wide)
    heard = [turn.seat for turn in floor.speaking if floor.hears(turn.seat)]
    here = tuple(seat for seat in heard if seat in floor.roles)
    away = [room_of(seat) for seat in heard if seat not in floor.roles]
    waiting = floor.next_waiting()
    hold = floor.hold
    return Scene(
        speaking=here,
        talkers=talkers,
        voiced=voiced,
        next_up=waiting.seat if waiting is not None and waiting.seat in floor.roles else None,
        priority=hold.seat if hold is not None and hold.seat in floor.roles else None,
        elsewhere=away[-1] if away and not here else None,
        policy=policy,
        only_wide=only_wide,
    )
