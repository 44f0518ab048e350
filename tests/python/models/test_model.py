"""Models and their mechanics, through laws that hold for any model."""

from __future__ import annotations

import dataclasses

import coxa
import numpy as np
import pytest
from coxa.models.lint import lint
from coxa.models.model import default_model


@pytest.fixture
def states(model):
    random = np.random.default_rng(7)
    low, high = [], []
    for c in model.full_coordinates:
        if c.independent:
            # within the range, translations near the floor
            low.append(0.8 * c.minimum if c.rotational else -0.2)
            high.append(0.8 * c.maximum if c.rotational else 0.8)
    q = random.uniform(low, high, (4, len(low)))
    return q, random.normal(0, 1, q.shape), random.normal(0, 3, q.shape)


def test_model_says_what_it_holds(model):
    assert model.total_mass == pytest.approx(80, rel=1e-12)
    assert sum(body.mass for body in model.bodies) == pytest.approx(80, rel=1e-12)
    assert len(model.coordinates) == sum(c.independent for c in model.full_coordinates)
    knee = next(c for c in model.full_coordinates if c.name == "knee_angle_r_beta")
    assert knee.driven_by == "knee_angle_r" and not knee.independent
    names = {muscle.name for muscle in model.muscles}
    for group in model.groups:
        assert set(group.muscles) <= names
    assert {"hip_r", "heel_medial_l", "c7"} <= {site.name for site in model.sites}
    assert "92 muscles" in repr(model)


def test_many_states_are_one_after_the_other(model, states):
    q, v, vdot = states
    activation = np.full((4, len(model.muscles)), 0.3)
    many = {
        "sites": model.positions(q).sites,
        "rotations": model.positions(q).rotations,
        "mass": model.mass_matrix(q),
        "inverse": model.inverse_dynamics(q, v, vdot),
        "forward": model.forward_dynamics(q, v, vdot),
        "lengths": model.muscle_lengths(q),
        "arms": model.moment_arms(q),
        "forces": model.muscle_forces(q, v, activation),
    }
    for k in range(4):
        one = {
            "sites": model.positions(q[k]).sites,
            "rotations": model.positions(q[k]).rotations,
            "mass": model.mass_matrix(q[k]),
            "inverse": model.inverse_dynamics(q[k], v[k], vdot[k]),
            "forward": model.forward_dynamics(q[k], v[k], vdot[k]),
            "lengths": model.muscle_lengths(q[k]),
            "arms": model.moment_arms(q[k]),
            "forces": model.muscle_forces(q[k], v[k], activation[k]),
        }
        for name, value in one.items():
            assert np.array_equal(value, many[name][k]), name


def test_forward_dynamics_undoes_inverse_dynamics(model, states):
    q, v, vdot = states
    tau = model.inverse_dynamics(q, v, vdot)
    # the mass matrix of a whole body has a condition number of about 1e5
    np.testing.assert_allclose(model.forward_dynamics(q, v, tau), vdot, rtol=1e-8, atol=1e-8)


def test_mass_matrix_is_the_derivative_of_inverse_dynamics(model, states):
    q, v, _ = states
    M = model.mass_matrix(q[0])
    bias = model.inverse_dynamics(q[0], v[0], np.zeros_like(v[0]))
    columns = [model.inverse_dynamics(q[0], v[0], e) - bias for e in np.eye(len(M))]
    np.testing.assert_allclose(np.column_stack(columns), M, atol=1e-9)
    np.testing.assert_allclose(M, M.T, atol=1e-12)
    assert np.linalg.eigvalsh(M).min() > 0


def test_moment_arms_are_derivatives_of_length(model, states):
    q = states[0][0]
    arms = model.moment_arms(q)
    h = 1e-5
    for i, name in enumerate(model.coordinates):
        step = h * (np.arange(len(q)) == i)
        slope = (model.muscle_lengths(q + step) - model.muscle_lengths(q - step)) / (2 * h)
        # central differences: h^2 times a curvature of the order of 1, and rounding of 1e-16 / h
        np.testing.assert_allclose(arms[:, i], -slope, atol=1e-7, err_msg=name)


def test_full_coordinates_agree_with_the_independent(model, states):
    q, v, vdot = states
    full = model.expand(q)
    assert full.shape == (4, len(model.full_coordinates))
    independent = [i for i, c in enumerate(model.full_coordinates) if c.independent]
    assert np.array_equal(full[:, independent], q)
    np.testing.assert_allclose(
        model.positions(full, full=True).bodies, model.positions(q).bodies, atol=1e-13
    )
    assert np.array_equal(model.muscle_lengths(full, full=True), model.muscle_lengths(q))
    arms = model.moment_arms(full, full=True)
    assert np.array_equal(arms[:, :, independent], model.moment_arms(q))

    # the projection of the free tree's mass matrix by the couplings' Jacobian is the effective one
    h = 1e-6
    J = np.column_stack(
        [
            (model.expand(q[0] + h * e) - model.expand(q[0] - h * e)) / (2 * h)
            for e in np.eye(q.shape[1])
        ]
    )
    M_full = model.mass_matrix(full[0], full=True)
    np.testing.assert_allclose(J.T @ M_full @ J, model.mass_matrix(q[0]), atol=1e-7)

    # full accelerations are those of the independent coordinates carried through the couplings
    tau = np.zeros_like(full)
    tau[:, independent] = model.inverse_dynamics(q, v, vdot)
    v_full = np.zeros_like(full)
    v_full[:, independent] = v
    found = model.forward_dynamics(full, v_full, tau, full=True)
    np.testing.assert_allclose(found[:, independent], vdot, rtol=1e-8, atol=1e-8)


def test_full_states_must_meet_the_couplings(model, states):
    full = model.expand(states[0][0])
    i = next(i for i, c in enumerate(model.full_coordinates) if c.driven_by)
    full[i] += 0.1
    with pytest.raises(coxa.InvalidArgument, match=model.full_coordinates[i].name):
        model.muscle_lengths(full, full=True)


def test_tension_rises_linearly_with_activation(model, states):
    q, v, _ = states
    n = len(model.muscles)
    forces = [model.muscle_forces(q[0], v[0], np.full(n, a)) for a in (0.0, 0.5, 1.0)]
    np.testing.assert_allclose(forces[1], (forces[0] + forces[2]) / 2, rtol=1e-12, atol=1e-9)
    assert (forces[2] >= forces[0]).all() and (forces[0] >= 0).all()
    elastic = model.muscle_forces(q[0], 0 * v[0], np.full(n, 0.5), tendon="elastic")
    assert np.isfinite(elastic).all() and (elastic >= 0).all()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda m: m.positions(np.zeros(3)), ["q", "(3,)", "coordinates"]),
        (lambda m: m.positions("abc"), ["q", "numbers"]),
        (lambda m: m.positions(np.zeros((2, 2, 2))), ["q", "(2, 2, 2)"]),
        (lambda m: m.mass_matrix(np.zeros(len(m.coordinates)), full=True), ["full coordinates"]),
        (
            lambda m: m.inverse_dynamics(*(np.zeros((k, len(m.coordinates))) for k in (2, 3, 2))),
            ["v", "3", "2"],
        ),
        (
            lambda m: m.muscle_forces(
                np.zeros(len(m.coordinates)),
                np.zeros(len(m.coordinates)),
                np.full(len(m.muscles), 1.5),
            ),
            ["activation", "1.5", "0 to 1"],
        ),
        (
            lambda m: m.muscle_forces(
                np.zeros(len(m.coordinates)), np.zeros(len(m.coordinates)), np.zeros(3)
            ),
            ["activation", "(3,)", "muscles"],
        ),
        (
            lambda m: m.muscle_forces(
                np.zeros(len(m.coordinates)),
                np.zeros(len(m.coordinates)),
                np.zeros(len(m.muscles)),
                tendon="stiff",
            ),
            ["tendon", "'rigid'", "'elastic'", "'stiff'"],
        ),
    ],
)
def test_model_refuses(model, call, words):
    with pytest.raises(coxa.InvalidArgument) as error:
        call(model)
    for word in words:
        assert word in str(error.value)


def test_scaling_leaves_the_generic_model(athlete):
    generic = default_model()
    before = repr(generic.bodies), repr(generic.muscles)
    strong = coxa.scale(generic, dataclasses.replace(athlete, strength=2))
    plain = coxa.scale(generic, athlete)
    assert before == (repr(generic.bodies), repr(generic.muscles))
    for a, b in zip(strong.muscles, plain.muscles, strict=True):
        assert a.max_isometric_force == pytest.approx(2 * b.max_isometric_force, rel=1e-12)


def test_saved_model_is_the_same_model(model, states, tmp_path):
    path = tmp_path / "m.osim"
    model.save(path)
    again = coxa.Model.load(path)
    assert again.coordinates == model.coordinates
    q, v, vdot = states
    np.testing.assert_allclose(again.muscle_lengths(q), model.muscle_lengths(q), atol=1e-12)
    np.testing.assert_allclose(
        again.inverse_dynamics(q, v, vdot), model.inverse_dynamics(q, v, vdot), rtol=1e-9, atol=1e-9
    )


@pytest.mark.parametrize("text", ["", "not xml", "<OpenSimDocument Version='40000'><Model name='"])
def test_unreadable_models_are_refused(tmp_path, text):
    path = tmp_path / "broken.osim"
    path.write_text(text)
    with pytest.raises(coxa.FileError, match="broken.osim"):
        coxa.Model.load(path)


def test_bundled_model_passes_its_lint():
    assert lint(default_model()) == []


def test_a_number_or_one_state_stands_for_many(model, states):
    q, v, vdot = states
    n = len(model.coordinates)
    one = np.full((4, len(model.muscles)), 0.3)
    assert np.array_equal(model.muscle_forces(q, v, 0.3), model.muscle_forces(q, v, one))
    assert np.array_equal(
        model.muscle_forces(q, 0, one[0]), model.muscle_forces(q, np.zeros_like(q), one)
    )
    # one posture, many activations
    levels = np.linspace(0, 1, 3)[:, None] * np.ones(len(model.muscles))
    many = model.muscle_forces(q[0], 0, levels)
    assert many.shape == (3, len(model.muscles))
    assert np.array_equal(many[1], model.muscle_forces(q[0], np.zeros(n), levels[1]))
    assert np.array_equal(
        model.inverse_dynamics(q, v[0], 0),
        model.inverse_dynamics(q, np.tile(v[0], (4, 1)), np.zeros_like(q)),
    )
    assert model.forward_dynamics(q[0], 0, 0).shape == (n,)


def test_numbers_of_states_that_do_not_fit_are_refused(model, states):
    q, v, vdot = states
    with pytest.raises(coxa.InvalidArgument, match="v has 3 states; expected 4 as in q, or one"):
        model.inverse_dynamics(q, v[:3], vdot)
    with pytest.raises(coxa.InvalidArgument, match="activation has the shape"):
        model.muscle_forces(q, v, np.ones(3))


def test_notebooks_show_a_model_as_a_table(model):
    html = model._repr_html_()
    assert html.startswith("<table>") and "80 kg" in html and "quadriceps" in html
