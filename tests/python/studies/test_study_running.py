"""How a study is driven: executors, errors, Ctrl-C, and what is shown meanwhile."""

from __future__ import annotations

import concurrent.futures as futures
import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
import types
import weakref
from pathlib import Path

import coxa
import pytest
from coxa.base import progress
from coxa.studies import running
from coxa.studies import store as parts

sys.path.insert(0, str(Path(__file__).parent))
from study_tasks import TOTAL, Sliced, arrays, begun, compute, run, until


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    return arrays(run(tmp_path_factory.mktemp("alone") / "study.h5", workers=1))


# ---- executors


@pytest.mark.parametrize("workers", [None, 1, 2, 3, 50])
def test_any_number_of_threads_gives_the_same_bits(path, alone, workers):
    assert arrays(run(path, workers=workers)) == alone


class Unhurried:
    """Does nothing before it is told to: an executor of which only submit() is known."""

    def __init__(self):
        self.waiting = []
        self.most = 0

    def submit(self, function, *given):
        future = futures.Future()
        self.waiting.append((future, function, given))
        self.most = max(self.most, len(self.waiting))
        return future

    def work(self, i=0):
        future, function, given = self.waiting.pop(i)
        if not future.set_running_or_notify_cancel():
            return
        try:
            future.set_result(function(*given))
        except Exception as error:
            future.set_exception(error)


def test_parts_arrive_in_any_order(path, alone):
    executor = Unhurried()
    draw = random.Random(1)
    driver = threading.Thread(target=run, args=(path,), kwargs={"executor": executor}, daemon=True)
    driver.start()
    until(lambda: len(executor.waiting) == 10, driver)
    for left in range(10, 0, -1):
        executor.work(draw.randrange(left))
    driver.join()
    assert arrays(path) == alone


@pytest.mark.parametrize(("workers", "most"), [(1, 3), (3, 9), (None, 60)])
def test_an_executor_gets_three_parts_for_each_worker(path, workers, most):
    """One that does not say how many it has gets as many as twenty."""
    executor = Unhurried()
    executor._max_workers = workers
    options = {"executor": executor, "chunk": 1, "total": 80}
    driver = threading.Thread(target=run, args=(path,), kwargs=options, daemon=True)
    driver.start()
    # it begins when the driver waits
    until(lambda: len(executor.waiting) >= most, driver)
    for _ in range(80):
        until(lambda: executor.waiting, driver)
        executor.work()
    driver.join()
    assert executor.most == most


def test_what_came_back_is_forgotten(path):
    """No future, and with it no bytes, outlives its commit."""
    living = []
    most = 0

    class Watched(futures.ThreadPoolExecutor):
        def submit(self, *given):
            nonlocal most
            future = super().submit(*given)
            living.append(weakref.ref(future))
            most = max(most, sum(one() is not None for one in living))
            return future

    with Watched(2) as executor:
        run(path, executor=executor, chunk=1)
    # in flight, one in each thread's hands and one in the driver's
    assert len(living) == TOTAL and most <= 3 * 2 + 2 + 1
    assert not any(one() for one in living)


def test_a_given_executor_stays_open(path):
    with futures.ThreadPoolExecutor(2) as executor:
        run(path, executor=executor)
        assert executor.submit(int).result() == 0


def test_what_is_no_executor_is_refused(path):
    for executor, kind in ((4, "int"), (len, "builtin_function_or_method")):
        with pytest.raises(coxa.InvalidArgument) as error:
            run(path, executor=executor)
        assert str(error.value) == (
            f"executor is a {kind} without submit(); give one of concurrent.futures,"
            " client.get_executor() of dask, or mpi4py's MPIPoolExecutor"
        )
    odd = types.SimpleNamespace(submit=lambda *_: 3)
    with pytest.raises(
        coxa.InvalidArgument, match="submit of SimpleNamespace gives a int, which is"
    ):
        run(path, executor=odd)
    closed = futures.ThreadPoolExecutor(1)
    closed.shutdown()
    with pytest.raises(coxa.InvalidArgument) as error:
        run(path, executor=closed)
    assert str(error.value) == (
        f"executor is shut down already; 0 of 40 trials are safe in {path}.parts; give a new one"
    )
    with pytest.raises(coxa.InvalidArgument, match="workers must be a whole number"):
        run(path, workers=0)


def test_workers_of_another_version_are_refused():
    with pytest.raises(coxa.Error) as error:
        running.call("9.9.9", compute, Sliced(), 0, 1)
    assert str(error.value) == (
        f"a worker has coxa {coxa.__version__} and the study is run by coxa 9.9.9;"
        " install the same on both"
    )


# ---- errors


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_stops_the_study_and_keeps_what_is_done(path, log, alone, workers):
    spec = Sliced(fail=17, delay=0.02, log=str(log))
    with pytest.raises(coxa.UnsolvedFrame, match="^trial 17 cannot be solved$"):
        run(path, spec, workers=workers)
    with parts.Parts(path, {"n": TOTAL}, TOTAL, 4, {}) as store:
        # all that was begun, but for the one that failed
        assert store.done() == [first for first in begun(log) if first != 16]
        assert len(begun(log)) < 10
    run(path, workers=workers)
    assert arrays(path) == alone


def test_other_errors_come_as_they_are(path):
    def broken(spec, first, count):
        return 1 / 0

    with pytest.raises(ZeroDivisionError):
        run(path, task=broken)


def test_without_a_lasting_path_nothing_is_promised(path):
    with pytest.raises(coxa.Error) as error:
        run(path, task=breaks_down, kept=False)
    assert str(error.value) == (
        "the executor broke down (BrokenExecutor: gone); 0 of 40 trials were done;"
        " give a path to keep them"
    )


def breaks_down(spec, first, count):
    raise futures.BrokenExecutor("gone")


def test_a_full_disk_calls_the_others_back(path, log, monkeypatch):
    real = parts._put

    def full(folder, name, data):
        if name.startswith("000003"):
            raise OSError(28, "No space left on device")
        real(folder, name, data)

    monkeypatch.setattr(parts, "_put", full)
    with pytest.raises(coxa.FileError) as error:
        run(path, Sliced(log=str(log), delay=0.01), workers=1)
    assert str(error.value).startswith(f"cannot write {path}.parts/000003-")
    assert str(error.value).endswith(
        f".h5: No space left on device; 12 of 40 trials are safe in {path}.parts;"
        " once that is put right the same call goes on"
    )
    time.sleep(0.05)
    assert len(begun(log)) < 8


# ---- Ctrl-C

SCRIPT = """
    import os, sys, time
    sys.path[:0] = {paths!r}
    import concurrent.futures as futures
    import multiprocessing
    from coxa.studies import running
    from study_tasks import *

    if __name__ == "__main__":
        executor = {executor}
        start = time.monotonic()
        try:
            running.run(compute, {spec!r}, 40, {path!r}, chunk=4, workers={workers},
                        executor=executor, progress={progress}, definition={{"n": 40}}, attributes={{}})
        except KeyboardInterrupt as stop:
            print(stop, flush=True)
        except Exception as error:
            print(type(error).__name__, error, flush=True)
        {after}
"""


def started(path, spec, *, executor="None", workers=2, progress=None, after="", folder=None):
    program = textwrap.dedent(SCRIPT).format(
        paths=[str(Path(__file__).parent), str(Path(coxa.__file__).parents[1])],
        **locals() | {"path": str(path)},
    )
    # a file, for processes that are spawned read it
    file = Path(path).with_name("script.py")
    file.write_text(program)
    return subprocess.Popen(
        [sys.executable, file],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for(condition, process, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.005)


POOL = "futures.ProcessPoolExecutor(2, multiprocessing.get_context('spawn'))"


@pytest.mark.parametrize("executor", ["None", "futures.ThreadPoolExecutor(2)", POOL])
def test_ctrl_c_keeps_what_is_under_way(path, log, alone, executor):
    process = started(path, Sliced(delay=0.4, log=str(log)), executor=executor)
    # both workers are busy with their second part
    wait_for(lambda: len(begun(log)) >= 4, process)
    # as a terminal does: to every process of the group
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    with parts.Parts(path, {"n": TOTAL}, TOTAL, 4, {}) as store:
        assert store.done() == begun(log), err
        assert 16 <= store.safe < 40
        said = (
            f"stopped: {store.safe} of 40 trials are safe in {path}.parts; the same call goes on\n"
        )
    assert out == said
    run(path)
    assert arrays(path) == alone


def test_a_second_ctrl_c_waits_for_nothing(path, log):
    process = started(
        path,
        Sliced(delay=20, log=str(log)),
        after="print(round(time.monotonic() - start), flush=True); os._exit(3)",
    )
    wait_for(lambda: len(begun(log)) >= 2, process)
    os.kill(process.pid, signal.SIGINT)
    time.sleep(0.3)
    assert process.poll() is None
    os.kill(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=15)
    assert out.splitlines()[0] == (
        f"stopped: 0 of 40 trials are safe in {path}.parts; the same call goes on"
    )
    assert int(out.splitlines()[1]) < 10 and process.returncode == 3


def test_ctrl_c_says_what_it_waits_for(path, log):
    process = started(path, Sliced(delay=0.3, log=str(log)), progress=True)
    wait_for(lambda: len(begun(log)) >= 2, process)
    os.kill(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert "stopping when the parts under way are safe; Ctrl-C again stops at once" in err


def test_ctrl_c_waits_where_an_executor_cannot_tell_what_is_under_way(path):
    """Futures of dask can be called back at any time: the oldest, one per worker, are taken to be under way."""
    executor = Unhurried()
    executor._max_workers = 2

    def work():
        until(lambda: len(executor.waiting) == 6, threading.main_thread())
        os.kill(os.getpid(), signal.SIGINT)
        until(lambda: executor.waiting[-1][0].cancelled(), threading.main_thread())
        executor.work()
        executor.work()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    with pytest.raises(KeyboardInterrupt, match="^stopped: 8 of 40 trials are safe in"):
        run(path, executor=executor)
    thread.join()
    assert [future.cancelled() for future, *_ in executor.waiting] == [True] * 4


def test_nobody_waits_for_a_cluster_without_workers(path):
    """Ctrl-C in a terminal ends the workers of a local cluster too: their parts never come."""
    workers = {"one": 2}
    executor = Unhurried()
    executor._client = types.SimpleNamespace(ncores=lambda: workers)

    def leave():
        until(lambda: len(executor.waiting) == 6, threading.main_thread())
        executor.work()
        workers.clear()
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=leave, daemon=True)
    thread.start()
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt, match="^stopped: 4 of 40 trials are safe in"):
        run(path, executor=executor)
    thread.join()
    assert time.monotonic() - start < 10
    assert all(future.cancelled() for future, *_ in executor.waiting)


def test_the_handler_is_put_back(path, tmp_path):
    def mine(*_):
        pass

    before = signal.signal(signal.SIGINT, mine)
    try:
        run(path)
        assert signal.getsignal(signal.SIGINT) is mine
        with pytest.raises(coxa.UnsolvedFrame):
            run(tmp_path / "other.h5", Sliced(fail=3))
        assert signal.getsignal(signal.SIGINT) is mine
        # whoever ignores it, such as nohup, goes on ignoring it
        signal.signal(signal.SIGINT, signal.SIG_IGN)

        def task(spec, first, count):
            os.kill(os.getpid(), signal.SIGINT)
            return compute(spec, first, count)

        run(tmp_path / "ignored.h5", task=task)
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_install_no_handler(path, alone):
    caught = []

    def work():
        try:
            run(path)
        except BaseException as error:
            caught.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join()
    assert not caught and arrays(path) == alone


# ---- processes


def test_a_killed_pool_says_what_is_safe(path, log, alone):
    spec = Sliced(delay=0.05, log=str(log), kill=20)
    process = started(path, spec, executor=POOL)
    out, err = process.communicate(timeout=60)
    with parts.Parts(path, {"n": TOTAL}, TOTAL, 4, {}) as store:
        safe = store.safe
    assert out.startswith("Error the executor broke down (BrokenProcessPool: "), err
    assert out.endswith(
        f"); {safe} of 40 trials are safe in {path}.parts;"
        " the same call with a new executor goes on\n"
    )
    assert safe >= 12
    process = started(path, spec, executor=POOL)
    out, err = process.communicate(timeout=60)
    assert out == "", err
    assert arrays(path) == alone


def test_what_cannot_be_sent_is_said(path):
    with futures.ProcessPoolExecutor(1) as pool:
        with pytest.raises(coxa.InvalidArgument) as error:
            run(path, task=lambda spec, first, count: b"", executor=pool)
    assert str(error.value).startswith("the study cannot be sent to other processes: ")
    assert str(error.value).endswith(
        "; define functions at the top of a module, or run on threads (workers=)"
    )


# ---- what is shown


def test_nothing_is_shown_where_nobody_looks(path, capfd):
    run(path)
    assert capfd.readouterr() == ("", "")


def test_a_bar_counts_trials(path, capfd):
    run(path, progress=True)
    out, err = capfd.readouterr()
    assert out == "" and "40/40" in err and "trials/s" in err


def test_what_was_there_counts_but_not_for_the_rate(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    bar = progress.Progress(1000, done=400, wanted=False)
    assert bar.text == ""
    now[0] += 10
    bar.advance(20)
    assert bar.done == 420 and bar.rate == 2.0
    assert bar.text == "2 trials/s, 0:04:50 left"
    now[0] += 10
    bar.advance(5)
    assert bar.text == "1.25 trials/s, 0:07:40 left"


def test_a_terminal_is_where_a_person_looks(monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert progress.shown(None) and progress.shown(True) and not progress.shown(False)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    assert not progress.shown(None) and progress.shown(True)


def test_notebooks_get_a_bar_of_the_browser(path, monkeypatch, capfd):
    pages = []

    class Handle:
        def update(self, page):
            pages.append(page)

    class ZMQInteractiveShell:
        pass

    def display(page, display_id):
        assert display_id is True
        pages.append(page)
        return Handle()

    python = types.ModuleType("IPython")
    python.get_ipython = ZMQInteractiveShell
    shown = types.ModuleType("IPython.display")
    shown.HTML, shown.display = str, display
    monkeypatch.setitem(sys.modules, "IPython", python)
    monkeypatch.setitem(sys.modules, "IPython.display", shown)
    run(path)
    assert pages[0].startswith('<progress value="0" max="40"></progress> 0/40 trials')
    assert pages[-1].startswith('<progress value="40" max="40"></progress> 40/40 trials')
    assert "trials/s" in pages[-1] and len(pages) == 11
    assert capfd.readouterr() == ("", "")
    # a terminal with IPython is a terminal
    python.get_ipython = lambda: None
    assert not progress.in_notebook()
