"""Pure rules of the room, shared with the hub. No asyncio, no clock, no I/O.

``reasons``   why something is refused, in Vietnamese and English
``settings``  modes, roles and limits, as data
``state``     the floor as a value
``events``    what can happen to it, and what can come of it
``floor``     who may speak: one law, as a table, for the whole meeting and for a room alone
``asking``    its rules for a seat, ``running`` for a turn, ``chair`` for the whole meeting
``turns``     what these are made of, ``timers`` how long a turn has run
``intents``   what a press of a key means
``merge``     how the floor of a room that was alone joins the meeting's again
``following`` whether a room follows the hub or leads itself
``lamps``     what a seat then does and shows
"""
