"""A study that is locked, killed, or out of disk: it resumes, and nothing is lost."""

from __future__ import annotations

import errno
import fcntl
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import coxa
import pytest
from coxa.studies import store as parts

sys.path.insert(0, str(Path(__file__).parent))
from study_folder import ATTRIBUTES, CHUNK, DEFINITION, TOTAL, load, run, same, script
from study_tasks import begun


def call_text(path, spec="Sliced()", task="compute"):
    return (
        f"running.run({task}, {spec}, {TOTAL}, {str(path)!r}, chunk={CHUNK}, workers=2,"
        f" definition={DEFINITION!r}, attributes={ATTRIBUTES!r})"
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
