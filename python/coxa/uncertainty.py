"""Uncertain inputs: named groups of quantities with default spreads, each with its source."""

from .studies.uncertainty import (
    DISTRIBUTIONS,
    KINDS,
    Quantity,
    UncertaintyGroup,
    group,
    groups,
    offered,
    table,
)

__all__ = [
    "DISTRIBUTIONS",
    "KINDS",
    "Quantity",
    "UncertaintyGroup",
    "group",
    "groups",
    "offered",
    "table",
]
