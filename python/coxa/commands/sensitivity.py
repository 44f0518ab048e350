"""`coxa sensitivity`: rank the factors of a study by their influence."""

from __future__ import annotations

import argparse
import warnings

from .arguments import add_json, add_list, add_picture, add_workers, picture_of, whole_number
from .studies import hand_over, read_definition


def add(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("file", metavar="FILE.toml", help="definition of the study")
    sub.add_argument(
        "--method",
        choices=("sobol", "morris"),
        default="sobol",
        help="variance-based indices (sobol, the default) or screening (morris)",
    )
    sub.add_argument(
        "-n",
        type=whole_number,
        metavar="N",
        help="size of the design: of d factors, N (d + 2) trials with sobol, default 256; N (d + 1) with morris,"
        " default 32",
    )
    add_list(sub, "--measure", "NAME", "summaries to analyse, default those of the file, or all")
    sub.add_argument("--seed", type=whole_number, default=0, help="random seed, default 0")
    sub.add_argument(
        "--save",
        metavar="TRIALS.h5",
        help="save the trials; after an interruption the same command resumes",
    )
    add_workers(sub)
    add_picture(sub)
    add_json(sub)


def run(options: argparse.Namespace) -> int:
    study, settings = read_definition(options.file)
    settings.pop("chunk", None)
    settings.pop("series", None)
    picture = picture_of(options)
    n = options.n if options.n is not None else 256 if options.method == "sobol" else 32
    try:
        with warnings.catch_warnings():
            # warnings are printed below the tables and included in the JSON
            warnings.simplefilter("ignore", UserWarning)
            found = study.sensitivity(
                options.method,
                n,
                measures=options.measure or None,
                seed=options.seed,
                path=options.save,
                workers=options.workers,
                progress=False if options.json else None,
                **settings,
            )
    except KeyboardInterrupt:
        if options.save is not None:
            raise
        raise KeyboardInterrupt(
            "stopped; nothing was kept: with --save TRIALS.h5 the same command goes on"
        ) from None
    shown = found.measures[:3]
    tables = {
        f"{name} [{found.measured[name].unit}]": found.top(name).reset_index() for name in shown
    }
    notes = list(found.warnings)
    if rest := found.measures[len(shown) :]:
        notes.append(f"{len(rest)} more measures: --measure NAME shows one, --json all")
    title = f"{options.method}, n = {found.n}, {found.trials} trials"
    status = hand_over(options, found, picture, title, tables, notes, trials_file=options.save)
    if options.save is not None and not options.json:
        print(f"wrote {options.save}")
    return status
