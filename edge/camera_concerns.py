"""What people should know about the cameras that still work, but with less than they could.

Owns the words of these alarms. Must not raise them (``edge.alarms`` does) nor publish.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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


INSTEAD = {
    "cascade": ("tạm dùng cách tìm kém hơn", "a lesser detector is used instead"),
    "geometry": ("chỉ ngắm theo vị trí ghế", "cameras are aimed by the seats' places alone"),
}


def camera_concerns(
    shots: Shots, eyes: Mapping[str, Eye], titles: Mapping[str, messages.Text]
) -> Concerns:
    """By the alarm's id: what it is about, and how that is."""
    found = [_aims(camera, shots, titles[camera]) for camera in shots.targets]
    sights = {camera: eye.sight() for camera, eye in eyes.items()}
    found += [_picture(camera, sight, titles[camera]) for camera, sight in sights.items()]
    found += [_model(list(sights.values()))] if sights else []
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


def _model(sights: Sequence[Sight]) -> tuple[Subject, Health]:
    """One file serves all cameras: one alarm, whichever of them looks."""
    wrong = next((sight.wrong_model for sight in sights if sight.wrong_model), None)
    mode = next((sight.detector for sight in sights if sight.wrong_model), None)
    vi, en = INSTEAD.get(mode or "", ("", ""))
    title = messages.Text(vi="Tìm khuôn mặt", en="Finding faces")
    said = messages.Text(
        vi=f"{title.vi}: tệp mô hình không đúng, không dùng được; {vi}",
        en=f"{title.en}: the model file is not the right one and is not used; {en}",
    )
    health = WELL if wrong is None else Health(HealthState.FAULT, wrong)
    return Subject("face-model", title, said=said), health


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
