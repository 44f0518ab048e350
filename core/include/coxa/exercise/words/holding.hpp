#pragma once

#include <string>

#include "coxa/exercise/builder.hpp"
#include "coxa/export.hpp"

namespace coxa {

/// A task of one's own; `id` names it for code that looks for it.
COXA_EXPORT void task(
    ScenarioBuilder& s, const std::string& name, const Task& task, const std::string& id = "");
/// A coordinate keeps a value; the task's id is the coordinate. With "hip_flexion" and a side appended, see `suffix`.
COXA_EXPORT void hold(ScenarioBuilder& s, const std::string& coordinate, double value);
/// A coordinate goes from one value at the bottom to another at the top.
COXA_EXPORT void drive(
    ScenarioBuilder& s, const std::string& coordinate, double bottom, double top);
/// What a coordinate likes where the tasks leave it free; also the first guess.
COXA_EXPORT void wish(
    ScenarioBuilder& s, const std::string& coordinate, double value, double weight = 1);
/// Where the search for postures begins.
COXA_EXPORT void guess(ScenarioBuilder& s, const std::string& coordinate, double value);

/// Any other support, load or thing to be drawn.
COXA_EXPORT void support(ScenarioBuilder& s, const Support& support);
COXA_EXPORT void load(ScenarioBuilder& s, const Load& load);
COXA_EXPORT void furniture(ScenarioBuilder& s, const Furniture& furniture);

/// What to change when the movement asks for more than a joint has; for both sides.
COXA_EXPORT void advise(
    ScenarioBuilder& s,
    const std::string& coordinate,
    const std::string& if_low,
    const std::string& if_high);
/// What geometry decided, for the result.
COXA_EXPORT void note(ScenarioBuilder& s, const std::string& name, const std::string& sentence);
COXA_EXPORT void note(ScenarioBuilder& s, const std::string& name, double value);

}  // namespace coxa
