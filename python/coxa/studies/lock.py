"""Lock of a study that is being computed."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import socket
import warnings
import weakref
from pathlib import Path

from .._core import FileError

# errors of flock on file systems without locks, such as Lustre mounted without them
_NO_LOCKS = {errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL}


class Lock:
    """An exclusive lock on the file `lock` of a folder; the file names its holder."""

    def __init__(self, folder: Path):
        file = folder / "lock"
        while True:
            try:
                folder.mkdir(exist_ok=True)
                self._file = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
            except OSError as error:
                raise FileError(f"cannot write {file}: {error.strerror}") from None
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                holder = os.pread(self._file, 1000, 0).decode(errors="replace").split()
                os.close(self._file)
                if error.errno not in _NO_LOCKS:
                    who = f"process {holder[0]} on {holder[1]}" if len(holder) > 1 else "a process"
                    raise FileError(
                        f"{folder} is in use: {who} is computing this study; wait for it to end,"
                        " or give another path"
                    ) from None
                warnings.warn(
                    f"the file system of {folder} has no locks ({error.strerror}); do not run this study"
                    " twice at a time",
                    stacklevel=5,
                )
                self._file = -1
                return
            # the previous holder may have removed the file, or the folder, since it was opened
            with contextlib.suppress(OSError):
                if os.stat(file).st_ino == os.fstat(self._file).st_ino:
                    break
            os.close(self._file)
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()} {socket.gethostname()}\n".encode(), 0)
        _locks.add(self)

    def release(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


_locks: weakref.WeakSet[Lock] = weakref.WeakSet()


def _in_child() -> None:
    # a forked worker must not keep the lock if it outlives its parent
    for lock in list(_locks):
        lock.release()


os.register_at_fork(after_in_child=_in_child)
