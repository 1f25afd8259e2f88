"""What must survive: the event store of the hub, in SQLite.

``schema`` the tables and their migrations; ``numbers`` which event numbers have been seen;
``inbox`` what was decided on which event; ``store`` the one writer.
"""
