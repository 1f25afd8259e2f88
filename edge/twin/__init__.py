"""A whole room without hardware: simulated devices that speak the real bytes.

``twin``     the devices of one room file on their simulated wires, and what a hand can do to them
``changes``  who is told when a lamp, a relay or a camera is given something to do
``cinema``   which cameras have a picture; ``video`` serves it, ``pictures`` and ``face`` draw it
``control``  the socket through which keys are pressed and faults switched, from outside
``client``   the other end of that socket
``table``    what the hardware sees, for people
``cli``      ``phonghop-edge twin ...``
"""
