"""The other sides of the edge's benchmark, each a process of its own that keeps a record of what it served."""
