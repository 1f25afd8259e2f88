"""Projectors and displays that speak PJLink (JBMIA) on TCP 4352, class 1 and 2."""
