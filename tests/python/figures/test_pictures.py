"""Figures and moving pictures."""

from __future__ import annotations

import os

import coxa
import matplotlib.pyplot as plt
import numpy as np
import pytest
from coxa.figures import animation
from PIL import Image


def test_plot_shows_postures_and_curves(result, tmp_path):
    figure = result.plot()
    try:
        headings = [ax.get_title() or ax.get_title(loc="left") for ax in figure.axes]
        for word in (
            "bottom",
            "half way",
            "top",
            "Joint moments",
            "Support forces",
            "muscle groups",
        ):
            assert any(word in heading for heading in headings), word
        figure.savefig(tmp_path / "p.png", dpi=60)
        pixels = np.asarray(Image.open(tmp_path / "p.png").convert("L"))
        # the postures stand in the upper half
        assert (pixels[: len(pixels) // 2] < 200).mean() > 0.01
    finally:
        plt.close(figure)


def test_key_frames_are_bottom_and_top(result):
    from coxa.figures.panels import key_frames

    (_, bottom), (_, middle), (_, top) = key_frames(result)
    height = result["load_position"].isel(load=0).sel(axis="y").values
    assert height[bottom] < height[middle] < height[top]
    assert height[bottom] == pytest.approx(height.min(), abs=1e-6)


def test_unsolved_frames_can_be_drawn(result):
    dataset = result.dataset.copy(deep=True)
    for name in ("activation", "support_force", "center_of_pressure", "group_activation"):
        dataset[name].values[:8] = np.nan
    dataset["status"].values[:8] = 1
    broken = coxa.Result(dataset)
    assert not broken.solved and broken.status["unsolved"] == 8
    figure = broken.plot()
    figure.canvas.draw()
    plt.close(figure)


def test_a_result_without_its_model_is_drawn_without_muscles(result, tmp_path):
    dataset = result.dataset.copy()
    dataset.attrs["model"] = str(tmp_path / "gone.osim")
    figure = coxa.Result(dataset).plot()
    figure.canvas.draw()
    plt.close(figure)


def test_gif_moves(result, tmp_path):
    path = result.animate(tmp_path / "thrust.gif", fps=4, width=300)
    with Image.open(path) as picture:
        duration = float(result["time"][-1])
        assert picture.n_frames == pytest.approx(4 * duration, abs=1)
        assert picture.size[0] == 300
    assert os.listdir(tmp_path) == ["thrust.gif"]


def test_animate_writes_mp4(result, tmp_path):
    pytest.importorskip("imageio_ffmpeg", reason="needs the extra 'video'")
    path = result.animate(tmp_path / "thrust.mp4", fps=4, width=300)
    assert path.read_bytes()[4:8] == b"ftyp" and path.stat().st_size > 2000
    assert os.listdir(tmp_path) == ["thrust.mp4"]


def test_animate_says_what_brings_the_encoder(result, tmp_path, monkeypatch):
    monkeypatch.setattr(animation, "imageio_ffmpeg", None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(coxa.InvalidArgument, match=r"coxa\[video\].*\.gif"):
        result.animate(tmp_path / "thrust.mp4")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("thrust.avi", {}, [".gif", ".mp4"]),
        ("no/thrust.gif", {}, ["there is no folder"]),
        ("thrust.gif", {"fps": 0}, ["fps"]),
        ("thrust.gif", {"speed": -1}, ["speed"]),
    ],
)
def test_animate_refuses(result, tmp_path, name, options, words):
    with pytest.raises(coxa.Error) as error:
        result.animate(tmp_path / name, **options)
    for word in words:
        assert word in str(error.value)
    assert os.listdir(tmp_path) == []
