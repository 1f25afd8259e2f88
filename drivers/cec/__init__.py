"""Displays on the controller's own HDMI socket, through the program cec-ctl of v4l-utils."""
