"""What was published, and whether the simulation says the same.

A finding is data (`table`): who did what, what was measured, what was found, in which paper. `trials` simulates
each distinct trial once, `measures` turns trials into the number that the paper reports, `verdicts` compares,
`report` writes the table. `data/literature` holds the findings that come with the package and describes the format.
"""

from .run import Row, Validation, validate

__all__ = ["Row", "Validation", "validate"]
