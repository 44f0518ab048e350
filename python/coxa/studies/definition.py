"""Conversion between a study and plain values, as stored in TOML files and result attributes."""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._core import FileError, InvalidArgument, __version__
from ..authoring import catalogue
from ..base import check
from ..models.population import Population
from ..models.subject import Subject
from ..trials.definition import call_text
from ..trials.options import Options
from .factors import Uncertain
from .measures import SERIES

if TYPE_CHECKING:
    from .part import Spec
    from .study import Study

#: Function that definitions of studies name.
STUDY = "coxa.Study"

_KEYS = {
    "exercise",
    "subject",
    "population",
    "model",
    "options",
    "parameters",
    "vary",
    "uncertain",
    "sample",
    "measure",
    "run",
}


def study_from_dict(kind: type[Study], given: Mapping[str, Any], folder: Path) -> Study:
    """The study described by plain values, from `Study.to_dict` or a TOML file."""
    _known(given, _KEYS, "key of a study")
    if "exercise" not in given:
        raise InvalidArgument('a study needs an exercise, such as exercise = "barbell_hip_thrust"')
    if "subject" in given and "population" in given:
        raise InvalidArgument("[subject] and [population] both say who does it; leave one out")
    people: Any = None
    if "population" in given:
        people = Population.from_dict(table_of(given, "population", None))
    elif "subject" in given:
        tables = given["subject"]
        several = isinstance(tables, list)
        made = [_subject(table) for table in (tables if several else [tables])]
        people = made if several else made[0]
    model = given.get("model")
    if model is not None:
        if not isinstance(model, str):
            raise InvalidArgument(f"model must be the name of a file, not {model!r}")
        model = str(folder / model)

    options = table_of(given, "options", Options.__dataclass_fields__)
    parameters = table_of(given, "parameters", None)
    study = kind(given["exercise"], people, model=model, **options, **parameters)
    if varied := table_of(given, "vary", None):
        study.vary(**{name: _levels(name, value) for name, value in varied.items()})
    if uncertain := table_of(given, "uncertain", None):
        for name, spread in uncertain.items():
            if spread is False:
                continue
            if spread is True:
                study.uncertain(name)
            else:
                study.uncertain(**{name: spread})
    if "sample" in given:
        sample = table_of(given, "sample", {"n", "method", "seed", "paired"})
        study.sample(**sample)
    measured = table_of(given, "measure", {"summaries", "functions"})
    summaries = measured.get("summaries", [])
    if not isinstance(summaries, list):
        raise InvalidArgument(f"[measure] summaries must be a list of names, not {summaries!r}")
    functions = {
        name: _function(name, where, folder)
        for name, where in table_of(measured, "functions", None).items()
    }
    return study.measure(*summaries, **functions)


def definition_of(told: Mapping[str, Any], spec: Spec, points: str | None) -> dict[str, Any]:
    """Everything that determines a study's arrays; a file belongs to a study of equal definition.

    `told` is `Study.to_dict()`, `points` the SHA-256 of explicitly given points of the unit cube.
    """
    found = {**told, "series": list(spec.series), "samples": spec.samples}
    found["model_sha256"] = spec.model.sha256
    found["coxa_version"] = __version__
    if points is not None:
        found["sample"] = {"method": "points", "sha256": points}
    if spec.measures.functions:
        found["function_sources"] = spec.measures.fingerprints()
    return found


def attributes_of(made: Mapping[str, Any], spec: Spec, exercises: Sequence[str]) -> dict[str, Any]:
    """Attributes of a study's file, besides `definition`."""
    infos = [catalogue.exercise(name).info for name in exercises]
    factors = spec.design.factors
    uncertain = [f for f in factors if isinstance(f, Uncertain)]
    attributes = {
        **spec.provenance,
        "parameters": json.dumps(made.get("parameters", {})),
        "title": f"{', '.join(info.title for info in infos)}: a study of simulated trials",
        "history": study_call(made),
        "exercise": ", ".join(exercises),
        "references": "\n".join(dict.fromkeys(r for info in infos for r in info.references)),
        "kind": "study",
        "uncertainty": json.dumps(
            [
                {"group": f.group, "name": f.name, "unit": f.unit, "description": f.description}
                for f in uncertain
            ]
        ),
    }
    return attributes | ({"subject": ""} if any(f.name == "subject" for f in factors) else {})


def study_call(made: Mapping[str, Any]) -> str:
    """The calls that reproduce a study from its definition: that of `Study.to_dict`, plus `series` and `samples`."""
    words = [call_text({"function": STUDY, **made})]

    def add(method: str, *parts: str) -> None:
        words.append(f".{method}({', '.join(parts)})")

    if varied := made.get("vary"):
        add("vary", *(f"{name}={_levels(name, value)!r}" for name, value in varied.items()))
    if uncertain := made.get("uncertain"):
        named = [repr(name) for name, spread in uncertain.items() if spread is True]
        spreads = [f"{name}={value!r}" for name, value in uncertain.items() if value is not True]
        add("uncertain", *named, *spreads)
    sample = made.get("sample", {})
    by_points = sample.get("method") == "points"
    if sample and not by_points:
        paired = [f"paired={sample['paired']!r}"] if "paired" in sample else []
        told = (f"method={sample['method']!r}", f"seed={sample['seed']}")
        add("sample", repr(sample.get("n")), *told, *paired)
    if measured := made.get("measure"):
        functions = [
            f"{name}={where.rpartition(':')[2].rpartition('.')[2]}"
            for name, where in measured.get("functions", {}).items()
        ]
        add("measure", *map(repr, measured.get("summaries", [])), *functions)
    kept = [] if list(made["series"]) == list(SERIES) else [f"series={made['series']!r}"]
    kept += [] if made["samples"] == 101 else [f"samples={made['samples']}"]
    # only a digest of the points is stored
    add("evaluate", "u", *kept) if by_points else add("run", *kept)
    return "".join(words)


def _subject(table: object) -> Subject:
    if not isinstance(table, Mapping):
        raise InvalidArgument(f"subject must be a table such as {{ mass = 80 }}, not {table!r}")
    allowed = Subject.__dataclass_fields__
    _known(table, allowed, "key of a subject")
    return Subject(**table)


def _levels(name: str, value: object) -> Any:
    if not isinstance(value, Mapping):
        return value
    _known(value, {"low", "high"}, f"key of the range {name}")
    if len(value) < 2:
        raise InvalidArgument(
            f"the range {name} needs low and high, such as {name} = {{ low = 0.6, high = 0.8 }}"
        )
    return (value["low"], value["high"])


def _function(name: str, where: object, folder: Path) -> Any:
    """The function named by "module:function" or "file.py:function"."""
    source, _, attribute = where.partition(":") if isinstance(where, str) else ("", "", "")
    if not source or not attribute:
        raise InvalidArgument(
            f"measure {name} must be 'module:function' or 'file.py:function', not {where!r}"
        )
    try:
        if source.endswith(".py"):
            module = _module_from(folder / source)
        else:
            module = importlib.import_module(source)
        found: Any = module
        for part in attribute.split("."):
            found = getattr(found, part)
    except FileNotFoundError:
        raise FileError(f"measure {name}: there is no file {folder / source}") from None
    except Exception as error:
        raise InvalidArgument(
            f"measure {name}: {where} cannot be imported: {type(error).__name__}: {error}"
        ) from None
    return found


def _module_from(path: Path) -> Any:
    if not path.is_file():
        raise FileNotFoundError(path)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # forked processes find the function under this name; an existing module of that name is kept
    sys.modules.setdefault(path.stem, module)
    spec.loader.exec_module(module)
    return module


def table_of(given: Mapping[str, Any], name: str, allowed: Iterable[str] | None) -> dict[str, Any]:
    table = given.get(name, {})
    if not isinstance(table, Mapping):
        raise InvalidArgument(f"{name} must be a table, [{name}], not {table!r}")
    if allowed is not None:
        _known(table, allowed, f"key of [{name}]")
    return dict(table)


def _known(given: Iterable[str], allowed: Iterable[str], kind: str) -> None:
    for name in given:
        if name not in allowed:
            raise check.unknown(kind, name, sorted(allowed))
