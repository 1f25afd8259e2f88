"""The chair's console and the fire-alarm contact on GPIO pins, through gpiozero."""
