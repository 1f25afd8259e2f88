"""Video switchers and matrices on a serial line or TCP, described by tables of words."""
