"""The stories that the demo can tell, by the name on the command line.

Owns the list. Must not know what is in a story.
"""

from __future__ import annotations

from collections.abc import Mapping

from hub.demo_ballot import Decision
from hub.demo_script import OnePress
from hub.demo_telling import Telling

STORIES: Mapping[str, type[Telling]] = {story.name: story for story in (OnePress, Decision)}
