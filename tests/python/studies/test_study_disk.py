"""A study on disk: what is committed is whole and stays, whatever is killed, full, damaged or in the way."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import coxa
import numpy as np
import pytest
import xarray as xr
from coxa import _core
from coxa.studies import opening, running
from coxa.studies import store as parts

sys.path.insert(0, str(Path(__file__).parent))
import study_tasks
from study_tasks import Numbers, Sliced, begun, compute

DEFINITION = {"exercise": "x", "levels": {"load": [40, 60]}, "n": 22}
ATTRIBUTES = {"format": "coxa-1", "kind": "study", "exercise": "x"}
TOTAL, CHUNK = 22, 4


def run(path, spec=None, *, task=compute, definition=DEFINITION, total=TOTAL, **options):
    options = {"chunk": CHUNK, "workers": 2, "attributes": ATTRIBUTES, **options}
    return running.run(task, spec or Sliced(), total, path, definition=definition, **options)


def load(path):
    with opening.load_study(path) as dataset:
        return dataset.load()


def same(one, other):
    """Every array, to the last bit."""
    assert set(one.variables) == set(other.variables)
    for name in one.variables:
        assert one[name].dims == other[name].dims, name
        if one[name].dtype.kind in "OU":
            assert one[name].values.tolist() == other[name].values.tolist(), name
        else:
            assert one[name].dtype == other[name].dtype, name
            assert one[name].values.tobytes() == other[name].values.tobytes(), name


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    return load(run(tmp_path_factory.mktemp("undisturbed") / "study.h5"))


@pytest.fixture
def store(tmp_path):
    """A folder with parts 0 and 2 of six."""
    path = tmp_path / "study.h5"
    with parts.Parts(path, DEFINITION, TOTAL, CHUNK, ATTRIBUTES) as store:
        for first in (8, 0):
            store.commit(first, compute(Sliced().part(first, CHUNK), first, CHUNK))
    return path


def files(path):
    return sorted(os.listdir(parts.folder_of(path)))


def script(program, *, shell=(), **options):
    """A Python process of its own."""
    prelude = f"""
        import os, signal, sys
        sys.path[:0] = {[str(Path(__file__).parent), str(Path(coxa.__file__).parents[1])]!r}
        from coxa import _core
        from coxa.studies import opening, running
        from coxa.studies import store as parts
        from study_tasks import *
    """
    command = [sys.executable, "-c", textwrap.dedent(prelude) + textwrap.dedent(program)]
    return subprocess.Popen(
        [*shell, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def call_text(path, spec="Sliced()", task="compute"):
    return (
        f"running.run({task}, {spec}, {TOTAL}, {str(path)!r}, chunk={CHUNK}, workers=2,"
        f" definition={DEFINITION!r}, attributes={ATTRIBUTES!r})"
    )


# ---- the folder


def test_parts_are_named_by_number_and_content(store):
    names = [name for name in files(store) if name.endswith(".h5")]
    assert [name[:7] for name in names] == ["000000-", "000002-"]
    for name in names:
        data = (parts.folder_of(store) / name).read_bytes()
        assert name[7:-3] == hashlib.sha256(data).hexdigest()[:16]
    assert files(store) == [*names, "lock", "study.json"]


def test_what_is_there_is_found_again(store):
    with parts.Parts(store, DEFINITION, TOTAL, CHUNK, ATTRIBUTES) as again:
        assert again.done() == [0, 8] and again.safe == 8
        # the last part is shorter
        assert again.missing() == [(4, 4), (12, 4), (16, 4), (20, 2)]


def test_only_what_is_missing_is_computed(store, tmp_path, undisturbed):
    log = tmp_path / "log"
    log.mkdir()
    run(store, Sliced(log=str(log)))
    assert begun(log) == [4, 12, 16, 20]
    same(load(store), undisturbed)
    assert sorted(os.listdir(tmp_path)) == ["log", "study.h5"]


def test_the_chunk_of_the_folder_holds(store, tmp_path, undisturbed):
    log = tmp_path / "log"
    log.mkdir()
    run(store, Sliced(log=str(log)), chunk=7)
    assert begun(log) == [4, 12, 16, 20]
    same(load(store), undisturbed)


@pytest.mark.parametrize("chunk", [1, 5, 22, 100])
def test_any_chunk_gives_the_same_study(tmp_path, undisturbed, chunk):
    same(load(run(tmp_path / "study.h5", chunk=chunk)), undisturbed)


def test_a_finished_study_is_opened_and_not_computed(tmp_path, undisturbed):
    path = run(tmp_path / "study.h5")
    before = path.stat()

    def never(*_):
        raise AssertionError("computed")

    assert run(path, task=never) == path
    assert path.stat().st_mtime_ns == before.st_mtime_ns and path.stat().st_ino == before.st_ino
    same(load(path), undisturbed)
    assert load(path).attrs["study_sha256"] == parts.identity(DEFINITION)
    assert load(path).attrs["exercise"] == "x"


def test_identity_is_of_content_and_not_of_order():
    one = {"a": 1.0, "b": [1, 2], "c": (3, 4), "d": np.float64(0.1), "e": np.arange(2)}
    other = {"e": [0, 1], "d": 0.1, "c": [3, 4], "b": [1, 2], "a": 1.0}
    assert parts.identity(one) == parts.identity(other)
    assert parts.identity(one) != parts.identity({**other, "d": 0.1 + 1e-16})
    assert parts.canonical({"b": 1, "a": "é"}) == '{"a":"\\u00e9","b":1}'
    digest = hashlib.sha256(b'{"a":1}').hexdigest()
    assert parts.identity({"a": 1}) == digest


@pytest.mark.parametrize("damage", ["truncated", "one bit", "empty"])
def test_a_damaged_part_is_set_aside_and_computed_again(store, tmp_path, undisturbed, damage):
    file = next(parts.folder_of(store).glob("000002-*.h5"))
    data = bytearray(file.read_bytes())
    if damage == "one bit":
        data[len(data) // 2] ^= 1
    else:
        del data[0 if damage == "empty" else len(data) // 2 :]
    file.write_bytes(data)
    log = tmp_path / "log"
    log.mkdir()
    with pytest.warns(UserWarning) as warned:
        run(store, Sliced(log=str(log)))
    assert [str(w.message) for w in warned] == [
        f"{file} is damaged; it is set aside as {file.name}.damaged and computed again"
    ]
    assert 8 in begun(log) and 0 not in begun(log)
    same(load(store), undisturbed)
    assert not parts.folder_of(store).exists()


def test_leftovers_are_removed(store):
    folder = parts.folder_of(store)
    (folder / "000001-0123456789abcdef.h5.tmp").write_bytes(b"half")
    (folder / "whole.tmp").write_bytes(b"half")
    with parts.Parts(store, DEFINITION, TOTAL, CHUNK, ATTRIBUTES) as again:
        assert again.done() == [0, 8]
    assert not [name for name in files(store) if name.endswith(".tmp")]


def test_what_is_not_ours_stays(store):
    note = parts.folder_of(store) / "notes.txt"
    note.write_text("mine")
    run(store)
    assert files(store) == ["lock", "notes.txt"]
    assert note.read_text() == "mine"


# ---- in the way


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"n": 23}, "n is 22 there and 23 here"),
        ({"levels": {"load": [40, 70]}}, "levels.load is [40, 60] there and [40, 70] here"),
        ({"levels": {}}, "levels.load is [40, 60] there and not here"),
        ({"seed": 1}, "seed is not there and 1 here"),
        ({"exercise": "y", "n": 1}, 'exercise is "x" there and "y" here'),
    ],
)
@pytest.mark.parametrize("whole", [True, False])
def test_another_study_is_named(store, change, said, whole):
    if whole:
        run(store)
    where = store if whole else parts.folder_of(store)
    before = sorted(os.listdir(store.parent))
    with pytest.raises(coxa.FileError) as error:
        run(store, definition={**DEFINITION, **change})
    assert str(error.value) == (
        f"{where} holds another study: {said}; give another path, or delete it to begin again"
    )
    assert sorted(os.listdir(store.parent)) == before


def test_in_long_lists_the_place_is_named(tmp_path):
    path = run(tmp_path / "study.h5", definition={"u": list(range(100)), "text": "a" * 100})
    with pytest.raises(coxa.FileError, match=r"u\[50\] is 50 there and -1 here"):
        run(path, definition={"u": [*range(50), -1, *range(51, 100)], "text": "a" * 100})
    with pytest.raises(coxa.FileError, match=r'text is "a{56}\.\.\. there'):
        run(path, definition={"u": list(range(100)), "text": "b" * 100})


def test_definitions_that_fill_no_attribute_still_tell_studies_apart(tmp_path):
    definition = {"u": [0.1] * 20_000}
    path = run(tmp_path / "study.h5", definition=definition)
    assert run(path, definition=definition) == path
    with pytest.raises(coxa.FileError) as error:
        run(path, definition={"u": [0.2] * 20_000})
    assert str(error.value) == f"{path} holds another study; give another path, or delete it"


def test_another_number_of_trials_is_another_study(store):
    with pytest.raises(coxa.FileError, match="it has 22 trials there and 23 here"):
        run(store, total=23)


def test_other_files_are_not_overwritten(tmp_path, result):
    text = tmp_path / "notes.h5"
    text.write_text("mine")
    with pytest.raises(coxa.FileError) as error:
        run(text)
    assert str(error.value) == (
        f"{text} is there already and is no file of coxa; give another path, or delete it"
    )
    one = result.save(tmp_path / "one.h5")
    with pytest.raises(coxa.FileError) as error:
        run(one)
    assert str(error.value) == (
        f"{one} is there already and holds no study; give another path, or delete it"
    )
    assert sorted(os.listdir(tmp_path)) == ["notes.h5", "one.h5"]


def test_foreign_folders_are_left_alone(tmp_path):
    folder = tmp_path / "study.h5.parts"
    folder.mkdir()
    (folder / "photo.jpg").touch()
    with pytest.raises(coxa.FileError) as error:
        run(tmp_path / "study.h5")
    assert str(error.value) == (
        f"{folder} holds photo.jpg and no study.json, so it is not ours to write to;"
        " give another path, or move it away"
    )
    assert os.listdir(folder) == ["photo.jpg"]
    (folder / "photo.jpg").unlink()
    # parts of nobody knows which study are not taken for ours
    (folder / "000000-0123456789abcdef.h5").touch()
    with pytest.raises(coxa.FileError, match="holds 000000-0123456789abcdef.h5 and no study.json"):
        run(tmp_path / "study.h5")
    shutil.rmtree(folder)
    folder.write_text("a file")
    with pytest.raises(coxa.FileError, match="is in the way: it is not a folder; move it away"):
        run(tmp_path / "study.h5")


def test_newer_formats_say_so(store):
    header = parts.folder_of(store) / "study.json"
    content = json.loads(header.read_text())
    header.write_text(json.dumps({"format": 2, "new": []}))
    for attempt in (run, opening.load_study):
        with pytest.raises(coxa.FileError) as error:
            attempt(store)
        assert str(error.value) == (
            f"{parts.folder_of(store)} has format 2; coxa {coxa.__version__} reads up to 1:"
            " use the newer coxa that wrote it, or give another path"
        )
    header.write_text("{")
    with pytest.raises(coxa.FileError, match="study.json is not what coxa wrote; give another"):
        run(store)
    header.write_text(json.dumps(content))
    run(store)
    import h5py

    with h5py.File(store, "r+") as file:
        file.attrs["format"] = "coxa-2"
    with pytest.raises(coxa.FileError) as error:
        run(store)
    assert str(error.value) == (
        f"{store} has format 'coxa-2'; coxa {coxa.__version__} reads 'coxa-1':"
        " use the newer coxa that wrote it, or give another path"
    )


# ---- the lock


def test_a_second_process_is_told_who_is_at_it(tmp_path):
    path = tmp_path / "study.h5"
    first = script(call_text(path, "Sliced(delay=60)"))
    try:
        lock = parts.folder_of(path) / "lock"
        wait_for(lambda: lock.exists() and lock.read_text().endswith("\n"), first)
        with pytest.raises(coxa.FileError) as error:
            run(path)
        assert str(error.value) == (
            f"{parts.folder_of(path)} is in use: process {first.pid} on {socket.gethostname()} is"
            " computing this study; wait for it to end, or give another path"
        )
    finally:
        first.kill()
        first.communicate()
    # a killed process holds nothing
    run(path)


def test_one_process_cannot_run_a_study_twice_at_a_time(store):
    with parts.Parts(store, DEFINITION, TOTAL, CHUNK, ATTRIBUTES):
        with pytest.raises(coxa.FileError, match=f"is in use: process {os.getpid()} on"):
            run(store)
    run(store)


def test_a_worker_that_outlives_the_driver_does_not_keep_the_lock(tmp_path):
    path = tmp_path / "study.h5"
    driver = script(f"""
        store = parts.Parts({str(path)!r} and __import__("pathlib").Path({str(path)!r}),
                            {DEFINITION!r}, {TOTAL}, {CHUNK}, {{}}).__enter__()
        child = os.fork()
        if child == 0:
            os.close(1), os.close(2)
            signal.pause()
        print(child, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    child = int(driver.communicate()[0])
    try:
        os.kill(child, 0)
        run(path)
    finally:
        os.kill(child, signal.SIGKILL)


def test_a_folder_that_goes_while_the_lock_is_taken_is_made_again(
    tmp_path, monkeypatch, undisturbed
):
    """Another process ended, and removed the folder, between our opening of the lock and our locking it."""
    path = tmp_path / "study.h5"
    real = fcntl.flock
    gone = []

    def late(*given):
        if not gone:
            gone.append(shutil.rmtree(parts.folder_of(path)))
        real(*given)

    monkeypatch.setattr(fcntl, "flock", late)
    run(path)
    assert gone
    same(load(path), undisturbed)


def test_many_at_once_compute_it_once(tmp_path, undisturbed):
    """Whoever comes second is refused, or finds the finished file: never a mixture."""
    path = tmp_path / "study.h5"
    outcomes = []

    def attempt():
        for _ in range(20):
            try:
                run(path)
                outcomes.append("done")
            except coxa.FileError as error:
                outcomes.append("in use" if "is in use" in str(error) else str(error))

    threads = [threading.Thread(target=attempt, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(outcomes) <= {"done", "in use"} and "done" in outcomes
    same(load(path), undisturbed)
    assert os.listdir(tmp_path) == ["study.h5"]


def test_file_systems_without_locks_are_warned_of(tmp_path, monkeypatch, undisturbed):
    def no_locks(*_):
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with pytest.warns(UserWarning, match="has no locks .*; do not run this study twice at a time"):
        run(tmp_path / "study.h5")
    same(load(tmp_path / "study.h5"), undisturbed)


# ---- killed


def wait_for(condition, process, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.01)


def test_killed_at_random_moments_it_resumes(tmp_path, undisturbed):
    path, log = tmp_path / "study.h5", tmp_path / "log"
    log.mkdir()
    draw = random.Random(4)
    kills = 0
    while True:
        before = len(begun(log))
        process = script(call_text(path, f"Sliced(delay=0.1, log={str(log)!r})"))
        # after one to three parts have begun, at any moment of the next
        more = draw.randint(1, 3)
        while len(begun(log)) < before + more and process.poll() is None:
            time.sleep(0.005)
        time.sleep(draw.uniform(0, 0.15))
        if process.poll() is not None or kills == 6:
            break
        process.kill()
        process.communicate()
        kills += 1
    assert process.wait(60) == 0, process.communicate()
    process.communicate()
    assert kills >= 3
    same(load(path), undisturbed)
    assert sorted(os.listdir(tmp_path)) == ["log", "study.h5"]
    # two workers: what a kill loses is at most what each was at, and what had just come back
    assert len(begun(log)) <= -(-TOTAL // CHUNK) + kills * 2 * 2


@pytest.mark.parametrize("step", [1, 2, 3, 4, 6, 9])
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_any_step_of_writing_it_resumes(tmp_path, undisturbed, step, when):
    """Dies at the n-th time that something is flushed or renamed."""
    path = tmp_path / "study.h5"
    process = script(f"""
        steps = 0
        def deadly(real):
            def wrapped(*given):
                global steps
                steps += 1
                if steps == {step} and {when == "before"}:
                    os.kill(os.getpid(), signal.SIGKILL)
                real(*given)
                if steps == {step}:
                    os.kill(os.getpid(), signal.SIGKILL)
            return wrapped
        os.fsync, os.replace = deadly(os.fsync), deadly(os.replace)
        {call_text(path)}
    """)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert not path.exists()
    same(load(run(path)), undisturbed)
    assert os.listdir(tmp_path) == ["study.h5"]


@pytest.mark.parametrize("moment", ["joining", "joined", "named", "removing"])
def test_killed_at_the_end_it_resumes(tmp_path, undisturbed, moment):
    path = tmp_path / "study.h5"
    deadly = {
        "joining": "_core.join_hdf5 = lambda parts, target, *_, checked: (open(target, 'w').write('half'), die())",
        "joined": "os.replace = lambda a, b: die() if str(b).endswith('study.h5') else real(a, b)",
        "named": "parts.Parts.remove = lambda self: die()",
        "removing": "os.unlink = die; __import__('pathlib').Path.unlink = lambda *_: die()",
    }[moment]
    process = script(f"""
        real = os.replace
        def die(*_):
            os.kill(os.getpid(), signal.SIGKILL)
        {deadly}
        {call_text(path)}
    """)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert path.exists() == (moment in ("named", "removing"))
    assert parts.folder_of(path).exists()
    if path.exists():
        same(load(path), undisturbed)

    def never(*_):
        raise AssertionError("computed again")

    run(path, task=never)
    same(load(path), undisturbed)
    assert os.listdir(tmp_path) == ["study.h5"]


# ---- disks

mountable = pytest.mark.skipif(
    not shutil.which("unshare")
    or subprocess.run(
        ["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/tmp"], capture_output=True
    ).returncode
    != 0,
    reason="this machine lets nobody mount a disk of his own",
)


def disk(folder, options):
    """Runs what follows where `folder` is a disk that nobody else sees."""
    return [
        "unshare",
        "-rm",
        "sh",
        "-c",
        f'mount -t tmpfs -o {options} none {folder}; exec "$@"',
        "-",
    ]


@mountable
def test_a_full_disk_loses_nothing(tmp_path):
    path = tmp_path / "study.h5"
    process = script(
        f"""
        import subprocess
        def attempt(size):
            subprocess.run(["mount", "-o", f"remount,size={{size}}", {str(tmp_path)!r}], check=True)
            try:
                {call_text(path, task="large")}
            except _core.FileError as error:
                print(error)
            print(sorted(os.listdir({str(tmp_path)!r})))
        attempt("3500k")
        names = os.listdir({str(parts.folder_of(path))!r})
        print(len([n for n in names if n.endswith(".h5")]), [n for n in names if n.endswith(".tmp")])
        # room for the parts, but not for a second copy of them
        attempt("8m")
        names = os.listdir({str(parts.folder_of(path))!r})
        print(len([n for n in names if n.endswith(".h5")]), [n for n in names if n.endswith(".tmp")])
        attempt("30m")
        import h5py
        with h5py.File({str(path)!r}) as file:
            print([int(x) for x in file["path"][:, 0]], file["path"].shape)
    """,
        shell=disk(tmp_path, "size=3500k"),
    )
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    lines = out.splitlines()
    folder = parts.folder_of(path)
    assert lines[0].startswith(f"cannot write {folder}/00000")
    assert lines[0].endswith(
        f".h5: No space left on device; 12 of 22 trials are safe in {folder};"
        " once that is put right the same call goes on"
    )
    assert lines[1:3] == ["['study.h5.parts']", "3 []"]
    assert lines[3].startswith(f"cannot write {path}: ")
    assert lines[3].endswith(
        f"; 22 of 22 trials are safe in {folder}; once that is put right the same call goes on"
    )
    assert lines[4:6] == ["['study.h5.parts']", "6 []"]
    assert lines[6] == "['study.h5']"
    assert lines[7] == f"{[i // 4 * 4 for i in range(22)]} (22, 32768)"


@mountable
@pytest.mark.parametrize("there", [False, True])
def test_a_read_only_disk_is_found_before_computing(tmp_path, there):
    path = tmp_path / "study.h5"
    log = tmp_path.parent / f"{tmp_path.name}-log"
    log.mkdir()
    begin = f"with parts.Parts(Path({str(path)!r}), {DEFINITION!r}, {TOTAL}, {CHUNK}, {{}}): pass"
    process = script(
        f"""
        import subprocess
        {begin if there else ""}
        subprocess.run(["mount", "-o", "remount,ro", {str(tmp_path)!r}], check=True)
        try:
            {call_text(path, f"Sliced(log={str(log)!r})")}
        except _core.FileError as error:
            print(error)
    """,
        shell=disk(tmp_path, "size=1m"),
    )
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert out == f"cannot write {path}: Read-only file system: {tmp_path}\n"
    assert begun(log) == []


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(coxa.FileError, match="there is no folder .*no; make it first"):
        run(tmp_path / "no" / "study.h5")


# ---- looking at it


def test_load_shows_what_is_there(store, undisturbed):
    some = opening.load_study(store)
    assert some.attrs["complete"] == 0 and some.attrs["trials_planned"] == 22
    assert some.attrs["exercise"] == "x" and some.attrs["format"] == "coxa-1"
    assert some["trial"].values.tolist() == [0, 1, 2, 3, 8, 9, 10, 11]
    same(some, undisturbed.isel(trial=[0, 1, 2, 3, 8, 9, 10, 11]))
    xr.testing.assert_identical(opening.load_study(parts.folder_of(store)), some)


def test_load_before_the_first_part(tmp_path):
    path = tmp_path / "study.h5"
    with parts.Parts(path, DEFINITION, TOTAL, CHUNK, ATTRIBUTES):
        none = opening.load_study(path)
    assert none.sizes["trial"] == 0 and none.attrs["trials_planned"] == 22
    with pytest.raises(coxa.FileError) as error:
        opening.load_study(tmp_path / "other.h5")
    assert str(error.value) == (
        f"cannot read {tmp_path}/other.h5: there is no such file, nor a folder other.h5.parts"
    )


def test_what_only_some_parts_have_is_as_in_the_whole(tmp_path):
    """Exercises differ in supports, flags and notes."""
    path = tmp_path / "study.h5"
    with parts.Parts(path, DEFINITION, 12, CHUNK, ATTRIBUTES) as store:
        for first in (0, 4, 8):
            given = study_tasks.dataset(Numbers(), first, 4)
            if first == 4:
                given["dims"]["support"] = 2
                given["variables"] |= {
                    "support": (("support",), ["bench", "floor"], {"long_name": "support"}),
                    "force": (("trial", "support"), np.ones((4, 2)), {"units": "N"}),
                    "flag": (("trial",), np.arange(4, dtype=np.int32), {"units": "1"}),
                    "note": (("trial",), ["a", "bb", "", "c"], {"long_name": "note"}),
                }
            store.commit(first, _core.hdf5_image(given))
        some = opening.load_study(path)
        store.join(ATTRIBUTES, None)
    same(some, load(path))
    assert some["note"].values.tolist() == [""] * 4 + ["a", "bb", "", "c"] + [""] * 4
    assert np.isnan(some["force"].values).sum() == 16
    assert some["flag"].dtype == np.int32 and some["flag"].attrs == load(path)["flag"].attrs
    # and xarray can write it
    some.to_netcdf(tmp_path / "some.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "some.nc", engine="h5netcdf") as again:
        assert again["trial_message"].values.tolist() == some["trial_message"].values.tolist()


def test_load_leaves_out_what_is_damaged(store):
    file = next(parts.folder_of(store).glob("000000-*.h5"))
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.warns(UserWarning, match="is damaged and left out"):
        some = opening.load_study(store)
    assert some["trial"].values.tolist() == [8, 9, 10, 11]


def test_a_finished_file_is_opened_lazily(tmp_path):
    path = run(tmp_path / "study.h5")
    with opening.load_study(path) as dataset:
        assert not dataset["moment"].variable._in_memory
        assert "complete" not in dataset.attrs
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(coxa.FileError, match=f'cannot read "{path}": '):
        opening.load_study(path)


def test_load_while_parts_arrive(tmp_path, undisturbed):
    path = tmp_path / "study.h5"
    seen = []
    driver = threading.Thread(
        target=run, args=(path, Sliced(delay=0.05)), kwargs={"chunk": 1}, daemon=True
    )
    driver.start()
    while driver.is_alive():
        try:
            now = load(path)
        except coxa.FileError as error:
            assert "there is no such file" in str(error) and not seen
            continue
        seen.append(now.sizes["trial"])
        same(now, undisturbed.isel(trial=now["trial"].values.astype(int))) if seen[-1] else None
    driver.join()
    assert seen == sorted(seen) and len(set(seen)) > 3
    same(load(path), undisturbed)


def test_numbers_need_not_be_sliced(tmp_path, undisturbed):
    """A specification without part() is sent whole."""
    same(load(run(tmp_path / "study.h5", Numbers())), undisturbed)


def test_memory_holds_a_few_parts_only(tmp_path):
    """300 MB of parts go through a process that never holds more than some."""
    process = script(f"""
        import resource
        def task(spec, first, count):
            return bytes(2_000_000) + bytes(str(first), "ascii")
        _core.join_hdf5 = lambda parts, target, *_, checked: open(target, "w").close()
        def peak():
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        before = peak()
        running.run(task, None, 150, {str(tmp_path / "study.h5")!r}, chunk=1, workers=2,
                    definition={{}}, attributes={{}})
        print(peak() - before)
    """)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    # three parts of 2 MB for each of two workers, twice over for what the allocator keeps
    assert float(out) < 24


def test_the_tasks_of_these_tests_depend_on_the_trial_only():
    one = study_tasks.dataset(Numbers(), 3, 2)["variables"]["peak"][1]
    assert one[1] == study_tasks.dataset(Numbers(), 4, 1)["variables"]["peak"][1][0]
