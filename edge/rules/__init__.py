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
``console_meanings``   what each key of the chair's console means in a ``console_situation``;
              ``console_keys`` its holds, second presses and second layer, ``console_lamps``

``majority``  quorum, majority and tie as exact fractions; ``presets`` are bodies' rules as data
``ballot``    the law of a ballot: every event at every stage. Its parts: ``ballot_plan`` (what
              is asked, of whom, how), ``ballot_events``, ``ballot_state``, and the rules in
              ``ballot_chair``, ``ballot_votes``, ``ballot_rooms``
``ballot_result``  the document that is announced; ``ballot_labels`` its words
``ballot_journal`` the record in which no change can hide, and its proof
``vote_keys`` from presses at a seat to one choice: two keys at once, held keys
``plain``     data classes as JSON data and back
"""
