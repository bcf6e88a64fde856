"""`python -m kaogong.cli` is the `kaogong` command, for where no script is on PATH."""

from kaogong.cli.main import main

main()
