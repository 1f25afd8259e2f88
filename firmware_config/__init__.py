"""What a room is: the schema of room files, their loader, and the rooms that come with us."""
