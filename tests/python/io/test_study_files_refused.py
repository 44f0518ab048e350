"""Joining the files of a study's parts: parts that contradict each other or are damaged, and disks that fail."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from coxa import FileError, InvalidArgument, _core

sys.path.insert(0, str(Path(__file__).parent))
from study_parts import seen, stacked, write_parts

# bytes of the checksum at the end of a part
SEAL = 48


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "parts").mkdir()
    return tmp_path / "parts"


def spoil(name, entry, value):
    """A change of the second part: entry 0 dims, 1 values, 2 attributes of a variable."""

    def change(i, dataset):
        if i == 1:
            parts = list(dataset["variables"][name])
            parts[entry] = {**parts[2], **value} if entry == 2 else value
            dataset["variables"][name] = tuple(parts)

    return change


def other_side(i, dataset):
    if i == 1:
        dataset["variables"]["side"] = (("side",), ["left", "right"], {"long_name": "side"})


def longer(i, dataset):
    if i == 1:
        dataset["dims"]["none"] = 1
        dataset["variables"]["empty"] = (("trial", "none"), np.zeros((10, 1)), {"units": "N"})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (spoil("peak", 2, {"units": "N"}), "'peak' has units 'N m' in the first and 'N' in the second"),
        (
            spoil("status", 2, {"flag_masks": np.array([1, 4], np.int32)}),
            "'status' has flag_masks (1, 2) in the first and (1, 4) in the second",
        ),
        (
            spoil("peak", 2, {"role": "parameter"}),
            "'peak' has role 'summary' in the first and 'parameter' in the second",
        ),
        (other_side, "the labels of 'side' differ"),
        (spoil("mass", 1, np.array(63.0)), "the values of 'mass' differ"),
        (longer, "the dimension 'none' has 0 entries in the first and 1 in the second"),
        (
            spoil("peak", 1, np.zeros(10, np.int32)),
            "'peak' holds another type of value in the first than in the second",
        ),
    ],
)  # fmt: skip
def test_parts_that_contradict_each_other(folder, tmp_path, change, says):
    paths = write_parts(folder, [10, 10], change)
    with pytest.raises(FileError) as caught:
        _core.join_hdf5(paths, tmp_path / "out.h5", {})
    assert str(caught.value) == f'cannot join "{paths[0]}" and "{paths[1]}": {says}'
    assert sorted(p.name for p in tmp_path.iterdir()) == ["parts"]


def test_other_dimensions_contradict(folder, tmp_path):
    def change(i, dataset):
        if i == 1:
            dataset["variables"]["peak"] = (("trial", "side"), np.zeros((10, 2)), {"units": "N m"})

    with pytest.raises(FileError, match=r"'peak' has the dimensions \(trial\) in the first and "):
        _core.join_hdf5(write_parts(folder, [10, 10], change), tmp_path / "out.h5", {})


def test_descriptions_may_differ_and_the_first_one_stays(folder, tmp_path):
    change = spoil("force", 2, {"long_name": "another word for it"})
    _core.join_hdf5(write_parts(folder, [10, 10], change), tmp_path / "out.h5", {})
    assert seen(tmp_path / "out.h5")["force"].attrs["long_name"] == "force"


def test_trials_must_be_complete(folder, tmp_path):
    paths = write_parts(folder, [10, 10, 10])

    def refusal(parts, error=FileError):
        with pytest.raises(error) as caught:
            _core.join_hdf5(parts, tmp_path / "out.h5", {})
        return str(caught.value)

    gap = (
        "cannot join the parts: trials {} to {} are in none of them; the next one after these is {}"
    )
    assert refusal([paths[0], paths[2]]) == gap.format(10, 19, f'"{paths[2]}"')
    assert refusal(paths[1:]) == gap.format(0, 9, f'"{paths[1]}"')
    twice = f'cannot join "{paths[1]}" and "{paths[1]}": both hold trial 10'
    assert refusal([*paths, paths[1]]) == twice
    assert "there are no parts" in refusal([], InvalidArgument)

    with h5py.File(paths[1], "r+") as f:
        f["trial"][3] = 99
    assert "000001.h5" in refusal(paths)
    assert "its trials are not consecutive: after 12 comes 99" in refusal(paths)

    def without(i, dataset):
        if i == 1:
            del dataset["variables"]["trial"]

    paths = write_parts(folder, [10, 10], without)
    assert refusal(paths) == (
        f"cannot read \"{paths[1]}\": it is no part of a study: it has no integer coordinate 'trial'"
    )


def test_damaged_parts_are_named(folder, tmp_path):
    paths = write_parts(folder, [64, 64, 64])
    sound = paths[1].read_bytes()

    def refusal(content):
        paths[1].write_bytes(content)
        with pytest.raises(FileError) as caught:
            _core.join_hdf5(paths, tmp_path / "out.h5", {})
        text = str(caught.value)
        assert str(paths[1]) in text and "\n" not in text
        assert sorted(p.name for p in tmp_path.iterdir()) == ["parts"], "no temporary file stays"
        return text

    for length in range(0, len(sound), len(sound) // 12 + 1):
        refusal(sound[:length])
    assert "truncated" in refusal(sound[:-100])
    with h5py.File(paths[0]) as f:
        info = f["force"].id.get_chunk_info(1)
    flipped = bytearray(sound)
    flipped[info.byte_offset + info.size // 2] ^= 0x10
    assert "its checksum says; restore it from a copy" in refusal(bytes(flipped))
    # the same without the checksum that coxa writes at the end
    bare = sound[:-SEAL]
    assert "failed to read the variable force" in refusal(bytes(flipped[:-SEAL]))
    newer = bare.replace(b"coxa-1\0", b"coxa-2\0")
    assert newer != bare
    assert "its format is 'coxa-2', this version of coxa reads 'coxa-1'" in refusal(newer)
    assert "it is not an HDF5 file" in refusal(b"hello")
    paths[1].write_bytes(sound)
    _core.join_hdf5(paths, tmp_path / "out.h5", {})


def test_a_damaged_part_does_not_spoil_the_end_of_the_program(folder, tmp_path):
    paths = write_parts(folder, [64, 64])
    content = bytearray(paths[1].read_bytes())
    content[content.index(b"OHDR", 10_000) + 30] ^= 2  # HDF5 loses memory over such headers
    paths[1].write_bytes(bytes(content[:-SEAL]))
    text = in_new_process(JOIN.format(path=sys.path), tmp_path / "out.h5", *paths)
    assert text.startswith(f'cannot read "{paths[1]}": HDF5 failed to open ')
    assert "checksum" in text


def test_random_damage_never_crashes_or_passes_for_series(folder, tmp_path):
    """Bytes lost or changed anywhere: an error that names a file, or numbers outside the compressed pieces."""
    paths = write_parts(folder, [64, 64])
    sound = paths[1].read_bytes()
    series = stacked(0, 128)["variables"]["force"][1]
    random = np.random.default_rng(5)
    refused = 0
    for _ in range(150):
        content = bytearray(sound)
        for place in random.integers(0, len(sound), random.integers(1, 6)):
            content[place] ^= 1 << random.integers(8)
        paths[1].write_bytes(bytes(content))
        try:
            _core.join_hdf5(paths, tmp_path / "out.h5", {})
        except FileError as error:
            refused += 1
            assert str(tmp_path) in str(error) and "\n" not in str(error)
        else:
            with h5py.File(tmp_path / "out.h5") as f:
                np.testing.assert_array_equal(f["force"], series)
    assert refused > 50


def test_a_target_that_is_open_elsewhere_or_absent(folder, tmp_path):
    paths = write_parts(folder, [10])
    with pytest.raises(FileError, match="does not exist; create it first"):
        _core.join_hdf5(paths, tmp_path / "absent" / "out.h5", {})
    _core.join_hdf5(paths, tmp_path / "out.h5", {})
    with h5py.File(tmp_path / "out.h5"):
        with pytest.raises(FileError, match="open elsewhere"):
            _core.join_hdf5(paths, tmp_path / "out.h5", {})
    _core.join_hdf5(paths, tmp_path / "out.h5", {})


def test_attributes_that_cannot_be_stored(folder, tmp_path):
    paths = write_parts(folder, [10])
    with pytest.raises(InvalidArgument, match="zero byte"):
        _core.join_hdf5(paths, tmp_path / "out.h5", {"history": "a\0b"})
    with pytest.raises(InvalidArgument, match="the only format that is written"):
        _core.join_hdf5(paths, tmp_path / "out.h5", {"format": "coxa-2"})
    assert sorted(p.name for p in tmp_path.iterdir()) == ["parts"]


def in_new_process(code, *arguments, **environment):
    """Runs Python code to its end, exit handlers of HDF5 included, and gives what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True, text=True, env={**os.environ, **environment},
    )  # fmt: skip
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return done.stdout


JOIN = """
import sys
sys.path[:0] = {path!r}
from coxa import FileError, _core
try:
    _core.join_hdf5(sys.argv[2:], sys.argv[1], {{}})
except FileError as error:
    print(error)
"""


@pytest.mark.parametrize("limit", [0, 50_000, 400_000])
def test_a_file_that_may_not_grow(folder, tmp_path, limit):
    paths = write_parts(folder, [64, 64])
    code = (
        "import resource, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
    ) + JOIN.format(path=sys.path)
    text = in_new_process(code, tmp_path / "out.h5", *paths)
    assert text.startswith(f'cannot write "{tmp_path}/out.h5": File too large: it needs ')
    assert sorted(p.name for p in tmp_path.iterdir()) == ["parts"]


def test_a_full_disk_is_one_clear_error_and_leaves_nothing(folder, tmp_path):
    disk = os.environ.get("COXA_TEST_SMALL_DISK")
    if disk is None:
        pytest.skip("COXA_TEST_SMALL_DISK names no small file system")
    paths = write_parts(folder, [64, 64])
    text = in_new_process(JOIN.format(path=sys.path), f"{disk}/out.h5", *paths)
    needed, free = map(int, re.findall(r"(\d+) bytes, (\d+) are free", text)[0])
    assert text.startswith(f'cannot write "{disk}/out.h5": the disk is full: the file needs ')
    assert free <= 65536 < needed
    assert not os.listdir(disk)


FAILING_WRITES = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
/* the disk fails under the temporary file from the fifth write on */
ssize_t pwrite64(int file, const void *data, size_t size, off_t place) {
  static int count = 0;
  static ssize_t (*real)(int, const void *, size_t, off_t);
  char link[64], path[512] = "";
  if (!real) *(void **)&real = dlsym(RTLD_NEXT, "pwrite64");
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  if (readlink(link, path, sizeof path - 1) > 0 && strstr(path, ".part") && ++count >= 5) {
    errno = EIO;
    return -1;
  }
  return real(file, data, size, place);
}
ssize_t pwrite(int file, const void *data, size_t size, off_t place) {
  return pwrite64(file, data, size, place);
}
"""


def test_a_failing_disk_is_one_clear_error_and_no_crash_at_the_end(folder, tmp_path):
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or "LD_PRELOAD" in os.environ:
        pytest.skip("needs a C compiler, and the place of a library that is loaded first")
    (tmp_path / "failing.c").write_text(FAILING_WRITES)
    library = tmp_path / "parts" / "failing.so"
    command = [compiler, "-w", "-shared", "-fPIC", "-o", library, tmp_path / "failing.c", "-ldl"]
    subprocess.run(command, check=True)
    (tmp_path / "failing.c").unlink()
    paths = write_parts(folder, [64, 64, 64])
    text = in_new_process(
        JOIN.format(path=sys.path), tmp_path / "out.h5", *paths, LD_PRELOAD=str(library)
    )
    assert text == (
        f'cannot write "{tmp_path}/out.h5": HDF5 failed to write a chunk: file write failed: '
        "Input/output error\n"
    )
    assert sorted(p.name for p in tmp_path.iterdir()) == ["parts"]


def test_room_set_aside_is_given_back(folder, tmp_path):
    _core.join_hdf5(write_parts(folder, [64, 64]), tmp_path / "out.h5", {})
    stat = os.stat(tmp_path / "out.h5")
    assert stat.st_blocks * 512 <= stat.st_size + 4096 * 2
