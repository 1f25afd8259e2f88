"""VISCA cameras over RS-232/422, raw TCP/UDP and Sony's UDP 52381.

``layout``    how a packet's bytes are laid out, as data      ``codec``   bytes <-> messages
``commands``  the tables of commands and inquiries            ``ip``      Sony's 8-byte header
``replies``   what cameras say, and what answers mean         ``models``  scales, limits, speeds
``link``      one exchange at a time, sockets, repeats        ``tracker`` what was proved
``driver``    the camera of the room                          ``config``  its settings
``sim``       a camera of its own making, with ``sim_body`` and ``sim_axes``
"""
