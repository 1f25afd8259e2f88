"""What pages were told last is remembered as long as it can be told again, and no longer.

Owns the bound. What the parts are: ``test_hub_api``.
"""

from __future__ import annotations

from hub.api.pages import Pages
from hub.board import COMMANDS_KEPT, Board, Order
from hub.meeting.state import Meeting


async def test_commands_that_the_board_has_let_go_of_are_forgotten() -> None:
    board = Board()
    pages = Pages(Meeting, board, dict, lambda: True, lambda: 1.0, list)
    listening = pages.broadcaster.frames(b"{}")
    await anext(listening)
    for number in range(3 * COMMANDS_KEPT):
        board.add_order(Order(f"c{number}", "move", "main", "cam-1", "aim", 1000))
        pages.touch("commands", f"c{number}")
        pages._tell_touched()
    told = [path for path in pages._told if path[0] == "commands"]
    assert len(told) == COMMANDS_KEPT
    await listening.aclose()
    pages.close()
