"""Progress of a study: a bar on standard error or in a notebook."""

from __future__ import annotations

import sys
import time
from typing import Any


def shown(wanted: bool | None) -> bool:
    """`wanted`; if None, whether standard error is a terminal or this is a notebook."""
    return (sys.stderr.isatty() or in_notebook()) if wanted is None else wanted


def in_notebook() -> bool:
    """Whether this process is a Jupyter kernel."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return type(shell).__name__ == "ZMQInteractiveShell"


class Progress:
    """Counts finished trials; a context manager.

    Parameters
    ----------
    total : int
        Number of trials in the study.
    done : int
        Trials finished in an earlier run; they count towards the total, but not towards the rate.
    wanted : bool, optional
        Whether to show a bar; by default only on a terminal and in notebooks.
    """

    def __init__(self, total: int, done: int = 0, wanted: bool | None = None):
        self.total = total
        self.done = done
        self._before = done
        self._start = time.monotonic()
        self._view: Any = None
        if shown(wanted):
            self._view = _Notebook() if in_notebook() else _Terminal()

    def __enter__(self) -> Progress:
        if self._view is not None:
            self._view.start(self)
        return self

    def __exit__(self, *_: object) -> None:
        if self._view is not None:
            self._view.stop()

    def advance(self, count: int) -> None:
        """Count more finished trials."""
        self.done += count
        if self._view is not None:
            self._view.show(self)

    def note(self, text: str) -> None:
        """Show a line of text beside the bar."""
        if self._view is not None:
            self._view.note(text)

    @property
    def rate(self) -> float:
        """Trials per second since the start."""
        elapsed = time.monotonic() - self._start
        return (self.done - self._before) / elapsed if elapsed > 0 else 0.0

    @property
    def text(self) -> str:
        """Rate and time left, such as "12.3 trials/s, 0:02:10 left"."""
        if not self.rate:
            return ""
        left = round((self.total - self.done) / self.rate)
        clock = f"{left // 3600}:{left // 60 % 60:02d}:{left % 60:02d}"
        return f"{self.rate:.3g} trials/s, {clock} left"


class _Terminal:
    def start(self, state: Progress) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
        from rich.progress import Progress as Bar

        columns = (
            TextColumn("trials"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[text]}"),
        )
        self._bar = Bar(*columns, console=Console(stderr=True))
        self._bar.start()
        self._task = self._bar.add_task("", total=state.total, completed=state.done, text="")

    def show(self, state: Progress) -> None:
        self._bar.update(self._task, completed=state.done, text=state.text)

    def note(self, text: str) -> None:
        self._bar.console.print(text, highlight=False, markup=False)

    def stop(self) -> None:
        self._bar.stop()


class _Notebook:
    """The browser's `<progress>` element; needs no widgets."""

    def start(self, state: Progress) -> None:
        from IPython.display import HTML, display

        self._html = HTML
        self._note = ""
        self._handle = display(HTML(self._page(state)), display_id=True)

    def show(self, state: Progress) -> None:
        self._handle.update(self._html(self._page(state)))

    def note(self, text: str) -> None:
        self._note = text

    def stop(self) -> None:
        pass

    def _page(self, state: Progress) -> str:
        return (
            f'<progress value="{state.done}" max="{state.total}"></progress>'
            f" {state.done}/{state.total} trials {state.text} {self._note}"
        )
