"""MQTT 3.1.1 as the hub needs it: one connection that hears thousands of messages a second."""
