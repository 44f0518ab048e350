"""Damaged files: each is refused in one line or reads as it was, and none ends or hangs the process."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import coxa
import numpy as np
import pytest

HOSTILE = Path(coxa.__file__).resolve()
for _folder in HOSTILE.parents:
    if (_folder / "shared" / "reference" / "hostile").is_dir():
        HOSTILE = _folder / "shared" / "reference" / "hostile"
        break

# run by another interpreter: what ends it ends no test run
READER = """
import json, sys
import coxa
counts = {"refused": 0, "as it was": 0, "wrong": []}
def read(path):
    found = coxa.load(path)
    dataset = found.dataset if isinstance(found, coxa.Result) else found
    with dataset:
        return dataset.load()
whole, *damaged = sys.argv[1:]
expected = read(whole)
for path in damaged:
    try:
        found = read(path)
    except OSError as error:  # FileError is one; what HDF5 finds in a chunk comes when it is used
        assert isinstance(error, coxa.FileError) or "inflate" in str(error) or "read" in str(error), error
        assert "\\n" not in str(error)
        counts["refused"] += 1
    else:
        same = found.identical(expected)
        counts["as it was"] += same
        if not same:
            counts["wrong"].append(path)
print(json.dumps(counts))
"""


def damaged(whole: bytes, count: int, seed: int) -> list[bytes]:
    """As many each: a flipped bit, some random bytes, a zeroed range, a truncation."""
    draw = random.Random(seed)
    made = []
    for i in range(count):
        data = bytearray(whole)
        place = draw.randrange(len(data))
        if i % 4 == 0:
            data[place] ^= 1 << draw.randrange(8)
        elif i % 4 == 1:
            for _ in range(draw.randint(1, 8)):
                data[draw.randrange(len(data))] = draw.randrange(256)
        elif i % 4 == 2:
            end = min(len(data), place + draw.randint(2, 4096))
            data[place:end] = bytes(end - place)
        else:
            del data[place:]
        made.append(bytes(data))
    return made


def outcome(path: Path, count: int, seed: int) -> dict[str, object]:
    paths = []
    for i, data in enumerate(damaged(path.read_bytes(), count, seed)):
        paths.append(path.with_name(f"damaged_{i}.h5"))
        paths[-1].write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-c", READER, str(path), *map(str, paths)],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def test_of_a_result(result, tmp_path):
    counts = outcome(result.save(tmp_path / "trial.h5"), 400, seed=1)
    assert counts["wrong"] == []
    assert counts["refused"] > 385


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    path = tmp_path_factory.mktemp("study") / "study.h5"
    athlete = coxa.Subject(sex="male", mass=80, height=1.80)
    study = coxa.Study("barbell_hip_thrust", athlete, frames=11).vary(load=(40, 80))
    study.sample(40, seed=1).run(path, workers=1, progress=False).close()
    return path


def test_of_a_study(study):
    counts = outcome(study, 100, seed=2)
    assert counts["wrong"] == []
    assert counts["refused"] > 95


def test_every_bit_of_a_value_counts(result, tmp_path):
    path = result.save(tmp_path / "trial.h5")
    whole = path.read_bytes()
    value = result["hip_extension_moment"].values[3, 0]
    place = whole.index(np.float64(value).tobytes())
    for bit in range(64):
        data = bytearray(whole)
        data[place + bit // 8] ^= 1 << bit % 8
        path.write_bytes(data)
        with pytest.raises(coxa.FileError, match="damaged"):
            coxa.load(path)
    # what is left is read if asked for
    left = coxa.load(path, verify=False)
    assert left["hip_extension_moment"].values[3, 0] != value
    np.testing.assert_array_equal(left["knee_extension_moment"], result["knee_extension_moment"])


def test_a_study_without_its_checksum_is_still_read(study, tmp_path):
    bare = tmp_path / "study.h5"
    whole = study.read_bytes()
    bare.write_bytes(whole[: whole.rindex(b"coxaseal") - 200])
    with pytest.raises(coxa.FileError):
        coxa.load(bare)  # cut into what HDF5 needs
    footer = np.frombuffer(whole[-32:-16], np.uint64)
    bare.write_bytes(whole[: int(footer[0])])
    with coxa.load(bare) as found, coxa.load(study) as expected:
        assert found.load().identical(expected.load())


def test_the_command_says_so_in_one_line(result, tmp_path):
    path = result.save(tmp_path / "trial.h5")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-m", "coxa.commands", "check-form", str(path)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1 and "damaged" in done.stderr


@pytest.mark.parametrize(
    "name", ["segfault_56", "segfault_175", "hang_39", "hang_584", "unicode_4", "json_25"]
)
def test_hostile_files(name):
    path = HOSTILE / f"{name}.h5"
    if not path.is_file():
        pytest.skip(f"no {path}: it lies beside the repository and is not part of it")
    with pytest.raises(coxa.FileError) as error:
        coxa.load(path)
    assert "\n" not in str(error.value)
