"""TAIDEN HCS-3600 and HCS-4100 conference main units on RS-232, as a source of seats."""
