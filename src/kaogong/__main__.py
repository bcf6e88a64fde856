"""`python -m kaogong` is the `kaogong` command, for where no script is on PATH."""

from kaogong.cli import main

main()
