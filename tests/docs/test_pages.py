"""Every `python` and `sh` block of docs/ and README.md runs: the blocks of a page in order, in one empty folder.

Comments before a block say what else is to be done with it:

    <!-- not run: reason -->     it cannot run here; the test of that block is skipped with the reason
    <!-- file: study.toml -->    it is the content of a file that later blocks read
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GENERATED = ROOT / "docs" / "_generated"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
RUN = ("python", "sh")
SHOWN = ("text", "toml", "cpp", "cmake", "")  # what is read, not run
BLOCK = re.compile(
    r"(?:^<!-- (?P<mark>not run|file): (?P<said>[^\n]+?) -->\n+)?^```(?P<language>[\w+-]*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
SECONDS = 600  # of one page; a few where nothing else runs


@dataclass(frozen=True)
class Block:
    page: Path
    line: int
    language: str
    text: str
    mark: str | None
    said: str | None

    @property
    def name(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(page: Path) -> list[Block]:
    text = page.read_text()
    return [
        Block(
            page,
            text.count("\n", 0, m.start("text")) + 1,
            m["language"],
            m["text"],
            m["mark"],
            m["said"],
        )
        for m in BLOCK.finditer(text)
    ]


ALL = [block for page in PAGES if GENERATED not in page.parents for block in blocks(page)]
LEFT_OUT = [block for block in ALL if block.mark == "not run"]
TO_RUN = {
    page: found
    for page in PAGES
    if (
        found := [
            b
            for b in ALL
            if b.page == page and (b.mark == "file" or b.mark is None and b.language in RUN)
        ]
    )
}

# reads [[kind, name, line, text], ...] from the file named and runs them in order; Python blocks share their names
DRIVER = """
import json, subprocess, sys
space = {"__name__": "__main__"}
for kind, name, line, text in json.load(open(sys.argv[1])):
    if kind == "file":
        open(name, "w").write(text)
    elif kind == "sh":
        subprocess.run(["bash", "-euc", text], check=True, stdin=subprocess.DEVNULL)
    else:
        exec(compile("\\n" * (line - 1) + text, name, "exec"), space)
"""


@pytest.mark.parametrize("page", TO_RUN, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_blocks_of_a_page_run(page, tmp_path):
    import json

    steps = [
        ("file", block.said, block.line, block.text)
        if block.mark == "file"
        else (block.language, str(page), block.line, block.text)
        for block in TO_RUN[page]
    ]
    folder = tmp_path / "empty"
    folder.mkdir()
    (tmp_path / "steps.json").write_text(json.dumps(steps))
    (tmp_path / "driver.py").write_text(DRIVER)
    done = subprocess.run(
        [sys.executable, tmp_path / "driver.py", tmp_path / "steps.json"],
        cwd=folder,
        env={
            **os.environ,
            "MPLBACKEND": "Agg",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "COXA_REPOSITORY": str(ROOT),
        },
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"


@pytest.mark.parametrize("block", LEFT_OUT, ids=lambda block: block.name)
def test_a_block_that_cannot_run_here(block):
    pytest.skip(f"{block.language}: {block.said}")


def test_every_block_runs_is_shown_or_says_why_not():
    wrong = [
        b.name
        for b in ALL
        if b.mark is None and b.language not in (*RUN, *SHOWN) and not b.language.startswith("{")
    ]
    assert not wrong, f"blocks of these languages need <!-- not run: reason -->: {wrong}"


def test_fences_are_seen():
    text = "<!-- not run: needs R -->\n```r\nx\n```\n\n```python\n1 / 0\n```\n"
    first, second = BLOCK.finditer(text)
    assert first["said"] == "needs R" and first["language"] == "r"
    assert second["mark"] is None and second["text"] == "1 / 0\n"
    opened = sum(
        page.read_text().count("\n```python\n") + page.read_text().count("\n```sh\n")
        for page in PAGES
        if GENERATED not in page.parents
    )
    assert opened == sum(block.language in RUN for block in ALL) > 20


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text().splitlines()) < 160
