"""What a person types while aiming: keys of a terminal, words of a line."""

from __future__ import annotations

import asyncio
import os
import pty

import pytest

from edge.aim_keys import KeyReader, Step, Steps, nudge, step_of_line


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("left 2", Step("nudge", pan_deg=-2.0)),
        ("UP", Step("nudge", tilt_deg=1.0)),
        ("wider 5", Step("nudge", fov_deg=5.0)),
        ("seat 12", Step("seat", seat=12)),
        ("drop", Step("drop")),
        ("", Step("ok")),
        ("ok", Step("ok")),
        ("end", Step("end")),
        ("left much", Step("help")),
        ("dance", Step("help")),
    ],
)
def test_words(line: str, step: Step) -> None:
    assert step_of_line(line) == step


def test_keys_with_the_step_that_was_chosen() -> None:
    reader = KeyReader()
    assert reader.feed("\x1b[C") == [nudge("right", 1.0)]
    assert reader.feed("1\x1bOA") == [nudge("up", 0.3)]
    assert reader.feed("3-") == [nudge("wider", 15.0)]
    assert reader.feed("\rsfq") == [Step("ok"), Step("skip"), Step("drop"), Step("end")]


def test_an_arrow_that_comes_in_pieces_is_one_arrow() -> None:
    reader = KeyReader()
    assert [reader.feed(piece) for piece in ("\x1b", "[", "D")] == [[], [], [nudge("left", 1.0)]]


async def test_a_terminal_tells_every_key_and_is_left_as_it_was() -> None:
    person, terminal = pty.openpty()
    with os.fdopen(terminal) as file:
        async with asyncio.timeout(10), Steps(file) as steps:
            os.write(person, b"\x1b[A\n")
            assert await anext(steps) == nudge("up", 1.0)
            assert await anext(steps) == Step("ok")
    os.close(person)
