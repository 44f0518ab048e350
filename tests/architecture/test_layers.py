"""The arrows of the architecture, from math to io, and who may include whom."""

import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "core"
LAYERS = ["math", "body", "muscle", "motion", "setting", "frame", "exercise", "study", "io"]
# a third party appears in one file; pugixml in two, the header that all reading goes through and the writer; HDF5 in those
# whose names begin so
HIDDEN_IN = {
    "boost/dll": ["exercise/module_loader.cpp"],
    "libdeflate": ["io/hdf5_chunks.cpp", "io/seal.cpp"],
    "nlohmann": ["study/scene.cpp"],
    "pugixml": ["io/osim_document.hpp", "io/osim_writer.cpp"],
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def includes(text):
    """Included names with their opening mark: [('<', 'vector'), ('"', 'coxa/math/error.hpp')]."""
    return INCLUDE.findall(text)


def layer_of(name):
    """Layer of an included name or of a path below core/include/coxa or core/src; None if it has none."""
    parts = name.removeprefix("coxa/").split("/")
    return parts[0] if len(parts) > 1 and parts[0] in LAYERS else None


def arrows_to_the_right(layer, text):
    """Includes of `text`, a file of `layer`, that lie in a layer it may not see."""
    allowed = LAYERS[: LAYERS.index(layer) + 1]
    return [
        name
        for mark, name in includes(text)
        if mark == '"' and layer_of(name) not in (None, *allowed)
    ]


def units():
    """Units, a header with the source of its name, and the units that each includes."""
    graph = {}
    for base, path in core_files():
        unit = path.relative_to(base).with_suffix("").as_posix()
        named = {
            name.removeprefix("coxa/").removesuffix(".hpp")
            for _, name in includes(path.read_text())
        }
        graph.setdefault(unit, set()).update(named - {unit})
    return {unit: named & graph.keys() for unit, named in graph.items()}


def circle(graph):
    """Nodes of a circle in a graph of node to successors, or nothing."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def foreign_to_public_headers(text):
    """Includes that a public header may not have: neither standard library, Eigen nor coxa."""
    wrong = []
    for mark, name in includes(text):
        standard = mark == "<" and re.fullmatch(r"[a-z_0-9]+", name)
        eigen = mark == "<" and name.startswith("Eigen/")
        ours = mark == '"' and name.startswith("coxa/")
        if not (standard or eigen or ours):
            wrong.append(name)
    return wrong


def core_files():
    for base in (CORE / "include" / "coxa", CORE / "src"):
        for path in sorted([*base.rglob("*.hpp"), *base.rglob("*.cpp")]):
            yield base, path


CORE_FILES = [pytest.param(*pair, id=str(pair[1].relative_to(CORE))) for pair in core_files()]
PUBLIC_HEADERS = sorted((CORE / "include").rglob("*.hpp"))
PLUGIN_SOURCES = sorted([*ROOT.glob("plugins/*/*.cpp"), *ROOT.glob("plugins/*/*.hpp")])


def below_root(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize(("base", "path"), CORE_FILES)
def test_a_file_lies_in_a_layer_and_sees_only_those_to_its_left(base, path):
    name = path.relative_to(base).as_posix()
    if name == "export.hpp":
        return  # the one word that every layer uses
    layer = layer_of(name)
    assert layer, f"{below_root(path)} lies in no layer; the layers are {', '.join(LAYERS)}"
    wrong = arrows_to_the_right(layer, path.read_text())
    assert not wrong, f"{below_root(path)} is in '{layer}' and may not include {wrong}"


def test_no_unit_includes_itself_through_others():
    assert not circle(units())
    assert set(circle({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})) == {"a", "b", "c"}


@pytest.mark.parametrize("path", PUBLIC_HEADERS, ids=below_root)
def test_a_public_header_shows_no_third_party_but_eigen(path):
    text = path.read_text()
    assert not foreign_to_public_headers(text)
    assert "#pragma once" in text


@pytest.mark.parametrize("library", HIDDEN_IN)
def test_a_third_party_stays_hidden_in_its_source(library):
    users = [
        path.relative_to(base).as_posix()
        for base, path in core_files()
        if any(name.startswith(library) for _, name in includes(path.read_text()))
    ]
    assert users == HIDDEN_IN[library]


def test_hdf5_stays_hidden_behind_its_name():
    headers = {path.name for base, path in core_files() if path.match("src/io/hdf5_*.hpp")}
    users = {
        path.relative_to(base).as_posix()
        for base, path in core_files()
        for _, name in includes(path.read_text())
        if name.startswith("hdf5") or (name.startswith("io/") and name[3:] in headers)
    }
    assert users and all(name.startswith("io/hdf5_") for name in users)


def test_only_the_reader_sees_the_xml_library_through_its_headers():
    through = {"io/osim_document.hpp", "io/osim_reader.hpp"}
    users = {
        path.relative_to(base).as_posix()
        for base, path in core_files()
        if through & {name for _, name in includes(path.read_text())}
    }
    assert users and all(name.startswith("io/osim_") for name in users)


@pytest.mark.parametrize(("base", "path"), CORE_FILES)
def test_the_core_knows_nothing_of_python_or_of_an_exercise(base, path):
    names = [name for _, name in includes(path.read_text())]
    assert not [name for name in names if re.match(r"pybind11|Python\.h|plugins/|python/", name)]


@pytest.mark.parametrize("path", PLUGIN_SOURCES, ids=below_root)
def test_a_plugin_includes_the_exercise_header_and_nothing_else_of_coxa(path):
    own = {header.name for header in path.parent.glob("*.hpp")}
    quoted = {name for mark, name in includes(path.read_text()) if mark == '"'}
    assert quoted <= own | {"coxa/exercise/exercise.hpp"}


def test_a_module_is_named_like_its_file():
    # names that studies, files and scripts know
    names = """
        b_stance_hip_thrust back_extension_45 back_squat banded_hip_thrust barbell_hip_thrust
        bodyweight_hip_thrust bulgarian_split_squat cable_kickback conventional_deadlift
        dumbbell_hip_thrust frog_bridge front_squat glute_bridge good_morning
        quadruped_hip_extension reverse_lunge romanian_deadlift single_leg_hip_thrust
        smith_machine_hip_thrust step_up
    """.split()
    files = {path.stem: path.read_text() for path in PLUGIN_SOURCES if path.suffix == ".cpp"}
    assert sorted(files) == names
    assert not [name for name, text in files.items() if f', "{name}");' not in text]


def test_the_checks_see_what_they_should():
    assert arrows_to_the_right("body", '#include "coxa/muscle/path.hpp"\n') == [
        "coxa/muscle/path.hpp"
    ]
    assert arrows_to_the_right("study", '#  include "io/text.hpp"\n') == ["io/text.hpp"]
    assert not arrows_to_the_right("muscle", '#include "coxa/math/error.hpp"\n#include <cmath>\n')
    assert foreign_to_public_headers(
        "#include <boost/dll.hpp>\n#include <hdf5.h>\n#include <vector>\n"
    ) == [
        "boost/dll.hpp",
        "hdf5.h",
    ]
    assert not foreign_to_public_headers('#include <Eigen/Core>\n#include "coxa/export.hpp"\n')
    assert len(CORE_FILES) > 10 and PUBLIC_HEADERS and PLUGIN_SOURCES
