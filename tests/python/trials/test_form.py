"""coxa.check_form: its value is what the sites say, its limit what the table says, in any trial."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import coxa
import numpy as np
import pytest
from changed_trials import both, edited, middle, move, turn
from coxa.commands import main
from coxa.trials.cues import CUES
from coxa.trials.form import BASES, COLUMNS, read_limits

TABLES = Path(__file__).parents[3] / "data" / "form"
EXERCISE = "barbell_hip_thrust"
FRAMES = 31


def rows(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


LIMITS = {row["cue"]: row for row in rows("cues.csv")}


@pytest.fixture(scope="module")
def thrust(athlete):
    """A trial that is done well."""
    return coxa.simulate(EXERCISE, athlete, load=60, frames=FRAMES)


@pytest.fixture(scope="module")
def form(thrust):
    return coxa.check_form(thrust)


def nearest_limit(cue, values: np.ndarray) -> float:
    """What is farthest from the middle of a cue's two limits."""
    return values[np.abs(values - (cue.limit.low + cue.limit.high) / 2).argmax()]


# ---- the table of limits -------------------------------------------------------------------------------


def test_every_cue_has_one_row_and_every_row_a_cue():
    assert list(LIMITS) == list(CUES)
    assert tuple(rows("cues.csv")[0]) == COLUMNS


def test_every_limit_has_a_basis_and_a_source_that_is_listed():
    known = {row["source"]: row for row in rows("sources.csv")}
    used = set()
    for row in LIMITS.values():
        assert row["basis"] in BASES
        assert row["low"] or row["high"]
        assert row["sources"].split()
        used |= set(row["sources"].split())
    assert used == set(known)
    for row in known.values():
        assert row["read"] in ("abstract", "page", "transcription", "recalled")
        assert row["citation"]


def test_limits_are_those_of_the_table(form):
    for cue in form:
        row = LIMITS[cue.name]
        assert cue.limit.low == (float(row["low"]) if row["low"] else -math.inf)
        assert cue.limit.high == (float(row["high"]) if row["high"] else math.inf)
        assert (cue.limit.basis, cue.unit) == (row["basis"], row["unit"])


def test_another_table_gives_another_verdict(thrust, tmp_path):
    def write(**changed) -> Path:
        table = [
            {**row, **(changed if row["cue"] == "bench_height" else {})} for row in LIMITS.values()
        ]
        path = tmp_path / "limits.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(table)
        return path

    assert coxa.check_form(thrust)["bench_height"].passed
    stricter = coxa.check_form(thrust, limits=write(high="39", sources="my_coach"))["bench_height"]
    assert stricter.failed and stricter.limit.sources == ("my_coach",)
    for wrong in (
        {"high": "tall"},
        {"low": "nan"},
        {"low": "50", "high": "40"},
        {"basis": "hearsay"},
        {"cue": "bench_heigth"},
        {"cue": "heels_down"},
    ):
        with pytest.raises(coxa.Error, match="bench_height|bench_heigth|heels_down"):
            coxa.check_form(thrust, limits=write(**wrong))


def test_a_table_that_is_none(tmp_path):
    with pytest.raises(coxa.FileError):
        read_limits(tmp_path / "absent.csv")
    with pytest.raises(coxa.FileError):
        read_limits(tmp_path)
    short = tmp_path / "short.csv"
    short.write_text("cue,title\nneutral_spine,x\n")
    with pytest.raises(coxa.InvalidArgument, match="lacks"):
        read_limits(short)
    short.write_text(",".join(COLUMNS) + "\n")
    with pytest.raises(coxa.InvalidArgument, match="no cue"):
        read_limits(short)


# ---- a trial done well ---------------------------------------------------------------------------------


def test_a_good_thrust_passes(form):
    assert form.passed and not form.failed
    # only what needs someone on the feet is left out
    assert {cue.name for cue in form.not_applicable} == {
        "squat_depth",
        "balanced",
        "bar_over_midfoot",
    }
    for cue in form.not_applicable:
        assert "back" in cue.reason
        assert math.isnan(cue.value)


def test_values_are_those_of_the_sites(thrust, form):
    data = thrust.dataset
    top = data["path"].values >= data["path"].values.max() - 1e-6
    hips, shoulders, neck = both(data, "hip"), both(data, "shoulder"), middle(data, "c7")

    trunk = np.degrees(
        np.arcsin((hips - shoulders)[:, 1] / np.linalg.norm(hips - shoulders, axis=1))
    )
    assert form["back_level"].value == pytest.approx(
        trunk[top][np.abs(trunk[top]).argmax()], abs=1e-6
    )

    line = (both(data, "hip") - neck) / np.linalg.norm(hips - neck, axis=1)[:, None]
    bench = data["center_of_pressure"].sel(support="bench").transpose("time", "axis").values
    share = 100 * ((bench - neck) * line).sum(axis=1) / np.linalg.norm(hips - neck, axis=1)
    assert form["shoulder_blades"].value == pytest.approx(
        nearest_limit(form["shoulder_blades"], share)
    )
    assert form["bench_height"].value == pytest.approx(100 * thrust.parameters["bench_height"])

    heel = middle(data, "heel_medial_r", "heel_lateral_r")
    ball = middle(data, "ball_medial_r", "ball_lateral_r")
    lift = 100 * (heel - ball)[:, 1]
    assert form["heels_down"].value == pytest.approx(lift.max(), abs=1e-3)

    # feet straight ahead, so that inward is sideways
    outside = {}
    for side, sign in (("right", 1), ("left", -1)):
        s = side[0]
        knee = middle(data, f"knee_{s}")
        heel = middle(data, f"heel_medial_{s}", f"heel_lateral_{s}")
        outside[side] = np.degrees(np.arctan(sign * (heel - knee)[:, 2] / (knee - heel)[:, 1]))
    worst = max(angle.max() for angle in outside.values())
    assert form["knees_over_toes"].value == pytest.approx(
        worst, abs=0.2
    )  # the sole's axis: 0.1 deg

    buttocks = min(middle(data, f"buttock_{s}")[:, 1].min() for s in "rl")
    plates = data["load_position"].isel(load=0).sel(axis="y").values.min() - 0.225
    assert form["no_floor_touch"].value == pytest.approx(100 * min(buttocks, plates), abs=1e-3)

    step = float(data["time"][1] - data["time"][0])
    assert form["hold_at_top"].value == pytest.approx(thrust.parameters["hold"], abs=step)
    assert form["controlled_descent"].value == pytest.approx(
        thrust.parameters["eccentric"], abs=step
    )

    names = list(data["coordinate"].values)
    hip = np.degrees(data["position"].values[:, names.index("hip_flexion_r")])
    knee = np.degrees(data["position"].values[:, names.index("knee_angle_r")])
    assert form["full_lockout"].value == pytest.approx(hip[top].max())
    assert form["feet_distance"].value == pytest.approx(knee[top][0])


def test_drop_is_the_fall_of_the_mass_centre(thrust, form):
    # twice differenced heights are coarser than the momentum's rate
    data = thrust.dataset
    height = data["center_of_mass"].sel(axis="y").values
    fall = -np.gradient(np.gradient(height, data["time"].values), data["time"].values) / 9.80665
    down = data["phase"].values == 2
    assert form["no_drop"].value == pytest.approx(100 * fall[down].max(), rel=0.3)
    weight = data["support_force"].sel(axis="y").sum("support").values
    mass = 80 + 60
    assert form["no_drop"].value == pytest.approx(
        100 * (1 - weight[down].min() / (mass * 9.80665)), abs=2
    )


def test_pressure_place_weighs_heel_and_ball(thrust, form):
    # along a sole that points ahead: heel 0, line of the ball 100
    data = thrust.dataset
    places = []
    for support, s in (("right_foot", "r"), ("left_foot", "l")):
        point = data["center_of_pressure"].sel(support=support).transpose("time", "axis").values
        heel = middle(data, f"heel_medial_{s}", f"heel_lateral_{s}")
        a, b = middle(data, f"ball_medial_{s}"), middle(data, f"ball_lateral_{s}")
        line = a[:, 0] + (point - a)[:, 2] / (b - a)[:, 2] * (b - a)[:, 0]
        places.append(100 * (point - heel)[:, 0] / (line - heel[:, 0]))
    found = form["whole_foot"]
    assert found.value == pytest.approx(nearest_limit(found, np.concatenate(places)), abs=1)


# ---- what a trial lacks --------------------------------------------------------------------------------


def test_unsolved_frames_are_left_out_and_counted(thrust, form):
    lost = [3, 4, 17]

    def lose(data):
        for variable in data.data_vars.values():
            if "time" in variable.dims and variable.dtype.kind == "f" and variable.name != "path":
                variable[{"time": lost}] = np.nan

    found = coxa.check_form(edited(thrust, lose))
    assert [cue.verdict for cue in found] == [cue.verdict for cue in form]
    assert found["neutral_spine"].gaps == 3 and form["neutral_spine"].gaps == 0
    assert not math.isnan(found["whole_foot"].value)


def test_nothing_solved_is_nothing_judged(thrust):
    def lose(data):
        for variable in data.data_vars.values():
            if "time" in variable.dims and variable.dtype.kind == "f":
                variable[:] = np.nan

    found = coxa.check_form(edited(thrust, lose))
    values = {cue.name for cue in found if cue.verdict != "not applicable"}
    # durations are known from the phases alone
    assert values <= {"controlled_descent"}
    assert all(cue.reason for cue in found.not_applicable)


def test_any_variable_may_be_absent(thrust):
    for name in list(thrust.dataset.variables):
        dims = thrust.dataset[name].dims
        if name in thrust.dataset.dims and name != "time":
            continue
        if name == "time" or not dims or "time" not in dims:
            continue
        found = coxa.check_form(edited(thrust, lambda data, n=name: data.drop_vars(n)))
        assert len(found) == len(CUES)
        for cue in found.not_applicable:
            assert cue.reason


def test_any_attribute_may_be_absent(thrust):
    def forget(data):
        data.attrs = {"format": "coxa-1"}

    found = coxa.check_form(edited(thrust, forget))
    assert found["neutral_spine"].passed and found["bench_height"].passed


def test_names_do_not_matter_and_neither_does_the_place(thrust, form):
    def rename(data):
        data = data.assign_coords(support=["plate 1", "plate 2", "thing"], load=["x"])
        data.attrs["exercise"] = "something_else"
        scene = json.loads(data.attrs["scene"])
        scene["loads"][0]["name"] = "x"
        data.attrs["scene"] = json.dumps(scene)
        for name in ("site_position", "center_of_pressure", "load_position", "center_of_mass"):
            data[name].loc[{"axis": "x"}] += 2.0
            data[name].loc[{"axis": "z"}] -= 1.0
        return data

    found = coxa.check_form(edited(thrust, rename))
    for cue, other in zip(form, found, strict=True):
        assert cue.verdict == other.verdict
        assert cue.value == pytest.approx(other.value, nan_ok=True)


def test_one_leg_alone_is_judged_alone(thrust):
    # the left foot carries nothing and its hip neither moves nor pushes
    def lift(data):
        left = list(data["support"].values).index("left_foot")
        data["support_force"][{"support": left}] = 0
        data["center_of_pressure"][{"support": left}] = np.nan
        data["hip_extension_moment"][{"side": list(data["side"].values).index("left")}] = 0
        for site in ("heel_medial_l", "heel_lateral_l"):
            move(data, site, (0, 0.3, 0))
        turn(data, "knee_angle_l", -60)
        turn(data, "hip_flexion_l", 40)

    found = coxa.check_form(edited(thrust, lift))
    assert found.passed
    for name in ("heels_down", "whole_foot", "knees_over_toes", "full_lockout", "feet_distance"):
        assert found[name].of == "right"


# ---- every exercise ---


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("name", coxa.exercises())
def test_every_exercise_is_judged(name, athlete):
    """Also a stranger's: what applies follows from supports, legs and loads."""
    try:
        trial = coxa.simulate(name, athlete, frames=21)
    except coxa.InfeasibleMotion as error:
        pytest.skip(str(error))
    found = coxa.check_form(trial)
    for cue in found:
        if cue.verdict == "not applicable":
            assert cue.reason
        else:
            assert math.isfinite(cue.value) and cue.repetition == 1 and 0 <= cue.percent <= 100
            slack = cue.resolution + 1e-6
            inside = cue.limit.low - slack <= cue.value <= cue.limit.high + slack
            assert cue.failed != inside
    supports = " ".join(str(support) for support in trial["support"].values)
    if "bench" in supports and "thrust" in name:
        assert found["shoulder_blades"].passed and found["back_level"].passed
        assert found["bench_height"].value == pytest.approx(100 * trial.parameters["bench_height"])
    if "squat" in name or "deadlift" in name:
        assert found["shoulder_blades"].verdict == "not applicable"
    # the side that works is the one that was asked for
    side = trial.parameters.get("side")
    if side is not None and found["full_lockout"].value_text:
        assert found["full_lockout"].of == side


# ---- the answer ----------------------------------------------------------------------------------------


def test_a_file_gives_what_its_result_gives(thrust, form, tmp_path):
    path = thrust.save(tmp_path / "thrust.h5")
    for given in (path, str(path), coxa.load(path)):
        found = coxa.check_form(given)
        for cue, other in zip(form, found, strict=True):
            assert cue.verdict == other.verdict
            assert cue.value == pytest.approx(other.value, nan_ok=True)


def test_what_is_no_trial(athlete, tmp_path):
    with pytest.raises(coxa.InvalidArgument, match="Result"):
        coxa.check_form(3)
    with pytest.raises(coxa.FileError):
        coxa.check_form(tmp_path / "absent.h5")
    study = coxa.Study(EXERCISE, athlete).vary(load=[40, 60])
    study.run(tmp_path / "study.h5")
    with pytest.raises(coxa.InvalidArgument, match="study"):
        coxa.check_form(tmp_path / "study.h5")


def test_table_prints_and_is_a_sequence(thrust, form):
    assert len(form) == len(list(form)) == len(CUES)
    assert form[0] is form["neutral_spine"]
    with pytest.raises(coxa.UnknownName, match="neutral_spine"):
        form["neutral_spin"]
    text = repr(form)
    for cue in form:
        assert cue.title in text
    assert "no published study of injury" in text
    assert "Research software" in text
    html = form._repr_html_()
    assert html.count("<tr") == len(form) + 1 and "<script" not in html
    frame = form.to_dataframe()
    assert list(frame.index) == list(CUES)
    assert frame.loc["bench_height", "value"] == pytest.approx(40)
    assert frame.loc["squat_depth", "reason"]


def test_a_table_of_notebooks_escapes(thrust):
    def rename(data):
        data.attrs["exercise"] = "<script>"

    assert "<script" not in coxa.check_form(edited(thrust, rename))._repr_html_()


# ---- command line --------------------------------------------------------------------------------------


def test_command_line(athlete, thrust, tmp_path, capsys):
    good = thrust.save(tmp_path / "good.h5")
    bad = coxa.simulate(EXERCISE, athlete, load=60, frames=21, hold=0.5).save(tmp_path / "bad.h5")
    assert main(["check-form", str(good)]) == 0
    assert "all 17 cues" in capsys.readouterr().out
    assert main(["check-form", str(bad)]) == 1
    assert "FAIL" in capsys.readouterr().out
    assert main(["check-form", str(bad), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["failed"] == ["hold_at_top"] and not answer["passed"]
    by_name = {cue["name"]: cue for cue in answer["cues"]}
    assert by_name["neutral_spine"]["high"] == float(LIMITS["neutral_spine"]["high"])
    for wrong in (
        [str(tmp_path / "absent.h5")],
        [],
        [str(good), "--limits", str(tmp_path / "absent.csv")],
    ):
        assert main(["check-form", *wrong]) == 2
        told = capsys.readouterr()
        assert told.out == "" and told.err.startswith("coxa: ") and told.err.count("\n") == 1
