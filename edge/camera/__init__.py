"""Which camera shows whom, where it must look, and what its picture tells.

``aim``       geometry: from places in the room to pan, tilt and field of view
``pose``      how a camera stands, from sightings; ``sightings`` judges a set of them, ``spread``
              chooses the next
``targets``   what one camera can be aimed at, and how well it sees it
``subject``   rules: who speaks -> whom to show; ``director`` -> which camera, each with its why
``sight``     what is known of a picture, in words; ``eyes`` looks at it in a thread
``faces``     faces in a picture; ``framing`` when they correct an aim; ``gaze`` which pictures
              may be trusted
``pursuit``   the shot of one who walks; ``follow`` how fast to turn
``small_picture``  a picture that fits into a message
"""
