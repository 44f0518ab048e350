"""`coxa model-info`: what a model holds, and what looks wrong in it."""

from __future__ import annotations

import argparse
import math

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
        print_json(
            {
                "name": model.name,
                "source": model.source,
                "sha256": model.sha256,
                "total_mass": model.total_mass,
                "bodies": [vars(body) for body in model.bodies],
                "coordinates": [vars(c) for c in model.full_coordinates],
                "muscles": [vars(muscle) for muscle in model.muscles],
                "actuators": [vars(actuator) for actuator in model.actuators],
                "groups": [vars(group) for group in model.groups],
                "sites": [vars(site) for site in model.sites],
                "findings": findings,
            }
        )
        return OK
    console = new_console()
    console.print(
        f"[bold]{model.name}[/bold]: {len(model.bodies)} bodies, {model.total_mass:.2f} kg,"
        f" {len(model.coordinates)} independent coordinates, {len(model.muscles)} muscles,"
        f" {len(model.actuators)} actuators, {len(model.sites)} sites"
    )
    print_table(
        console,
        "",
        ("body", "parent", "joint", "mass kg"),
        [(b.name, b.parent, b.joint, short_text(b.mass)) for b in model.bodies],
    )
    rows = []
    for c in model.full_coordinates:
        factor = 180 / math.pi if c.rotational else 1.0
        kind = "locked" if c.locked else f"driven by {c.driven_by}" if c.driven_by else ""
        span = f"{c.minimum * factor:.4g} to {c.maximum * factor:.4g}"
        rows.append((c.name, c.joint, span, "deg" if c.rotational else "m", kind))
    print_table(console, "", ("coordinate", "joint", "range", "unit", ""), rows)
    print_table(
        console,
        "",
        ("muscle", "max force N", "fibre m", "tendon m", "pennation deg"),
        [
            (
                m.name,
                f"{m.max_isometric_force:.0f}",
                f"{m.optimal_fiber_length:.4f}",
                f"{m.tendon_slack_length:.4f}",
                f"{math.degrees(m.pennation_at_optimal):.1f}",
            )
            for m in model.muscles
        ],
    )
    print_table(
        console,
        "",
        ("group", "side", "muscles"),
        [(g.name, g.side, " ".join(g.muscles)) for g in model.groups],
    )
    console.print("nothing looks wrong" if not findings else "what looks wrong:")
    for finding in findings:
        console.print(f"  - {finding}")
    return OK
