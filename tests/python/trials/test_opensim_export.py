"""What OpenSim is given is what the result holds."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import coxa
import numpy as np
import pytest


def read_table(path):
    """Header, column names and values of a .sto or .mot file."""
    lines = path.read_text().splitlines()
    end = lines.index("endheader")
    header = dict(line.split("=", 1) for line in lines[:end] if "=" in line)
    names = lines[end + 1].split("\t")
    values = np.array([[float(word) for word in line.split()] for line in lines[end + 2 :] if line])
    return header, names, values


@pytest.fixture(scope="module")
def folder(result, tmp_path_factory):
    return result.export_opensim(tmp_path_factory.mktemp("export") / "opensim")


def test_motion_is_in_degrees(result, folder):
    header, names, values = read_table(folder / "motion.mot")
    assert header["inDegrees"] == "yes" and int(header["nRows"]) == 21
    model = result.model
    assert names == ["time", *(c.name for c in model.full_coordinates)]
    np.testing.assert_allclose(values[:, 0], result["time"], atol=1e-12)
    hip = result["position"].sel(coordinate="hip_flexion_r")
    np.testing.assert_allclose(np.radians(values[:, names.index("hip_flexion_r")]), hip, atol=1e-12)
    height = result["position"].sel(coordinate="pelvis_ty")
    np.testing.assert_allclose(values[:, names.index("pelvis_ty")], height, atol=1e-12)


def test_model_is_the_scaled_one(result, folder):
    again = coxa.Model.load(folder / "model.osim")
    assert again.total_mass == pytest.approx(80, rel=1e-9)


def test_loads_name_columns_and_bodies_that_exist(result, folder):
    _, names, _ = read_table(folder / "external_loads.sto")
    root = ElementTree.parse(folder / "external_loads.xml").getroot()
    assert root.findtext("ExternalLoads/datafile") == "external_loads.sto"
    bodies = {body.name for body in result.model.bodies}
    forces = root.findall("ExternalLoads/objects/ExternalForce")
    assert {"right_foot", "left_foot", "bench", "barbell"} <= {f.get("name") for f in forces}
    for force in forces:
        assert force.findtext("applied_to_body") in bodies
        for kind in ("force", "point", "torque"):
            stem = force.findtext(f"{kind}_identifier")
            assert all(stem + axis in names for axis in "xyz")


def test_external_forces_move_the_body(result, folder):
    """Inverse dynamics of the exported motion under the exported forces leaves the floating base free."""
    _, names, values = read_table(folder / "external_loads.sto")
    model = result.model
    root = ElementTree.parse(folder / "external_loads.xml").getroot()
    q, v, vdot = (result[name].values for name in ("position", "velocity", "acceleration"))
    tau = model.inverse_dynamics(q, v, vdot)
    bodies = [body.name for body in model.bodies]
    here = model.positions(q)

    base = [i for i, name in enumerate(model.coordinates) if name.startswith("pelvis_")]
    power = np.zeros((len(q), len(base)))
    h = 1e-6
    for force in root.findall("ExternalLoads/objects/ExternalForce"):
        name, body = force.get("name"), bodies.index(force.findtext("applied_to_body"))

        def column(part, name=name):
            return values[:, [names.index(f"{name}_{part}{axis}") for axis in "xyz"]]

        F, p, T = column("force_v"), column("force_p"), column("torque_")
        for k, i in enumerate(base):
            step = h * (np.arange(q.shape[1]) == i)
            ahead, back = model.positions(q + step), model.positions(q - step)
            # velocity of the body's point that is now at p, and its angular velocity
            local = np.einsum("fji,fj->fi", here.rotations[:, body], p - here.bodies[:, body])

            def at(positions, body=body, local=local):
                R = positions.rotations[:, body]
                return positions.bodies[:, body] + np.einsum("fij,fj->fi", R, local)

            speed = (at(ahead) - at(back)) / (2 * h)
            dR = (ahead.rotations[:, body] - back.rotations[:, body]) / (2 * h)
            W = dR @ np.swapaxes(here.rotations[:, body], 1, 2)
            spin = np.stack([W[:, 2, 1], W[:, 0, 2], W[:, 1, 0]], axis=1)
            power[:, k] += (F * speed).sum(axis=1) + (T * spin).sum(axis=1)
    # central differences of positions of about 1 m: 1e-10 relative, times forces of about 2 kN
    np.testing.assert_allclose(power, tau[:, base], atol=1e-4)


def test_unsolved_results_are_not_exported(result, tmp_path):
    dataset = result.dataset.copy(deep=True)
    dataset["status"].values[0] = 1
    with pytest.raises(coxa.InvalidArgument, match="unsolved"):
        coxa.Result(dataset).export_opensim(tmp_path / "opensim")
    assert not (tmp_path / "opensim").exists()


def test_opensim_finds_the_same_moments(athlete, tmp_path, monkeypatch):
    """OpenSim's own inverse dynamics of the exported files."""
    opensim = pytest.importorskip("opensim", reason="the opensim package is not installed")
    result = coxa.simulate("barbell_hip_thrust", athlete, load=60, hold=0.5, frames=201)
    monkeypatch.chdir(result.export_opensim(tmp_path / "opensim"))
    opensim.Logger.setLevelString("error")
    opensim.InverseDynamicsTool("inverse_dynamics.xml").run()
    _, names, values = read_table(tmp_path / "opensim" / "inverse_dynamics.sto")
    # it differentiates a quintic spline through the frames, which rings where phases meet with a jump of jerk
    # and dies out by a factor of two or more per frame
    phase = result["phase"].values
    inside = [len(set(phase[i - 14 : i + 15])) == 1 for i in range(14, len(phase) - 14)]
    rows = 14 + np.flatnonzero(inside)
    assert len(rows) > 50
    for name in result.model.coordinates:
        # the knee drives the patella, which OpenSim leaves out of its moment; the toes carry part of the sole
        if not name.startswith(("knee", "mtp")):
            moved = name in ("pelvis_tx", "pelvis_ty", "pelvis_tz")
            theirs = values[rows, names.index(f"{name}_{'force' if moved else 'moment'}")]
            ours = result["generalized_force"].sel(coordinate=name).values[rows]
            np.testing.assert_allclose(theirs, ours, atol=1e-2, err_msg=name)
