#pragma once

#include <functional>
#include <string>
#include <vector>

#include "coxa/exercise/builder.hpp"
#include "coxa/export.hpp"

namespace coxa {

/// Which end of the path a repetition starts at.
enum class StartAt { bottom, top };

/// The posture with one more task, coming from the posture found last.
/// @param path where on the path it lies: 0 bottom, 1 top
COXA_EXPORT Posture
posture(const ScenarioBuilder& s, const std::vector<NamedTask>& goals, double path);
/// End of the way up: the first goal names it; any others must be led there by `drive` or `evenly`.
/// @throws InfeasibleMotion with `help` if it cannot be
COXA_EXPORT const Posture& top(
    ScenarioBuilder& s, const std::vector<NamedTask>& goals, const std::string& help);
/// Start of the way up, likewise.
COXA_EXPORT const Posture& bottom(
    ScenarioBuilder& s, const std::vector<NamedTask>& goals, const std::string& help);
/// What goes evenly from bottom to top and so leads the movement.
COXA_EXPORT void driven_by(ScenarioBuilder& s, const std::string& name, const Task& quantity);
/// A line or coordinate that follows evenly from what it is at the bottom to what it is at the top; both must
/// have been found.
COXA_EXPORT void evenly(ScenarioBuilder& s, const std::string& name, const Task& quantity);
/// A line that follows likewise, but late: see DriveLine::lag.
COXA_EXPORT void lagging(
    ScenarioBuilder& s, const std::string& name, const Task& quantity, double lag);
/// Value between `lower` and `upper` of a measure at which a still posture that also meets `goals` costs the muscles
/// least (the recruitment's own cost), for what neither geometry nor balance decides. Where muscles can hold none
/// of them, the one that misses least.
/// @param measure a line's inclination or a rotation, rad
/// @param allowed says of a posture whether it may be; all within the joints' ranges may if it is empty
/// @throws InfeasibleMotion if no value between gives a posture
COXA_EXPORT double least_effort(
    const ScenarioBuilder& s,
    const std::vector<NamedTask>& goals,
    const NamedTask& measure,
    double lower,
    double upper,
    double path,
    const std::function<bool(const Posture&)>& allowed = {},
    const std::string& help = {});

/// Phases of a repetition from concentric, hold, eccentric and repetitions.
COXA_EXPORT void tempo(ScenarioBuilder& s, StartAt start);

/// The finished scenario. @throws InvalidArgument if top, bottom or tempo were not said
COXA_EXPORT Scenario finish(const ScenarioBuilder& s);

}  // namespace coxa
