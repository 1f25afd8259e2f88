"""Who should be seen: minimum shot, pauses, voices, dialogues, priority, and their whys."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from edge.camera.subject import (
    WIDE,
    Pacing,
    Scene,
    Subject,
    choose,
    group_of,
    seats_of,
)

PACING = Pacing()
A, B, C = "main/1", "main/2", "main/3"


def play(*steps: tuple[float, Scene]) -> list[tuple[float, str]]:
    """Scenes from their times on, looked at every tenth of a second: changes of the target."""
    now, changes = Subject(), [(0.0, WIDE)]
    for (start_s, scene), following in zip(steps, [*steps[1:], None], strict=True):
        end_s = following[0] if following is not None else start_s + 30.0
        for tick in range(round(start_s * 10), round(end_s * 10)):
            now = choose(now, scene, PACING, tick / 10)
            if now.target != changes[-1][1]:
                changes.append((tick / 10, now.target))
    return changes


def keys(*seats: str, **more: object) -> Scene:
    """Open microphones, nobody listens."""
    return Scene(speaking=seats, **more)  # type: ignore[arg-type]


def voices(*seats: str) -> Scene:
    """Three open microphones, and who is heard."""
    return Scene(speaking=(A, B, C), talkers=seats)


def test_a_key_counts_at_once() -> None:
    assert play((0.0, keys(A)))[1] == (0.0, A)


def test_a_short_pause_is_bridged_and_a_long_one_shows_the_room() -> None:
    changes = play((0.0, keys(A)), (5.0, keys()), (6.5, keys(A)), (10.0, keys()))
    assert changes == [(0.0, WIDE), (0.0, A), (12.0, WIDE)]


def test_the_minimum_shot_is_kept() -> None:
    assert play((0.0, keys(A)), (1.0, keys(B)))[1:] == [(0.0, A), (3.0, B)]


def test_priority_does_not_wait() -> None:
    changes = play((0.0, keys(A)), (1.0, keys(A, priority=C)))
    assert changes[1:] == [(0.0, A), (1.0, C)]


def test_two_microphones_without_ears_are_a_pair_and_three_are_the_room() -> None:
    assert play((0.0, keys(A, B)))[1] == (0.0, group_of((A, B)))
    assert play((0.0, keys(A, B, C))) == [(0.0, WIDE)]


def test_a_voice_must_last() -> None:
    changes = play((0.0, voices(A)), (10.0, voices(B)), (10.4, voices(A)))
    assert changes == [(0.0, WIDE), (PACING.voice_delay_s, A)]


def test_who_stops_just_then_is_not_cut_to() -> None:
    """The ears keep B as the talker for a while; but an interjection is no turn."""
    ended = replace(voices(B), voiced=())
    changes = play((0.0, voices(A)), (10.0, voices(B)), (10.4, ended), (11.4, voices(A)))
    assert changes == [(0.0, WIDE), (PACING.voice_delay_s, A)]
    pausing = play((0.0, voices(A)), (10.0, voices(B)), (10.4, ended), (11.0, voices(B)))
    assert pausing[2:] == [(11.0, B)], "a pause in between counts"


def test_two_voices_at_once_become_a_pair() -> None:
    changes = play((0.0, voices(A)), (10.0, voices(A, B)))
    assert changes[2] == (12.0, group_of((A, B)))


def test_nobody_comes_back_within_six_seconds() -> None:
    """A, B, A: the third is a shot of both."""
    changes = play((0.0, voices(A)), (6.0, voices(B)), (10.0, voices(A)), (12.0, voices(B)))
    assert [target for _, target in changes[1:4]] == [A, B, group_of((A, B))]


def test_who_is_seen_with_another_is_not_cut_to_before_long() -> None:
    together = ((0.0, voices(A)), (6.0, voices(B)), (10.0, voices(A)))
    changes = play(*together)
    assert [target for _, target in changes[1:]] == [A, B, group_of((A, B)), A]
    assert changes[-1][0] - 10.0 >= PACING.tighten_s
    someone_else = play(*together, (17.0, voices(C)))
    assert someone_else[-1] == (17.0 + PACING.voice_delay_s, C)


def test_who_lost_the_floor_is_not_kept_in_the_picture() -> None:
    story = ((0.0, voices(A)), (6.0, voices(B)), (10.0, voices(A)))
    closed = Scene(speaking=(A, C), talkers=(A,))
    assert play(*story, (12.0, closed))[-1][0] < 18.0


def test_an_open_microphone_without_a_voice_ends_in_the_wide_shot() -> None:
    lone = Scene(speaking=(A,), talkers=())
    changes = play((0.0, lone), (15.0, Scene(speaking=(A,), talkers=(A,))))
    assert [target for _, target in changes] == [WIDE, A, WIDE, A]
    assert changes[2][0] > 8.0


def test_the_other_room_is_shown_when_it_speaks() -> None:
    assert play((0.0, Scene(elsewhere="satellite-1")))[1] == (0.0, "room:satellite-1")


def test_a_secret_ballot_shows_nobody_alone() -> None:
    scene = Scene(speaking=(A,), priority=A, only_wide="secret_ballot")
    changes = play((0.0, keys(A)), (1.0, scene))
    assert changes[1:] == [(0.0, A), (1.0, WIDE)]


scenes = st.builds(
    Scene,
    speaking=st.lists(st.sampled_from([A, B, C]), unique=True).map(tuple),
    talkers=st.none() | st.lists(st.sampled_from([A, B, C]), unique=True).map(tuple),
    voiced=st.none() | st.lists(st.sampled_from([A, B, C]), unique=True).map(tuple),
    priority=st.none() | st.just(A),
)


@given(st.lists(st.tuples(scenes, st.integers(1, 40)), max_size=25))
def test_laws_of_the_picture(story: list[tuple[Scene, int]]) -> None:
    """Minimum shot but for priority; no return to a single shot within six seconds."""
    now, tick = Subject(), 0
    left: dict[str, float] = {}
    for scene, ticks in story:
        for _ in range(ticks):
            tick += 1
            before, now = now, choose(now, scene, PACING, tick / 10)
            if now.target == before.target:
                continue
            assert now.why.vi
            assert now.why.en
            urgent = scene.priority is not None
            assert urgent or tick / 10 - before.since_s >= PACING.min_shot_s
            came_back = tick / 10 - left.get(now.target, -100.0) < PACING.ping_pong_s
            single = len(seats_of(before.target)) == len(seats_of(now.target)) == 1
            assert urgent or not (single and came_back)
            left[before.target] = tick / 10
