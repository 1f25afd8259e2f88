"""Samsung professional displays over Multiple Display Control (RS-232C or TCP 1515)."""
