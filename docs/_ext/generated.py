"""Write the generated pages before Sphinx reads any."""

from __future__ import annotations

import command_pages
import cpp_pages
import example_pages
import exercise_pages
import file_pages
import limit_pages
import python_pages
import validation_pages
from pages import GENERATED, package_digest, write


def generate(app, config) -> None:
    digest = package_digest()
    stamp = GENERATED / "digest"
    changed = not stamp.exists() or stamp.read_text() != digest
    cpp_pages.generate()
    python_pages.generate()
    command_pages.generate()
    validation_pages.generate()
    limit_pages.generate()
    exercise_pages.generate(changed)
    file_pages.generate(changed)
    example_pages.generate(changed)
    # last, so that an interrupted build is repeated
    write("digest", digest)


def setup(app):
    # before Sphinx looks for pages: autosummary writes stubs only for names in pages found by then
    app.connect("config-inited", generate)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
