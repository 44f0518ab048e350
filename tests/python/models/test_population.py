"""People drawn from published distributions."""

from __future__ import annotations

import itertools
import json
import math
import pickle
import subprocess
import sys
import warnings

import coxa
import numpy as np
import pytest
from coxa.models.population import Population
from scipy import stats
from scipy.stats import qmc

# stature m, mass kg: mean, standard deviation (population.toml; Gordon et al. 2014, Fryar et al. 2021)
PUBLISHED = {
    ("ansur_ii", "male"): ((1.7562, 0.0686), (85.52, 14.22), 0.48),
    ("ansur_ii", "female"): ((1.6285, 0.0642), (67.76, 10.98), 0.50),
    ("nhanes", "male"): ((1.753, 0.076), (90.6, 21.0), 0.40),
    ("nhanes", "female"): ((1.613, 0.071), (77.5, 21.0), 0.28),
}
EACH = pytest.mark.parametrize(("source", "sex"), PUBLISHED)

CUT = stats.norm.ppf(0.999)
BEHIND = stats.truncnorm(-CUT, CUT)  # of every standard normal number


def drawn(people, name):
    return np.array([getattr(person, name) for person in people])


def sigma(mean, sd):
    return math.sqrt(math.log(1 + (sd / mean) ** 2))


def lognormal(mean, sd, z):
    """By scipy, from a standard normal number."""
    s = sigma(mean, sd)
    scale = mean / math.sqrt(1 + (sd / mean) ** 2)
    return stats.lognorm(s, scale=scale).ppf(stats.norm.cdf(z))


@EACH
def test_quantiles_are_those_of_scipy(source, sex):
    (mean, sd), mass, r = PUBLISHED[source, sex]
    p = np.array([0.0, 0.01, 0.2, 0.5, 0.77, 0.99, 1.0])
    u = np.array(list(itertools.product(p, repeat=3)))
    people = Population(sex, source=source).subjects(u)
    z = BEHIND.ppf(u)
    assert drawn(people, "height") == pytest.approx(mean + sd * z[:, 0], rel=1e-12)
    mixed = r * z[:, 0] + math.sqrt(1 - r**2) * z[:, 1]
    # through a probability next to 1 and back scipy loses some digits
    assert drawn(people, "mass") == pytest.approx(lognormal(*mass, mixed), rel=1e-9)
    assert drawn(people, "strength") == pytest.approx(lognormal(1, 0.22, z[:, 2]), rel=1e-9)
    assert {person.sex for person in people} == {sex}


@EACH
def test_moments_of_many(source, sex):
    n = 100_000
    (mean, sd), mass, r = PUBLISHED[source, sex]
    people = Population(sex, source=source).sample(n, seed=3, method="random")
    height, log_mass = drawn(people, "height"), np.log(drawn(people, "mass"))
    strength = drawn(people, "strength")

    def near(values, expected_mean, expected_sd):
        # five standard errors of mean and standard deviation; tails are lighter than normal ones
        assert values.mean() == pytest.approx(expected_mean, abs=5 * expected_sd / math.sqrt(n))
        assert values.std() == pytest.approx(expected_sd, rel=5 / math.sqrt(2 * n))

    near(height, mean, sd * BEHIND.std())
    s = sigma(*mass)
    near(log_mass, math.log(mass[0]) - s**2 / 2, s * BEHIND.std())
    s = sigma(1, 0.22)
    near(np.log(strength), -(s**2) / 2, s * BEHIND.std())
    # both numbers behind have the same variance, so the cut keeps the correlation
    assert np.corrcoef(height, log_mass)[0, 1] == pytest.approx(r, abs=5 / math.sqrt(n))
    assert np.corrcoef(height, strength)[0, 1] == pytest.approx(0, abs=5 / math.sqrt(n))


@EACH
def test_what_is_drawn_has_the_published_figures(source, sex):
    (mean, sd), (mass, mass_sd), _ = PUBLISHED[source, sex]
    people = Population(sex, source=source).sample(2**14)
    # a cut at 0.1 and 99.9 % takes 1 % off a normal standard deviation, 3 % off that of a skewed one
    assert drawn(people, "height").mean() == pytest.approx(mean, rel=1e-4)
    assert drawn(people, "height").std() == pytest.approx(sd, rel=0.012)
    assert drawn(people, "mass").mean() == pytest.approx(mass, rel=0.002)
    assert drawn(people, "mass").std() == pytest.approx(mass_sd, rel=0.03)
    assert drawn(people, "strength").mean() == pytest.approx(1, rel=0.002)


def test_body_mass_index_of_adults():
    # independent of what the population is made from: mean index of 2015-2016, Fryar et al. (2018),
    # National Health Statistics Reports 122 (recalled): men 29.1, women 29.6 kg/m2; half a unit is what
    # the two surveys' years differ by
    for sex, published in (("male", 29.1), ("female", 29.6)):
        people = Population(sex, source="nhanes").sample(2**12)
        index = drawn(people, "mass") / drawn(people, "height") ** 2
        assert index.mean() == pytest.approx(published, abs=0.5)


def test_women_and_men_together():
    both = Population("both", share_of_women=0.3)
    assert both.dimensions == 4
    assert Population("male").dimensions == 3
    u = qmc.Sobol(4, seed=1).random(1024)
    people = both.subjects(u)
    women = u[:, 0] < 0.3
    assert [person.sex == "female" for person in people] == women.tolist()
    # each one is the person of that sex alone
    of = {sex: Population(sex).subjects(u[:, 1:]) for sex in ("female", "male")}
    assert people == [
        of["female" if woman else "male"][i] for i, woman in enumerate(women.tolist())
    ]
    assert all(p.sex == "male" for p in Population(share_of_women=0).sample(64))
    assert all(p.sex == "female" for p in Population(share_of_women=1).sample(64))


@pytest.mark.parametrize("source", ["ansur_ii", "nhanes"])
def test_nobody_leaves_what_a_subject_may_be(source):
    # coxa/muscle/subject.hpp: 20 to 300 kg, 1.0 to 2.5 m, strength 0.05 to 5
    corners = np.array(list(itertools.product([0.0, 1.0], repeat=4)))
    people = Population(source=source, strength_spread=0.5).subjects(corners)
    assert {person.sex for person in people} == {"female", "male"}
    for person in people:
        assert 20 < person.mass < 300
        assert 1.0 < person.height < 2.5
        assert 0.05 < person.strength < 5


def test_the_extremes_can_be_simulated_with(tmp_path):
    from coxa.models.model import default_model

    people = Population(source="nhanes", strength_spread=0.5).subjects(
        np.array([[0.0, 0, 0, 0], [1, 1, 1, 1]])
    )
    for person in people:
        model = coxa.scale(default_model(), person)
        assert model.total_mass == pytest.approx(person.mass)


def test_ends_of_the_description_are_reached():
    both = Population(strength_spread=0.3, source="nhanes")
    table = both.describe()
    assert list(table.index.names) == ["sex", "quantity"]
    for sex in ("female", "male"):
        one = Population(sex, strength_spread=0.3, source="nhanes")
        least, most = one.subjects(np.array([[0.0] * 3, [1.0] * 3]))
        (mean, sd), mass, _ = PUBLISHED["nhanes", sex]
        for name, expected in (("height", (mean, sd)), ("mass", mass), ("strength", (1, 0.3))):
            row = table.loc[(sex, name)]
            assert (row["mean"], row["sd"]) == expected
            assert getattr(least, name) == pytest.approx(row["low"], rel=1e-12)
            assert getattr(most, name) == pytest.approx(row["high"], rel=1e-12)
    assert "Fryar" in table.loc[("male", "mass"), "source"]
    assert "knee extensors" in table.loc[("male", "strength"), "source"]


def test_designs():
    people = Population()
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a number that is no power of two is nothing to warn of
        sobol = people.sample(100, seed=5)
    assert sobol == people.sample(100, seed=5)
    assert sobol != people.sample(100, seed=6)
    assert people.sample(64, seed=5) == sobol[:64]  # a longer sequence begins with the shorter
    # one of every hundredth in each dimension
    rank = np.sort(drawn(Population("male").sample(100, method="lhs"), "height"))
    edges = 1.7562 + 0.0686 * BEHIND.ppf(np.arange(101) / 100)
    assert np.all((rank >= edges[:-1]) & (rank <= edges[1:]))
    draws = Population("male").sample(100, method="random", seed=2)
    u = np.random.default_rng(2).random((100, 3))
    assert draws == Population("male").subjects(u)
    # quasi-random: the mean of 256 is far nearer than a standard error of independent draws
    height = drawn(Population("male").sample(256), "height")
    assert abs(height.mean() - 1.7562) < 0.1 * 0.0686 / math.sqrt(256)


def test_without_spread_of_strength():
    assert {p.strength for p in Population(strength_spread=0).sample(8)} == {1.0}


@pytest.mark.parametrize(
    "population",
    [
        Population(),
        Population("male"),
        Population("female", source="nhanes", strength_spread=0.1),
        Population("both", share_of_women=0.123456789012345),
    ],
)
def test_goes_through_text_and_back(population):
    assert pickle.loads(pickle.dumps(population)) == population
    assert hash(pickle.loads(pickle.dumps(population))) == hash(population)
    assert Population.from_dict(json.loads(json.dumps(population.to_dict()))) == population
    assert eval(repr(population)) == population


def test_says_what_it_is():
    text = str(Population("female"))
    assert "height 1.629 +- 0.064 m, mass 67.8 +- 11.0 kg" in text
    assert "strength 1 +- 0.22" in text
    assert "Gordon" in text and "[figures recalled]" in text
    assert "women (30 %)" in str(Population(share_of_women=0.3))
    with pytest.raises(AttributeError):
        Population().sex = "male"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"sex": "men"}, "sex must be 'male' or 'female' or 'both', not 'men'"),
        ({"source": "here"}, "source must be 'ansur_ii' or 'nhanes', not 'here'"),
        ({"strength_spread": "much"}, "strength_spread must be a number, not 'much'"),
        (
            {"strength_spread": 20},
            "strength_spread must be from 0 to 0.5, not 20: it is a standard deviation over the mean",
        ),
        ({"strength_spread": math.nan}, "strength_spread must be a finite number, not nan"),
        ({"share_of_women": 50}, "share_of_women must be from 0 to 1, not 50"),
        (
            {"sex": "male", "share_of_women": 0.5},
            "share_of_women goes with sex='both', not with sex='male'; leave one out",
        ),
    ],
)
def test_refuses(arguments, text):
    with pytest.raises(coxa.InvalidArgument) as caught:
        Population(**arguments)
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("u", "text"),
    [
        ([0.5], "u must have the shape (n, 4) and hold numbers, not (1,) of float64"),
        ([[0.5] * 3], "u must have the shape (n, 4) and hold numbers, not (1, 3) of float64"),
        ([["a"] * 4], "u must have the shape (n, 4) and hold numbers, not (1, 4) of <U1"),
        ([[0.5, 0.5, 0.5, 1.5]], "u must be from 0 to 1 everywhere"),
        ([[0.5, 0.5, 0.5, math.nan]], "u must be from 0 to 1 everywhere"),
    ],
)
def test_refuses_uniform_numbers(u, text):
    with pytest.raises(coxa.InvalidArgument) as caught:
        Population().subjects(np.array(u))
    assert str(caught.value) == text


def test_refuses_designs_and_tables():
    with pytest.raises(coxa.InvalidArgument, match=r"^n must be a whole number of at least 1, not"):
        Population().sample(0)
    with pytest.raises(coxa.InvalidArgument, match=r"^seed must be a whole number of at least 0"):
        Population().sample(4, seed=-1)
    with pytest.raises(coxa.InvalidArgument) as caught:
        Population().sample(4, method="grid")
    assert str(caught.value) == "method must be 'sobol' or 'lhs' or 'random', not 'grid'"
    with pytest.raises(coxa.UnknownName) as unknown:
        Population.from_dict({"sexes": "both"})
    assert str(unknown.value) == "no entry of a population 'sexes'; did you mean 'sex'?"
    with pytest.raises(coxa.InvalidArgument, match="^population must be a table with any of sex"):
        Population.from_dict("male")


def test_import_is_light():
    code = (
        "import sys, coxa, coxa.uncertainty;"
        "coxa.Population(); coxa.uncertainty.group('friction');"
        "print([m for m in ('numpy', 'scipy', 'pandas', 'xarray') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
