#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coxa/exercise/builder.hpp"
#include "coxa/exercise/words/points.hpp"

// Helpers shared by the words of several subjects.

namespace coxa {

inline constexpr double kFloor = 0;                // m, height
inline constexpr double kFrictionOtherwise = 0.6;  // 1, rubber soles on a gym floor; assumed
inline constexpr double kUprightTrunk = 90 * kDegree;
inline constexpr double kGripBeyondHip =
    0.20;  // m, from the hip crease to the hand on the bar, laterally; assumed
inline constexpr const char* kHandOnBar = "hand_on_bar";  // id of the tasks of `bar_in_hands`

inline std::string word(Side side) { return side == Side::right ? "right" : "left"; }

/// All tasks so far, those of standing feet first; with `feet_held` false the feet may slide along
/// x.
std::vector<NamedTask> all_tasks(const ScenarioBuilder& s, bool feet_held = true);
/// Tasks of a standing foot, turned out; with the heel raised it rotates about the line of the
/// ball, toes flat.
/// @param held whether its x is fixed
void add_foot(const ScenarioBuilder& s, std::vector<NamedTask>& tasks, Side side, bool held);
/// The fixed point of a standing foot (middle of the ball or, with toes lifted, of the heel) and
/// its position, m, world.
std::pair<ContactPoint, Vec3> footing(const ScenarioBuilder& s, Side side);
std::vector<Preference> preferences_of(const std::map<int, Preference>& wishes);

/// Stores a posture as the top or the bottom.
/// @throws InfeasibleMotion with `help` if the posture was not solved
const Posture& require_end(
    const ScenarioBuilder& s,
    std::optional<Posture>& end,
    NamedTask& named,
    const std::vector<NamedTask>& goals,
    const Posture& found,
    const char* where,
    const std::string& help);

/// Records an angle, rad, that was found by least effort between `lower` and `upper`: as a note, and
/// as technique of the scenario.
void found(
    ScenarioBuilder& s, const std::string& parameter, double angle, double lower, double upper);

/// Takes back the task of that name, if there is one.
void release(ScenarioBuilder& s, const std::string& task);

/// Notes right hip, knee and ankle angles at the bottom.
void note_leg_at_bottom(ScenarioBuilder& s, const Posture& low);

/// Flexed initial guess of hips, knees and ankles: from a straight leg the solver could bend the
/// knees either way.
void soften_knees(ScenarioBuilder& s);
void straight_arm(ScenarioBuilder& s, Side side);
/// The wrist transmits no moment: palm vertically below the wrist.
void hanging_hand(ScenarioBuilder& s, Side side);
/// Centre of a bar hanging from the hand, on the line from wrist to palm, which is vertical.
ContactPoint hanging_bar(const ScenarioBuilder& s, Side side);

}  // namespace coxa
