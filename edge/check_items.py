"""What a check of the room says of each thing: verdict, evidence, and what to do.

Owns the judgement and its words. Pure; must not touch a device or wait for one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from drivers.core.capability import Health, HealthState
from edge.contract.devices import CheckItem, Verdict
from edge.contract.messages import Text

OF_HEALTH: dict[HealthState, Verdict] = {
    HealthState.OK: "pass",
    HealthState.FAULT: "fail",
    HealthState.UNCONFIRMED: "unconfirmed",
}

REMEDIES: dict[str, Text] = {
    "units": Text(
        vi="Kiểm tra dây bus và nguồn của dãy máy", en="Check the bus cable and the units' supply"
    ),
    "camera": Text(
        vi="Kiểm tra nguồn và dây điều khiển của camera",
        en="Check the camera's supply and control cable",
    ),
    "picture": Text(
        vi="Kiểm tra dây hình và địa chỉ hình trong tệp phòng",
        en="Check the video cable, and the picture's address in the room file",
    ),
    "display": Text(
        vi="Kiểm tra nguồn và dây điều khiển của màn hình; bật thử bằng điều khiển từ xa",
        en="Check the display's supply and control cable; try its remote control",
    ),
    "console": Text(vi="Kiểm tra dây của bàn phím chủ trì", en="Check the console's cable"),
    "fire": Text(
        vi="Kiểm tra tủ báo cháy và dây tiếp điểm", en="Check the fire panel and the contact's wire"
    ),
    "switcher": Text(vi="Kiểm tra bộ chuyển hình", en="Check the video switcher"),
    "audio": Text(vi="Kiểm tra bộ thu tiếng và mạng âm thanh", en="Check the audio interface"),
    "seats": Text(
        vi="Đến ghế, kiểm tra dây nối và thay máy nếu cần",
        en="Go to the seat, check its cable, replace the unit if need be",
    ),
    "microphones": Text(
        vi="Mở từng micro và nhờ người nói thử một từ",
        en="Open each microphone and let somebody say a word",
    ),
    "disk": Text(
        vi="Dọn hoặc thay thẻ nhớ của bộ điều khiển phòng",
        en="Make room on the controller's card, or replace it",
    ),
}
"""By kind of thing; nothing that passed has one."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one thing proved."""

    verdict: Verdict
    vi: str
    en: str
    todo: str = ""
    """Where ``REMEDIES`` has what to do, if not under the thing's own kind."""


def item(ident: str, kind: str, title: Text, found: Found, seats: Iterable[int] = ()) -> CheckItem:
    """The line about it."""
    evidence = Text(vi=found.vi[:160], en=found.en[:160])
    todo = None if found.verdict == "pass" else REMEDIES.get(found.todo or kind)
    return CheckItem(
        id=ident,
        kind=kind,
        title=title,
        verdict=found.verdict,
        evidence=evidence,
        todo=todo,
        seats=sorted(seats),
    )


def by_health(health: Health, now_s: float) -> Found:
    """Of a device that only answers."""
    if health.state is HealthState.OK:
        ago_s = 0.0 if health.proof_at_s is None else max(0.0, now_s - health.proof_at_s)
        return Found(
            "pass",
            f"trả lời {ago_s:.1f} giây trước".replace(".", ","),
            f"answered {ago_s:.1f} s ago",
        )
    reason = health.reason or "no reason known"
    return Found(OF_HEALTH[health.state], reason, reason)


def of_display(health: Health, power: bool | None, source: str | None, now_s: float) -> Found:
    """A display that says whether it is on, and what it shows."""
    found = by_health(health, now_s)
    if found.verdict != "pass":
        return found
    if power is None:
        return Found("unconfirmed", "không báo đang bật hay tắt", "does not say whether it is on")
    vi, en = ("đang bật", "is on") if power else ("đang tắt", "is off")
    tail = f", {source}" if power and source else ""
    return Found("pass", f"trả lời, {vi}{tail}", f"answers, {en}{tail}")


def of_camera(found: Found, picture: str | None) -> Found:
    """How it moved, and the picture it gives where somebody looks at it."""
    if picture is None or found.verdict == "fail":
        return found
    if picture == "ok":
        return Found(found.verdict, f"{found.vi}, có hình", f"{found.en}, has a picture")
    vi, en = {
        "frozen": ("hình đứng yên", "the picture is frozen"),
        "stale": ("hình đến chậm", "the picture is late"),
    }.get(picture, ("không có hình", "no picture"))
    return Found("fail", f"{found.vi}; {vi}", f"{found.en}; {en}", "picture")


def moved(step_deg: float, took_s: float) -> Found:
    """A camera that went aside and came back."""
    vi = f"quay {step_deg:g}° và về đúng chỗ, {took_s:.1f} giây".replace(".", ",")
    return Found("pass", vi, f"turned {step_deg:g}° and came back, {took_s:.1f} s")


@dataclass(frozen=True, slots=True)
class SeatLook:
    """One seat as it proved itself. None is unknown."""

    health: Health
    microphone: bool | None
    speaks: bool
    blinked: bool | None
    """Its lamps were read back as they were told; None: nobody tried."""


def of_seat(look: SeatLook) -> Found:
    """One seat's unit."""
    if look.health.state is not HealthState.OK:
        reason = look.health.reason or "no reason known"
        return Found(OF_HEALTH[look.health.state], reason, reason)
    if look.microphone is None:
        return Found("unconfirmed", "chưa biết micro mở hay tắt", "microphone unknown")
    if look.microphone and not look.speaks:
        return Found("fail", "micro mở khi không ai phát biểu", "microphone open, nobody speaks")
    if look.blinked is None:
        return Found("pass", "trả lời, micro đúng trạng thái", "answers, microphone as wished")
    if look.blinked:
        return Found("pass", "đèn nháy theo lệnh, micro tắt", "lamps blinked, microphone off")
    return Found("fail", "đèn không theo lệnh", "the lamps do not follow")


SEATS = Text(vi="Máy đại biểu", en="Delegate units")
MICROPHONES = Text(vi="Micro", en="Microphones")
DISK = Text(vi="Bộ nhớ của phòng", en="The room's storage")


def grouped(ident: str, title: Text, found: Iterable[tuple[int, Found]]) -> list[CheckItem]:
    """Seats that proved the same are one line; what is wrong comes first."""
    groups: dict[Found, list[int]] = {}
    for number, one in found:
        groups.setdefault(one, []).append(number)
    rank = {"fail": 0, "unconfirmed": 1, "pass": 2}
    ordered = sorted(groups.items(), key=lambda pair: rank[pair[0].verdict])
    return [
        item(ident if n == 0 else f"{ident}-{n}", ident, title, one, numbers)
        for n, (one, numbers) in enumerate(ordered)
    ]


def of_disk(free_bytes: int, total_bytes: int, waiting: int) -> Found:
    """Room for what must not be lost, and how much of it has not reached the hub."""
    free_mb = free_bytes // 1_000_000
    full = free_bytes < 200_000_000 or free_bytes * 50 < total_bytes
    vi = f"còn trống {free_mb} MB, {waiting} sự kiện chờ gửi"
    en = f"{free_mb} MB free, {waiting} events not sent yet"
    return Found("fail" if full else "pass", vi, en)


def of_microphone(fault: str | None, heard_s: float | None) -> Found:
    """One microphone: a fault, a voice that was heard on it, or nothing yet."""
    if fault is not None:
        return Found("fail", fault, fault)
    if heard_s:
        return Found("pass", "đã nghe tiếng nói", "a voice was heard")
    return Found("unconfirmed", "chưa có ai nói", "nobody has spoken yet")
