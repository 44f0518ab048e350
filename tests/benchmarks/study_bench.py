"""How fast studies run, what storing them costs, how much memory they take, how soon a large one opens.

    python tests/benchmarks/study_bench.py [--trials 10000] [--large 100000] [--repeats 3]

Each figure is measured in a process of its own; ratios are of medians taken in turns, so that a machine that slows
down slows down both sides.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

CHUNK = 250  # trials of a part, where rates are compared; what a study of this size takes by itself

PRELUDE = """
    import json, resource, sys, time
    from concurrent.futures import ThreadPoolExecutor
    import numpy as np
    import coxa
    from coxa.studies.part import run_rows

    def study(n, frames=101):
        made = coxa.Study("barbell_hip_thrust", coxa.Subject(), frames=frames)
        return made.vary(load=(20, 140), foot_distance=(0.68, 0.80)).sample(n, seed=1)

    study(2).run(workers=1, progress=False)  # models read, libraries loaded

    def say(**found):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({**found, "peak_mb": peak}))
"""


def measured(code: str) -> dict[str, float]:
    """What a fresh process says after some code."""
    text = textwrap.dedent(PRELUDE) + textwrap.dedent(code)
    run = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True)
    if run.returncode:
        raise SystemExit(run.stderr)
    return json.loads(run.stdout.splitlines()[-1])


def rate(n: int, workers: int, path: Path) -> float:
    """Trials per second of a whole study, file included."""
    path.unlink(missing_ok=True)
    found = measured(f"""
        begun = time.perf_counter()
        study({n}).run({str(path)!r}, workers={workers}, chunk={CHUNK}, progress=False)
        say(seconds=time.perf_counter() - begun)
    """)
    return n / found["seconds"]


def rate_unstored(n: int, workers: int) -> float:
    """The same trials computed in the same parts and thrown away."""
    found = measured(f"""
        from coxa.studies.measures import SERIES
        made = study({n})
        spec = made._spec(made.design(), SERIES, 101)
        size = {CHUNK}
        begun = time.perf_counter()
        with ThreadPoolExecutor({workers}) as pool:
            for _ in pool.map(lambda i: len(run_rows(spec, i, size)), range(0, {n}, size)):
                pass
        say(seconds=time.perf_counter() - begun)
    """)
    return n / found["seconds"]


def peak_memory(n: int, path: Path) -> tuple[float, float]:
    """Peak resident memory, MB, and seconds of a study of short trials with all its series."""
    path.unlink(missing_ok=True)
    found = measured(f"""
        begun = time.perf_counter()
        study({n}, frames=11).run({str(path)!r}, progress=False)
        say(seconds=time.perf_counter() - begun)
    """)
    return found["peak_mb"], found["seconds"]


def opening(path: Path) -> tuple[float, int]:
    """Seconds until all summaries of a study are in memory, opened by xarray alone; and how many."""
    code = f"""
        import json, time
        import xarray as xr
        xr.Dataset()
        begun = time.perf_counter()
        with xr.open_dataset({str(path)!r}, engine="h5netcdf") as ds:
            names = [n for n, v in ds.variables.items() if v.attrs.get("role") in ("summary", "parameter")]
            ds[names].load()
        print(json.dumps(dict(seconds=time.perf_counter() - begun, count=len(names))))
    """
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True
    )
    found = json.loads(run.stdout)
    return found["seconds"], int(found["count"])


def line(what: str, found: str, target: str, met: bool) -> bool:
    print(f"{'ok  ' if met else 'MISS'}  {what:<58} {found:<24} {target}", flush=True)
    return met


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--trials", type=int, default=10_000, help="of the study that is timed")
    parser.add_argument(
        "--large", type=int, default=100_000, help="of the study whose memory is watched"
    )
    parser.add_argument("--repeats", type=int, default=3, help="of the ratios")
    given = parser.parse_args()
    met = []
    with tempfile.TemporaryDirectory(prefix="coxa-bench-") as folder:
        file = Path(folder) / "study.h5"
        short = given.trials
        one, two, unstored = [], [], []
        for _ in range(given.repeats):
            one.append(rate(short, 1, file))
            two.append(rate(short, 2, file))
            unstored.append(rate_unstored(short, 2))
        a, b, c = map(statistics.median, (one, two, unstored))
        met.append(
            line(
                f"{short} trials, two threads over one",
                f"{b / a:.2f}",
                "at least 1.9",
                b / a >= 1.9,
            )
        )
        cost = c / b - 1
        met.append(
            line("storing adds, two threads", f"{100 * cost:.1f} %", "under 10 %", cost < 0.1)
        )

        whole = rate(given.trials, 2, file)
        size = file.stat().st_size
        met.append(
            line(
                f"{given.trials} hip thrusts of 101 frames, two threads",
                f"{whole:.0f} trials/s",
                "at least 150",
                whole >= 150,
            )
        )
        print(f"      file: {size / 1e6:.0f} MB, {size / given.trials / 1e3:.1f} kB a trial")

        few, _ = peak_memory(given.large // 100, file)
        many, seconds = peak_memory(given.large, file)
        met.append(
            line(f"peak memory, {given.large} trials", f"{many:.0f} MB", "below 600 MB", many < 600)
        )
        growth = many - few
        met.append(
            line(
                f"more than of {given.large // 100} trials",
                f"{growth:.0f} MB",
                "flat: below 100 MB",
                growth < 100,
            )
        )
        print(f"      {given.large} trials of 11 frames took {seconds:.0f} s")
        opened, count = opening(file)
        met.append(
            line(
                f"{count} summaries of {given.large} trials into xarray",
                f"{opened:.2f} s",
                "under 2 s",
                opened < 2,
            )
        )
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
