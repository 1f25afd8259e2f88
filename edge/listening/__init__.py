"""Who talks: from sample blocks of every microphone to seats.

``levels`` how loud each is; ``dominance`` who stands out; ``voice`` is it speech; ``talkers`` the
decision over time; ``truth`` microphones that cannot be believed; ``chain`` all of it in a row.

Imports numpy and scipy; no asyncio, no clock, no devices.
"""
