"""What limits a load, in words, and the margins of the next limits."""

import re

import coxa
import numpy as np
import pytest
from coxa.conformance import PERSON

FRAMES = 9
SIDES = re.compile(r"\b(right|left)\b")
KINDS = {
    "muscle": re.compile(r"^(right|left) [a-z, ]+ fully active at \d+ deg of [a-z ]+$"),
    "actuator": re.compile(r"^[a-z ]+ at full strength$"),
    "grip": re.compile(r"^grip of the (right|left) hand$"),
    "tie": re.compile(r"^strength of the [a-z ]+$"),
    "balance": re.compile(r"^balance: (pressure|no pressure) at the [a-z ]+$"),
    "friction": re.compile(r"^friction of the [a-z ]+$"),
    "parameter": re.compile(r"^the maximum of the parameter load$"),
}


def loadable():
    return [e.name for e in map(coxa.exercise, coxa.exercises()) if "load" in e.parameters]


@pytest.fixture(scope="module")
def found():
    cache = {}

    def look(name):
        if name not in cache:
            # a lunge is too much for a man who does not train (docs/theory/strength.md)
            who = PERSON if name == "reverse_lunge" else None
            cache[name] = coxa.max_load(name, who, frames=FRAMES)
        return cache[name]

    return look


@pytest.mark.parametrize("name", loadable())
def test_every_exercise_says_what_limits_it(found, name):
    limit = found(name)
    limits = limit.limits
    assert 1 <= len(limits) <= 4
    assert limit.limited_by == limits["name"][0]
    for _, row in limits.iterrows():
        assert KINDS[row["kind"]].match(row["name"]), row["name"]
        if row["kind"] == "muscle" or row["element"].endswith(("_r", "_l", "_foot", "_hand")):
            assert SIDES.search(row["name"]), row["name"]
        assert bool(row["coordinate"]) == np.isfinite(row["angle_deg"])
    margins = limits["margin_kg"].to_numpy()
    assert margins[0] == 0 and (np.diff(margins) >= 0).all()
    # a list that ends early ends at the parameter's maximum
    if len(limits) < 4:
        assert limits["kind"].iloc[-1] == "parameter"
        ceiling = coxa.exercise(name).parameters["load"].maximum
        assert limit.load + margins[-1] == pytest.approx(ceiling, abs=1e-2)


def test_the_angle_is_that_of_the_joint_in_the_limiting_frame(found):
    limit = found("back_squat")
    row = limit.limits.iloc[0]
    trial = coxa.simulate("back_squat", load=limit.load, frames=FRAMES, **limit.technique)
    angle = trial["position"].sel(coordinate=row["coordinate"]).isel(time=limit.frame)
    unit = str(trial["coordinate_units"].sel(coordinate=row["coordinate"]).values)
    assert unit in ("rad", "deg")
    degrees = float(angle) * (180 / np.pi if unit == "rad" else 1)
    assert row["angle_deg"] == pytest.approx(degrees, abs=1e-3)
    assert f"at {abs(degrees):.0f} deg of" in row["name"]


def test_a_muscle_that_limits_is_fully_active(found):
    limit = found("back_squat")
    first = limit.limits.iloc[0]
    assert first["kind"] == "muscle"
    trial = coxa.simulate("back_squat", load=limit.load - 1e-3, frames=FRAMES, **limit.technique)
    active = trial["activation"].sel(muscle=first["element"]).isel(time=limit.frame)
    assert float(active) > 0.99


@pytest.mark.parametrize(
    ("name", "leans"), [("front_squat", (10, 18, 26)), ("step_up", (6, 11, 16))]
)
def test_no_fixed_technique_lifts_more(name, leans):
    person = coxa.Subject(training="trained")
    limit = coxa.max_load(name, person, frames=FRAMES)
    assert set(limit.technique) == {"trunk_lean_deg"}
    lean = limit.technique["trunk_lean_deg"]
    for fixed in (*leans, lean - 1, lean + 1):
        try:
            other = coxa.max_load(name, person, frames=FRAMES, trunk_lean_deg=fixed)
        except (coxa.InfeasibleMotion, coxa.UnsolvedFrame):
            continue
        assert other.technique == {}
        assert other.load < limit.load + 0.1, fixed
    found = coxa.simulate(name, person, load=limit.load - 1e-3, frames=FRAMES, trunk_lean_deg=lean)
    assert found["reserve_frames"] == 0
    assert f"trunk_lean_deg = {lean:.1f}" == limit.technique_words


def test_a_limit_whose_search_stalls_is_named():
    # the interior point method stalls in the limiting frame of this lift
    limit = coxa.max_load(
        "good_morning", coxa.Subject(training="trained", mass=80, height=1.8), frames=51
    )
    assert limit.limits["kind"].iloc[0] == "muscle"
    assert "semimembranosus" in limit.limited_by and len(limit.limits) > 1


def test_words_are_those_of_the_next_limits(found):
    limit = found("back_squat")
    words = limit.next_limits()
    assert len(words) == len(limit.limits) - 1
    for text, (_, row) in zip(words, limit.limits.iloc[1:].iterrows(), strict=True):
        assert text == f"+{row['margin_kg']:.1f} kg: {row['name']}"
    assert limit.limited_by in repr(limit)


def test_impossible_lifts_name_their_limit():
    weak = coxa.Subject(strength=0.2)
    with pytest.raises(coxa.UnsolvedFrame, match=r"even at .* limited by [a-z]+ [^_]*;"):
        coxa.max_load("back_squat", weak, frames=FRAMES)


def test_the_table_holds_plain_values(found):
    for record in found("back_squat").limits.to_dict("records"):
        assert isinstance(record["name"], str) and isinstance(record["margin_kg"], float)
