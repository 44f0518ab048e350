"""The gallery: every script of examples/ with its output and pictures."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from pages import GENERATED, ROOT, sweep, write

SCRIPTS = sorted((ROOT / "examples").glob("*.py"))
PICTURES = (".png", ".gif")
# scripts from 20 on take up to a minute: only the tests run them, and their pages show pictures kept in the repository
QUICK = "20"


def run(script: Path) -> None:
    """Run a script in an empty folder; keep its output and pictures."""
    target = GENERATED / "examples"
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, script],
            cwd=folder,
            env={**os.environ, "MPLBACKEND": "Agg", "COLUMNS": "110"},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"{script.name} failed:\n{done.stderr}")
        (target / f"{script.stem}.txt").write_text(done.stdout)
        for path in sorted(Path(folder).iterdir()):
            if path.suffix in PICTURES:
                shutil.move(path, target / f"{script.stem}-{path.name}")


def page(script: Path) -> str:
    source = script.read_text()
    question, _, rest = (ast.get_docstring(ast.parse(source)) or script.stem).partition("\n")
    code = source.split('"""', 2)[2].strip()
    folder = GENERATED / "examples"
    pictures = sorted(p for p in folder.glob(f"{script.stem}-*") if p.suffix in PICTURES)
    shown = "".join(f"![{question}]({picture.name})\n\n" for picture in pictures)
    printed = folder / f"{script.stem}.txt"
    output = (
        f"Prints:\n\n```text\n{printed.read_text().rstrip()}\n```\n" if printed.exists() else ""
    )
    return f"""# {question}

{rest.strip()}

{shown}`examples/{script.name}`:

```python
{code}
```

{output}"""


def generate(run_again: bool) -> None:
    folder = GENERATED / "examples"
    for script in SCRIPTS:
        if script.name < QUICK:
            if run_again or not (folder / f"{script.stem}.txt").exists():
                run(script)
        else:
            kept = ROOT / "examples" / "pictures" / f"{script.stem.split('_', 1)[1]}.png"
            if kept.exists():
                folder.mkdir(parents=True, exist_ok=True)
                shutil.copy(kept, folder / f"{script.stem}-{kept.name}")
        write(f"examples/{script.stem}.md", page(script))
    sweep("examples", [script.stem for script in SCRIPTS])
    names = "\n".join(f"examples/{script.stem}" for script in SCRIPTS)
    write(
        "examples.md",
        f"""# Examples

Scripts to copy, in `examples/`: `.venv/bin/python examples/NAME.py`. Each takes seconds; those numbered from 20 take up to
a minute. `examples/studies` holds studies as TOML files.

```{{toctree}}
:maxdepth: 1

{names}
```
""",
    )
