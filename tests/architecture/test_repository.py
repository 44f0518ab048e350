"""What the repository may hold: the agreed rooms, nothing of one machine, nothing unfinished, nothing huge."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOP_LEVEL = re.compile(
    r"CMakeLists\.txt|CMakePresets\.json|core|plugins|python|examples|tests|data|docs|README\.md|dev|LICENSE"
    r"|NOTICE|CITATION\.cff|CHANGELOG\.md|pyproject\.toml|\.[A-Za-z].*"
)
ROOMS = ["core", "plugins", "python", "examples", "tests", "data", "docs"]
# where there is no git: what .gitignore leaves out
IGNORED = {".git", ".venv", ".cache", "build", "dist", "demo", "__pycache__", "_generated"}
MAX_BYTES = 3_000_000

# written so that this file does not match itself
HOSTS = re.compile(r"pypi[.]org|python[h]osted|registry[.]npmjs|deb[.]debian[.]org")
MACHINE_PATHS = re.compile(
    r"(?:^|[^\w./}])/(?:wor[k]|far[m]|roo[t]|tm[p]|hom[e]/\w+)/", re.MULTILINE
)
UNFINISHED = re.compile(
    r"\b(?:TOD[O]|FIXM[E]|XX[X]|HAC[K]|not implemente[d]|placeholde[r]|stu[b])\b"
)


def repository_files():
    try:
        listing = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        files = [ROOT / name for name in listing.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        files = [
            path
            for path in ROOT.rglob("*")
            if not IGNORED & set(path.relative_to(ROOT).parts) and path.is_file()
        ]
    return sorted(path for path in files if path.is_file())


FILES = repository_files()


def matches(pattern, files):
    found = []
    for path in files:
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.end()) + 1
            found.append(f"{path.relative_to(ROOT)}:{line}: {match.group(0).strip()}")
    return found


def test_the_top_level_holds_the_agreed_entries():
    entries = {path.relative_to(ROOT).parts[0] for path in FILES}
    assert not [entry for entry in sorted(entries) if not TOP_LEVEL.fullmatch(entry)]


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_says_what_lives_there(room):
    assert (ROOT / room / "README.md").is_file()


def test_the_notation_page_the_licence_and_the_credits_are_there():
    for name in ["core/NOTATION.md", "LICENSE", "NOTICE", "README.md", "CITATION.cff"]:
        assert (ROOT / name).is_file(), name
    assert "Apache License" in (ROOT / "LICENSE").read_text()


def test_no_registry_host_or_machine_path():
    assert not matches(HOSTS, FILES)
    assert not matches(MACHINE_PATHS, FILES)


def test_no_mark_of_unfinished_work():
    texts = [
        path
        for path in FILES
        if path.suffix in {".cpp", ".hpp", ".py", ".pyi", ".md", ".toml", ".cmake"}
    ]
    assert not matches(UNFINISHED, texts)


def test_no_large_file():
    assert not [str(path.relative_to(ROOT)) for path in FILES if path.stat().st_size > MAX_BYTES]


def test_no_built_or_copied_thing():
    wrong = {".so", ".o", ".a", ".whl", ".pyc", ".h5", ".nc"}
    assert not [str(path.relative_to(ROOT)) for path in FILES if path.suffix in wrong]


@pytest.mark.parametrize("name", ["dev", ".ci/run"])
def test_the_scripts_run(name):
    assert os.access(ROOT / name, os.X_OK)


def test_ci_runs_the_test_command_of_the_readme():
    assert "./dev test" in (ROOT / ".ci" / "run").read_text()
    assert "./dev test" in (ROOT / "README.md").read_text()


def test_the_version_has_one_place():
    version = re.search(
        r"project\(coxa VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text()
    ).group(1)
    elsewhere = [
        path
        for path in FILES
        if path.suffix in {".py", ".pyi", ".cpp", ".hpp", ".toml", ".cmake"}
        and re.search(rf"version\W{{1,6}}{re.escape(version)}\b", path.read_text(), re.IGNORECASE)
    ]
    assert not elsewhere
    # the one copy: whoever cites reads no CMake
    citation = (ROOT / "CITATION.cff").read_text()
    assert re.findall(r"^version: (.+)$", citation, re.MULTILINE) == [version]
    assert re.search(r"^date-released: \d{4}-\d\d-\d\d$", citation, re.MULTILINE)
    import coxa

    assert coxa.__version__ == version


def test_the_checks_see_what_they_should():
    assert HOSTS.search("https://pypi" + ".org/simple")
    assert MACHINE_PATHS.search("in /wor" + "k/main") and MACHINE_PATHS.search('"/tm' + 'p/x"')
    assert not MACHINE_PATHS.search("../shared/work/x") and not MACHINE_PATHS.search(
        "${root}/tmp/x"
    )
    assert UNFINISHED.search("# TOD" + "O later") and not UNFINISHED.search("type stubs")
    assert len(FILES) > 50
