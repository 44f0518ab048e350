"""The moving picture of one trial."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib
import numpy as np
from matplotlib.animation import FFMpegWriter
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from .._core import FileError, InvalidArgument
from ..base import check, estimate
from ..base.limits import check_count
from ..trials.labels import subtitle, title
from .body import Stage
from .palette import INK, PHASES
from .panels import colour_bar

if TYPE_CHECKING:
    from ..trials.result import Result

try:
    import imageio_ffmpeg
except ModuleNotFoundError:
    imageio_ffmpeg = None

DPI = 100


def encoder() -> str | None:
    """The program ffmpeg that writes .mp4: that of the package imageio-ffmpeg, else the system's; None without either."""
    if imageio_ffmpeg is not None:
        try:
            return str(imageio_ffmpeg.get_ffmpeg_exe())
        except RuntimeError:
            pass  # installed for a platform that it has no program for
    return shutil.which("ffmpeg")


def animate(
    result: Result, path: str | os.PathLike[str], *, fps: int, speed: float, width: int
) -> Path:
    """Writes a .gif or .mp4; see `Result.animate`."""
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
    # the stage as wide as the picture, text above and the colour bar below it, in pixels (even, for mp4)
    x_low, x_high, y_low, y_high = stage.limits
    middle = width * (y_high - y_low) / (x_high - x_low)
    above, below = 66, 52
    height = 2 * round((above + middle + below) / 2)
    width = 2 * round(width / 2)
    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor="white")
    canvas = FigureCanvasAgg(figure)
    figure.text(
        0.03, 1 - 22 / height, title(result), fontsize=13, weight="bold", color=INK, va="center"
    )
    figure.text(0.03, 1 - 46 / height, subtitle(result), fontsize=9, color="#5a616b", va="center")
    clock = figure.text(0.97, 1 - 22 / height, "", fontsize=11, color=INK, ha="right", va="center")
    colour_bar(figure, figure.add_axes((0.34, 20 / height, 0.32, 9 / height)))
    ax = figure.add_axes((0, below / height, 1, middle / height))

    duration = stage.time[-1] - stage.time[0]
    wanted = min(float(duration) * fps / speed, 1e18)
    count = check_count("pictures of this animation", max(2, round(wanted)), "pictures")
    # of a .gif all pictures, in three colours and indexed; and which frame is nearest to which picture
    memory = 4 * width * height * (1 if movie else count) + 16 * len(stage.time) * count
    estimate.require_memory("this animation", memory, "lower fps or width, or raise speed")
    times = stage.time[0] + duration * np.arange(count) / count
    frames = np.abs(stage.time[:, None] - times).argmin(axis=0)
    phase = result["phase"].values

    def pose(frame: int) -> None:
        ax.clear()
        stage.draw(ax, frame)
        word = PHASES.get(int(phase[frame]), ("", ""))[0]
        clock.set_text(f"{word}   {stage.time[frame]:.2f} s")

    # under another name until it is whole
    partial = target.with_name(f".{target.stem}.partial{target.suffix}")
    try:
        if movie:
            writer = FFMpegWriter(fps=fps)
            with (
                matplotlib.rc_context({"animation.ffmpeg_path": ffmpeg}),
                writer.saving(figure, str(partial), DPI),
            ):
                for frame in frames:
                    pose(int(frame))
                    writer.grab_frame()
        else:
            pictures = []
            for frame in frames:
                pose(int(frame))
                canvas.draw()
                pictures.append(Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy()))
            _save_gif(pictures, partial, fps)
        os.replace(partial, target)
    except OSError as error:
        raise FileError(f"cannot write {target}: {error.strerror or error}") from None
    finally:
        partial.unlink(missing_ok=True)
    return target


def _save_gif(pictures: list[Image.Image], path: Path, fps: int) -> None:
    # one palette for all pictures, from a few of them: no flicker, and quicker
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
