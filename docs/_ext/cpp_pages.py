"""The C++ reference: Doxygen reads the public headers; one page per layer."""

from __future__ import annotations

import re
import shutil
import subprocess
from xml.etree import ElementTree

from pages import DOCS, ROOT, sweep, write

INCLUDE = ROOT / "core" / "include"
FILTER = DOCS / "_ext" / "doxygen_filter.awk"
OUTPUT = ROOT / "build" / "docs" / "doxygen"

# everything in a header that is not private
SECTIONS = (
    "briefdescription detaileddescription innernamespace innerclass enum typedef func var user-defined"
    " public-type public-attrib public-func public-static-attrib public-static-func"
)

SETTINGS = f"""
INPUT = {INCLUDE}
STRIP_FROM_PATH = {INCLUDE}
OUTPUT_DIRECTORY = {OUTPUT}
FILE_PATTERNS = *.hpp
RECURSIVE = YES
GENERATE_HTML = NO
GENERATE_LATEX = NO
GENERATE_XML = YES
XML_PROGRAMLISTING = NO
INPUT_FILTER = "awk -f {FILTER}"
MACRO_EXPANSION = YES
EXPAND_ONLY_PREDEF = YES
PREDEFINED = COXA_EXPORT=
EXTRACT_ALL = YES
AUTOLINK_SUPPORT = NO
MARKDOWN_SUPPORT = YES
QUIET = YES
WARN_IF_UNDOCUMENTED = NO
WARN_IF_DOC_ERROR = YES
WARN_IF_INCOMPLETE_DOC = NO
WARN_AS_ERROR = FAIL_ON_WARNINGS
"""


def run_doxygen() -> None:
    if shutil.which("doxygen") is None:
        raise RuntimeError("doxygen is missing; ./dev docs installs it")
    OUTPUT.mkdir(parents=True, exist_ok=True)
    subprocess.run(["doxygen", "-"], input=SETTINGS, text=True, check=True)


def rooms() -> list[str]:
    """Folders of the headers, each after the ones that it includes."""
    needs = {
        folder.name: set(
            re.findall(
                r'#include "coxa/(\w+)/', "".join(h.read_text() for h in folder.glob("*.hpp"))
            )
        )
        - {folder.name}
        for folder in (INCLUDE / "coxa").iterdir()
        if folder.is_dir()
    }
    ordered: list[str] = []
    while needs:
        ready = sorted(name for name, others in needs.items() if others <= set(ordered))
        # a cycle is reported by a test of its own
        ordered += ready or sorted(needs)
        needs = {name: others for name, others in needs.items() if name not in ordered}
    return ordered


def headers() -> list[str]:
    """Paths of all headers; writes them into the index, where Doxygen puts bare names, which two headers may share."""
    path = OUTPUT / "xml" / "index.xml"
    index = ElementTree.parse(path)
    found = []
    for compound in index.iterfind("compound[@kind='file']"):
        file = ElementTree.parse(OUTPUT / "xml" / f"{compound.get('refid')}.xml")
        found.append(file.find("compounddef/location").get("file"))
        compound.find("name").text = found[-1]
    index.write(path)
    return sorted(found)


def header_section(header: str) -> str:
    title = f"``{header}``"
    return f"""{title}
{"-" * len(title)}

.. doxygenfile:: {header}
   :sections: {SECTIONS}

"""


def generate() -> None:
    run_doxygen()
    ordered, found = rooms(), headers()
    for room in ordered:
        text = f"{room}\n{'=' * len(room)}\n\n"
        text += "".join(header_section(h) for h in found if h.startswith(f"coxa/{room}/"))
        write(f"cpp/{room}.rst", text)
    sweep("cpp", ordered)
    listing = "\n".join(f"   cpp/{room}" for room in ordered)
    write(
        "cpp_reference.rst",
        f"""C++ reference
=============

The public headers, one page per layer; a layer uses only those above it. ``find_package(coxa)`` provides the target
``coxa::core``; ``coxa cmake-dir`` prints the folder for ``coxa_DIR``. Types and functions are in the namespace
``coxa``. A caller's mistake throws a subclass of ``coxa::Error``; a numerical outcome is a status.

.. toctree::
   :maxdepth: 1

{listing}
""",
    )
