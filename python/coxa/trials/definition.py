"""The definition of a trial as plain values, stored in results, and the call it stands for."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ..models.population import Population
from ..models.subject import Subject


def call_text(made: Mapping[str, Any], first: str | None = None) -> str:
    """The call of `made["function"]` described by a definition; evaluating it reproduces the result.

    Parameters
    ----------
    made : mapping
        `function`, `exercise` and `options`; and, as far as they were given, `subject` (one or several),
        `population`, `model`, `parameters` and `arguments`, which are others of the function by name.
    first : str, optional
        The text of the first argument, where that is not the exercise.
    """
    parts = [repr(made["exercise"]) if first is None else first]
    if "subject" in made:
        parts.append(_people(made["subject"]))
    elif "population" in made:
        parts.append(f"coxa.{Population.from_dict(made['population'])!r}")
    if "model" in made:
        parts.append(f"model={made['model']!r}")
    options = dict(made["options"])
    parts.append(f"criterion={_short(options.pop('criterion'))}")
    given = {**options, **made.get("parameters", {}), **made.get("arguments", {})}
    parts += [f"{name}={value!r}" for name, value in given.items()]
    return f"{made['function']}({', '.join(parts)})"


def _people(given: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> str:
    if isinstance(given, Mapping):
        return f"coxa.{Subject(**given)!r}"
    return "[" + ", ".join(map(_people, given)) + "]"


def _short(value: float | str) -> str:
    whole = isinstance(value, float) and math.isfinite(value) and value == int(value)
    return repr(int(value)) if whole else repr(value)
