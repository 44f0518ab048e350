#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coxa/exercise/builder.hpp"
#include "coxa/exercise/words/points.hpp"

// What words of several subjects need of each other.

namespace coxa {

inline constexpr double kFloor = 0;                // m
inline constexpr double kFrictionOtherwise = 0.6;  // 1, rubber soles on a gym floor; assumed
inline constexpr double kUprightTrunk = 90 * kDegree;
inline constexpr double kGripBeyondHip =
    0.20;  // m, hands on a bar outside the hip centres; assumed
inline constexpr const char* kHandOnBar = "hand_on_bar";  // id of the tasks of `bar_in_hands`

inline std::string word(Side side) { return side == Side::right ? "right" : "left"; }

/// Every task so far, those of standing feet first; with feet not held they may slide along x.
std::vector<NamedTask> all_tasks(const ScenarioBuilder& s, bool feet_held = true);
/// A sole where it stands, turned out; with the heel raised it turns about the line of the ball, toes staying flat.
void add_foot(const ScenarioBuilder& s, std::vector<NamedTask>& tasks, Side side, bool held);
/// The middle of the ball or, with toes lifted, of the heel, and where it stays.
std::pair<ContactPoint, Vec3> footing(const ScenarioBuilder& s, Side side);
std::vector<Preference> preferences_of(const std::map<int, Preference>& wishes);

/// Keeps a posture as the top or the bottom.
/// @throws InfeasibleMotion with `help` if it was not found
const Posture& require_end(
    const ScenarioBuilder& s,
    std::optional<Posture>& end,
    NamedTask& named,
    const std::vector<NamedTask>& goals,
    const Posture& found,
    const char* where,
    const std::string& help);

/// Notes hip, knee and ankle angle of the right leg at the bottom.
void note_leg_at_bottom(ScenarioBuilder& s, const Posture& low);

/// A straight leg could bend either way: the search begins with it bent as knees bend.
void soften_knees(ScenarioBuilder& s);
void straight_arm(ScenarioBuilder& s, Side side);
/// The wrist carries no moment: what the hand holds hangs below it.
void hanging_hand(ScenarioBuilder& s, Side side);
/// Middle of a bar that hangs from the hand, in line with wrist and palm, which hang plumb.
ContactPoint hanging_bar(const ScenarioBuilder& s, Side side);

}  // namespace coxa
