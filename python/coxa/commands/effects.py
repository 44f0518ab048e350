"""`coxa effects`: show the effects of a study's factors on a measure."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

import xarray as xr

import coxa

from ..base.wording import with_unit
from ..studies.columns import chosen, columns, flat
from .arguments import add_json, add_list, add_picture, pairs_of, picture_of, value_of
from .studies import hand_over, open_results


def add(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("file", metavar="STUDY.h5", help="finished study")
    sub.add_argument(
        "measure",
        metavar="MEASURE",
        help="variable of the study, such as peak_hip_extension_moment",
    )
    how = sub.add_mutually_exclusive_group()
    how.add_argument(
        "--over",
        metavar="NAME",
        help="response curve over a parameter, or over the repetition (sample)",
    )
    how.add_argument(
        "--paired", metavar="FACTOR", help="paired comparison of the levels of a factor"
    )
    sub.add_argument(
        "--by",
        metavar="NAME",
        help="with --over or --paired: separately for each level of another factor",
    )
    sub.add_argument(
        "--between",
        nargs=2,
        metavar=("A", "B"),
        help="with --paired: compare only these two levels",
    )
    add_list(
        sub,
        "--select",
        "DIM=LABEL",
        "labels of a measure that has more dimensions, such as group=glutes",
    )
    add_picture(sub)
    add_json(sub)


def run(options: argparse.Namespace) -> int:
    if options.by and not (options.over or options.paired):
        raise coxa.InvalidArgument("--by goes with --over or --paired")
    if options.between and not options.paired:
        raise coxa.InvalidArgument("--between goes with --paired FACTOR")
    picture = picture_of(options)
    dataset = open_results(options.file)
    select = _labels(options.select)
    found: Any
    if options.over:
        kind = "response"
        found = coxa.response(dataset, options.measure, options.over, options.by, select=select)
    elif options.paired:
        kind = "paired"
        a, b = _levels(dataset, options.paired, options.between)
        found = coxa.paired(
            dataset, options.measure, options.paired, a, b, by=options.by, select=select
        )
    else:
        kind = "main effects"
        found = coxa.main_effects(dataset, options.measure, select=select)
    given = found.measured
    title = f"{with_unit(given.label, given.unit)}: {kind}, {found.counted}"
    notes = [found.notes] if kind == "main effects" else []
    if kind == "paired" and found.alone:
        notes = [f"{found.alone} trials have no partner and were left out"]
    # omitted from the printed table; both intervals and the effect size are in the JSON
    unshown = [c for c in ("bca_low", "bca_high", "dz") if c in found.table]
    unshown += ["low", "high"] if kind == "main effects" else []
    table = found.table.drop(columns=unshown)
    return hand_over(
        options, found, picture, title, {"": table}, notes, kind=kind.replace(" ", "_")
    )


def _labels(items: Sequence[str]) -> dict[str, Any]:
    """Labels by dimension; that of `sample` is a number."""
    found: dict[str, Any] = {}
    for name, text in pairs_of("--select", items, "DIM=LABEL").items():
        found[name] = value_of("--select", name, text) if name == "sample" else text
    return found


def _levels(dataset: xr.Dataset, factor: str, given: Sequence[str] | None) -> tuple[Any, Any]:
    """Two levels of a factor, in the type the dataset has."""
    if given is None:
        return None, None
    of = chosen(columns(flat(dataset)), factor)
    if of.worded:
        return given[0], given[1]
    first, second = (value_of("--between", factor, text, of.unit) for text in given)
    return first, second
