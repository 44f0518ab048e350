"""Absurd input ends at once, in one line, with exit status 2."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

HOSTILE = Path(__file__).resolve().parents[4] / "shared" / "reference" / "hostile"

MEMORY = 4 * 2**30
SECONDS = 60  # of processor time, of which starting takes three

#: Runs commands one after the other in one process: status, standard error and seconds of each.
RUNNER = """
import contextlib, io, json, sys, time
from coxa.commands import main
found = []
for arguments in json.load(sys.stdin):
    text, start = io.StringIO(), time.process_time()
    with contextlib.redirect_stderr(text), contextlib.redirect_stdout(io.StringIO()):
        try:
            status = main(arguments)
        except BaseException as error:
            status = repr(error)
    found.append([status, text.getvalue(), time.process_time() - start])
print(json.dumps(found))
"""


def bounded():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def run(code, *arguments, given=""):
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        input=given,
        capture_output=True,
        text=True,
        preexec_fn=bounded,
        timeout=600,
    )


@pytest.mark.skipif(not HOSTILE.is_dir(), reason=f"{HOSTILE} is not on this machine")
def test_files_of_the_collection():
    paths = sorted(map(str, HOSTILE.glob("*.toml")))
    assert paths
    done = run(RUNNER, given=json.dumps([["study", path, "--dry-run"] for path in paths]))
    assert done.returncode == 0, done.stderr
    for path, (status, text, seconds) in zip(paths, json.loads(done.stdout), strict=True):
        assert status == 2, (path, status, text)
        assert text.startswith(f"coxa: {path}: ") and text.count("\n") == 1, text
        assert seconds < 5, (path, seconds)


HEAD = 'exercise = "glute_bridge"\nsubject = { sex = "male", mass = 80, height = 1.8 }\n'

#: A study file, and what its error names.
STUDIES = {
    "frames": ("[options]\nframes = 4294967296\n[vary]\nload = [40, 60]", "frames 100000"),
    "frames of 64 bits": ("[options]\nframes = 9223372036854775808", "frames 100000"),
    "frames not whole": ("[options]\nframes = 1e300", "frames whole"),
    "repetitions": (
        "[vary]\nrepetitions = [1, 50]\n[options]\nframes = 1000000000",
        "frames 100000",
    ),
    "n": ("[vary]\nload = {low = 40, high = 60}\n[sample]\nn = 4294967296", "n 10000000"),
    "n random": (
        '[vary]\nload = {low = 40, high = 60}\n[sample]\nmethod = "random"\nn = 9223372036854775807',
        "n 10000000",
    ),
    "memory": (
        "[vary]\nload = {low = 40, high = 60}\n[sample]\nn = 10000000",
        "10000000 trials memory available",
    ),
    "product": (
        '[vary]\nload = {low = 4, high = 6}\nhold = {low = 1, high = 2}\n[sample]\nmethod = "grid"\nn = 100000',
        "trials 10000000",
    ),
    "seed": ("[vary]\nload = [40, 60]\n[sample]\nn = 4\nseed = 99999999999999999999", "seed"),
    "load": ("[vary]\nload = [40, 4294967297]", "load outside"),
    "load of 400 digits": (f"[vary]\nload = [40, 1{'0' * 400}]", "load finite 400 digits"),
    "load of 5000 digits": (f"[vary]\nload = [40, 1{'0' * 5000}]", "no TOML"),
    "load inf": ("[parameters]\nload = inf", "load finite"),
    "load nan": ("[vary]\nload = [40, nan]", "load finite"),
    "load 1e308": ("[parameters]\nload = 1e308", "load outside"),
    "mass": ("[vary]\nsubject_mass = [1e308, inf]", "mass finite"),
    "levels": (f"[vary]\nload = [{'40, ' * 20000}]", "levels of load 10000"),
    "samples": ("[vary]\nload = [40, 60]\n[run]\nsamples = 2147483648", "samples 100000"),
    "deep list": (f"[vary]\nload = {'[' * 100000}", "nested too deep"),
    "deep key": (f"{'a.' * 50000}b = 1", "more than 100 parts"),
    "long name": (f"[vary]\nload = [40, 60]\n{'n' * 1000000} = [1, 2]", "no parameter"),
    "long file": (f'title = "{"t" * 10000000}"', "bytes 2000000"),
}

#: A command, and what its error names.
COMMANDS = {
    "load": ("simulate glute_bridge --set load=1e999", "load finite"),
    "load of 2^32": ("simulate glute_bridge --load 4294967297", "load outside"),
    "mass": ("simulate glute_bridge --mass 1e999", "mass finite"),
    "frames": ("simulate glute_bridge --frames 99999999999999999999", "frames 100000"),
    "frames of a lift": ("max-load glute_bridge --frames 4294967296", "frames 100000"),
    "digits": (f"simulate glute_bridge --frames {'9' * 5000}", "whole number"),
    "name": (f"simulate {'x' * 100000}", "no exercise"),
    "workers": ("study FILE --dry-run --workers 4294967296", "workers 1024"),
    "chunk": ("study FILE -o OUT --chunk 4294967296", "chunk 100000"),
    "n": ("sensitivity FILE -n 4294967296", "n 10000000"),
    "product": ("sensitivity FILE -n 8000000", "trials 10000000"),
    "seed": ("sensitivity FILE -n 4 --seed 4294967296", "seed 4294967294"),
    "trials": (
        "optimize glute_bridge --maximize x --over load=40:60 --trials 4294967296",
        "trials 10000000",
    ),
    "sets": ("workout glute_bridge:4294967296x8", "sets 1000"),
    "reps": ("workout glute_bridge:3x4294967296", "reps 1000"),
    "compared": ("compare glute_bridge back_squat --frames 4294967296", "frames 100000"),
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """Status, standard error and seconds of every case, run in one process."""
    folder = tmp_path_factory.mktemp("hostile")
    whole = folder / "study.toml"
    whole.write_text(HEAD + "[vary]\nload = { low = 40, high = 60 }\n[sample]\nn = 4\n")
    arguments = {}
    for number, (name, (text, _)) in enumerate(STUDIES.items()):
        path = folder / f"{number}.toml"
        path.write_text(HEAD + text + "\n")
        arguments["study", name] = ["study", str(path), "--dry-run"]
    for name, (line, _) in COMMANDS.items():
        words = line.replace("FILE", str(whole)).replace("OUT", str(folder / "out.h5")).split()
        arguments["command", name] = words
    done = run(RUNNER, given=json.dumps(list(arguments.values())))
    assert done.returncode == 0, done.stderr
    return dict(zip(arguments, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [("study", name, words) for name, (_, words) in STUDIES.items()]
    + [("command", name, words) for name, (_, words) in COMMANDS.items()],
)
def test_ends_in_one_line(outcomes, kind, name, words):
    status, text, seconds = outcomes[kind, name]
    assert status == 2, (status, text)
    assert text.startswith("coxa: ") and text.count("\n") == 1 and len(text) < 2100, text
    for word in words.split():
        assert word in text, text
    assert seconds < 5


def test_memory_that_runs_out_is_said():
    code = "import coxa, sys; from coxa.commands import main, parser\n"
    code += "def full(*_): raise MemoryError\nparser.parser = full\nsys.exit(main(['list']))"
    done = run(code)
    assert done.returncode == 2
    assert done.stderr == "coxa: memory ran out; lower frames, workers or the number of trials\n"
