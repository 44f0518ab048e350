"""Export of a result to OpenSim: model, motion and external loads.

Supports act at their centre of pressure, on the body of their first point. A load acts as its weight and inertial
force at its mass centre, on the body that carries it; a grip acts on the hand, and oppositely on that body.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import numpy as np

from .. import _core
from .._core import FileError, InvalidArgument

if TYPE_CHECKING:
    from .result import Result


class Force:
    """A force over time on one body: force, point of application and free moment, in the ground frame."""

    def __init__(
        self,
        name: str,
        body: str,
        force: np.ndarray,
        point: np.ndarray,
        moment: np.ndarray | None = None,
    ):
        self.name, self.body = name, body
        moment = np.zeros_like(force) if moment is None else moment
        self.values = np.hstack([force, point, moment])  # [frames x 9] N, m, N m

    @property
    def columns(self) -> list[str]:
        parts = ("force_v", "force_p", "torque_")
        return [f"{self.name}_{part}{axis}" for part in parts for axis in "xyz"]


def external_forces(result: Result) -> list[Force]:
    """All external forces on the model."""
    return [*_of_supports(result), *_of_loads(result), *_of_grips(result)]


def _series(result: Result, variable: str, label: str) -> np.ndarray:
    data = result.dataset[variable]
    dim = next(d for d in data.dims if d not in ("time", "axis"))
    return data.sel({dim: label}).transpose("time", "axis").values


def _of_supports(result: Result) -> Iterator[Force]:
    for support in result.scene.get("supports", []):
        name = support["name"]
        force = _series(result, "support_force", name)
        origin = result.dataset["support_origin"].sel(support=name).values
        # without force there is no centre of pressure: use any point
        pressure = _series(result, "center_of_pressure", name)
        point = np.where(np.isfinite(pressure), pressure, origin)
        moment = _series(result, "support_moment", name) - np.cross(point - origin, force)
        yield Force(name, support["points"][0]["body"], force, point, moment)


def _of_loads(result: Result) -> Iterator[Force]:
    scene = result.scene

    def pull(name: str, body: str, moment: np.ndarray | None = None) -> Force:
        force, point = (_series(result, f"load_{what}", name) for what in ("force", "position"))
        return Force(name, body, force, point, moment)

    for load in scene.get("loads", []):
        yield pull(load["name"], load["body"], _series(result, "load_moment", load["name"]))
    for band in scene.get("bands", []):
        for end in band["ends"]:
            name = f"{band['name']}_on_{end['body']}"
            if name in result.dataset["load"].values:  # not the end fixed to the world
                yield pull(name, end["body"])
    for cable in scene.get("cables", []):
        yield pull(cable["name"], cable["end"]["body"])


def _of_grips(result: Result) -> Iterator[Force]:
    grips = result.scene.get("grips", [])
    if grips:
        bodies = [body.name for body in result.model.bodies]
        q = result.dataset["position"].transpose("time", "coordinate").values
        positions = result.model.positions(q)
    for grip in grips:
        name = grip["name"]
        force = _series(result, "grip_force", name)
        i = bodies.index(grip["body"])
        point = positions.bodies[:, i] + positions.rotations[:, i] @ np.asarray(grip["point"])
        yield Force(name, grip["body"], force, point)
        yield Force(f"{name}_on_load", grip["load_body"], -force, point)
    for anchor in result.scene.get("anchors", []):
        name = anchor["name"]
        force, point = (_series(result, f"grip_{what}", name) for what in ("force", "position"))
        yield Force(name, anchor["end"]["body"], force, point)


def export(result: Result, folder: str | os.PathLike[str]) -> Path:
    """Write the files of `Result.export_opensim`."""
    target = Path(folder)
    data = result.dataset
    if not result.solved:
        raise InvalidArgument(
            "this result has unsolved frames, whose forces are not known; OpenSim cannot read NaN"
        )
    try:
        target.mkdir(exist_ok=True)
    except OSError as error:
        raise FileError(f"cannot make folder {target}: {error.strerror}") from None

    model = result.model
    time = data["time"].values
    q = model.expand(data["position"].transpose("time", "coordinate").values)
    # OpenSim converts from degrees only coordinates that are themselves angles of a joint
    angles = np.array([c.rotational and not c.coupled for c in model.full_coordinates])
    values = np.where(angles, np.degrees(q), q)
    names = [c.name for c in model.full_coordinates]
    forces = external_forces(result)

    _core.write_osim(model._core, target / "model.osim")
    _core.write_sto(target / "motion.mot", "motion", True, names, time, values)
    _core.write_sto(
        target / "external_loads.sto",
        "external_loads",
        False,
        [column for force in forces for column in force.columns],
        time,
        np.hstack([force.values for force in forces]),
    )
    (target / "external_loads.xml").write_text(_external_loads(forces), encoding="utf-8")
    (target / "inverse_dynamics.xml").write_text(_inverse_dynamics(time), encoding="utf-8")
    return target


def _external_loads(forces: list[Force]) -> str:
    items = "\n".join(
        f"""\t\t\t<ExternalForce name="{escape(force.name)}">
\t\t\t\t<applied_to_body>{escape(force.body)}</applied_to_body>
\t\t\t\t<force_expressed_in_body>ground</force_expressed_in_body>
\t\t\t\t<point_expressed_in_body>ground</point_expressed_in_body>
\t\t\t\t<force_identifier>{escape(force.name)}_force_v</force_identifier>
\t\t\t\t<point_identifier>{escape(force.name)}_force_p</point_identifier>
\t\t\t\t<torque_identifier>{escape(force.name)}_torque_</torque_identifier>
\t\t\t</ExternalForce>"""
        for force in forces
    )
    return f"""<?xml version="1.0" encoding="UTF-8" ?>
<OpenSimDocument Version="40500">
\t<ExternalLoads name="external_loads">
\t\t<objects>
{items}
\t\t</objects>
\t\t<groups />
\t\t<datafile>external_loads.sto</datafile>
\t</ExternalLoads>
</OpenSimDocument>
"""


def _inverse_dynamics(time: np.ndarray) -> str:
    return f"""<?xml version="1.0" encoding="UTF-8" ?>
<OpenSimDocument Version="40500">
\t<InverseDynamicsTool name="inverse_dynamics">
\t\t<results_directory>.</results_directory>
\t\t<model_file>model.osim</model_file>
\t\t<time_range>{time[0]:.12g} {time[-1]:.12g}</time_range>
\t\t<forces_to_exclude>Muscles Actuators</forces_to_exclude>
\t\t<external_loads_file>external_loads.xml</external_loads_file>
\t\t<coordinates_file>motion.mot</coordinates_file>
\t\t<lowpass_cutoff_frequency_for_coordinates>-1</lowpass_cutoff_frequency_for_coordinates>
\t\t<output_gen_force_file>inverse_dynamics.sto</output_gen_force_file>
\t</InverseDynamicsTool>
</OpenSimDocument>
"""
