"""Commands about many trials: study, sensitivity, effects, tornado, optimize, calibrate, criterion-spread, export."""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import coxa

from ..authoring.catalogue import known
from ..base import check
from .shared import (
    FAILED,
    OK,
    PICTURES,
    criterion_of,
    draw_to,
    number_in,
    parameters_of,
    parameters_of_many,
    print_json,
    print_table,
    short_text,
    subject_of,
    whole_number,
    wide_console,
)

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    import xarray as xr

Command = Callable[[str, Any, str], argparse.ArgumentParser]
Adder = Callable[..., None]

#: What a table on a terminal shows of a long one.
_ROWS = 40


def add_commands(command: Command, add_json: Adder, add_person: Adder, add_settings: Adder) -> None:
    """Adds the commands to the parser of `coxa`."""

    def add_picture(sub: argparse.ArgumentParser) -> None:
        sub.add_argument("-o", "--output", metavar="PNG", help="draw it there")

    def add_workers(sub: argparse.ArgumentParser) -> None:
        sub.add_argument("--workers", metavar="N", type=whole_number, help="threads; default all")

    study = command("study", run_study, "simulate many trials, as a file says")
    study.add_argument("file", metavar="FILE.toml", help="what varies; see examples/studies")
    study.add_argument(
        "-o", "--output", metavar="OUT.h5", help="the same command again goes on after a stop"
    )
    study.add_argument(
        "--dry-run", action="store_true", help="say how many trials, how long, how many bytes"
    )
    add_workers(study)
    study.add_argument(
        "--chunk",
        metavar="N",
        type=whole_number,
        help="trials per part, which is what a stop can lose",
    )
    add_json(study)

    indices = command("sensitivity", run_sensitivity, "which factor of a study decides what")
    indices.add_argument("file", metavar="FILE.toml")
    indices.add_argument("--method", choices=("sobol", "morris"), default="sobol")
    indices.add_argument(
        "-n",
        type=whole_number,
        metavar="N",
        help="blocks of the design, default 256 (sobol: n (d + 2) trials) or 32 (morris: n (d + 1))",
    )
    indices.add_argument(
        "--measure",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME",
        help="summaries; default those of the file, or all",
    )
    indices.add_argument("--seed", type=whole_number, default=0, help="default 0")
    indices.add_argument(
        "--save", metavar="TRIALS.h5", help="keep the trials; the same command goes on after a stop"
    )
    add_workers(indices)
    add_picture(indices)
    add_json(indices)

    effects = command("effects", run_effects, "what a study's factors do to a measure")
    effects.add_argument("file", metavar="STUDY.h5")
    effects.add_argument("measure", metavar="MEASURE", help="such as peak_hip_extension_moment")
    how = effects.add_mutually_exclusive_group()
    how.add_argument(
        "--over", metavar="NAME", help="the curve over this parameter; sample: over the repetition"
    )
    how.add_argument(
        "--paired", metavar="FACTOR", help="its levels against each other, pair by pair"
    )
    effects.add_argument(
        "--by", metavar="NAME", help="with --over or --paired: apart for each level"
    )
    effects.add_argument(
        "--between", nargs=2, metavar=("A", "B"), help="with --paired: these two levels only"
    )
    effects.add_argument(
        "--select",
        nargs="+",
        action="extend",
        default=[],
        metavar="DIM=LABEL",
        help="of a measure with labels, such as group=glutes",
    )
    add_picture(effects)
    add_json(effects)

    tornado = command("tornado", run_tornado, "each factor of a study from low to high by itself")
    tornado.add_argument("file", metavar="FILE.toml")
    tornado.add_argument("measure", metavar="MEASURE")
    add_workers(tornado)
    add_picture(tornado)
    add_json(tornado)

    best = command("optimize", run_optimize, "the best way to do an exercise within limits")
    best.add_argument("name", metavar="EXERCISE")
    goal = best.add_mutually_exclusive_group(required=True)
    goal.add_argument("--maximize", metavar="SUMMARY")
    goal.add_argument("--minimize", metavar="SUMMARY")
    best.add_argument(
        "--over",
        nargs="+",
        action="extend",
        default=[],
        required=True,
        metavar="NAME=LOW:HIGH",
        help="what may be chosen; NAME=A,B,C for levels",
    )
    best.add_argument(
        "--limit",
        nargs="+",
        action="extend",
        default=[],
        metavar="SUMMARY=MOST",
        help="or SUMMARY=LOW:HIGH; reserve_frames=0 keeps within the person's strength",
    )
    best.add_argument("--form", action="store_true", help="all cues of check-form must hold")
    best.add_argument(
        "--load", metavar="KG", type=number_in("kg"), help="the load, if it is not chosen"
    )
    best.add_argument("--trials", type=whole_number, default=512, help="most to spend, default 512")
    best.add_argument("--seed", type=whole_number, default=0, help="default 0")
    add_person(best)
    add_settings(best)
    best.add_argument("--criterion", metavar="P", default="2", help="as in simulate")
    add_workers(best)
    add_picture(best)
    add_json(best)

    fit = command("calibrate", run_calibrate, "strength from what a person lifts at most")
    add_person(fit)
    fit.add_argument(
        "--max",
        nargs="+",
        action="extend",
        default=[],
        metavar="EXERCISE=KG",
        help="heaviest load lifted once",
    )
    fit.add_argument(
        "--factors",
        choices=("one", "groups"),
        help="one for all muscles (default of --max), or one per muscle group",
    )
    add_settings(fit, of="[EXERCISE.]NAME=VALUE")
    fit.add_argument(
        "--torques", metavar="FILE.csv", help="measured torques over joint angles instead"
    )
    add_picture(fit)
    add_json(fit)

    spread = command(
        "criterion-spread",
        run_criterion_spread,
        "how far a result depends on how muscles share the work",
    )
    spread.add_argument("name", metavar="RESULT.h5|EXERCISE")
    spread.add_argument("--load", metavar="KG", type=number_in("kg"), help="the load")
    add_person(spread)
    add_settings(spread)
    spread.add_argument(
        "--criteria",
        nargs="+",
        metavar="P",
        help="exponents 1 to 5 or min-max; default 1 2 3 5 min-max",
    )
    add_picture(spread)
    add_json(spread)

    table = command(
        "export", run_export, "a study as a flat table for R, spreadsheets and databases"
    )
    table.add_argument("file", metavar="STUDY.h5")
    table.add_argument("output", metavar="OUT.csv|OUT.parquet")
    table.add_argument("--units", action="store_true", help="CSV: column names with units")
    table.add_argument(
        "--series",
        metavar="NAME",
        help="this curve over the repetition, one row per point, instead",
    )
    add_json(table)


# ---- what these commands share


def _read(path: str) -> tuple[coxa.Study, dict[str, Any]]:
    """The study that a TOML file describes."""
    from ..studies.toml import read_study

    if _is_hdf5(path):
        raise coxa.InvalidArgument(
            f"{path} holds results; this command takes the file that says what to simulate, such as study.toml"
        )
    return read_study(path)


def _open(path: str) -> xr.Dataset:
    """A study that was run."""
    from ..studies.opening import open_study

    if path.endswith(".toml"):
        raise coxa.InvalidArgument(
            f"{path} says what to simulate; run 'coxa study {shlex.quote(path)} -o study.h5' first and give study.h5"
        )
    return open_study(path)


def _is_hdf5(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read(8) == b"\x89HDF\r\n\x1a\n"
    except OSError:
        return False


def _picture(options: argparse.Namespace) -> Path | None:
    return None if options.output is None else check.output_path(options.output, PICTURES)


def _hand_over(
    options: argparse.Namespace,
    found: Any,
    picture: Path | None,
    title: str,
    content: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    notes: Sequence[str] = (),
) -> int:
    """Prints tables and notes, or JSON, and draws the picture."""
    if options.json:
        if picture is not None:
            draw_to(found, picture, quiet=True)
        print_json({**content, "file": None if picture is None else os.fspath(picture)})
        return OK
    console = wide_console(170)
    console.print(title, style="bold", markup=False)
    for name, table in tables.items():
        shown = table.head(_ROWS)
        rows = [[_cell(value) for value in row] for row in shown.itertuples(index=False)]
        print_table(console, name, [str(c).replace("_", " ") for c in shown.columns], rows)
        if len(table) > _ROWS:
            print(f"... {len(table) - _ROWS} more rows; --json gives all")
    for note in notes:
        console.print(note, style="dim", markup=False)
    if picture is not None:
        draw_to(found, picture)
    return OK


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else ""
    try:
        return short_text(float(value))
    except (TypeError, ValueError):
        return "" if value is None else str(value)


def _pairs(option: str, items: Sequence[str], form: str) -> dict[str, str]:
    """Texts by name, from NAME=TEXT."""
    found: dict[str, str] = {}
    for item in items:
        name, equals, text = item.partition("=")
        if not (name and equals and text):
            raise coxa.InvalidArgument(f"{option} takes {form}, not {item!r}")
        if name in found:
            raise coxa.InvalidArgument(f"{option} {name} is given twice")
        found[name] = text
    return found


def _value(option: str, name: str, text: str, unit: str = "") -> float:
    try:
        return float(text)
    except ValueError:
        of = f" in {unit}" if unit and unit != "1" else ""
        raise coxa.InvalidArgument(f"{option} {name} must be a number{of}, not {text!r}") from None


# ---- study


def run_study(options: argparse.Namespace) -> int:
    if options.output is None and not options.dry_run:
        raise coxa.InvalidArgument("give -o OUT.h5, the file to write, or --dry-run")
    study, settings = _read(options.file)
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
    # trials that cannot be done are part of what was asked; none that can is a failure
    return OK if outcome["ok"] else FAILED


def _example(dataset: xr.Dataset) -> str:
    """A measure that this study has."""
    names = [str(name) for name, v in dataset.data_vars.items() if v.attrs.get("role") == "summary"]
    usual = "peak_hip_extension_moment"
    return usual if usual in names or not names else names[0]


def _outcome(dataset: xr.Dataset) -> dict[str, Any]:
    """How many trials went how."""
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
    """The commonest reasons, those that differ in numbers alone as one."""
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


# ---- understanding a study


def run_sensitivity(options: argparse.Namespace) -> int:
    study, settings = _read(options.file)
    settings.pop("chunk", None)
    settings.pop("series", None)
    picture = _picture(options)
    n = options.n if options.n is not None else 256 if options.method == "sobol" else 32
    try:
        with warnings.catch_warnings():
            # what it warns of is printed below the tables, and in the JSON
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
    content = json.loads(found.to_json())
    content["trials_file"] = options.save
    shown = found.measures[:3]
    tables = {
        f"{name} [{found.measured[name].unit}]": found.top(name).reset_index() for name in shown
    }
    notes = list(found.warnings)
    if rest := found.measures[len(shown) :]:
        notes.append(f"{len(rest)} more measures: --measure NAME shows one, --json all")
    title = f"{options.method}, n = {found.n}, {found.trials} trials"
    status = _hand_over(options, found, picture, title, content, tables, notes)
    if options.save is not None and not options.json:
        print(f"wrote {options.save}")
    return status


def run_effects(options: argparse.Namespace) -> int:
    from ..base.wording import left_out, with_unit

    if options.by and not (options.over or options.paired):
        raise coxa.InvalidArgument("--by goes with --over or --paired")
    if options.between and not options.paired:
        raise coxa.InvalidArgument("--between goes with --paired FACTOR")
    picture = _picture(options)
    dataset = _open(options.file)
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
    total = len(given.values)
    content = {
        "kind": kind.replace(" ", "_"),
        "measure": given.name,
        "meaning": given.label,
        "unit": given.unit,
        "trials": total,
        "missing": found.missing,
        "table": found.table.to_dict("records"),
    }
    trials = left_out(found.missing, total)
    title = f"{with_unit(given.label, given.unit)}: {kind}, {trials}"
    notes = [found.notes] if kind == "main effects" else []
    if kind == "paired" and found.alone:
        notes = [f"{found.alone} trials have no partner and were left out"]
    # the text of a level says its ends; both intervals and the effect size are in the JSON
    unshown = [c for c in ("bca_low", "bca_high", "dz") if c in found.table]
    unshown += ["low", "high"] if kind == "main effects" else []
    table = found.table.drop(columns=unshown)
    return _hand_over(options, found, picture, title, content, {"": table}, notes)


def _labels(items: Sequence[str]) -> dict[str, Any]:
    """Label by dimension; a sample is a number."""
    found: dict[str, Any] = {}
    for name, text in _pairs("--select", items, "DIM=LABEL").items():
        found[name] = _value("--select", name, text) if name == "sample" else text
    return found


def _levels(dataset: xr.Dataset, factor: str, given: Sequence[str] | None) -> tuple[Any, Any]:
    """Two levels of a factor as the dataset has them."""
    from ..studies.columns import chosen, columns, flat

    if given is None:
        return None, None
    of = chosen(columns(flat(dataset)), factor)
    if of.worded:
        return given[0], given[1]
    first, second = (_value("--between", factor, text, of.unit) for text in given)
    return first, second


def run_tornado(options: argparse.Namespace) -> int:
    study, _ = _read(options.file)
    picture = _picture(options)
    found = study.tornado(options.measure, workers=options.workers)
    given = found.measured
    content = {
        "measure": given.name,
        "meaning": given.label,
        "unit": given.unit,
        "base": found.base,
        "band": found.band,
        "middle": dict(found.middle),
        "trials": len(given.values),
        "missing": found.missing,
        "table": found.table.to_dict("records"),
    }
    title = f"{given.label}: {short_text(found.base)} {given.unit} with all at their medians"
    notes = [f"{found.missing} of {len(given.values)} trials failed"] if found.missing else []
    return _hand_over(options, found, picture, title, content, {"": found.table}, notes)


# ---- answers


def run_optimize(options: argparse.Namespace) -> int:
    known(options.name)
    given: dict[str, Any] = parameters_of(options)
    over = {
        name: _choices(options.name, name, text)
        for name, text in _pairs("--over", options.over, "NAME=LOW:HIGH or NAME=A,B,C").items()
    }
    limits: dict[str, Any] = {
        name: _limit(name, text)
        for name, text in _pairs(
            "--limit", options.limit, "SUMMARY=MOST or SUMMARY=LOW:HIGH"
        ).items()
    }
    if options.form:
        limits["form"] = True
    picture = _picture(options)
    found = coxa.optimize(
        options.name,
        options.maximize or options.minimize,
        subject_of(options),
        over=over,
        limits=limits,
        maximize=options.maximize is not None,
        trials=options.trials,
        seed=options.seed,
        workers=options.workers,
        model=options.model,
        criterion=criterion_of(options.criterion),
        frames=options.frames,
        **given,
    )
    table = found.limits.reset_index()
    return _hand_over(
        options, found, picture, repr(found), json.loads(found.to_json()), {"": table}
    )


def _choices(exercise: str, name: str, text: str) -> Any:
    """A range as a pair, levels as a list."""
    declared = coxa.exercise(exercise).parameters
    if name not in declared:
        raise check.unknown(f"parameter of {exercise}", name, declared)
    p = declared[name]
    if p.choices:
        return text.split(",")
    low, colon, high = text.partition(":")
    if colon:
        return _value("--over", name, low, p.unit), _value("--over", name, high, p.unit)
    return [_value("--over", name, item, p.unit) for item in text.split(",")]


def _limit(name: str, text: str) -> Any:
    """A greatest value, or two ends of which an empty one is none."""
    low, colon, high = text.partition(":")
    if not colon:
        return _value("--limit", name, text)
    return tuple(_value("--limit", name, end) if end else None for end in (low, high))


def run_calibrate(options: argparse.Namespace) -> int:
    if bool(options.max) == (options.torques is not None):
        raise coxa.InvalidArgument(
            "give what the person lifts, such as --max barbell_hip_thrust=140, or --torques FILE.csv"
        )
    if options.torques is not None and options.set:
        raise coxa.InvalidArgument("--set goes with --max: torques have no exercise")
    picture = _picture(options)
    subject = subject_of(options)
    if options.torques is not None:
        found = coxa.calibrate(
            subject,
            torque_angle=_csv(options.torques),
            factors=options.factors,
            model=options.model,
        )
    else:
        maxima = {
            known(name): _value("--max", name, text, "kg")
            for name, text in _pairs("--max", options.max, "EXERCISE=KG").items()
        }
        given = parameters_of_many(options.set, {name: name for name in maxima})
        found = coxa.calibrate(
            subject,
            maxima,
            factors=options.factors,
            parameters={name: values for name, values in given.items() if values},
            model=options.model,
            frames=options.frames,
        )
    tables = {"": found.factors.reset_index(), " ": found.table.reset_index()}
    return _hand_over(options, found, picture, repr(found), found.to_dict(), tables)


def _csv(path: str) -> pd.DataFrame:
    """A table with comments after #."""
    import pandas

    try:
        return pandas.read_csv(path, comment="#")
    except FileNotFoundError:
        raise coxa.FileError(f"cannot read {path}: there is no such file") from None
    except (OSError, ValueError) as error:
        raise coxa.FileError(f"cannot read {path}: {error}") from None


def run_criterion_spread(options: argparse.Namespace) -> int:
    from ..answers import criteria
    from ..reading import load_trial

    picture = _picture(options)
    if options.name.endswith(".h5") or os.path.exists(options.name):
        said = [
            f"--{k}"
            for k in ("load", "sex", "mass", "height", "strength", "model")
            if getattr(options, k) is not None
        ]
        if said or options.set:
            raise coxa.InvalidArgument(
                f"{options.name} says what was simulated; leave out {' '.join(said or ['--set'])}"
            )
        result = load_trial(options.name)
    else:
        known(options.name)
        given: dict[str, Any] = parameters_of(options)
        result = coxa.simulate(
            options.name,
            subject_of(options),
            model=options.model,
            frames=options.frames,
            **given,
        )
    wanted = criteria.CRITERIA
    if options.criteria is not None:
        wanted = tuple(criterion_of(text) for text in options.criteria)
    found = criteria.spread(result, wanted)
    table = found.dependent.reset_index()
    same = len(found.table) - len(table)
    note = f"{same} of {len(found.table)} summaries do not depend on the criterion: the motion decides them"
    title = f"{result.exercise.replace('_', ' ')} under the criteria {', '.join(found.criteria)}"
    return _hand_over(options, found, picture, title, found.to_dict(), {"": table}, [note])


def run_export(options: argparse.Namespace) -> int:
    from ..studies.export import export

    with _open(options.file) as dataset:
        target = export(dataset, options.output, units=options.units, series=options.series)
        rows = int(dataset["trial_status"].size)
    if options.json:
        print_json({"file": os.fspath(target), "trials": rows})
    else:
        print(f"wrote {target}: {rows} trials")
    return OK
