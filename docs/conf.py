"""Sphinx configuration of the documentation; `./dev docs` builds it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import coxa

os.environ.setdefault("MPLBACKEND", "Agg")
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "_ext"))

project = "coxa"
author = "The coxa authors"
version = release = coxa.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_copybutton",
    "breathe",
    "mathml",
    "generated",
]
# the last ones are included by other pages
exclude_patterns = ["README.md", "_ext", "_templates", "reference/validation_table.md"]
exclude_patterns += ["_generated/file_*", "_generated/validation.md", "_generated/count_limits.md"]
templates_path = ["_templates"]

# ---- pages
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "fieldlist"]
myst_heading_anchors = 3
# each header opens the namespace coxa again
suppress_warnings = ["duplicate_declaration.cpp"]

# ---- Python reference
autodoc_typehints = "none"  # the docstrings state types
autodoc_member_order = "bysource"
autosummary_generate = True
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

# ---- C++ reference; generated.py runs Doxygen
breathe_projects = {"coxa": str(HERE.parent / "build" / "docs" / "doxygen" / "xml")}
breathe_default_project = "coxa"
breathe_show_include = False
cpp_id_attributes = ["COXA_EXPORT"]

# every reference to a name of coxa must resolve; those of numpy, xarray and others need the network
nitpicky = True
nitpick_ignore_regex = [("py:.*", r"(?!coxa\.).*"), ("cpp:.*", r".*")]

# ---- pages as HTML: nothing is fetched from elsewhere, fonts are the system's
html_theme = "furo"
html_title = f"coxa {release}"
html_static_path = ["_static"]
html_css_files = ["coxa.css"]
html_math_renderer = "mathml"
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_theme_options = {"navigation_with_keys": True}
