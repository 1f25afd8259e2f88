"""What is known of one camera's picture, as it is published; and a camera without eyes.

Owns these shapes, which need no OpenCV. Must not look at pictures.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from drivers.video.capture import Frame

Mode = Literal["model", "cascade", "geometry"]
PictureWord = Literal["ok", "stale", "frozen", "none"]
FramedWord = Literal[
    "waiting", "looking", "framed", "following", "no_face", "lost", "too_close", "late"
]


@dataclass(frozen=True, slots=True)
class Sight:
    """How a camera sees; the words are those of the contract's ``CameraActual``."""

    detector: Mode | None
    detector_reason: str = ""
    picture: PictureWord | None = None
    trouble: str | None = None
    """Why there is no picture, once that is certain."""
    faces: int | None = None
    framed: FramedWord | None = None
    wrong_model: str | None = None
    """What is wrong with the model file that should be used."""


NO_EYE = Sight(None)
"""Of a camera whose picture nobody has."""


class Eye(Protocol):
    """Looks at one camera's picture."""

    async def run(self) -> None:
        """Look until cancelled."""
        ...

    def tick(self) -> None:
        """Time passed, or the camera got an order."""
        ...

    def sight(self) -> Sight:
        """What is seen now."""
        ...

    def frame(self) -> Frame | None:
        """The newest picture; None when there is none that can be believed."""
        ...


class Blind:
    """A picture that cannot be looked at: seats are framed by their places."""

    def __init__(self, reason: str) -> None:
        """``reason`` is for the person who could change it."""
        self._sight = Sight("geometry", reason)

    async def run(self) -> None:
        """Wait for ever."""
        await asyncio.Event().wait()

    def tick(self) -> None:
        """There is nothing to do."""

    def sight(self) -> Sight:
        """Nothing."""
        return self._sight

    def frame(self) -> Frame | None:
        """None."""
        return None
