"""Names the tests of what changed, for ./dev test fast: `changed.py suites` for a --gtest_filter, `changed.py files` for pytest.

Changed is what differs from the point where the branch left main, committed or not; on main itself, what is not
committed, or else the last commit. Folders give the mapping: a file of the room `core/{src,include/coxa}/ROOM` or
`python/coxa/ROOM` has its tests in `tests/core/ROOM` or `tests/python/ROOM`. Of a Python room that changed, the tests
that name a changed module are taken, or all where none does.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[1]
SUITE = re.compile(r"^(?:TYPED_)?TEST(?:_[FP])?\(\s*(\w+)\s*,", re.MULTILINE)
ALWAYS = "tests/architecture"
# digests of whole trials: what a change of the physics cannot leave alone
PHYSICS = re.compile(r"core/(src|include)/|plugins/|data/(models|anthropometry)/|python/bindings/")


def git(*arguments: str) -> list[str]:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    return done.stdout.split("\n")[:-1] if done.returncode == 0 else []


def changed_files() -> list[str]:
    head = git("rev-parse", "HEAD")
    base = git("merge-base", "HEAD", "main") or head
    new = git("ls-files", "--others", "--exclude-standard")
    return git("diff", "--name-only", *base) + new or git("diff", "--name-only", "HEAD~1", "HEAD")


def room_of(name: str, roots: Iterable[str]) -> str | None:
    """The room of a file that lies below one of `roots`, empty for a file that lies in no room of it."""
    for root in roots:
        if name.startswith(root + "/"):
            parts = PurePosixPath(name).relative_to(root).parts
            return parts[0] if len(parts) > 1 else ""
    return None


def cpp_suites(changed: Iterable[str]) -> list[str]:
    """Test suites of the rooms of the core that changed; all if the tests' own support did."""
    wanted = set()
    for name in changed:
        if name.startswith("tests/support/") or name.endswith("CMakeLists.txt"):
            return ["*"]
        if name.startswith("tests/core/") and name.endswith(".cpp"):
            wanted.add(ROOT / name)
        elif name.startswith("tests/plugins/"):
            wanted |= set((ROOT / "tests/core").rglob("plugin_test.cpp"))
        elif room := room_of(name, ("core/src", "core/include/coxa", "tests/core")):
            wanted |= set((ROOT / "tests/core" / room).rglob("*_test.cpp"))
    texts = [path.read_text() for path in wanted if path.is_file()]
    suites = sorted({suite for text in texts for suite in SUITE.findall(text)})
    return [f"{form}{suite}{end}" for suite in suites for form, end in (("", ".*"), ("*/", ".*"))]


def tests_of(module: PurePosixPath, folder: Path) -> Iterator[Path]:
    """Test files of a folder that name a module, or all of it if none does."""
    tests = sorted(
        folder.rglob("test_*.py") if folder.name != "python" else folder.glob("test_*.py")
    )
    naming = [path for path in tests if re.search(rf"\b{module.stem}\b", path.read_text())]
    yield from naming or tests


def python_files(changed: Iterable[str]) -> list[str]:
    """Test files of the modules that changed, those of the architecture always."""
    wanted = set()
    for name in changed:
        path = PurePosixPath(name)
        if name.startswith("tests/") and path.suffix == ".py":
            wanted |= {ROOT / name} if path.name.startswith("test_") else set()
        elif name == "README.md" or name.startswith("docs/") and path.suffix == ".md":
            wanted.add(ROOT / "tests/docs/test_pages.py")
        elif PHYSICS.match(name):
            wanted |= set((ROOT / "tests/python").rglob("test_equal_bits.py"))
        elif name.startswith("data/"):
            wanted |= set((ROOT / "tests/data").glob("test_*.py"))
        elif path.suffix == ".py" and (room := room_of(name, ("python/coxa",))) is not None:
            wanted |= set(tests_of(path, ROOT / "tests/python" / room))
    found = {str(path.relative_to(ROOT)) for path in wanted if path.is_file()}
    return [ALWAYS, *sorted(name for name in found if not name.startswith(ALWAYS))]


def main(what: str) -> None:
    changed = changed_files()
    if what == "suites":
        print(":".join(cpp_suites(changed)))
    else:
        print(*python_files(changed), sep="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
