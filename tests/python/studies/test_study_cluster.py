"""Studies on other processes and machines: the same bits, and a worker that dies is no loss."""

from __future__ import annotations

import concurrent.futures as futures
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import coxa
import pytest
from coxa.studies import running

sys.path.insert(0, str(Path(__file__).parent))
from study_tasks import TOTAL, Sliced, arrays, begun, deadly, run, until


@pytest.fixture(scope="module")
def threads(tmp_path_factory):
    """What threads of this process compute."""
    return arrays(run(tmp_path_factory.mktemp("threads") / "study.h5", workers=2))


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_a_process_pool_gives_the_same_bits(path, threads, method):
    context = multiprocessing.get_context(method)
    with futures.ProcessPoolExecutor(2, context) as executor:
        assert arrays(run(path, executor=executor)) == threads


def test_errors_of_another_process_are_those_of_coxa(path):
    context = multiprocessing.get_context("spawn")
    with futures.ProcessPoolExecutor(1, context) as executor:
        with pytest.raises(coxa.UnsolvedFrame, match="^trial 9 cannot be solved$"):
            run(path, Sliced(fail=9), executor=executor)


# ---- dask


@pytest.fixture(scope="module")
def client():
    distributed = pytest.importorskip("distributed", reason="dask.distributed is not installed")
    with (
        distributed.LocalCluster(
            n_workers=2, processes=True, threads_per_worker=1, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def test_dask_gives_the_same_bits(path, threads, client):
    assert arrays(run(path, executor=client.get_executor())) == threads


def test_a_client_will_do(path, threads, client):
    assert arrays(run(path, executor=client)) == threads


def test_dask_says_how_many_workers_there_are(client):
    assert running._workers_of(client.get_executor()) == 2


def test_dask_workers_keep_nothing(path, client):
    run(path, executor=client.get_executor())
    end = time.monotonic() + 20
    while client.who_has() and time.monotonic() < end:
        time.sleep(0.1)
    assert client.who_has() == {}


def test_a_killed_dask_worker_is_no_loss(path, log, threads, client):
    before = set(client.run(os.getpid).values())
    driver = threading.Thread(
        target=run,
        args=(path, Sliced(delay=0.2, log=str(log))),
        kwargs={"executor": client.get_executor()},
    )
    driver.start()
    until(lambda: len(begun(log)) >= 3, driver)
    os.kill(min(before), signal.SIGKILL)
    driver.join(120)
    assert not driver.is_alive()
    assert arrays(path) == threads
    # what it was at was begun again
    assert len(begun(log)) > 10
    client.wait_for_workers(2, timeout=60)
    assert set(client.run(os.getpid).values()) != before


def test_dask_gives_up_on_a_part_that_kills_every_worker(path, client):
    with pytest.raises(coxa.Error) as error:
        running.run(
            deadly,
            None,
            8,
            path,
            chunk=4,
            executor=client.get_executor(),
            definition={},
            attributes={},
        )
    text = str(error.value)
    assert text.startswith("the executor broke down (KilledWorker: ")
    assert text.endswith(
        f"; 0 of 8 trials are safe in {path}.parts; the same call with a new executor goes on"
    )
    assert "\n" not in text
    client.wait_for_workers(2, timeout=60)


def test_a_cluster_that_closes_is_said(path, log, threads):
    distributed = pytest.importorskip("distributed", reason="dask.distributed is not installed")
    caught = []
    with distributed.LocalCluster(
        n_workers=1, processes=True, threads_per_worker=1, dashboard_address=":0"
    ) as cluster:
        client = distributed.Client(cluster)

        def work():
            try:
                run(path, Sliced(delay=0.2, log=str(log)), executor=client.get_executor())
            except coxa.Error as error:
                caught.append(str(error))

        driver = threading.Thread(target=work, daemon=True)
        driver.start()
        until(lambda: len(begun(log)) >= 3, driver)
        client.close()
        driver.join(60)
    assert not driver.is_alive()
    assert len(caught) == 1 and caught[0].startswith("the executor broke down (")
    assert caught[0].endswith("the same call with a new executor goes on")
    assert arrays(run(path)) == threads


# ---- a study of coxa


@pytest.fixture(scope="module")
def study(athlete):
    """Small, with a trial that fails."""
    return coxa.Study("barbell_hip_thrust", athlete, frames=7).vary(
        load=[40, 80], foot_distance=[0.2, 0.6, 0.7]
    )


@pytest.fixture(scope="module")
def expected(study):
    table = study.run(workers=1)
    assert sorted(set(table["trial_status"].values)) == [0, 1]
    return table


def test_a_study_on_other_processes_gives_the_same_bits(study, expected, path):
    context = multiprocessing.get_context("spawn")
    with futures.ProcessPoolExecutor(2, context) as executor:
        equal(study.run(path, executor=executor, chunk=1), expected)


def test_a_study_on_dask_gives_the_same_bits(study, expected, path, client):
    equal(study.run(path, executor=client.get_executor(), chunk=2), expected)


def equal(given, expected):
    assert set(given.variables) == set(expected.variables)
    for name in expected.variables:
        one, other = given[name].values, expected[name].values
        if other.dtype.kind in "OU":
            assert one.tolist() == other.tolist(), name
        else:
            assert one.tobytes() == other.tobytes(), name
    given.close()


# ---- MPI


def test_mpi_gives_the_same_bits(tmp_path, threads):
    pytest.importorskip("mpi4py", reason="mpi4py is not installed")
    mpiexec = shutil.which("mpiexec", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if mpiexec is None:
        pytest.skip("there is no mpiexec")
    script = tmp_path / "script.py"
    script.write_text(f"""
import sys
sys.path[:0] = {[str(Path(__file__).parent), str(Path(coxa.__file__).parents[1])]!r}
from mpi4py.futures import MPIPoolExecutor
from coxa.studies import running
from study_tasks import Sliced, compute

if __name__ == "__main__":
    with MPIPoolExecutor() as executor:
        running.run(compute, Sliced(), {TOTAL}, "study.h5", chunk=4, executor=executor,
                    definition={{"n": {TOTAL}}}, attributes={{}})
        print(running._workers_of(executor))
""")
    done = subprocess.run(
        [mpiexec, "-n", "3", sys.executable, "-m", "mpi4py.futures", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "2\n"
    assert arrays(tmp_path / "study.h5") == threads
