"""What differs between criteria, against trials simulated with each."""

from __future__ import annotations

import json

import coxa
import matplotlib.pyplot as plt
import numpy as np
import pytest
from coxa.answers.criteria import CRITERIA, spread


@pytest.fixture(scope="module")
def given(result):
    return spread(result)


def test_every_column_is_a_trial_of_its_own(given, athlete):
    """The same as simulating by hand, to rounding: the same model and motion."""
    for criterion in CRITERIA:
        one = coxa.simulate(
            "barbell_hip_thrust", athlete, load=60, frames=21, criterion=criterion
        ).summary()["value"]
        np.testing.assert_allclose(given.table[str(criterion)], one, rtol=1e-9, atol=1e-9)


def test_the_spread_is_that_of_the_columns(given, result):
    table = given.table
    every = table[[*map(str, CRITERIA)]].to_numpy()
    np.testing.assert_array_equal(table["value"], result.summary()["value"])
    np.testing.assert_array_equal(table["least"], every.min(axis=1))
    np.testing.assert_array_equal(table["greatest"], every.max(axis=1))
    row = table.loc["gluteus_maximus_impulse"]
    assert row["range_percent"] == 100 * (row["greatest"] - row["least"]) / row["value"]
    assert row["unit"] == "N s"


def test_what_the_motion_decides_does_not_spread(given):
    """The travel of the bar is kinematics; the glutes' share of the moment is the criterion's choice."""
    table = given.table
    assert table.loc["load_travel", "range_percent"] == 0
    assert table.loc["gluteus_maximus_impulse", "range_percent"] > 5
    assert "load_travel" not in given.dependent.index
    assert given.dependent["range_percent"].is_monotonic_decreasing


def test_min_max_has_the_least_peak_activation(given):
    """Its definition: no other criterion can have a lower greatest activation of all muscles."""
    result, model = given.result, given.result.model
    peaks = {
        criterion: float(
            coxa.simulate(result.exercise, model=model, load=60, frames=21, criterion=criterion)[
                "activation"
            ].max()
        )
        for criterion in CRITERIA
    }
    # the solver's tolerance of an activation
    assert peaks["min-max"] <= min(peaks.values()) + 1e-5


def test_a_loaded_result_is_made_again(given, result, tmp_path):
    loaded = coxa.load(result.save(tmp_path / "trial.h5"))
    again = spread(loaded)
    # the file holds every digit
    np.testing.assert_allclose(
        again.table.drop(columns="unit").to_numpy(float),
        given.table.drop(columns="unit").to_numpy(float),
        rtol=1e-9,
        atol=1e-9,
    )


def test_options_of_the_result_are_kept(athlete):
    result = coxa.simulate(
        "back_squat", athlete, frames=11, inertia=False, volume_weights=False, bar_position="low"
    )
    given = spread(result, [3])
    direct = coxa.simulate(
        "back_squat",
        athlete,
        frames=11,
        inertia=False,
        volume_weights=False,
        bar_position="low",
        criterion=3,
    )
    np.testing.assert_allclose(given.table["3"], direct.summary()["value"], rtol=1e-9, atol=1e-9)
    # the result's own counts, though it is none of the criteria asked for
    assert (given.table["least"] <= given.table["value"]).all()


def test_runs_tell_time_and_trouble(given):
    assert list(given.runs.index) == ["1", "2", "3", "5", "min-max"] == given.criteria
    assert np.isnan(given.runs.loc["2", "seconds"])
    assert (given.runs["seconds"].drop("2") > 0).all()
    assert (given.runs["unsolved_frames"] == 0).all()


def test_it_prints_plots_and_writes(given):
    lines = repr(given).splitlines()
    assert lines[1] == "criteria 1, 2, 3, 5, min-max; value: 2"
    assert lines[-1].endswith("summaries do not depend on the criterion: the motion decides them.")
    figure = given.plot(["glutes", "hamstrings"], "peak_force")
    ax = figure.axes[0]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["glutes", "hamstrings"]
    drawn = {line.get_label(): line.get_xdata() for line in ax.lines}
    np.testing.assert_array_equal(
        drawn["min-max"], given.table.loc[["glutes_peak_force", "hamstrings_peak_force"], "min-max"]
    )
    plt.close(figure)
    told = json.loads(json.dumps(given.to_dict()))
    assert told["summaries"]["load_travel"]["range_percent"] == 0


def test_bad_input_is_named(result):
    def text(*arguments):
        with pytest.raises((coxa.InvalidArgument, coxa.UnknownName)) as error:
            spread(*arguments)
        return str(error.value)

    assert text("x") == "criteria.spread takes a coxa.Result, not str; coxa.load gives one"
    assert text(result, []) == "criteria is empty; give at least one, such as 3 or 'min-max'"
    assert text(result, [2, 2.0]) == "criteria has the same one twice: 2, 2"
    assert text(result, [7]) == "criterion must be from 1 to 5 or 'min-max', not 7"
    other = coxa.Result(
        result.dataset.assign_attrs(
            history="coxa.analyze('x')", definition=json.dumps({"function": "coxa.analyze"})
        )
    )
    assert text(other) == (
        "this result was not made by coxa.simulate, so it cannot be made again under another criterion: its"
        " history is \"coxa.analyze('x')\""
    )
    old = coxa.Result(
        result.dataset.drop_attrs(deep=False).assign_attrs(history="coxa.simulate('x')")
    )
    old.dataset.attrs["criterion"] = "2"
    assert text(old) == (
        "this result does not hold the definition of how it was made (files of older versions lack it); simulate"
        " it again to see it under another criterion"
    )
    with pytest.raises(coxa.UnknownName, match="no muscle group 'glute'; did you mean 'glutes'"):
        spread(result, [3]).plot(["glute"])
    with pytest.raises(coxa.InvalidArgument, match="quantity must be 'impulse' or"):
        spread(result, [3]).plot(quantity="work")


def test_a_result_can_be_asked_itself(athlete):
    result = coxa.simulate("barbell_hip_thrust", athlete, load=60, frames=5)
    asked = result.criterion_spread((1, 2, "min-max"))
    assert asked.table.equals(spread(result, (1, 2, "min-max")).table)
