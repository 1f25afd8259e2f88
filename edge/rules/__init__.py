"""Pure rules of the room, shared with the hub. No asyncio, no clock, no I/O.

``reasons``   why something is refused, in Vietnamese and English
``floor``     who may speak: one law for the whole meeting and for a room alone
``merge``     how the floor of a room that was alone joins the meeting's again
``following`` whether a room follows the hub or leads itself, and what its lamps show
"""
