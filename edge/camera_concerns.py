"""What people should know about the cameras that still work, but with less than they could.

Owns the words of these alarms. Must not raise them (``edge.alarms`` does) nor publish.
"""

from __future__ import annotations

from collections.abc import Mapping

from drivers.core.capability import Health, HealthState
from edge.alarms import Subject
from edge.contract import messages
from edge.shots import Shots

WELL = Health(HealthState.OK)

Concerns = dict[str, tuple[Subject, Health]]


def camera_concerns(shots: Shots, titles: Mapping[str, messages.Text]) -> Concerns:
    """By the alarm's id: what it is about, and how that is."""
    return {
        subject.id: (subject, health)
        for camera in shots.targets
        for subject, health in (_aims(camera, shots, titles[camera]),)
    }


def _aims(camera: str, shots: Shots, title: messages.Text) -> tuple[Subject, Health]:
    trouble = shots.targets[camera].bearings.trouble
    said = None
    if trouble is not None:
        said = messages.Text(
            vi=f"{title.vi}: ngắm theo sơ đồ; {trouble.vi}"[:400],
            en=f"{title.en}: aimed by the plan; {trouble.en}"[:400],
        )
    health = WELL if trouble is None else Health(HealthState.FAULT, trouble.en)
    return Subject(f"aims-{camera}", title, device=camera, said=said), health
