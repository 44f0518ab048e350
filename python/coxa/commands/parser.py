"""The command `coxa`.

Exit status: 0 if all went well; 1 if the run itself failed (unsolved frames, a plugin's error, a finding of
doctor, a cue of check-form that fails); 2 for bad input, with one line on standard error. With `--json`, standard
output holds one JSON object and nothing else.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import coxa

from ..authoring.catalogue import known
from ..base import check
from . import study as cli_study
from .shared import (
    BAD_INPUT,
    FAILED,
    OK,
    PICTURES,
    Parser,
    criterion_of,
    draw_to,
    fixed_text,
    new_console,
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


def parser() -> Parser:
    top = Parser(
        prog="coxa",
        description="What an exercise asks of the hip and of every muscle around it. "
        "Research software: not medical or training advice.",
    )
    top.add_argument("--version", action="version", version=f"coxa {coxa.__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)

    def command(name: str, run: Any, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        sub.set_defaults(run=run)
        return sub

    def add_json(sub: argparse.ArgumentParser) -> None:
        sub.add_argument(
            "--json", action="store_true", help="print one JSON object instead of tables"
        )

    def add_person(sub: argparse.ArgumentParser) -> None:
        who = sub.add_argument_group("the person")
        who.add_argument("--sex", choices=("male", "female"), help="default male")
        who.add_argument("--mass", metavar="KG", type=number_in("kg"), help="body mass, default 75")
        who.add_argument("--height", metavar="M", type=number_in("m"), help="stature, default 1.75")
        who.add_argument(
            "--strength", metavar="FACTOR", type=number_in(""), help="on every muscle, default 1"
        )
        who.add_argument(
            "--model",
            metavar="M.osim",
            help="an OpenSim 4 model instead of coxa's; used as it is unless the person is given too",
        )

    def add_settings(
        sub: argparse.ArgumentParser, frames: int = 101, of: str = "NAME=VALUE"
    ) -> None:
        sub.add_argument(
            "--set",
            nargs="+",
            action="extend",
            default=[],
            metavar=of,
            help="parameters of the exercise; see 'coxa describe NAME'",
        )
        sub.add_argument("--frames", type=whole_number, default=frames, help=f"default {frames}")

    add_json(command("list", run_list, "the exercises that were found"))

    describe = command("describe", run_describe, "what an exercise is and what can be set")
    describe.add_argument("name", metavar="NAME")
    add_json(describe)

    simulate = command("simulate", run_simulate, "simulate one exercise by one person")
    simulate.add_argument("name", metavar="NAME")
    simulate.add_argument("--load", metavar="KG", type=number_in("kg"), help="the load")
    add_person(simulate)
    add_settings(simulate)
    simulate.add_argument(
        "--criterion",
        metavar="P",
        default="2",
        help="exponent of the recruitment's cost, 1 to 5, or min-max; default 2",
    )
    simulate.add_argument("--strict", action="store_true", help="fail at the first unsolved frame")
    simulate.add_argument(
        "--intervals", action="store_true", help="also the range of each support force"
    )
    simulate.add_argument("-o", "--output", metavar="OUT.h5", help="write the result there")
    add_json(simulate)

    plot = command("plot", run_plot, "draw a result")
    plot.add_argument("file", metavar="OUT.h5")
    plot.add_argument("-o", "--output", metavar="PNG", help="default: the file's name with .png")
    plot.add_argument("--animate", metavar="GIF", help="write a moving picture (.gif or .mp4)")

    form = command("check-form", run_check_form, "check the cues of a coach on a result")
    form.add_argument("file", metavar="OUT.h5")
    form.add_argument(
        "--limits", metavar="CSV", help="another table of limits than data/form/cues.csv"
    )
    add_json(form)

    limit = command("max-load", run_max_load, "the heaviest load that can be lifted")
    limit.add_argument("name", metavar="NAME")
    add_person(limit)
    add_settings(limit)
    limit.add_argument("-o", "--output", metavar="PNG", help="draw the sticking curve there")
    add_json(limit)

    def add_output(sub: argparse.ArgumentParser) -> None:
        sub.add_argument(
            "-o",
            "--output",
            action="append",
            default=[],
            metavar="FILE",
            help="may be repeated: .png, .pdf or .svg a picture; .h5 everything; .csv or .json the tables",
        )
        sub.add_argument("--csv", action="store_true", help="print CSV instead of tables")
        add_json(sub)

    side_by_side = command("compare", run_compare, "exercises by one person, side by side")
    side_by_side.add_argument(
        "names",
        metavar="NAME",
        nargs="+",
        help="an exercise, or LABEL=EXERCISE to name it yourself",
    )
    how = side_by_side.add_mutually_exclusive_group()
    how.add_argument("--load", metavar="KG", type=number_in("kg"), help="the same for all")
    how.add_argument(
        "--fraction", metavar="F", type=number_in(""), help="of each one's greatest load, 0 to 1"
    )
    how.add_argument("--loads", metavar="NAME=KG", nargs="+", help="for each its own")
    add_person(side_by_side)
    add_settings(side_by_side, frames=401, of="[EXERCISE.]NAME=VALUE")
    side_by_side.add_argument(
        "--no-max-load", action="store_true", help="leave out the greatest loads, to save time"
    )
    add_output(side_by_side)

    workout = command(
        "workout", run_workout, "what sets and repetitions of one or two variations add up to"
    )
    workout.add_argument(
        "plan",
        metavar="PLAN",
        nargs="+",
        help="EXERCISE:SETSxREPS, then @80kg or @70%% of the greatest load, then /side to take the legs in"
        " turn; or one file FILE.toml",
    )
    workout.add_argument(
        "--rest", metavar="S", type=number_in("s"), help="after each set, default 120"
    )
    workout.add_argument(
        "--threshold", type=number_in(""), help="activation that counts as tension, default 0.2"
    )
    workout.add_argument("--allow-more", action="store_true", help="take more than two variations")
    add_person(workout)
    add_settings(workout, frames=401, of="[EXERCISE.]NAME=VALUE")
    add_output(workout)

    cli_study.add_commands(command, add_json, add_person, add_settings)

    proof = command(
        "validate", run_validate, "simulated beside published, finding by finding, with verdicts"
    )
    proof.add_argument(
        "--only",
        metavar="ID",
        nargs="+",
        action="extend",
        default=[],
        help="these findings; * stands for any letters",
    )
    proof.add_argument(
        "--table", metavar="TABLE.toml", help="findings of your own (data/literature/README.md)"
    )
    proof.add_argument("--csv", metavar="FILE.csv", help="write the table there, every column")
    proof.add_argument(
        "--markdown",
        metavar="FILE.md",
        help="write the table there (between the comments validate:begin and validate:end, if the file"
        " has them); - prints it",
    )
    proof.add_argument("--workers", metavar="N", type=whole_number, help="threads; default all")
    proof.add_argument(
        "--record",
        action="store_true",
        help="for those who keep the table: write the verdicts into it; read each change that is printed",
    )
    add_json(proof)

    conform = command("conform", run_conform, "hold exercises to the contract of a plugin")
    conform.add_argument("names", metavar="NAME", nargs="*", help="default: all that were found")
    add_json(conform)

    new = command("new-plugin", run_new_plugin, "begin an exercise of one's own in a new folder")
    new.add_argument("name", metavar="NAME", help="snake_case, such as paused_bridge")
    new.add_argument("--python", action="store_true", help="in Python instead of C++")
    new.add_argument("--folder", metavar="PATH", help="default: the name, in this folder")

    command("cmake-dir", run_cmake_dir, "where CMake finds coxa, for -Dcoxa_DIR")

    info = command("model-info", run_model_info, "what a model holds, and what looks wrong in it")
    info.add_argument("file", metavar="M.osim")
    add_json(info)

    add_json(command("doctor", run_doctor, "whether this installation works"))
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status."""
    argv = sys.argv[1:] if arguments is None else list(arguments)
    try:
        top = parser()
        _check_command(top, argv)
        options = top.parse_args(argv)
        return options.run(options)
    except (coxa.UnsolvedFrame, coxa.PluginError) as error:
        return _complain(error, FAILED)
    except coxa.Error as error:
        return _complain(error, BAD_INPUT)
    except BrokenPipeError:
        # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except KeyboardInterrupt as stop:
        # a study says what is safe, and how to go on
        print("coxa:", stop or "interrupted", file=sys.stderr)
        return 130


def _complain(error: Exception, status: int) -> int:
    print("coxa:", " ".join(str(error).split()), file=sys.stderr)
    return status


def _check_command(top: argparse.ArgumentParser, argv: list[str]) -> None:
    # argparse would list all commands where the nearest says more
    known = next(a.choices for a in top._actions if isinstance(a, argparse._SubParsersAction))
    words = [word for word in argv if not word.startswith("-")]
    if not argv:
        raise coxa.InvalidArgument("no command given (see coxa --help)")
    if words and words[0] not in known:
        raise check.unknown("command", words[0], known)


# ---- commands --------------------------------------------------------------------------------------------


def run_list(options: argparse.Namespace) -> int:
    found = [coxa.exercise(name) for name in coxa.exercises()]
    if options.json:
        print_json(
            {
                "exercises": [
                    {
                        "name": e.name,
                        "title": e.info.title,
                        "muscles": e.info.muscles,
                        "origin": e.origin,
                    }
                    for e in found
                ]
            }
        )
    elif not found:
        print("no exercises were found; 'coxa doctor' says why", file=sys.stderr)
    else:
        rows = [(e.name, e.info.title, ", ".join(e.info.muscles)) for e in found]
        print_table(new_console(), "", ("name", "exercise", "for"), rows)
    return OK if found else FAILED


def run_describe(options: argparse.Namespace) -> int:
    found = coxa.exercise(options.name)
    info = found.info
    if options.json:
        print_json(
            {
                "name": info.name,
                "title": info.title,
                "description": info.description,
                "muscles": info.muscles,
                "references": info.references,
                "origin": found.origin,
                "parameters": [
                    {
                        "name": p.name,
                        "unit": p.unit,
                        "default": p.default,
                        "minimum": p.minimum,
                        "maximum": p.maximum,
                        "choices": p.choices,
                        "description": p.description,
                    }
                    for p in found.parameters.values()
                ],
            }
        )
        return OK
    console = new_console()
    console.print(f"[bold]{info.title}[/bold] ({info.name})\n{info.description}")
    if info.muscles:
        console.print(f"For: {', '.join(info.muscles)}")
    print_table(
        console,
        "",
        ("parameter", "default", "range", "unit", "description"),
        found.parameters._rows(),
    )
    for reference in info.references:
        console.print(f"  {reference}", style="dim")
    return OK


def run_simulate(options: argparse.Namespace) -> int:
    known(options.name)
    given: dict[str, Any] = parameters_of(options)
    subject = subject_of(options)
    target = None if options.output is None else check.output_path(options.output)
    result = coxa.simulate(
        options.name,
        subject,
        model=options.model,
        criterion=criterion_of(options.criterion),
        frames=options.frames,
        strict=options.strict,
        intervals=options.intervals,
        **given,
    )
    if target is not None:
        result.save(target)
    if options.json:
        print_json(_result_as_dict(result, target))
    else:
        _print_result(result, target)
        for warning in _warnings(result):
            print("coxa: warning:", warning, file=sys.stderr)
    return OK if result.solved else FAILED


def _warnings(result: coxa.Result) -> list[str]:
    frames = result.dataset.sizes["time"]
    found = [f"{text} in {count} of {frames} frames" for text, count in result.status.items()]
    if fibres := str(result.dataset.attrs.get("fibers_out_of_range", "")).split():
        found.append(f"fibres that left their sound range: {', '.join(fibres)}")
    return found


def _result_as_dict(result: coxa.Result, target: Path | None) -> dict[str, Any]:
    summary, groups = result.summary(), result.muscle_groups()
    names = {
        "unit": "unit",
        "value": "value",
        "per kg": "per_kg",
        "at s": "time",
        "% up": "percent_up",
    }
    return {
        "exercise": result.exercise,
        "parameters": result.parameters,
        "subject": json.loads(str(result.dataset.attrs["subject"]) or "null"),
        "model": result.dataset.attrs["model"],
        "criterion": result.dataset.attrs["criterion"],
        "frames": result.dataset.sizes["time"],
        "solved": result.solved,
        "status": result.status,
        "warnings": _warnings(result),
        "notes": result.notes,
        "summary": {
            name: {names[column]: row[column] for column in names}
            for name, row in summary.iterrows()
        },
        "muscle_groups": {
            name: {str(k).replace(" ", "_"): v for k, v in row.items()}
            for name, row in groups.iterrows()
        },
        "file": None if target is None else os.fspath(target),
        "coxa_version": coxa.__version__,
    }


def _print_result(result: coxa.Result, target: Path | None) -> None:
    from ..trials.labels import subtitle, title

    console = new_console()
    console.print(f"[bold]{title(result)}[/bold]\n{subtitle(result)}")
    groups = result.muscle_groups()
    # what the table of groups says better is left out here
    repeated = tuple(f"{name}_" for name in groups.index)
    rows = [
        (
            str(row["meaning"]),
            short_text(row["value"]),
            str(row["unit"]),
            short_text(row["per kg"]),
            fixed_text(row["at s"], 2),
            fixed_text(row["% up"], 0),
        )
        for name, row in result.summary().iterrows()
        if not str(name).startswith(repeated)
    ]
    print_table(
        console, "", ("quantity", "value", "unit", "per kg", "at s", "% of the way up"), rows
    )
    columns = {
        "mean activation": ("mean activation", 2),
        "peak activation": ("peak", 2),
        "peak at s": ("at s", 2),
        "mean force N": ("mean force N", 0),
        "peak force N": ("peak force N", 0),
    }
    group_rows = [
        (
            str(name).replace("_", " "),
            *(fixed_text(row[key], digits) for key, (_, digits) in columns.items()),
        )
        for name, row in groups.iterrows()
    ]
    heads = [head for head, _ in columns.values()]
    print_table(console, "", ("muscle group, both sides", *heads), group_rows)
    for name, text in result.notes.items():
        try:
            # what is zero but for rounding is zero
            text = f"{round(float(text), 9):.4g}"
        except ValueError:
            pass
        console.print(f"{name.replace('_', ' ')}: {text}", style="dim")
    if target is not None:
        console.print(f"wrote {target}")


def run_plot(options: argparse.Namespace) -> int:
    from pathlib import Path

    from ..reading import load_trial

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


def run_check_form(options: argparse.Namespace) -> int:
    found = coxa.check_form(options.file, limits=options.limits)
    if options.json:
        print_json(found.to_dict())
        return OK if found.passed else FAILED
    console = new_console()
    print_table(console, found.heading, found.heads, found.lines())
    for cue in found.failed:
        console.print(cue.why)
    console.print(f"{found.verdict}. {found.note}", style="dim")
    return OK if found.passed else FAILED


def run_max_load(options: argparse.Namespace) -> int:
    known(options.name)
    given: dict[str, Any] = parameters_of(options)
    picture = options.output and check.output_path(options.output, PICTURES)
    limit = coxa.max_load(
        options.name,
        subject_of(options),
        model=options.model,
        frames=options.frames,
        **given,
    )
    if options.json:
        print_json(
            {
                "exercise": limit.exercise,
                "load": limit.load,
                "frame": limit.frame,
                "time": limit.time,
                "limited_by": limit.limited_by,
                "curve": {column: limit.curve[column].tolist() for column in limit.curve},
            }
        )
    else:
        print(limit)
    if picture:
        draw_to(limit, picture, quiet=options.json)
    return OK


def _labelled(names: Sequence[str]) -> dict[str, str]:
    # labels and the exercises that they stand for
    found: dict[str, str] = {}
    for item in names:
        label, equals, name = item.partition("=")
        if label in found:
            raise coxa.InvalidArgument(
                f"{label!r} is named twice; give labels: near={label} far={label}"
            )
        found[label] = name if equals else label
        known(found[label])
    return found


def _targets(options: argparse.Namespace) -> list[Path]:
    # found out before the work begins
    from ..answers.comparison import DATA_SUFFIXES, PICTURE_SUFFIXES

    if options.csv and options.json:
        raise coxa.InvalidArgument("--csv and --json exclude each other; give one of them")
    os.environ.setdefault("MPLBACKEND", "Agg")
    return [check.output_path(path, (*DATA_SUFFIXES, *PICTURE_SUFFIXES)) for path in options.output]


def _hand_over(found: Any, options: argparse.Namespace, targets: Sequence[Path]) -> int:
    """Writes the files and prints what was asked for; a table was printed before."""
    for target in targets:
        found.save(target)
    if options.json:
        print_json({**found.as_dict(), "files": [os.fspath(target) for target in targets]})
    elif options.csv:
        found.write_csv(sys.stdout)
    else:
        for target in targets:
            print(f"wrote {target}")
        for warning in found.warnings:
            print("coxa: warning:", warning, file=sys.stderr)
    return OK if found.solved else FAILED


def run_compare(options: argparse.Namespace) -> int:
    exercises = _labelled(options.names)
    parameters = parameters_of_many(options.set, exercises)
    loads = None
    if options.loads is not None:
        loads = {}
        for item in options.loads:
            label, _, text = item.partition("=")
            try:
                loads[label] = float(text)
            except ValueError:
                raise coxa.InvalidArgument(f"--loads takes NAME=KG, not {item!r}") from None
    targets = _targets(options)
    found = coxa.compare(
        {label: (name, parameters[label]) for label, name in exercises.items()},
        subject_of(options),
        load=options.load,
        fraction=options.fraction,
        loads=loads,
        model=options.model,
        frames=options.frames,
        max_loads=not options.no_max_load,
    )
    if not (options.json or options.csv):
        console = wide_console(60 + 26 * len(exercises))
        console.print(f"[bold]{found.heading}[/bold]")
        print_table(console, "", ("", *found.exercises), found.short())
        for line in found.footer:
            console.print(line, style="dim")
    return _hand_over(found, options, targets)


def _athlete(given: Any, name: str) -> coxa.Subject:
    if not isinstance(given, dict):
        raise coxa.InvalidArgument(f"{name}: athlete must be a table [athlete], not {given!r}")
    known = ("sex", "mass", "height", "strength", "segment_lengths")
    for key in given:
        if key not in known:
            raise check.unknown(f"entry of [athlete] in {name}", key, known)
    return coxa.Subject(**given)


def run_workout(options: argparse.Namespace) -> int:
    from ..answers.workout import parse_sets, read_plan

    extra: dict[str, Any] = {}
    subject = subject_of(options)
    if len(options.plan) == 1 and options.plan[0].endswith(".toml"):
        plan, extra = read_plan(options.plan[0])
        athlete = extra.pop("athlete", None)
        given = (options.sex, options.mass, options.height, options.strength)
        if athlete is not None:
            if any(value is not None for value in given):
                raise coxa.InvalidArgument(
                    f"{options.plan[0]} says who the athlete is; leave out --sex, --mass, --height"
                    " and --strength, or its [athlete]"
                )
            subject = _athlete(athlete, options.plan[0])
        if options.set or options.rest is not None:
            raise coxa.InvalidArgument("with a file, --set and --rest belong into the file")
    else:
        names = {text.partition(":")[0]: text.partition(":")[0] for text in options.plan}
        for name, text in zip(names, options.plan, strict=False):
            if ":" not in text:
                parse_sets(text)
            known(name)
        parameters = parameters_of_many(options.set, names)
        rest = 120.0 if options.rest is None else options.rest
        plan = [
            parse_sets(text, rest, **parameters[text.partition(":")[0]]) for text in options.plan
        ]
    if options.threshold is not None:
        extra["threshold"] = options.threshold
    if options.allow_more:
        extra["allow_more"] = True
    if options.model is not None:
        extra["model"] = options.model
    extra.setdefault("frames", options.frames)
    targets = _targets(options)
    found = coxa.Workout(plan, subject, **extra)
    if not (options.json or options.csv):
        console = wide_console(190)
        console.print(f"[bold]{found.heading}[/bold]")
        # the label of a set names its exercise; what is left out here is in the files
        left_out = ("exercise", "work down J", "knee N m s", "ankle N m s")
        sets = found.table.drop(columns=[name for name in found.table if name in left_out])
        for head, table in (("set", sets), ("muscle group", found.groups)):
            rows = [
                [
                    str(name).replace("_", " "),
                    *(v.replace("_", " ") if isinstance(v, str) else short_text(v) for v in row),
                ]
                for name, row in zip(table.index, table.to_numpy().tolist(), strict=True)
            ]
            print_table(console, "", (head, *map(str, table.columns)), rows)
        for line in found.footer:
            console.print(line, style="dim")
    return _hand_over(found, options, targets)


def run_validate(options: argparse.Namespace) -> int:
    from ..literature import run as literature

    printed = options.markdown == "-"
    if printed and options.json:
        raise coxa.InvalidArgument("--json and --markdown - both want standard output; take one")
    targets = [(options.csv, ".csv")] + ([] if printed else [(options.markdown, ".md")])
    # found out before the work begins
    paths = [check.output_path(path, (suffix,)) for path, suffix in targets if path is not None]
    found = literature.validate(options.only or None, table=options.table, workers=options.workers)
    for path in paths:
        found.save(path)
    changes = literature.record(found) if options.record else []
    if options.json:
        print_json({**literature.as_dict(found), "recorded_changes": changes})
    elif printed:
        print(found.to_markdown(), end="")
    else:
        columns = ("finding", "published", "simulated", "verdict", "source")
        rows = [
            (row.finding, row.published, row.simulated, row.verdict, row.source)
            for row in found.rows
        ]
        print_table(new_console(), "", columns, rows)
        counts = ", ".join(f"{count} {word}" for word, count in found.counts().items())
        print(f"{len(found.rows)} findings: {counts}")
        for path in paths:
            print(f"wrote {path}")
    for change in changes:
        print(f"coxa: recorded, read it: {change}", file=sys.stderr)
    if options.record:
        return OK
    for row in found.differing:
        recorded = row.recorded or "nothing"
        print(
            f"coxa: {row.id}: {row.verdict}, recorded {recorded} ({row.simulated})", file=sys.stderr
        )
    return OK if found.ok else FAILED


def run_conform(options: argparse.Namespace) -> int:
    from ..authoring import conformance

    names = [known(name) for name in options.names] or coxa.exercises()
    tables = {name: conformance.check(name) for name in names}
    conform = all(conformance.passed(table) for table in tables.values())
    if options.json:
        print_json(
            {
                "conform": conform and bool(names),
                "exercises": {
                    name: {"passed": conformance.passed(table), "rules": table.to_dict("index")}
                    for name, table in tables.items()
                },
            }
        )
        return OK if conform and names else FAILED
    console = new_console()
    for name, table in tables.items():
        rows = [
            ("ok" if row["passed"] else "FAILED", rule, row["found"], row["allowed"])
            for rule, row in table.to_dict("index").items()
            if len(names) == 1 or not row["passed"]
        ]
        if rows:
            print_table(console, name, ("", "rule", "found", "allowed"), rows)
        verdict = "conforms" if conformance.passed(table) else "does not conform"
        console.print(f"{name} {verdict}: {int(table['passed'].sum())} of {len(table)} rules hold")
    if not names:
        print("no exercises were found; 'coxa doctor' says why", file=sys.stderr)
    return OK if conform and names else FAILED


def run_new_plugin(options: argparse.Namespace) -> int:
    from ..authoring.new_plugin import new_plugin

    made = new_plugin(options.name, folder=options.folder, python=options.python)
    print(f"wrote {made}; README.md there says how to build and test it")
    return OK


def run_cmake_dir(options: argparse.Namespace) -> int:
    from ..authoring.new_plugin import cmake_dir

    print(cmake_dir())
    return OK


def run_model_info(options: argparse.Namespace) -> int:
    from ..models.model import lint

    model = coxa.Model.load(options.file)
    findings = lint(model)
    if options.json:
        print_json(
            {
                "name": model.name,
                "source": model.source,
                "sha256": model.sha256,
                "total_mass": model.total_mass,
                "bodies": [vars(body) for body in model.bodies],
                "coordinates": [vars(c) for c in model.full_coordinates],
                "muscles": [vars(muscle) for muscle in model.muscles],
                "actuators": [vars(actuator) for actuator in model.actuators],
                "groups": [vars(group) for group in model.groups],
                "sites": [vars(site) for site in model.sites],
                "findings": findings,
            }
        )
        return OK
    console = new_console()
    console.print(
        f"[bold]{model.name}[/bold]: {len(model.bodies)} bodies, {model.total_mass:.2f} kg,"
        f" {len(model.coordinates)} independent coordinates, {len(model.muscles)} muscles,"
        f" {len(model.actuators)} actuators, {len(model.sites)} sites"
    )
    print_table(
        console,
        "",
        ("body", "parent", "joint", "mass kg"),
        [(b.name, b.parent, b.joint, short_text(b.mass)) for b in model.bodies],
    )
    rows = []
    for c in model.full_coordinates:
        factor = 180 / math.pi if c.rotational else 1.0
        kind = "locked" if c.locked else f"driven by {c.driven_by}" if c.driven_by else ""
        span = f"{c.minimum * factor:.4g} to {c.maximum * factor:.4g}"
        rows.append((c.name, c.joint, span, "deg" if c.rotational else "m", kind))
    print_table(console, "", ("coordinate", "joint", "range", "unit", ""), rows)
    print_table(
        console,
        "",
        ("muscle", "max force N", "fibre m", "tendon m", "pennation deg"),
        [
            (
                m.name,
                f"{m.max_isometric_force:.0f}",
                f"{m.optimal_fiber_length:.4f}",
                f"{m.tendon_slack_length:.4f}",
                f"{math.degrees(m.pennation_at_optimal):.1f}",
            )
            for m in model.muscles
        ],
    )
    print_table(
        console,
        "",
        ("group", "side", "muscles"),
        [(g.name, g.side, " ".join(g.muscles)) for g in model.groups],
    )
    console.print("nothing looks wrong" if not findings else "what looks wrong:")
    for finding in findings:
        console.print(f"  - {finding}")
    return OK


def run_doctor(options: argparse.Namespace) -> int:
    from .doctor import examine

    checks = examine()
    healthy = all(item.ok for item in checks)
    if options.json:
        print_json({"healthy": healthy, "checks": [vars(item) for item in checks]})
    else:
        rows = [("ok" if item.ok else "FAILED", item.name, item.text) for item in checks]
        print_table(new_console(), "", ("", "what", "found"), rows)
    return OK if healthy else FAILED
