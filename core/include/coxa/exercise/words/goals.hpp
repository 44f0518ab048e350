#pragma once

#include <functional>
#include <string>
#include <vector>

#include "coxa/exercise/builder.hpp"
#include "coxa/export.hpp"

namespace coxa {

/// The end of the path at which a repetition starts.
enum class StartAt { bottom, top };

/// Posture that meets all tasks so far and `goals`, starting from the last end posture found or the
/// initial guess.
/// @param path its place on the path, 0 bottom to 1 top
COXA_EXPORT Posture
posture(const ScenarioBuilder& s, const std::vector<NamedTask>& goals, double path);
/// Finds the posture at the top. The first goal names that end; the others must follow from
/// `drive`, `evenly` or `lagging`.
/// @throws InfeasibleMotion with `help` if there is none
COXA_EXPORT const Posture& top(
    ScenarioBuilder& s, const std::vector<NamedTask>& goals, const std::string& help);
/// Finds the posture at the bottom, likewise.
COXA_EXPORT const Posture& bottom(
    ScenarioBuilder& s, const std::vector<NamedTask>& goals, const std::string& help);
/// Quantity that changes linearly from bottom to top and thereby drives the movement.
COXA_EXPORT void driven_by(ScenarioBuilder& s, const std::string& name, const Task& quantity);
/// An inclination or coordinate that changes linearly along the path between its values at bottom
/// and top; both must have been found.
/// @throws InvalidArgument otherwise, or for another kind of task
COXA_EXPORT void evenly(ScenarioBuilder& s, const std::string& name, const Task& quantity);
/// An inclination that lags behind: see DriveLine::lag.
COXA_EXPORT void lagging(
    ScenarioBuilder& s, const std::string& name, const Task& quantity, double lag);
/// Value between `lower` and `upper` of a measure for which holding the posture still, which also
/// meets `goals`, has the least recruitment cost; for what neither geometry nor balance determines.
/// If the muscles can hold none of the postures, the one with the smallest reserves.
/// @param measure an inclination or rotation, rad
/// @param path    place on the path, 0 bottom to 1 top
/// @param allowed accepts or rejects a posture; empty: any within the joint ranges
/// @throws InfeasibleMotion if no value in the range gives an allowed posture
COXA_EXPORT double least_effort(
    const ScenarioBuilder& s,
    const std::vector<NamedTask>& goals,
    const NamedTask& measure,
    double lower,
    double upper,
    double path,
    const std::function<bool(const Posture&)>& allowed = {},
    const std::string& help = {});

/// Phases of a repetition, from the parameters concentric, hold, eccentric (s) and repetitions.
COXA_EXPORT void tempo(ScenarioBuilder& s, StartAt start);

/// The finished scenario. @throws InvalidArgument if top, bottom or tempo are missing
COXA_EXPORT Scenario finish(const ScenarioBuilder& s);

}  // namespace coxa
