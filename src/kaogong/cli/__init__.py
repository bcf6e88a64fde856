"""The commands: each file here is one command and the composition root of one process.

The only room that reads the settings; wires the rooms together and hands each what it needs.
"""

from kaogong.cli.main import main

__all__ = ["main"]
