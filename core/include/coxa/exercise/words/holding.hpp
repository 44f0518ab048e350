#pragma once

#include <string>

#include "coxa/exercise/builder.hpp"
#include "coxa/export.hpp"

namespace coxa {

/// Adds a task of the exercise's own; `id` identifies it for code.
COXA_EXPORT void task(
    ScenarioBuilder& s, const std::string& name, const Task& task, const std::string& id = "");
/// A coordinate has a constant value, rad or m; the task's id is the coordinate's name. Names
/// include the side: "hip_flexion" + suffix(side).
COXA_EXPORT void hold(ScenarioBuilder& s, const std::string& coordinate, double value);
/// A coordinate changes linearly along the path between two values, rad or m.
COXA_EXPORT void drive(
    ScenarioBuilder& s, const std::string& coordinate, double bottom, double top);
/// Preferred value of a coordinate, rad or m, where the tasks leave it free; also its initial
/// guess.
COXA_EXPORT void wish(
    ScenarioBuilder& s, const std::string& coordinate, double value, double weight = 1);
/// Initial guess of a coordinate for the posture search, rad or m.
COXA_EXPORT void guess(ScenarioBuilder& s, const std::string& coordinate, double value);

/// Adds a support, load or piece of furniture.
COXA_EXPORT void support(ScenarioBuilder& s, const Support& support);
COXA_EXPORT void load(ScenarioBuilder& s, const Load& load);
COXA_EXPORT void furniture(ScenarioBuilder& s, const Furniture& furniture);

/// What to change if the movement leaves the range of a joint coordinate, for both sides;
/// `coordinate` is without side.
COXA_EXPORT void advise(
    ScenarioBuilder& s,
    const std::string& coordinate,
    const std::string& if_low,
    const std::string& if_high);
/// Records a quantity found while building, for the result.
COXA_EXPORT void note(ScenarioBuilder& s, const std::string& name, const std::string& sentence);
COXA_EXPORT void note(ScenarioBuilder& s, const std::string& name, double value);

}  // namespace coxa
