"""Kaogong: an open, self-hosted industrial internet platform."""

__version__ = "0.1.0"
