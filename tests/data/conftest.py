"""Modules that the tests of the tables share: model_tables, and those of data/."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "data")]
