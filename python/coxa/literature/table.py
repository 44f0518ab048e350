"""Reader of tables of findings (TOML), with checks whose errors name file, finding and field."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from .._core import Error, InvalidArgument
from ..base import check
from ..base.limits import check_count
from ..base.toml_file import read_toml
from ..models.subject import Subject
from . import bundled
from .measures import Expression
from .records import Finding, Load, Published, Setting, Source, Table, Trial, Where
from .verdicts import VERDICTS


class _Names:
    """Sources, subjects and trials by name, shared by the files of one table."""

    def __init__(self) -> None:
        self.sources: dict[str, Source] = {}
        self.subjects: dict[str, Subject] = {}
        self.trials: dict[str, Trial] = {}

    def get(self, where: Where, kind: str, key: object) -> Any:
        known = getattr(self, kind)
        if not isinstance(key, str) or key not in known:
            raise where.wrong(str(check.unknown(kind.removesuffix("s"), key, known)))
        return known[key]


def read_table(path: str | os.PathLike[str]) -> Table:
    """Read one file of user findings; it may refer to sources, subjects and trials of the package.

    Raises
    ------
    FileError
        If the file cannot be read.
    InvalidArgument
        If it is invalid; the message names the file, the finding and the field.
    """
    return _read([Path(path)], bundled.files())


def read_tables(paths: Iterable[str | os.PathLike[str]]) -> Table:
    """Read the findings of several files, which may refer to each other's sources, subjects and trials."""
    return _read([Path(path) for path in paths], [])


def _read(paths: list[Path], shared: list[Path]) -> Table:
    documents = []
    for path in [*shared, *paths]:
        where = Where(path.name if path in shared else os.fspath(path))
        document = _document(path)
        where.fields(document, [], ["section", "sources", "subjects", "trials", "findings"])
        documents.append((where, document, path in shared))
    # files may refer to each other: read each kind in all files before the next kind
    names = _Names()
    for key, (where, given) in _collect(documents, "sources").items():
        names.sources[key] = _source(where, key, given)
    for key, (where, given) in _collect(documents, "subjects").items():
        names.subjects[key] = _subject(where, given)
    _read_trials(names, _collect(documents, "trials"))
    findings: dict[str, Finding] = {}
    for where, document, is_shared in documents:
        if is_shared:
            continue
        section = (where / "section").text(document.get("section", "findings"))
        for key, given in _tables(where, document, "findings"):
            here = where / f"finding {key}"
            if key in findings:
                raise here.wrong("there is another of that name in this table")
            findings[key] = _finding(here, key, section, given, names)
    if not findings:
        raise InvalidArgument(
            f"{', '.join(map(str, paths))}: no findings: no table [findings.NAME]"
        )
    return Table(tuple(findings.values()), names.trials, tuple(paths))


def _collect(
    documents: Iterable[tuple[Where, dict[str, Any], bool]], kind: str
) -> dict[str, tuple[Where, Any]]:
    """All tables of one kind by name; the user's override those of the package."""
    found: dict[str, tuple[Where, Any]] = {}
    own = set()
    for where, document, is_shared in documents:
        for key, given in _tables(where, document, kind):
            here = where / f"{kind}.{key}"
            if key in own or (is_shared and key in found):
                raise here.wrong(f"there is another of that name: {found[key][0]}")
            found[key] = (here, given)
            if not is_shared:
                own.add(key)
    return found


def _document(path: Path) -> dict[str, Any]:
    return read_toml(path, lambda why: InvalidArgument(f"{path}: not a TOML file: {why}"))


def _tables(where: Where, document: Mapping[str, Any], kind: str) -> Iterable[tuple[str, Any]]:
    found = document.get(kind, {})
    if not isinstance(found, dict):
        raise (where / kind).wrong("must hold tables, one a name")
    return found.items()


def _source(where: Where, key: str, given: object) -> Source:
    fields = where.fields(given, ["cite", "text", "url", "read"], [])
    values = {name: (where / name).text(value) for name, value in fields.items()}
    return Source(key, **values)


def _subject(where: Where, given: object) -> Subject:
    optional = ["mass", "height", "strength", "segment_lengths", "age", "training"]
    fields = dict(where.fields(given, ["sex", "basis"], optional))
    (where / "basis").text(fields.pop("basis"))
    try:
        return Subject(**fields)
    except Error as error:
        raise where.wrong(str(error)) from None


_TRIAL = ["exercise", "subject", "load", "set", "criterion", "inertia", "frames"]


def _read_trials(names: _Names, collected: Mapping[str, tuple[Where, Any]]) -> None:
    # a trial may extend one defined later or in another file
    waiting = dict(collected)
    while waiting:
        later = {}
        for key, (where, given) in waiting.items():
            like = given.get("like") if isinstance(given, dict) else None
            if isinstance(like, str) and like in waiting:
                later[key] = (where, given)
            else:
                names.trials[key] = _trial(where, given, names)
        if len(later) == len(waiting):
            where = next(iter(later.values()))[0]
            raise where.wrong("is like a trial that is, in the end, like this one")
        waiting = later
    for key, (where, _) in collected.items():
        load = names.trials[key].load
        if load is not None and load.of:
            names.get(where / "load" / "of", "trials", load.of)


def _trial(where: Where, given: object, names: _Names) -> Trial:
    fields = where.fields(given, [], ["like", *_TRIAL])
    if "like" in fields:
        trial = names.get(where / "like", "trials", fields["like"])
    else:
        where.fields(given, ["exercise", "subject"], ["like", *_TRIAL])
        trial = Trial("", Subject())
    changes: dict[str, Any] = {}
    if "exercise" in fields:
        changes["exercise"] = (where / "exercise").text(fields["exercise"])
    if "subject" in fields:
        changes["subject"] = names.get(where / "subject", "subjects", fields["subject"])
    if "load" in fields:
        changes["load"] = _load(where / "load", fields["load"])
    if "set" in fields:
        here = where / "set"
        settings = dict(trial.settings)
        for name, value in here.fields(fields["set"], [], fields["set"]).items():
            settings[name] = _setting(here / name, value)
        changes["settings"] = tuple(sorted(settings.items()))
    for name in ("criterion", "inertia", "frames"):
        if name in fields:
            changes[name] = fields[name]
    return replace(trial, **changes)


def _load(where: Where, given: object) -> Load:
    if not isinstance(given, dict):
        value = where.number(given)
        if value < 0:
            raise where.wrong(f"must be at least 0 kg, not {value:g}")
        return Load("kg", value)
    kinds: dict[str, Callable[[float], tuple[str, float]]] = {
        "body_mass": lambda value: ("body mass", value),
        "fraction": lambda value: ("maximum", value),
        "repetitions": lambda value: ("maximum", brzycki(value)),
    }
    fields = where.fields(given, [], [*kinds, "of"])
    said = [name for name in kinds if name in fields]
    if len(said) != 1:
        raise where.wrong(f"needs exactly one of {', '.join(kinds)}, or a number of kg")
    name = said[0]
    number = (where / name).positive(fields[name])
    if name == "repetitions" and not 1 <= number <= 12:
        raise (where / name).wrong(f"must be from 1 to 12, where the formula holds, not {number:g}")
    kind, value = kinds[name](number)
    of = (where / "of").text(fields["of"]) if "of" in fields else ""
    if of and kind != "maximum":
        raise (where / "of").wrong("goes with fraction or repetitions")
    return Load(kind, value, of)


def brzycki(repetitions: float) -> float:
    """Fraction of the one-repetition maximum that can be lifted `repetitions` times.

    (37 - n) / 36, for n up to about 10. Brzycki M (1993) Strength testing: predicting a one-rep max from
    reps-to-fatigue. J Phys Educ Recreat Dance 64(1):88-90.
    """
    return (37 - repetitions) / 36


def _setting(where: Where, given: object) -> Setting:
    if isinstance(given, dict):
        kinds = ("add", "times", "height")
        fields = where.fields(given, [], [*kinds, "from"])
        said = [kind for kind in kinds if kind in fields]
        if len(said) != 1:
            raise where.wrong(f"needs exactly one of {', '.join(kinds)}")
        kind = said[0]
        note = (where / "from").text(fields["from"]) if "from" in fields else ""
        if note and kind == "height":
            raise (where / "from").wrong("goes with add or times")
        return Setting((where / kind).number(fields[kind]), kind, note)
    if isinstance(given, str):
        return Setting(where.text(given))
    return Setting(where.number(given))


_SAID = ["statement", "source", "condition", "published"]

_HOW = ["trials", "levels", "measure", "each", "measures"]

_MORE = ["verdict", "note", "read", "digits"]


def _finding(where: Where, key: str, section: str, given: object, names: _Names) -> Finding:
    fields = where.fields(given, _SAID, [*_HOW, *_MORE, "not_simulated"])
    finding = Finding(
        id=key,
        section=section,
        statement=(where / "statement").text(fields["statement"]),
        source=names.get(where / "source", "sources", fields["source"]),
        condition=(where / "condition").text(fields["condition"]),
        published=Published("said", text=""),
        note=(where / "note").text(fields["note"]) if "note" in fields else "",
        read=(where / "read").text(fields["read"]) if "read" in fields else "",
        digits=check_count(f"{where}: digits", fields.get("digits", 3), "digits"),
    )
    if "verdict" in fields:
        try:
            recorded = check.choice("verdict", fields["verdict"], VERDICTS)
        except Error as error:
            raise where.wrong(str(error)) from None
        finding = replace(finding, recorded=recorded)
    if "not_simulated" in fields:
        for name in _HOW:
            if name in fields:
                raise (where / name).wrong("does not go with not_simulated")
        if finding.recorded not in ("", "not simulated"):
            raise (where / "verdict").wrong("is 'not simulated' where not_simulated says why")
        given = (where / "published").fields(fields["published"], ["text"], [])
        text = (where / "published" / "text").text(given["text"])
        reason = (where / "not_simulated").text(fields["not_simulated"])
        return replace(finding, published=Published("said", text=text), not_simulated=reason)
    if finding.recorded == "not simulated":
        raise (where / "verdict").wrong("is not 'not simulated' where trials are given")
    trials = _finding_trials(where, fields, names)
    said = [name for name in ("measure", "each", "measures") if name in fields]
    if len(said) != 1:
        raise where.wrong("needs exactly one of measure, each, measures")
    kind = said[0]
    here = where / kind
    labels = list(trials)
    if kind == "measures":
        expressions = {
            name: Expression.parse(here / name, value, labels)
            for name, value in here.fields(fields[kind], [], fields[kind]).items()
        }
    else:
        # with `each`, the measure is evaluated per trial and names none
        of = [] if kind == "each" else labels
        expressions = {"": Expression.parse(here, fields[kind], of)}
    numbers = labels if kind == "each" else list(expressions)
    published = _published(where / "published", fields["published"], numbers)
    return replace(
        finding,
        published=published,
        trials=trials,
        measures=expressions,
        each=kind == "each",
        varied=next(iter(fields.get("levels", ())), ""),
    )


def _finding_trials(where: Where, fields: Mapping[str, Any], names: _Names) -> dict[str, Trial]:
    here = where / "trials"
    if "trials" not in fields:
        raise where.wrong("has no field 'trials' (or not_simulated, with the reason)")

    def one(at: Where, given: object) -> Trial:
        if isinstance(given, str):
            return names.get(at, "trials", given)
        trial = _trial(at, given, names)
        if trial.load is not None and trial.load.of:
            names.get(at / "load" / "of", "trials", trial.load.of)
        return trial

    given = fields["trials"]
    several = isinstance(given, dict) and not set(given) & {"like", *_TRIAL}
    trials = {}
    if several:
        for label, item in given.items():
            if not label.isidentifier():
                raise (here / label).wrong("is no name that a measure can use: letters, digits, _")
            trials[label] = one(here / label, item)
    else:
        trials[""] = one(here, given)
    if not trials:
        raise here.wrong("names no trial")
    if "levels" not in fields:
        return trials
    at = where / "levels"
    if several:
        raise at.wrong("goes with one trial, not with several")
    levels = at.fields(fields["levels"], [], fields["levels"])
    if len(levels) != 1:
        raise at.wrong("takes one parameter and a list of its levels")
    ((name, values),) = levels.items()
    if not isinstance(values, list) or len(values) < 2:
        raise (at / name).wrong(f"must be a list of at least two levels, not {values!r}")
    expanded: dict[str, Trial] = {}
    for value in values:
        if name == "load":
            level = replace(trials[""], load=_load(at / name, value))
        else:
            settings = dict(trials[""].settings)
            settings[name] = _setting(at / name, value)
            level = replace(trials[""], settings=tuple(sorted(settings.items())))
        expanded[_level_text(value)] = level
    if len(expanded) < len(values):
        raise (at / name).wrong(f"has the same level twice: {values!r}")
    return expanded


def _level_text(value: object) -> str:
    if isinstance(value, dict):
        marks = {"add": "{:+g}", "times": "x{:g}", "height": "{:g} H", "fraction": "{:.0%}"}
        marks |= {"body_mass": "{:g} BW", "repetitions": "{:g}RM"}
        kind = next(kind for kind in value if kind in marks)
        return marks[kind].format(value[kind])
    return f"{value:g}" if isinstance(value, int | float) else str(value)


_KINDS = ("value", "range", "above", "below", "order", "rises", "falls", "unchanged")

_EXTRA = {
    "value": ["sd", "deviations", "within", "neutral"],
    "range": ["neutral"],
    "order": ["values"],
}


def _published(where: Where, given: object, numbers: list[str]) -> Published:
    common = ["unit", "text", "comparable", "basis"]
    everything = [*_KINDS, *common, *(name for extra in _EXTRA.values() for name in extra)]
    fields = where.fields(given, [], everything)
    said = [name for name in _KINDS if name in fields]
    both = said == ["above", "below"]
    if len(said) != 1 and not both:
        raise where.wrong(f"needs exactly one of {', '.join(_KINDS)} (or above and below)")
    kind = said[0]
    where.fields(given, said, [*common, *_EXTRA.get(kind, [])])
    extra: dict[str, Any] = {
        name: (where / name).text(fields[name]) for name in ("text", "basis") if name in fields
    }
    # a ratio of two numbers is dimensionless
    if "unit" in fields:
        if not isinstance(fields["unit"], str):
            raise (where / "unit").wrong(f"must be text, not {fields['unit']!r}")
        extra["unit"] = fields["unit"]
    comparable = fields.get("comparable", True)
    if not isinstance(comparable, bool):
        raise (where / "comparable").wrong(f"must be true or false, not {comparable!r}")
    if comparable is False and "text" not in fields:
        raise where.wrong("needs text that says what was published where comparable is false")
    extra["comparable"] = comparable
    if "neutral" in fields:
        extra["neutral"] = (where / "neutral").number(fields["neutral"])
    one = kind in ("value", "range", "above", "below")
    if one and len(numbers) != 1:
        raise where.wrong(f"{kind} takes one number, and the measures give {len(numbers)}")
    if not one and len(numbers) < 2:
        raise where.wrong(f"{kind} takes at least two numbers, and the measure gives one")
    if kind == "value":
        return Published("value", **extra, **_value(where, fields))
    if kind == "range":
        limits = fields["range"]
        if not isinstance(limits, list) or len(limits) != 2:
            raise (where / "range").wrong(f"must be two numbers, not {limits!r}")
        low, high = ((where / "range").number(limit) for limit in limits)
        if not low < high:
            raise (where / "range").wrong(f"must rise, not {limits!r}")
        return Published("range", low=low, high=high, **extra)
    if kind in ("above", "below"):
        bounds = {"above": "low", "below": "high"}
        limits = {bounds[name]: (where / name).number(fields[name]) for name in said}
        return Published("range", **limits, **extra)
    if kind == "order":
        return Published("order", **extra, **_order(where, fields, numbers))
    if kind == "unchanged":
        if "basis" not in fields:
            raise where.wrong("unchanged needs basis: why that much counts as no change")
        within = (where / kind).positive(fields[kind])
        return Published("unchanged", within=within, **extra)
    if fields[kind] is not True:
        raise (where / kind).wrong(f"must be true, not {fields[kind]!r}")
    return Published("monotone", way=kind, **extra)


def _value(where: Where, fields: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {"value": (where / "value").number(fields["value"])}
    spreads = [name for name in ("sd", "within") if name in fields]
    if len(spreads) != 1:
        raise where.wrong("value needs exactly one of sd (in its unit) and within (a share of it)")
    spread = spreads[0]
    values[spread] = (where / spread).positive(fields[spread])
    if spread == "within" and "basis" not in fields:
        raise where.wrong("within needs basis: why that much")
    if "deviations" in fields:
        if spread != "sd" or "basis" not in fields:
            raise (where / "deviations").wrong("goes with sd and with basis")
        values["deviations"] = (where / "deviations").positive(fields["deviations"])
    return values


def _order(where: Where, fields: Mapping[str, Any], numbers: list[str]) -> dict[str, Any]:
    here = where / "order"
    order = fields["order"]
    if not isinstance(order, list) or len(order) < 2 or len(set(map(str, order))) < len(order):
        raise here.wrong(f"must be a list of different names, greatest first, not {order!r}")
    for name in order:
        if name not in numbers:
            raise here.wrong(str(check.unknown("number", name, numbers)))
    for name in numbers:
        if name not in order:
            raise here.wrong(f"leaves out {name!r}, which is measured")
    values = {}
    here = where / "values"
    if "values" in fields:
        for name, pair in here.fields(fields["values"], order, []).items():
            if not isinstance(pair, list) or len(pair) != 2:
                raise (here / name).wrong(f"must be mean and SD, not {pair!r}")
            values[name] = ((here / name).number(pair[0]), (here / name).positive(pair[1]))
    return {"order": tuple(order), "values": values}
