"""One loopback peer per protocol. Each file is named like its driver and lists its `PEERS`; a peer keeps to `Peer`."""
