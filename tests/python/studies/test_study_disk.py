"""A study on disk: what is committed is whole and stays, whatever is damaged or in the way."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import threading
from pathlib import Path

import coxa
import numpy as np
import pytest
import xarray as xr
from coxa import _core
from coxa.studies import opening
from coxa.studies import store as parts

sys.path.insert(0, str(Path(__file__).parent))
import study_tasks
from study_folder import ATTRIBUTES, CHUNK, DEFINITION, TOTAL, load, run, same, script
from study_tasks import Numbers, Sliced, begun


def files(path):
    return sorted(os.listdir(parts.folder_of(path)))


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
