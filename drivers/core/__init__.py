"""What every device driver shares. Owns no device: see the modules.

``errors``      what can go wrong, sorted by what the caller can do about it
``reading``     a value with its unit and age, or the reason why it is unknown
``codec``       the shape of a sans-IO decoder
``address``     where a device is plugged in
``section``     what the settings of every device are made of
``transport``   bytes in and out over serial, TCP or UDP
``lines``       splits text protocols into lines, bounded
``fields``      reads the fields that wire tools turn into bytes
``session``     one wire: reconnects, one request at a time, stop overtakes
``seen``        what a display answered, and what it is to be
``asked_display``  a display that is asked for its state: polling, settings until proved
``bought_seat``  a unit of a bought conference system: whose finger it was, what is ordered
``bought_system``  its central unit: the wire, rounds, presses, health
``unseen``      a camera that does not tell where it looks
``blinking``    what a lamp shows at a moment
``deadman``     a switch that must be held
``capability``  what a device can do, as small protocols
``simulation``  the shape of a byte-level peer, and the wires that carry it
"""
