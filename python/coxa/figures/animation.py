"""Animation of one trial."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib
import numpy as np
from matplotlib.animation import FFMpegWriter
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from .._core import InvalidArgument
from ..base import check, estimate
from ..base.limits import check_count
from ..trials.labels import subtitle, title
from .body import Stage
from .layout import heads
from .palette import INK, PAPER, PHASES
from .panels import colour_bar

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

    from ..trials.result import Result

try:
    import imageio_ffmpeg
except ModuleNotFoundError:
    imageio_ffmpeg = None

DPI = 100


def encoder() -> str | None:
    """Path of ffmpeg for .mp4: that of the package imageio-ffmpeg, otherwise the system's; None without either."""
    if imageio_ffmpeg is not None:
        try:
            return str(imageio_ffmpeg.get_ffmpeg_exe())
        except RuntimeError:
            pass  # the package has no program for this platform
    return shutil.which("ffmpeg")


def animate(
    result: Result, path: str | os.PathLike[str], *, fps: int, speed: float, width: int
) -> Path:
    """Write a .gif or .mp4; see `Result.animate`."""
    target = check.output_path(path, (".gif", ".mp4"))
    check_count("fps", fps)
    check_count("width", width)
    check.positive("speed", speed)
    movie = target.suffix.lower() == ".mp4"
    ffmpeg = encoder() if movie else None
    if movie and ffmpeg is None:
        raise InvalidArgument(
            f"cannot write {target}: .mp4 needs the program ffmpeg, which is not installed;"
            " pip install 'coxa[video]' brings it, or use .gif"
        )
    stage = Stage(result)
    figure, ax, clock = _picture(result, stage, width)
    # a .gif keeps all images, in three colours and indexed
    width, height = figure.canvas.get_width_height()
    frames = _frames(stage.time, fps, speed, 4 * width * height, movie)
    phase = result["phase"].values

    def poses() -> Iterator[None]:
        for frame in map(int, frames):
            ax.clear()
            stage.draw(ax, frame)
            word = PHASES.get(int(phase[frame]), ("", ""))[0]
            clock.set_text(f"{word}   {stage.time[frame]:.2f} s")
            yield

    with check.written_whole(target) as partial:
        if movie:
            writer = FFMpegWriter(fps=fps)
            with (
                matplotlib.rc_context({"animation.ffmpeg_path": ffmpeg}),
                writer.saving(figure, str(partial), DPI),
            ):
                for _ in poses():
                    writer.grab_frame()
        else:
            _save_gif([_drawn(figure) for _ in poses()], partial, fps)
    return target


def _picture(result: Result, stage: Stage, width: int) -> tuple[Figure, Axes, Text]:
    """The figure, with the stage over its full width, text above and colour bar below, and the text of the clock."""
    x_low, x_high, y_low, y_high = stage.limits
    # pixels; mp4 requires even numbers
    middle = width * (y_high - y_low) / (x_high - x_low)
    above, below = 66, 52
    height = 2 * round((above + middle + below) / 2)
    width = 2 * round(width / 2)
    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor=PAPER)
    FigureCanvasAgg(figure)
    texts = {1 - 22 / height: title(result), 1 - 46 / height: subtitle(result)}
    heads(figure, 0.03, texts, (13, 9))
    clock = figure.text(0.97, 1 - 22 / height, "", fontsize=11, color=INK, ha="right", va="center")
    colour_bar(figure, figure.add_axes((0.34, 20 / height, 0.32, 9 / height)))
    return figure, figure.add_axes((0, below / height, 1, middle / height)), clock


def _frames(time: np.ndarray, fps: int, speed: float, picture: int, movie: bool) -> np.ndarray:
    """The frame nearest to each image; `picture` is the memory of one image, bytes (a movie keeps one only)."""
    duration = time[-1] - time[0]
    wanted = min(float(duration) * fps / speed, 1e18)
    count = check_count("pictures of this animation", max(2, round(wanted)), "pictures")
    memory = picture * (1 if movie else count) + 16 * len(time) * count
    estimate.require_memory("this animation", memory, "lower fps or width, or raise speed")
    times = time[0] + duration * np.arange(count) / count
    frames: np.ndarray = np.abs(time[:, None] - times).argmin(axis=0)
    return frames


def _drawn(figure: Figure) -> Image.Image:
    """The current image of a figure."""
    canvas = figure.canvas
    assert isinstance(canvas, FigureCanvasAgg)
    canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy())


def _save_gif(pictures: list[Image.Image], path: Path, fps: int) -> None:
    # one palette, from a sample of the images, avoids flicker and saves time
    few = pictures[:: max(1, len(pictures) // 4)]
    width, height = few[0].size
    sheet = Image.new("RGB", (width, height * len(few)))
    for i, picture in enumerate(few):
        sheet.paste(picture, (0, i * height))
    palette = sheet.quantize(256)
    indexed = [p.quantize(palette=palette, dither=Image.Dither.NONE) for p in pictures]
    indexed[0].save(
        path, save_all=True, append_images=indexed[1:], duration=round(1000 / fps), loop=0
    )
