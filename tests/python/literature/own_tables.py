"""A table of findings of one's own, as the tests write it."""

from __future__ import annotations

HEAD = """
section = "mine"

[sources.me]
cite = "Me 2026"
text = "Me (2026) A paper"
url = "https://example.org"
read = "the paper"

[subjects.man]
sex = "male"
mass = 80
height = 1.80
basis = "the paper"

[trials.thrust]
exercise = "barbell_hip_thrust"
subject = "man"
load = 60
frames = 11
set = { hold = 0.5 }
"""

FINDING = """
[findings.one]
statement = "bar travel"
source = "me"
condition = "one man"
trials = "thrust"
measure = "100 * load_travel"
published = { value = 40, sd = 5, unit = "cm" }
"""


def write(folder, text, name="mine.toml"):
    path = folder / name
    path.write_text(text)
    return path
