"""LG commercial displays on RS-232C or TCP 9761."""
