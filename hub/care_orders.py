"""What becomes of a technician's order that no device carries out.

Owns the way from a body to what is recorded. Must not record it.
"""

from __future__ import annotations

from edge.contract.messages import Text
from edge.rules.reasons import Reason
from hub.alerts import Alerts
from hub.api import care_bodies as bodies
from hub.api import models
from hub.board import Board
from hub.meeting.care import CareOrder
from hub.meeting.care_events import AlarmAcknowledged, ScreenExpected
from hub.meeting.state import Meeting


def care_order(
    body: models.Body, meeting: Meeting, board: Board, alerts: Alerts, by: str, now_s: float
) -> CareOrder | Reason | None:
    """What is to be recorded, or why nothing is; None for a body about something else."""
    match body:
        case bodies.ExpectScreen() | bodies.DisplayAlive() if body.room not in meeting.rooms:
            return Reason.ROOM_UNKNOWN
        case bodies.ExpectScreen():
            return CareOrder(ScreenExpected(now_s, body.room, body.on, by))
        case bodies.DisplayAlive():
            return CareOrder(ScreenExpected(now_s, body.room, on=True, by="screen"))
        case bodies.AcknowledgeAlarm():
            found = _alarm(body, board, alerts)
            if found is None:
                return Reason.ALARM_OVER
            text, boot = found
            return CareOrder(AlarmAcknowledged(now_s, body.room, body.alert, boot, text, by))
        case _:
            return None


def _alarm(body: bodies.AcknowledgeAlarm, board: Board, alerts: Alerts) -> tuple[Text, str] | None:
    """Its words and the start that raised it; None when it does not stand."""
    if body.room is None:
        text = alerts.text(body.alert)
        return None if text is None else (text, alerts.boot)
    found = board.room(body.room).alerts.get(body.alert) if body.room in board.rooms else None
    return None if found is None else (found[0].text, found[0].boot)
