"""Who is who at a site: the authority, the rooms' keys, and what was revoked.

Owns certificates and the register. Must not know meetings or the broker's topics.
"""
