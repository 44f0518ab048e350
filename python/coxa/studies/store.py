"""Storage of a study: finished parts in a folder beside its file, until they are joined.

`study.h5.parts` contains `study.json` (the definition), `lock` (the process using it) and one file per finished
part, such as `000012-0123456789abcdef.h5`: its number, and the start of the SHA-256 of its content. A part is
written under a temporary name, flushed to disk and renamed; whatever is killed, a file with such a name is
either complete or detected as damaged.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import shutil
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import _core
from .._core import FileError, InvalidArgument, __version__, build_version
from .definition import STUDY
from .lock import Lock

#: Version of the folder's layout.
FORMAT = 1

_NAME = re.compile(r"(\d{6,})-([0-9a-f]{16})\.h5")

_OURS = re.compile(r"lock|study\.json|\d{6,}-[0-9a-f]{16}\.h5(\.damaged)?|[^/]*\.tmp")

# all attributes of an HDF5 object share 64 KiB
_LONGEST_ATTRIBUTE = 32_000


Grid = list[tuple[str, str, str, Any]]


def folder_of(path: str | os.PathLike[str]) -> Path:
    """The folder with the parts of a study's file."""
    path = Path(path)
    return path.with_name(path.name + ".parts")


def canonical(definition: Mapping[str, Any]) -> str:
    """The definition of a study as canonical JSON: equal studies have equal texts."""
    return json.dumps(definition, sort_keys=True, separators=(",", ":"), default=_plain)


def identity(definition: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON; equal for equal studies."""
    return hashlib.sha256(canonical(definition).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise InvalidArgument(
        f"{value!r} cannot be part of a study's definition: it is no number or text"
    )


class Parts:
    """The folder of a study that is being computed; a context manager that holds its lock.

    Parameters
    ----------
    path : Path
        The file of the whole study.
    definition : mapping
        Definition of the study, compared with that of an existing folder.
    total : int
        Number of trials.
    chunk : int
        Trials per part; an existing folder keeps its own.
    attributes : mapping
        Attributes of the file, for readers of the unfinished study.
    kept : bool
        Whether the path outlives the call.

    Raises
    ------
    FileError
        If another process is using it, it cannot be written, or it belongs to something else.
    """

    def __init__(
        self,
        path: Path,
        definition: Mapping[str, Any],
        total: int,
        chunk: int,
        attributes: Mapping[str, Any],
        kept: bool = True,
    ):
        self.path = path
        self.folder = folder_of(path)
        self.total = total
        self.chunk = chunk
        #: Whether the last part could be written.
        self.writable = True
        self._definition = definition
        self._attributes = attributes
        self._kept = kept
        self._done: dict[int, Path] = {}
        self._lock: Lock | None = None

    def __enter__(self) -> Parts:
        header = read_header(self.folder)
        if header is not None:
            _same_study(self.folder, header["definition"], self._definition)
        else:
            self._refuse([name for name in _names(self.folder) if not _OURS.fullmatch(name)])
        try:
            self.folder.mkdir(exist_ok=True)
        except OSError as error:
            raise FileError(f"cannot write {self.folder}: {error.strerror}") from None
        self._lock = Lock(self.folder)
        try:
            # another process may have written the header while this one waited for the lock
            header = read_header(self.folder)
            if header is None:
                self._refuse([name for name in _names(self.folder) if _NAME.fullmatch(name)])
                self._begin()
            else:
                _same_study(self.folder, header["definition"], self._definition)
                if header["trials"] != self.total:
                    raise FileError(
                        f"{self.folder} holds another study: it has {header['trials']} trials there and"
                        f" {self.total} here; give another path, or delete it to begin again"
                    )
                self.chunk = int(header["chunk"])
            self._clean()
            self._done = self._whole()
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._lock is not None:
            self._lock.release()

    @property
    def safe(self) -> int:
        """Number of trials on disk."""
        return sum(self._count(part) for part in self._done)

    def state(self, then: str = "the same call goes on") -> str:
        """What is on disk and what to do next, as text for messages."""
        if not self._kept:
            return f"{self.safe} of {self.total} trials were done; give a path to keep them"
        return f"{self.safe} of {self.total} trials are safe in {self.folder}; {then}"

    def done(self) -> list[int]:
        """First trial of every part on disk."""
        return [part * self.chunk for part in sorted(self._done)]

    def missing(self) -> list[tuple[int, int]]:
        """First trial and number of trials of every missing part, in order."""
        parts = range(-(-self.total // self.chunk))
        return [(part * self.chunk, self._count(part)) for part in parts if part not in self._done]

    def commit(self, first: int, data: bytes) -> None:
        """Write a part to disk.

        Raises
        ------
        FileError
            If it cannot be written; parts committed before are kept.
        """
        part = first // self.chunk
        name = f"{part:06d}-{hashlib.sha256(data).hexdigest()[:16]}.h5"
        try:
            _put(self.folder, name, data)
        except OSError as error:
            self.writable = False
            raise FileError(
                f"cannot write {self.folder / name}: {error.strerror};"
                f" {self.state('once that is put right the same call goes on')}"
            ) from None
        self._done[part] = self.folder / name

    def join(self, attributes: Mapping[str, Any], grid: Grid | None) -> None:
        """Join all parts into the study's file, and remove the folder."""
        whole = self.folder / "whole.tmp"
        files = [str(self._done[part]) for part in sorted(self._done)]
        try:
            # parts in _done were written by this process or had their checksum verified
            marked = {**attributes, **marks(self._definition)}
            _core.join_hdf5(files, str(whole), marked, grid, checked=True)
            os.replace(whole, self.path)
            _flush_folder(self.path.parent)
        except (OSError, FileError) as error:
            with contextlib.suppress(OSError):
                whole.unlink()
            cause = error.strerror if isinstance(error, OSError) and error.strerror else error
            raise FileError(
                f"cannot write {self.path}: {cause};"
                f" {self.state('once that is put right the same call goes on')}"
            ) from None
        self.remove()

    def remove(self) -> None:
        """Remove the folder, except files of other origin."""
        for name in _names(self.folder):
            # the lock is removed last, so that no other process can enter
            if _OURS.fullmatch(name) and name != "lock":
                with contextlib.suppress(OSError):
                    (self.folder / name).unlink()
        if _names(self.folder) == ["lock"]:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _count(self, part: int) -> int:
        return min(self.chunk, self.total - part * self.chunk)

    def _refuse(self, foreign: Sequence[str]) -> None:
        if foreign:
            raise FileError(
                f"{self.folder} holds {foreign[0]} and no study.json, so it is not ours to write to;"
                " give another path, or move it away"
            )

    def _begin(self) -> None:
        header = {
            "format": FORMAT,
            "coxa_version": build_version,
            "trials": self.total,
            "chunk": self.chunk,
            "sha256": identity(self._definition),
            "definition": self._definition,
            "attributes": dict(self._attributes),
        }
        text = json.dumps(header, indent=1, default=_plain)
        try:
            _put(self.folder, "study.json", text.encode())
        except OSError as error:
            raise FileError(
                f"cannot write {self.folder / 'study.json'}: {error.strerror}"
            ) from None

    def _clean(self) -> None:
        """Remove temporary files of killed processes."""
        for name in _names(self.folder):
            if name.endswith(".tmp"):
                with contextlib.suppress(OSError):
                    (self.folder / name).unlink()

    def _whole(self) -> dict[int, Path]:
        """Parts whose content matches the digest in their name; others are renamed as damaged."""
        found: dict[int, Path] = {}
        last = -(-self.total // self.chunk) - 1
        for part, file, digest in part_files(self.folder):
            if part > last or part in found:
                file.unlink()
            elif _digest(file) == digest:
                found[part] = file
            else:
                aside = file.with_name(file.name + ".damaged")
                os.replace(file, aside)
                warnings.warn(
                    f"{file} is damaged; it is set aside as {aside.name} and computed again",
                    stacklevel=4,
                )
        return found


# ---- the study's file


def marks(definition: Mapping[str, Any]) -> dict[str, str]:
    """Attributes that identify a finished file as that of this study."""
    text = canonical(definition)
    found = {"study_sha256": identity(definition)}
    if len(text.encode()) <= _LONGEST_ATTRIBUTE:
        found["definition"] = canonical({"function": STUDY, **definition})
    return found


def finished(path: Path, definition: Mapping[str, Any]) -> bool:
    """Whether the finished file of this study exists.

    Raises
    ------
    FileError
        If the path holds something else.
    """
    if not path.exists():
        return False
    attributes = _attributes(path)
    what_to_do = "give another path, or delete it"
    if attributes is None:
        raise FileError(f"{path} is there already and is no file of coxa; {what_to_do}")
    written = str(attributes.get("format", ""))
    if _newer(written, "coxa-1"):
        raise FileError(
            f"{path} has format {written!r}; coxa {__version__} reads 'coxa-1': use the newer coxa that"
            " wrote it, or give another path"
        )
    if attributes.get("study_sha256") == identity(definition):
        return True
    if "study_sha256" not in attributes:
        raise FileError(f"{path} is there already and holds no study; {what_to_do}")
    # "study_definition" is the name in files written before version 0.2
    if text := attributes.get("definition", attributes.get("study_definition")):
        given = json.loads(text)
        given.pop("function", None)
        _same_study(path, given, definition)
    raise FileError(f"{path} holds another study; {what_to_do}")


def clear_leftover(path: Path, definition: Mapping[str, Any]) -> None:
    """Remove the folder of a finished study, in case its process was killed before doing so."""
    with contextlib.suppress(OSError):
        header = read_header(folder_of(path))
        if header is not None and identity(header["definition"]) == identity(definition):
            parts = Parts(path, {}, 1, 1, {})
            lock = Lock(parts.folder)
            parts.remove()
            lock.release()


# ---- files


def _put(folder: Path, name: str, data: bytes) -> None:
    """Write a file atomically and durably; errors are those of the system."""
    temporary = folder / f"{name}.tmp"
    try:
        with open(temporary, "wb", buffering=0) as file:
            view = memoryview(data)
            while view:
                view = view[file.write(view) :]
            os.fsync(file.fileno())
        os.replace(temporary, folder / name)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError as error:
        # some network file systems cannot flush folders
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(handle)


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise FileError(f"cannot read {folder}: {error.strerror}") from None


def part_files(folder: Path) -> list[tuple[int, Path, str]]:
    """Number, path and digest of every part file, in order."""
    found = [(match, name) for name in _names(folder) if (match := _NAME.fullmatch(name))]
    return sorted((int(match[1]), folder / name, match[2]) for match, name in found)


def _digest(file: Path) -> str:
    digest = hashlib.sha256()
    with open(file, "rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()[:16]


def read_header(folder: Path) -> dict[str, Any] | None:
    """The contents of `study.json`; None if it does not exist."""
    file = folder / "study.json"
    try:
        text = file.read_text()
    except (FileNotFoundError, NotADirectoryError):
        if folder.exists() and not folder.is_dir():
            raise FileError(f"{folder} is in the way: it is not a folder; move it away") from None
        return None
    except OSError as error:
        raise FileError(f"cannot read {file}: {error.strerror}") from None
    try:
        header = json.loads(text)
        form = header["format"]
        if form <= FORMAT:
            return {key: header[key] for key in ("trials", "chunk", "definition", "attributes")}
    except (ValueError, KeyError, TypeError):
        raise FileError(
            f"{file} is not what coxa wrote; give another path, or delete {folder} to begin again"
        ) from None
    raise FileError(
        f"{folder} has format {form}; coxa {__version__} reads up to {FORMAT}: use the newer coxa that"
        " wrote it, or give another path"
    )


def _newer(written: str, known: str) -> bool:
    number = written.removeprefix("coxa-")
    return number != written and number.isdigit() and int(number) > int(known.removeprefix("coxa-"))


def _attributes(path: Path) -> dict[str, Any] | None:
    """Global attributes of an HDF5 file; None if it is not one."""
    import h5py

    with open(path, "rb") as stream:
        if stream.read(8) != b"\x89HDF\r\n\x1a\n":
            return None
    _core.check_hdf5(path)
    try:
        with h5py.File(path, "r") as file:
            attributes = dict(file.attrs)
    except (OSError, RuntimeError):
        return None
    return {k: v.decode() if isinstance(v, bytes) else v for k, v in attributes.items()}


def _same_study(where: Path, found: Any, given: Mapping[str, Any]) -> None:
    given = json.loads(canonical(given))
    difference = _difference(given, found, "")
    if difference is not None:
        name, here, there = difference
        raise FileError(
            f"{where} holds another study: {name} is {there} there and {here} here;"
            " give another path, or delete it to begin again"
        )


def _difference(given: Any, found: Any, name: str) -> tuple[str, str, str] | None:
    """The first entry that differs, and its value in both."""
    if canonical({"": given}) == canonical({"": found}):
        return None
    if isinstance(given, dict) and isinstance(found, dict):
        for key in [*given, *(key for key in found if key not in given)]:
            inner = f"{name}.{key}" if name else str(key)
            if key not in given or key not in found:
                here, there = (_short(at[key]) if key in at else "not" for at in (given, found))
                return inner, here, there
            if difference := _difference(given[key], found[key], inner):
                return difference
    if isinstance(given, list) and isinstance(found, list) and len(given) == len(found):
        if max(len(json.dumps(given)), len(json.dumps(found))) > 60:
            for i, (here, there) in enumerate(zip(given, found, strict=True)):
                if difference := _difference(here, there, f"{name}[{i}]"):
                    return difference
    return name or "the definition", _short(given), _short(found)


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."
