"""One file a room; each route parses, calls the room and returns."""
