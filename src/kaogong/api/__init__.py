"""The HTTP interface: FastAPI application, error table, thin routes, live streams, the built console.

May use every room below it. Composed and started by `kaogong serve`; outsiders and the console rely on DESIGN section 8.
"""

from kaogong.api.app import create_app
from kaogong.api.platform import Listening, Platform

__all__ = ["Listening", "Platform", "create_app"]
