"""Running a study: parts are sent to an executor, stored as they arrive, and joined at the end."""

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

#: Computes `count` trials from number `first` on; gives the bytes of an HDF5 file.
Task = Callable[[Any, int, int], bytes]

# parts in flight per worker: one being computed, the others queued
_AHEAD = 3

# number of workers assumed of an executor that does not report it
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
    """Compute the trials of a study that are not on disk yet, and join all into one file.

    Parameters
    ----------
    task : callable
        `task(spec, first, count)` gives the bytes of an HDF5 file of these trials. It is pickled for other
        processes, so it must be defined at module level.
    spec : object
        Input of the task. If it has a method `part(first, count)`, only the result of that is sent.
    total : int
        Number of trials.
    path : path
        File to write. Until it is complete, finished parts are in the folder of the same name plus `.parts`.
    chunk : int
        Trials per part; a resumed study keeps its own.
    workers, executor, progress
        As in `Study.run`; a dask Client is an executor too.
    definition : mapping
        Everything that identifies the study, as JSON values.
    attributes : mapping
        Attributes of the file.
    grid : list, optional
        Dimensions to replace `trial`, as `_core.join_hdf5` takes them.
    kept : bool
        Whether the path outlives the call; if not (temporary files), messages do not mention it.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    FileError
        If the file or folder cannot be written, belongs to another study, or is in use.
    InvalidArgument
        If the executor is not one, or the task cannot be sent to it.
    Error
        An error of the task, or a breakdown of the workers. Parts finished before are kept.
    KeyboardInterrupt
        On Ctrl-C, after the parts being computed are stored; a second Ctrl-C does not wait for them.
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
            # another process may have finished it while this one waited for the lock
            if finished(target, definition):
                store.remove()
            else:
                _compute(task, spec, store, workers, executor, progress)
                store.join(attributes, grid)
                log.info("wrote %s: %d trials", target, total)
    return target


def available_workers() -> int:
    """Number of cores available to this process."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def worker_count(workers: int | None) -> int:
    """The requested number of threads, or all available cores."""
    return available_workers() if workers is None else check_count("workers", workers)


def _compute(
    task: Task, spec: Any, store: Parts, workers: int | None, executor: Any, progress: bool | None
) -> None:
    """Compute and store the missing parts of a study."""
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
            # do not wait: after a second Ctrl-C or another error nobody needs the remaining parts
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
            # Ctrl-C in a terminal also kills idle worker processes: the resulting error is not one
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
    """Parts submitted to an executor that have not been received.

    Received futures are dropped, so that memory holds a few parts only.
    """

    def __init__(self, task: Task, spec: Any, store: Parts, executor: Any, bar: Progress):
        self.store = store
        self.up: dict[Any, tuple[int, int]] = {}  # in the order of submission
        self._task = task
        self._spec = spec
        self._executor = executor
        self._bar = bar
        # SimpleQueue.put is safe in signal handlers and in the executor's threads
        self._arrived: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._workers: int | None = None
        self._asked = -float("inf")

    def has_room(self) -> bool:
        """Whether another part should be submitted."""
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
        """Wait for a part and store it; returns without one after a second, or if woken."""
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
        """Make `receive` return; may be called from a signal handler."""
        self._arrived.put(None)

    def land(self) -> None:
        """Store the parts being computed, and cancel those not yet started."""
        if not self.store.writable:
            return
        # workers take parts in order of submission; some executors cannot report which are running
        under_way = self._workers or 0
        for future in list(self.up)[under_way:]:
            future.cancel()
        while self.up:
            # Ctrl-C in a terminal also ends the workers of a local dask cluster
            if _cluster_of(self._executor) is not None and not _workers_of(self._executor):
                return
            try:
                self.receive()
            except FileError:
                if not self.store.writable:
                    return
            except Exception:
                # only the first error is reported
                continue

    def abandon(self) -> None:
        """Cancel whatever can be cancelled, without waiting."""
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
    """The dask client of an executor; None for other executors."""
    client = getattr(executor, "_client", None)
    return client if hasattr(client, "ncores") else None


def _workers_of(executor: Any) -> int | None:
    """Current number of workers of an executor; None if it does not report it."""
    client = _cluster_of(executor)
    if client is not None:
        # dask workers come and go; there may be none yet, or the client may be closed
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
    """The function executed by a worker.

    Raises
    ------
    Error
        If the worker has another version of coxa than the driving process.
    """
    if version != __version__:
        raise Error(
            f"a worker has coxa {__version__} and the study is run by coxa {version}; install the same on both"
        )
    with _left_alone():
        return task(spec, first, count)


@contextmanager
def _left_alone() -> Iterator[None]:
    """In a worker process: ignore Ctrl-C, which the driver handles by waiting for the part being computed."""
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
    """The first Ctrl-C sets the event, the second raises KeyboardInterrupt; in the main thread only."""
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
    # dask raises these after several workers died of a part, or its client was closed
    return type(error).__name__ in ("KilledWorker", "ClosedClientError", "FutureCancelledError")


def _explained(error: Exception, store: Parts) -> Exception:
    """The error to raise for a failure of the executor."""
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
