"""Fixtures that several rooms share; each lives in its own file under `tests/support/`."""

pytest_plugins = ["tests.support.nats", "tests.support.historian", "tests.support.postgres", "tests.support.trace"]
