"""What keeps a room controller alive: durable events, the link to the hub, supervision.

``outbox``      events that survive any crash, until the hub's receipt
``link``        MQTT: connects, republishes what is retained, delivers, reconnects
``supervisor``  named tasks that are restarted when they fail
``notify``      a word with systemd: ready, alive, stopping
"""
