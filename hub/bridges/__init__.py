"""Doors for other systems: eCabinet applications, webhooks, Home Assistant.

Owns what goes in and out there. Must not decide about the meeting: what comes in ends in a
prepared meeting's form, what goes out is read from committed records.
"""
