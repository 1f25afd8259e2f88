"""Which camera shows whom, and where it must look.

``aim``       geometry: from places in the room to pan, tilt and field of view
``director``  rules: who speaks -> which shot -> which camera, each decision with its why
"""
