"""Benchmarks: figures printed and written down, never asserted. Run with ``make bench``."""
