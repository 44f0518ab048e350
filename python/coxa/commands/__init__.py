"""The command `coxa`."""

from .parser import main

__all__ = ["main"]
