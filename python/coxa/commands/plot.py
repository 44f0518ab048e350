"""`coxa plot`: plot a result."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from ..base import check
from ..reading import load_trial
from .output import OK, PICTURES, draw_to


def add(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("file", metavar="OUT.h5", help="saved result")
    sub.add_argument(
        "-o",
        "--output",
        metavar="PNG",
        help="figure to write, default OUT.png (none with --animate)",
    )
    sub.add_argument("--animate", metavar="GIF", help="write an animation (.gif or .mp4)")


def run(options: argparse.Namespace) -> int:
    os.environ.setdefault("MPLBACKEND", "Agg")
    picture = options.output
    if picture is None and options.animate is None:
        picture = Path(options.file).with_suffix(".png")
    if picture is not None:
        picture = check.output_path(picture, PICTURES)
    if options.animate is not None:
        check.output_path(options.animate, (".gif", ".mp4"))
    result = load_trial(options.file)
    if picture is not None:
        draw_to(result, picture)
    if options.animate is not None:
        print(f"wrote {result.animate(options.animate)}")
    return OK
