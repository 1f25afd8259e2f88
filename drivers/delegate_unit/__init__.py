"""Seat units on a Modbus RTU bus: keys, lamps and the microphone relay of each delegate.

``frame``     one Modbus RTU frame, bytes <-> message
``modbus``    frames in a stream and as plain fields, for monitors and the wire tool
``maps``      what lies behind which register or channel, as data
``unit``      the shape of a unit and of a question to it
``keys``      from counters and levels to presses
``seat_unit`` what is known and wanted of one unit of our own
``io_module`` the same for an off-the-shelf 8-in/8-out module
``schedule``  whose turn it is on the bus
``master``    one bus without input or output: bytes and time in, bytes out
``driver``    the bus on a real wire, as the capability the edge uses
``config``    what a room file says about a bus
``sim``       a whole bus of simulated units (``sim_units`` on ``sim_slave``), sharing no code
              with the above
"""
