"""Drives a study: hands its parts to an executor, puts what comes back on disk, and joins it at the end."""

from __future__ import annotations

import concurrent.futures as futures
import logging
import multiprocessing
import os
import pickle
import queue
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from .._core import Error, FileError, InvalidArgument, __version__
from ..base import check
from ..base.limits import check_count
from ..base.progress import Progress
from .store import Grid, Parts, clear_leftover, finished

log = logging.getLogger(__name__)

#: Computes `count` trials from number `first` on: the bytes of an HDF5 file.
Task = Callable[[Any, int, int], bytes]

# parts handed to an executor for each worker: one under way and enough to go on with
_AHEAD = 3

# workers supposed of an executor that does not say how many it has
_SUPPOSED = 20


def run(
    task: Task,
    spec: Any,
    total: int,
    path: str | os.PathLike[str],
    *,
    chunk: int,
    workers: int | None = None,
    executor: Any = None,
    progress: bool | None = None,
    definition: Mapping[str, Any],
    attributes: Mapping[str, Any],
    grid: Grid | None = None,
    kept: bool = True,
) -> Path:
    """Computes the trials of a study that are not on disk yet, and makes one file of all.

    Parameters
    ----------
    task : callable
        `task(spec, first, count)` gives the bytes of an HDF5 file of these trials. Sent to other processes, so
        defined at the top of a module.
    spec : object
        What the task needs. If it has a method `part(first, count)`, only what that gives is sent.
    total : int
        Number of trials.
    path : path
        File to make. Until it is whole, finished parts are in the folder of the same name and `.parts`.
    chunk : int
        Trials in a part; a study that is resumed keeps its own.
    workers : int, optional
        Threads of this process, where there is no executor; as many as it may use if not given.
    executor : object, optional
        Anything with the `submit` of `concurrent.futures.Executor`, in place of threads; a dask Client as well.
    progress : bool, optional
        Show a bar; if not given, only on a terminal and in notebooks.
    definition : mapping
        What makes the study this one and no other, as JSON takes it.
    attributes : mapping
        Attributes of the file.
    grid : list, optional
        Dimensions in place of `trial`, as `_core.join_hdf5` takes them.
    kept : bool
        Whether the path outlives the call; false for a temporary file, of which messages promise nothing.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    FileError
        If the file or folder cannot be written, is another study's, or is in use.
    InvalidArgument
        If the executor is none, or the task cannot be sent to it.
    Error
        What the task raised; or that workers broke down. What was finished until then is safe.
    KeyboardInterrupt
        After the parts under way are safe; a second Ctrl-C does not wait for them.
    """
    check_count("chunk", chunk)
    if workers is not None:
        check_count("workers", workers)
    executor = _usable(executor)
    target = Path(path)
    if finished(target, definition):
        log.info("%s is complete, nothing is computed", target)
        clear_leftover(target, definition)
    else:
        check.output_path(target)
        with Parts(target, definition, total, chunk, attributes, kept) as store:
            # another process may have finished it while we came to the lock
            if finished(target, definition):
                store.remove()
            else:
                _compute(task, spec, store, workers, executor, progress)
                store.join(attributes, grid)
                log.info("wrote %s: %d trials", target, total)
    return target


def available_workers() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def worker_count(workers: int | None) -> int:
    """As many threads as asked for, or as this process may use."""
    return available_workers() if workers is None else check_count("workers", workers)


def _compute(
    task: Task, spec: Any, store: Parts, workers: int | None, executor: Any, progress: bool | None
) -> None:
    """Brings what is missing of a study to disk."""
    missing = deque(store.missing())
    if store.safe:
        log.info("resuming: %d of %d trials are on disk", store.safe, store.total)
    if not missing:
        return
    log.info("%d parts to compute", len(missing))
    own = None
    if executor is None:
        executor = own = futures.ThreadPoolExecutor(workers or available_workers(), "coxa")
    try:
        with Progress(store.total, store.safe, progress) as bar:
            flight = _Flight(task, spec, store, executor, bar)
            with _interruptible(flight.wake, bar) as interrupted:
                _fly(flight, missing, interrupted)
    except BaseException:
        if own is not None:
            # a second Ctrl-C waits for nothing, and there is nothing that anybody waits for after other errors
            own.shutdown(wait=False, cancel_futures=True)
        raise
    if own is not None:
        own.shutdown()


def _fly(flight: _Flight, missing: deque[tuple[int, int]], interrupted: threading.Event) -> None:
    store = flight.store
    try:
        try:
            while (missing or flight.up) and not interrupted.is_set():
                while missing and flight.has_room() and not interrupted.is_set():
                    flight.submit(*missing.popleft())
                flight.receive()
        except Exception as error:
            flight.land()
            # Ctrl-C in a terminal reaches idle worker processes too, and they die of it
            if not (interrupted.is_set() and _broken(error)):
                explained = _explained(error, store)
                if explained is error:
                    raise
                raise explained from error
        if interrupted.is_set():
            flight.land()
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"stopped: {store.state()}") from None
    finally:
        flight.abandon()
    if interrupted.is_set():
        raise KeyboardInterrupt(f"stopped: {store.state()}")


class _Flight:
    """Parts that an executor has been given and that have not come back.

    Futures are forgotten as they come back, so memory holds a few parts however many there are.
    """

    def __init__(self, task: Task, spec: Any, store: Parts, executor: Any, bar: Progress):
        self.store = store
        self.up: dict[Any, tuple[int, int]] = {}  # in the order of submission
        self._task = task
        self._spec = spec
        self._executor = executor
        self._bar = bar
        # put() is safe in a signal handler and in the executor's threads
        self._arrived: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._workers: int | None = None
        self._asked = -float("inf")

    def has_room(self) -> bool:
        """Whether the executor should get another part."""
        self._count_workers()
        workers = _SUPPOSED if self._workers is None else max(1, self._workers)
        return len(self.up) < _AHEAD * workers

    def submit(self, first: int, count: int) -> None:
        part = getattr(self._spec, "part", None)
        spec = self._spec if part is None else part(first, count)
        future = self._executor.submit(call, __version__, self._task, spec, first, count)
        if not hasattr(future, "add_done_callback"):
            raise InvalidArgument(
                f"executor.submit of {type(self._executor).__name__} gives a {type(future).__name__}, which"
                f" is no future; {_EXECUTORS}"
            )
        self.up[future] = (first, count)
        future.add_done_callback(self._arrived.put)

    def receive(self) -> None:
        """Waits for one part and commits it; returns without one after a second, or when woken."""
        try:
            future = self._arrived.get(timeout=1)
        except queue.Empty:
            return
        if future is None:
            return
        first, count = self.up.pop(future)
        self.store.commit(first, future.result())
        self._bar.advance(count)
        log.debug("trials %d to %d are on disk", first, first + count - 1)

    def wake(self) -> None:
        """Lets `receive` return; may be called by a signal handler."""
        self._arrived.put(None)

    def land(self) -> None:
        """Commits the parts under way, and calls back those that no worker has begun."""
        if not self.store.writable:
            return
        # workers take parts in the order of submission; some executors cannot tell which are under way
        under_way = self._workers or 0
        for future in list(self.up)[under_way:]:
            future.cancel()
        while self.up:
            # Ctrl-C in a terminal ends the workers of a local dask cluster too
            if _cluster_of(self._executor) is not None and not _workers_of(self._executor):
                return
            try:
                self.receive()
            except FileError:
                if not self.store.writable:
                    return
            except Exception:
                # the first error is the one that is told
                continue

    def abandon(self) -> None:
        """Calls back what can be, and waits for nothing."""
        for future in self.up:
            future.cancel()
        self.up.clear()

    def _count_workers(self) -> None:
        now = time.monotonic()
        if now - self._asked < 1:
            return
        self._asked = now
        self._workers = _workers_of(self._executor)


def _cluster_of(executor: Any) -> Any:
    """The dask client behind an executor; None if it is another kind."""
    client = getattr(executor, "_client", None)
    return client if hasattr(client, "ncores") else None


def _workers_of(executor: Any) -> int | None:
    """How many workers an executor has by now; None if it does not say."""
    client = _cluster_of(executor)
    if client is not None:
        # they come and go, may be none yet, and are out of reach once the client is closed
        try:
            return sum(client.ncores().values())
        except Exception:
            return 0
    for name in ("_max_workers", "num_workers"):
        count = getattr(executor, name, None)
        if isinstance(count, int) and count > 0:
            return count
    return None


def call(version: str, task: Task, spec: Any, first: int, count: int) -> bytes:
    """What a worker runs.

    Raises
    ------
    Error
        If the worker has another version of coxa than the driver.
    """
    if version != __version__:
        raise Error(
            f"a worker has coxa {__version__} and the study is run by coxa {version}; install the same on both"
        )
    with _left_alone():
        return task(spec, first, count)


@contextmanager
def _left_alone() -> Iterator[None]:
    """In a worker process: Ctrl-C in the terminal is for the driver, which waits for the part under way."""
    main = threading.current_thread() is threading.main_thread()
    if multiprocessing.parent_process() is None or not main:
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _interruptible(wake: Callable[[], None], bar: Progress) -> Iterator[threading.Event]:
    """The first Ctrl-C sets the event, the second is a KeyboardInterrupt; only in the main thread."""
    asked = threading.Event()
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGINT) in (signal.SIG_IGN, None):
        yield asked
        return

    def handle(_number: int, _frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()
        wake()
        text = "stopping when the parts under way are safe; Ctrl-C again stops at once"
        log.info(text)
        bar.note(text)

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)


_EXECUTORS = (
    "give one of concurrent.futures, client.get_executor() of dask, or mpi4py's MPIPoolExecutor"
)


def _usable(executor: Any) -> Any:
    if executor is not None and hasattr(executor, "get_executor"):
        return executor.get_executor(pure=False)
    if executor is not None and not callable(getattr(executor, "submit", None)):
        raise InvalidArgument(
            f"executor is a {type(executor).__name__} without submit(); {_EXECUTORS}"
        )
    return executor


def _broken(error: Exception) -> bool:
    if isinstance(error, futures.BrokenExecutor | futures.CancelledError):
        return True
    # dask gives up on a part that several workers died of, and when its client is closed
    return type(error).__name__ in ("KilledWorker", "ClosedClientError", "FutureCancelledError")


def _explained(error: Exception, store: Parts) -> Exception:
    """What a failure of the executor means for the study."""
    if isinstance(error, Error):
        return error
    text = " ".join(str(error).split())
    if _broken(error):
        return Error(
            f"the executor broke down ({type(error).__name__}{': ' if text else ''}{text});"
            f" {store.state('the same call with a new executor goes on')}"
        )
    pickling = isinstance(error, TypeError | AttributeError) and "pickle" in text
    if pickling or isinstance(error, pickle.PicklingError):
        return InvalidArgument(
            f"the study cannot be sent to other processes: {text}; define functions at the top of a module,"
            " or run on threads (workers=)"
        )
    if isinstance(error, RuntimeError) and "after shutdown" in text:
        return InvalidArgument(f"executor is shut down already; {store.state('give a new one')}")
    return error
