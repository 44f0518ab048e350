"""`coxa model-info`: what a model holds, and what looks wrong in it."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator, Sequence
from typing import Any

import coxa

from ..models.lint import lint
from .arguments import add_json
from .output import OK, new_console, print_json, print_table, short_text


def add(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("file", metavar="M.osim")
    add_json(sub)


def run(options: argparse.Namespace) -> int:
    model = coxa.Model.load(options.file)
    findings = lint(model)
    if options.json:
        print_json({**_content(model), "findings": findings})
        return OK
    console = new_console()
    console.print(
        f"[bold]{model.name}[/bold]: {len(model.bodies)} bodies, {model.total_mass:.2f} kg,"
        f" {len(model.coordinates)} independent coordinates, {len(model.muscles)} muscles,"
        f" {len(model.actuators)} actuators, {len(model.sites)} sites"
    )
    for head, rows in _tables(model):
        print_table(console, "", head, rows)
    console.print("nothing looks wrong" if not findings else "what looks wrong:")
    for finding in findings:
        console.print(f"  - {finding}")
    return OK


def _content(model: coxa.Model) -> dict[str, Any]:
    lists = {
        "bodies": model.bodies,
        "coordinates": model.full_coordinates,
        "muscles": model.muscles,
        "actuators": model.actuators,
        "groups": model.groups,
        "sites": model.sites,
    }
    told = {name: getattr(model, name) for name in ("name", "source", "sha256", "total_mass")}
    return {**told, **{name: [vars(item) for item in items] for name, items in lists.items()}}


def _tables(model: coxa.Model) -> Iterator[tuple[tuple[str, ...], Sequence[tuple[str, ...]]]]:
    """Heads and rows."""
    bodies = [(b.name, b.parent, b.joint, short_text(b.mass)) for b in model.bodies]
    yield ("body", "parent", "joint", "mass kg"), bodies
    coordinates = []
    for c in model.full_coordinates:
        factor = 180 / math.pi if c.rotational else 1.0
        kind = "locked" if c.locked else f"driven by {c.driven_by}" if c.driven_by else ""
        span = f"{c.minimum * factor:.4g} to {c.maximum * factor:.4g}"
        coordinates.append((c.name, c.joint, span, "deg" if c.rotational else "m", kind))
    yield ("coordinate", "joint", "range", "unit", ""), coordinates
    muscles = [
        (
            m.name,
            f"{m.max_isometric_force:.0f}",
            f"{m.optimal_fiber_length:.4f}",
            f"{m.tendon_slack_length:.4f}",
            f"{math.degrees(m.pennation_at_optimal):.1f}",
        )
        for m in model.muscles
    ]
    yield ("muscle", "max force N", "fibre m", "tendon m", "pennation deg"), muscles
    yield (
        ("group", "side", "muscles"),
        [(g.name, g.side, " ".join(g.muscles)) for g in model.groups],
    )
