"""One file per kind of machine; found by file name, nothing to register."""
