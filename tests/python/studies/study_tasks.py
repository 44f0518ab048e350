"""What the tests of studies let workers compute, and how they run it: a module of its own, so that other processes find it."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass, replace
from pathlib import Path

import coxa
import numpy as np
from coxa import _core
from coxa.studies import opening, running

SUMMARY = {"role": "summary", "units": "N m", "long_name": "a quantity"}

#: Trials of the study that `run` runs.
TOTAL = 40


@dataclass(frozen=True)
class Numbers:
    """Random numbers that depend on nothing but the trial.

    Attributes
    ----------
    seed : int
    delay : float
        Seconds that each part takes.
    log : str
        Folder for a file per part computed, so that tests can count them.
    fail : int
        Trial that raises `coxa.UnsolvedFrame`; none if below 0.
    kill : int
        Trial whose worker is killed, once per `log`.
    """

    seed: int = 0
    delay: float = 0.0
    log: str = ""
    fail: int = -1
    kill: int = -1


@dataclass(frozen=True)
class Sliced(Numbers):
    """Knows which of its trials are needed, as the specification of a real study does."""

    first: int = 0
    count: int = -1

    def part(self, first: int, count: int) -> Sliced:
        return replace(self, first=first, count=count)


def dataset(spec: Numbers, first: int, count: int) -> dict:
    """Trials as the core's dataset."""
    rows = [np.random.default_rng([spec.seed, i]) for i in range(first, first + count)]
    peak = np.array([row.normal() for row in rows])
    moment = np.array([row.normal(size=(5, 2)) for row in rows])
    variables = {
        "trial": (("trial",), np.arange(first, first + count, dtype=np.int32), {"units": "1"}),
        "side": (("side",), ["right", "left"], {"long_name": "side"}),
        "load": (
            ("trial",),
            40.0 + np.arange(first, first + count),
            {"role": "parameter", "units": "kg"},
        ),
        "trial_status": (("trial",), np.zeros(count, dtype=np.int32), {"units": "1"}),
        "trial_message": (
            ("trial",),
            [f"of trial {i}" if i % 7 == 3 else "" for i in range(first, first + count)],
            {"long_name": "reason"},
        ),
        "peak": (("trial",), peak, SUMMARY),
        "moment": (("trial", "sample", "side"), moment, {"units": "N m"}),
    }
    return {
        "dims": {"trial": count, "sample": 5, "side": 2},
        "variables": variables,
        "attributes": {"format": "coxa-1", "kind": "study"},
    }


def compute(spec: Numbers, first: int, count: int) -> bytes:
    """The task."""
    if spec.log:
        mark(spec.log, f"begun-{first}")
    if isinstance(spec, Sliced) and (spec.first, spec.count) != (first, count):
        raise coxa.InvalidArgument(f"not sliced: {spec}")
    if first <= spec.fail < first + count:
        raise coxa.UnsolvedFrame(f"trial {spec.fail} cannot be solved")
    if first <= spec.kill < first + count and not (Path(spec.log) / "killed").exists():
        (Path(spec.log) / "killed").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(spec.delay)
    return _core.hdf5_image(dataset(spec, first, count))


def large(spec: Numbers, first: int, count: int) -> bytes:
    """A task whose trials are of a quarter of a megabyte, for tests of full disks."""
    given = dataset(spec, first, count)
    given["dims"]["point"] = 32_768
    # noise, which nothing compresses
    values = np.random.default_rng(first).normal(size=(count, 32_768))
    values[:, 0] = first
    given["variables"]["path"] = (("trial", "point"), values, {"units": "m"})
    return _core.hdf5_image(given)


def mark(folder: str, name: str) -> None:
    """A new file for every call."""
    while True:
        try:
            (Path(folder) / f"{name}-{time.monotonic_ns()}").touch(exist_ok=False)
            return
        except FileExistsError:
            continue


def begun(folder: Path) -> list[int]:
    """First trials of all parts that were begun, again for each time."""
    return sorted(int(file.name.split("-")[1]) for file in folder.glob("begun-*"))


def deadly(spec: object, first: int, count: int) -> bytes:
    """A task that kills its worker, whichever it is."""
    os.kill(os.getpid(), signal.SIGKILL)
    return b""


# ---- how tests run it


def run(path, spec=None, *, task=compute, total=TOTAL, **options) -> Path:
    """The study on disk, in parts of four trials."""
    options = {"chunk": 4, "definition": {"n": total}, "attributes": {}, **options}
    return running.run(task, spec or Sliced(), total, path, **options)


def arrays(path) -> dict:
    """Dimensions and values of every variable, to the last bit."""
    with opening.load_study(path) as dataset:
        return {
            name: (v.dims, v.values.tolist() if v.dtype.kind == "U" else v.values.tobytes())
            for name, v in dataset.load().variables.items()
        }


def until(condition, thread, seconds: float = 60) -> None:
    """Waits for what a living thread brings about."""
    end = time.monotonic() + seconds
    while not condition():
        assert thread.is_alive() and time.monotonic() < end
        time.sleep(0.001)
