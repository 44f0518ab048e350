"""`coxa export`: export a study as a flat table for R, spreadsheets and databases."""

from __future__ import annotations

import argparse
import os

from ..studies.export import export
from .arguments import add_json
from .output import OK, print_json
from .studies import open_results


def add(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("file", metavar="STUDY.h5", help="finished study")
    sub.add_argument("output", metavar="OUT.csv|OUT.parquet", help="table to write")
    sub.add_argument("--units", action="store_true", help="CSV only: units in the column names")
    sub.add_argument(
        "--series",
        metavar="NAME",
        help="export this time series, one row per sample, instead of the summaries",
    )
    add_json(sub)


def run(options: argparse.Namespace) -> int:
    with open_results(options.file) as dataset:
        target = export(dataset, options.output, units=options.units, series=options.series)
        rows = int(dataset["trial_status"].size)
    if options.json:
        print_json({"file": os.fspath(target), "trials": rows})
    else:
        print(f"wrote {target}: {rows} trials")
    return OK
