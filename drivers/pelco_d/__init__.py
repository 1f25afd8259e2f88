"""PTZ cameras that speak Pelco-D on RS-485. One way in practice: commanded, never confirmed."""
