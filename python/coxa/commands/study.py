"""`coxa study`: simulate many trials defined in a file."""

from __future__ import annotations

import argparse
import os
import re
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import xarray as xr

import coxa

from ..base import check
from .arguments import add_json, add_workers, whole_number
from .output import FAILED, OK, print_json
from .studies import read_definition


def add(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "file", metavar="FILE.toml", help="definition of the study; see examples/studies"
    )
    sub.add_argument(
        "-o",
        "--output",
        metavar="OUT.h5",
        help="file to write; after an interruption the same command resumes",
    )
    sub.add_argument(
        "--dry-run",
        action="store_true",
        help="print the number of trials, the time and the file size only",
    )
    add_workers(sub)
    sub.add_argument(
        "--chunk",
        metavar="N",
        type=whole_number,
        help="trials per part: the most an interruption can lose per thread",
    )
    add_json(sub)


def run(options: argparse.Namespace) -> int:
    if options.output is None and not options.dry_run:
        raise coxa.InvalidArgument("give -o OUT.h5, the file to write, or --dry-run")
    study, settings = read_definition(options.file)
    again = f"coxa study {shlex.quote(options.file)}"
    if options.dry_run:
        keep = {k: settings[k] for k in ("series", "samples") if k in settings}
        plan = study.plan(options.workers, **keep)
        if options.json:
            print_json(
                {
                    "study": study.to_dict(),
                    "trials": plan.trials,
                    "seconds": plan.seconds,
                    "bytes": plan.bytes,
                    "workers": plan.workers,
                }
            )
        else:
            print(plan)
            print(f"next: {again} -o {shlex.quote(options.output or 'study.h5')}")
        return OK
    target = check.output_path(options.output)
    if options.chunk is not None:
        settings["chunk"] = options.chunk
    dataset = study.run(
        target, options.workers, progress=False if options.json else None, **settings
    )
    outcome = _outcome(dataset)
    if options.json:
        print_json({"file": os.fspath(target), "study": study.to_dict(), **outcome})
    else:
        for line in _outcome_lines(outcome):
            print(line)
        measure = _example(dataset)
        quoted = shlex.quote(options.output)
        print(f"wrote {target}")
        print(f"next: coxa effects {quoted} {measure}, or coxa export {quoted} study.csv")
    # infeasible trials are expected in a study; it fails only if no trial succeeded
    return OK if outcome["ok"] else FAILED


def _example(dataset: xr.Dataset) -> str:
    """The name of a measure in this study."""
    names = [str(name) for name, v in dataset.data_vars.items() if v.attrs.get("role") == "summary"]
    usual = "peak_hip_extension_moment"
    return usual if usual in names or not names else names[0]


def _outcome(dataset: xr.Dataset) -> dict[str, Any]:
    """Number of trials by outcome."""
    status = dataset["trial_status"].values.reshape(-1)
    failed = status != 0
    messages = dataset["trial_message"].values.reshape(-1)[failed].astype(str).tolist()
    found: dict[str, Any] = {
        "trials": int(status.size),
        "ok": int((~failed).sum()),
        "failed": int(failed.sum()),
        "reasons": _reasons(messages),
    }
    for name in ("unsolved_frames", "reserve_frames"):
        if name in dataset and dataset[name].size == status.size:
            found[name.replace("_frames", "_trials")] = int((dataset[name].values > 0).sum())
    return found


def _reasons(messages: Sequence[str]) -> list[dict[str, Any]]:
    """The most frequent reasons of failure; messages that differ only in numbers are merged."""
    kinds: Counter[str] = Counter()
    example: dict[str, str] = {}
    for message in messages:
        kind = re.sub(r"-?\d+(\.\d+)?(e[-+]?\d+)?", "#", message)
        kinds[kind] += 1
        example.setdefault(kind, message)
    return [{"count": count, "example": example[kind]} for kind, count in kinds.most_common(3)]


def _outcome_lines(outcome: Mapping[str, Any]) -> list[str]:
    lines = [f"{outcome['ok']} of {outcome['trials']} trials simulated, {outcome['failed']} failed"]
    lines += [f"  {r['count']} such as: {r['example']}" for r in outcome["reasons"]]
    if outcome.get("unsolved_trials"):
        lines.append(f"{outcome['unsolved_trials']} trials have frames that could not be solved")
    if outcome.get("reserve_trials"):
        lines.append(
            f"{outcome['reserve_trials']} trials need in some frames what no muscle can give (reserve_frames)"
        )
    return lines
