"""`coxa calibrate`: fit a person's strength to their maximum lifts or torques."""

from __future__ import annotations

import argparse

import pandas as pd

import coxa

from ..authoring.catalogue import known
from .arguments import (
    add_json,
    add_list,
    add_person,
    add_picture,
    add_settings,
    pairs_of,
    parameters_of_many,
    picture_of,
    subject_of,
    value_of,
)
from .studies import hand_over


def add(sub: argparse.ArgumentParser) -> None:
    add_person(sub)
    add_list(sub, "--max", "EXERCISE=KG", "one-repetition maximum, kg")
    sub.add_argument(
        "--factors",
        choices=("one", "groups"),
        help="fit one factor for all muscles (default with --max), or one per muscle group",
    )
    add_settings(sub, of="[EXERCISE.]NAME=VALUE")
    sub.add_argument(
        "--torques", metavar="FILE.csv", help="fit measured joint torques instead of lifts"
    )
    add_picture(sub)
    add_json(sub)


def run(options: argparse.Namespace) -> int:
    if bool(options.max) == (options.torques is not None):
        raise coxa.InvalidArgument(
            "give what the person lifts, such as --max barbell_hip_thrust=140, or --torques FILE.csv"
        )
    if options.torques is not None and options.set:
        raise coxa.InvalidArgument("--set goes with --max: torques have no exercise")
    picture = picture_of(options)
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
            known(name): value_of("--max", name, text, "kg")
            for name, text in pairs_of("--max", options.max, "EXERCISE=KG").items()
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
    return hand_over(options, found, picture, repr(found), tables)


def _csv(path: str) -> pd.DataFrame:
    """A CSV table; # starts a comment."""
    try:
        return pd.read_csv(path, comment="#")
    except FileNotFoundError:
        raise coxa.FileError(f"cannot read {path}: there is no such file") from None
    except (OSError, ValueError) as error:
        raise coxa.FileError(f"cannot read {path}: {error}") from None
