"""Sound of a room's microphones as blocks of 20 ms: sound devices, and RTP (AES67 style).

``config``   its settings                        ``codec``   RTP packets and samples <-> bytes
``playout``  packets in any order -> even time   ``rtp``     the sockets, and a twin's stream
``device``   a sound device                      ``input``   one source kept open, and its health
``absent``   what stands there when a package is missing
``sim``      a sender of its own making, with ``sim_room`` (voices, distances, bad microphones)
"""
