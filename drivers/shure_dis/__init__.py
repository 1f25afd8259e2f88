"""Shure/DIS conference central units (CCU, CU) on TCP 3142, as a source of seats."""
