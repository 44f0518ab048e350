"""Bands, cables, hanging loads and rails in pictures, from a scene that has one of each."""

from __future__ import annotations

import json

import coxa
import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr
from coxa.figures.body import Stage
from matplotlib.collections import LineCollection
from matplotlib.colors import same_color
from matplotlib.patches import Polygon


@pytest.fixture(scope="module")
def rigged(result: coxa.Result) -> coxa.Result:
    """The shared trial with a loop band, a cable, a dumbbell and rails written into its scene."""
    data = result.dataset
    knees = data["site_position"].sel(site=["knee_r", "knee_l"])
    ankle = data["site_position"].sel(site=["ankle_r"])
    pulled = xr.concat([knees, ankle], "site").rename(site="load")
    pulled["load"] = ["loop_on_femur_r", "loop_on_femur_l", "stack"]
    bar = data["load_position"]
    position = xr.concat([bar, pulled.drop_attrs()], "load").transpose("time", "load", "axis")
    dataset = data.drop_dims("load").assign(load_position=position)
    held = data["site_position"].sel(site=["hip_crease"]).rename(site="grip")
    held["grip"] = ["rails"]
    dataset = dataset.drop_dims("grip").assign(grip_position=held)

    scene = json.loads(data.attrs["scene"])
    scene["bands"] = [
        {
            "name": "loop",
            "material": "thera-band green",
            "rest_length": 0.2,
            "strands": 2,
            "ends": [
                {"body": "femur_r", "point": [0, -0.35, 0]},
                {"body": "femur_l", "point": [0, -0.35, 0]},
            ],
        }
    ]
    scene["cables"] = [
        {
            "name": "stack",
            "end": {"body": "tibia_r", "point": [0, 0, 0]},
            "anchor": [1.5, 0.1, 0],
            "mass": 10,
            "ratio": 1,
        }
    ]
    scene["anchors"] = [
        {
            "name": "rails",
            "end": {"body": "pelvis", "point": [0, 0, 0]},
            "strength": [100, 0, 0],
        }
    ]
    scene["grips"] = []
    scene["loads"].append(
        {
            "name": "dumbbell",
            "body": "hand_r",
            "position": [0, -0.05, 0],
            "axes": [[0, 0, -1], [0, 1, 0], [1, 0, 0]],  # its length along the world's x
            "mass": 10,
            "hangs": True,
            "cylinders": [{"center": [0, 0, 0.1], "radius": 0.02, "length": 0.3}],
        }
    )
    dataset.attrs["scene"] = json.dumps(scene)
    return coxa.Result(dataset)


def test_band_joins_its_ends_in_its_colour(rigged):
    stage = Stage(rigged)
    fig, ax = plt.subplots()
    stage.draw(ax, 3, forces=False)
    green = [
        c
        for c in ax.findobj(LineCollection)
        if len(c.get_colors()) == 1 and same_color(c.get_colors()[0], "green")
    ]
    assert len(green) == 1
    line, *across = green[0].get_segments()
    knee_r, knee_l = (
        rigged["site_position"].sel(site=s).isel(time=3).values[:2] for s in ("knee_r", "knee_l")
    )
    np.testing.assert_allclose(line, [knee_r, knee_l])
    thigh = knee_r - rigged["site_position"].sel(site="hip_r").isel(time=3).values[:2]
    for strap in across:  # about each thigh, across it
        along = strap[1] - strap[0]
        cosine = along @ thigh / np.linalg.norm(along) / np.linalg.norm(thigh)
        assert abs(cosine) < 0.2
    plt.close(fig)


def test_cable_runs_to_its_pulley_and_widens_the_picture(rigged, result):
    stage = Stage(rigged)
    assert stage.limits[1] > 1.5 > Stage(result).limits[1] - 0.5
    fig, ax = plt.subplots()
    stage.draw(ax, 0)
    ends = [np.asarray(line.get_xydata()) for line in ax.lines]
    ankle = rigged["site_position"].sel(site="ankle_r").isel(time=0).values[:2]
    assert any(
        len(xy) == 2 and np.allclose(xy[0], ankle) and np.allclose(xy[1], [1.5, 0.1]) for xy in ends
    )
    plt.close(fig)


def test_hanging_load_keeps_the_axes_of_the_world(rigged):
    stage = Stage(rigged)
    center, axis, radius, length = stage.loads[-1]
    assert (radius, length) == (0.02, 0.3)
    np.testing.assert_allclose(axis, np.broadcast_to([1, 0, 0], axis.shape))
    hand = stage.bodies.index("hand_r")
    grip = stage.origins[:, hand] + stage.rotations[:, hand] @ np.array([0, -0.05, 0])
    np.testing.assert_allclose(center - grip, np.broadcast_to([0.1, 0, 0], center.shape))
    fig, ax = plt.subplots()
    stage.draw(ax, 5)
    wide = [p for p in ax.findobj(Polygon) if np.isclose(np.ptp(p.get_xy()[:, 0]), 0.3)]
    assert any(np.isclose(np.ptp(p.get_xy()[:, 1]), 0.04) for p in wide)
    plt.close(fig)


def test_rails_stand_where_they_hold(rigged):
    stage = Stage(rigged)
    fig, ax = plt.subplots()
    stage.draw(ax, 2)
    x = rigged["grip_position"].isel(time=2, grip=0).values[0]
    upright = [line.get_xydata() for line in ax.lines if np.allclose(line.get_xdata(), x)]
    assert any(np.ptp(xy[:, 1]) > 0.5 for xy in upright)
    plt.close(fig)
