"""The MQTT contract between rooms and hub. Imports pydantic and the standard library only.

Owns topics, messages and versions: what may stand on the wire, and nothing about what it
leads to. ``topics`` builds and parses names, ``messages`` holds the payloads, ``wire`` turns
payloads into bytes and back and counts what is refused.
"""
