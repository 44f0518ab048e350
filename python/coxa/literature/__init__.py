"""Comparison of simulations with published findings.

Findings are data, read by `table`: the study, what it measured, what it found, and the paper. `trials`
simulates each distinct trial once, `measures` computes the number the paper reports, `verdicts` compares the
two, `report` writes the table. `data/literature` holds the bundled findings and describes the format.
"""

from .run import Row, Validation, validate

__all__ = ["Row", "Validation", "validate"]
