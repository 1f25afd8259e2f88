"""Who should be seen: from open microphones, voices and the chair to one target at a time.

Theory. Meetings are faster than pictures may be: turns last 1.6 s in the median and the talker
changes some 14 times a minute. So a subject is kept for a minimum shot, pauses are bridged, a
voice must last before it counts (a key counts at once), who stops just then is not cut to, and
two people who alternate or talk together are shown together instead of in turns. A priority of
the chair overtakes all of that.
Figures: edited-meeting studies and vendors' defaults, collected in ``Pacing``.

Owns the choice of the target and its why. Must not know cameras. Times are monotonic seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from edge.rules.reasons import Sentence

WIDE = "wide"
"""The target that is everybody."""

ELSEWHERE = "room:"
"""Prefix of the target that is another room's picture."""

LEFT_KEPT = 5
"""Targets that are remembered: enough for the longest rule about going to and fro."""

NOBODY = Sentence("không ai phát biểu ở đây", "nobody speaks here")

Policy = Literal["track", "fixed", "locked"]


@dataclass(frozen=True, slots=True)
class Pacing:
    """How calm the picture is. Seconds; every value is the room's to choose."""

    min_shot_s: float = 3.0
    """A shot stays this long: halves the switching for 8 % less *right seat* (measured on
    meeting turns); vendors use 3 to 4."""
    voice_delay_s: float = 0.5
    """A voice lasts this long before it moves anything, on top of the 0.3 s that ears need to
    believe in it: with less the shots change more often than people bear (``make bench``)."""
    pause_s: float = 2.0
    """Nobody has the floor for so long: the room is shown (pauses of 1.5 to 3 are bridged)."""
    wide_after_s: float = 8.0
    """A microphone is open and nobody is heard (8 to 10 in speaker trackers)."""
    overlap_s: float = 2.0
    """Two talk together for so long: both are shown."""
    switches: int = 3
    switches_within_s: float = 20.0
    """As many changes in that time are a dialogue."""
    group_s: float = 6.0
    """A shot of several stays this long."""
    tighten_s: float = 16.0
    """Who is seen with another is shown alone after talking alone for so long: the cut shows
    nobody new, and the other one may answer. With half a second of ``voice_delay_s`` and 16 s here
    both bars hold with room to spare; with 12 s there are 0.2 more shots a minute."""
    ping_pong_s: float = 6.0
    """Nobody comes back to a single shot within this time of losing it."""
    manual_s: float = 15.0
    """A shot by hand is left alone: long enough to finish what it was for."""
    late_s: float = 3.0
    """A camera that is this much later than its motors allow is not waited for any more."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What the room knows now. Seats are of this room, the newest turn last."""

    speaking: tuple[str, ...] = ()
    """Microphones that are open and heard."""
    talkers: tuple[str, ...] | None = None
    """Seats with a voice, the clearest first; None: nobody listens."""
    voiced: tuple[str, ...] | None = None
    """Those of them who are not pausing at this moment; None: that is not known."""
    next_up: str | None = None
    """Who is called next."""
    priority: str | None = None
    """The chair who holds priority."""
    elsewhere: str | None = None
    """The room whose delegate speaks when nobody does here."""
    policy: Policy = "track"
    only_wide: str = ""
    """Why nobody may be shown alone: ``secret_ballot``, ``fire``; empty: they may."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the scene alone asks for."""

    target: str
    why: Sentence
    delay_s: float = 0.0
    urgent: bool = False
    pausing: bool = False
    """Whoever is asked for makes no sound just now, and may have ended."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be seen, since when, why, and what led there."""

    target: str = WIDE
    why: Sentence = NOBODY
    since_s: float = float("-inf")
    wished: str = WIDE
    """What the scene asks for, if it keeps asking."""
    wished_since_s: float = float("-inf")
    together_since_s: float | None = None
    """Since when two talk at the same time."""
    left: tuple[tuple[str, float], ...] = ()
    """Targets that were left, and when, the newest last."""
    group_until_s: float = float("-inf")
    given_up: tuple[str, ...] = ()
    """Open microphones at which nobody was heard for so long that the room was shown."""


SILENCE = Sentence("micro mở nhưng không nghe tiếng", "a microphone is open, nobody is heard")
MANY = Sentence("nhiều người phát biểu", "several speak")
FIXED = Sentence("camera được đặt cố định", "the cameras are set to stay")
REASONS_FOR_WIDE = {
    "secret_ballot": Sentence("đang bỏ phiếu kín: chỉ toàn cảnh", "secret ballot: overview only"),
    "fire": Sentence("có tín hiệu báo cháy", "fire alarm"),
}


def group_of(seats: Sequence[str]) -> str:
    """The target that is these seats together: ``main/3+main/4``."""
    return "+".join(sorted(seats))


def seats_of(target: str) -> tuple[str, ...]:
    """The seats of a target; none for the wide shot and other rooms' pictures."""
    if target == WIDE or target.startswith(ELSEWHERE):
        return ()
    return tuple(target.split("+"))


def choose(before: Subject, scene: Scene, pacing: Pacing, now_s: float) -> Subject:
    """The subject now. Unchanged while the shot is young, a pause short, or a voice new."""
    now = _listened(before, scene, now_s)
    wish = _wish(now, scene, pacing, now_s)
    if wish.target != now.wished:
        now = replace(now, wished=wish.target, wished_since_s=now_s)
    if wish.urgent:
        return now if wish.target == now.target else _changed(now, wish, now_s)
    wish = _calmed(now, wish, pacing, now_s)
    if wish.target == now.target:
        return now
    # The ears keep a talker through pauses: what has lasted may be an interjection and its end.
    is_steady = now_s - now.wished_since_s >= wish.delay_s
    is_old = now_s - now.since_s >= pacing.min_shot_s
    if not (is_steady and is_old) or wish.pausing:
        return now
    changed = _changed(now, wish, now_s, pacing)
    return replace(changed, given_up=scene.speaking) if wish.why is SILENCE else changed


def _listened(before: Subject, scene: Scene, now_s: float) -> Subject:
    """How long two have talked at the same time."""
    together = scene.talkers is not None and len(scene.talkers) > 1
    if not together:
        return replace(before, together_since_s=None)
    return (
        before if before.together_since_s is not None else replace(before, together_since_s=now_s)
    )


def _wish(now: Subject, scene: Scene, pacing: Pacing, now_s: float) -> Wish:
    if scene.only_wide:
        return Wish(WIDE, REASONS_FOR_WIDE[scene.only_wide], urgent=True)
    if scene.policy != "track":
        return Wish(WIDE, FIXED)
    if scene.priority is not None:
        return Wish(scene.priority, _chair(scene.priority), urgent=True)
    if not scene.speaking:
        if scene.elsewhere is not None:
            return Wish(ELSEWHERE + scene.elsewhere, _other(scene.elsewhere))
        return Wish(WIDE, NOBODY, pacing.pause_s)
    if scene.talkers is None:
        return _by_keys(scene.speaking)
    return _by_voices(now, scene, scene.talkers, pacing, now_s)


def _by_keys(speaking: tuple[str, ...]) -> Wish:
    """Nobody listens: open microphones are all that is known."""
    if len(speaking) > 2:
        return Wish(WIDE, MANY)
    if len(speaking) == 2:
        return Wish(group_of(speaking), _pair(speaking))
    return Wish(speaking[0], _speaks(speaking[0]))


def _by_voices(
    now: Subject, scene: Scene, talkers: tuple[str, ...], pacing: Pacing, now_s: float
) -> Wish:
    speaking = scene.speaking
    heard = tuple(seat for seat in talkers if seat in speaking)
    if not heard:
        is_new = speaking[0] not in (*seats_of(now.target), *now.given_up)
        if len(speaking) == 1 and is_new:
            return Wish(speaking[0], _speaks(speaking[0]))  # the key said so; the voice comes
        return Wish(WIDE, SILENCE, pacing.wide_after_s)
    if len(speaking) == 1:
        return Wish(speaking[0], _speaks(speaking[0]))
    since_s = now.together_since_s
    if len(heard) > 1 and since_s is not None and now_s - since_s >= pacing.overlap_s:
        if len(heard) == 2:
            return Wish(group_of(heard), _pair(heard))
        return Wish(WIDE, MANY)
    shown = seats_of(now.target)
    is_seen = heard[0] in shown and set(shown) <= set(speaking)
    delay_s = pacing.tighten_s if is_seen else pacing.voice_delay_s
    pausing = scene.voiced is not None and heard[0] not in scene.voiced
    return Wish(heard[0], _talks(heard[0]), delay_s, pausing=pausing)


def _calmed(now: Subject, wish: Wish, pacing: Pacing, now_s: float) -> Wish:
    """The wish, or a shot of both where single ones would swing to and fro."""
    wanted, shown = seats_of(wish.target), seats_of(now.target)
    if len(wanted) != 1:
        return wish
    if now_s < now.group_until_s and wanted[0] in shown:
        return Wish(now.target, now.why)
    if len(shown) != 1 or wanted == shown:
        return wish
    returned = any(
        target == wish.target and now_s - at_s < pacing.ping_pong_s for target, at_s in now.left
    )
    recent = [at_s for _, at_s in now.left if now_s - at_s < pacing.switches_within_s]
    pair = (wanted[0], shown[0])
    in_dialogue = len(recent) >= pacing.switches and all(
        set(seats_of(target)) <= set(pair) for target, _ in now.left[-pacing.switches :]
    )
    if not returned and not in_dialogue:
        return wish
    return Wish(group_of(pair), _dialogue(pair), wish.delay_s, pausing=wish.pausing)


def _changed(now: Subject, wish: Wish, now_s: float, pacing: Pacing | None = None) -> Subject:
    is_group = len(seats_of(wish.target)) > 1
    return replace(
        now,
        target=wish.target,
        why=wish.why,
        since_s=now_s,
        left=(*now.left[-LEFT_KEPT:], (now.target, now_s)),
        group_until_s=now_s + pacing.group_s if pacing is not None and is_group else float("-inf"),
    )


def _speaks(seat: str) -> Sentence:
    return Sentence(f"{seat} phát biểu", f"{seat} speaks")


def _talks(seat: str) -> Sentence:
    return Sentence(f"nghe tiếng ở {seat}", f"{seat} is heard")


def _chair(seat: str) -> Sentence:
    return Sentence(f"chủ trì {seat} ưu tiên", f"priority of the chair at {seat}")


def _other(room: str) -> Sentence:
    return Sentence(f"điểm cầu {room} phát biểu", f"room {room} speaks")


def _pair(seats: Sequence[str]) -> Sentence:
    a, b = sorted(seats)
    return Sentence(f"{a} và {b} cùng phát biểu", f"{a} and {b} speak together")


def _dialogue(seats: Sequence[str]) -> Sentence:
    a, b = sorted(seats)
    return Sentence(f"{a} và {b} đối đáp", f"{a} and {b} alternate")
