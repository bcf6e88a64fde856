"""The agent on the plant floor: drivers, the collector, the buffer, the way up to the platform.

Owns the machines' side of every connection; may use core, expressions, formats and bus, never a room of the server.
Started by `kaogong edge` as a `node.Node`; the API checks documents with `configuration` and never loads the rest.
"""
