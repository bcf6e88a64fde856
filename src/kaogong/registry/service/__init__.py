"""The registry's verbs, a file for each kind of thing."""
