"""Physical constants."""

#: Standard gravity, m/s2 (CGPM 1901), as in the core.
GRAVITY = 9.80665
