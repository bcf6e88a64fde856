"""The bodies of the HTTP interface, one file a room; the console's client is generated from them."""
