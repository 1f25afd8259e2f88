"""What people should know about the cameras that still work, but with less than they could.

Owns the words of these alarms. Must not raise them (``edge.alarms`` does) nor publish.
"""

from __future__ import annotations

from collections.abc import Mapping

from drivers.core.capability import Health, HealthState
from edge.alarms import Subject
from edge.camera.sight import Eye, Sight
from edge.contract import messages
from edge.shots import Shots

WELL = Health(HealthState.OK)

Concerns = dict[str, tuple[Subject, Health]]


PICTURE_LOST = {
    "stale": ("không có hình mới", "no new picture comes"),
    "frozen": ("hình bị đứng", "the picture is frozen"),
    "none": ("không có hình", "there is no picture"),
}


def camera_concerns(
    shots: Shots, eyes: Mapping[str, Eye], titles: Mapping[str, messages.Text]
) -> Concerns:
    """By the alarm's id: what it is about, and how that is."""
    found = [_aims(camera, shots, titles[camera]) for camera in shots.targets]
    found += [_picture(camera, eye.sight(), titles[camera]) for camera, eye in eyes.items()]
    return {subject.id: (subject, health) for subject, health in found}


def _picture(camera: str, sight: Sight, title: messages.Text) -> tuple[Subject, Health]:
    """Without its picture a camera still goes where the seat is."""
    vi, en = PICTURE_LOST.get(sight.picture or "", ("", ""))
    said = messages.Text(
        vi=f"{title.vi}: {vi}; chỉ ngắm theo vị trí ghế",
        en=f"{title.en}: {en}; aimed by the seats' places alone",
    )
    health = WELL if sight.trouble is None else Health(HealthState.FAULT, sight.trouble)
    return Subject(f"picture-{camera}", title, device=camera, said=said), health


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
