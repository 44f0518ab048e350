#include "coxa/exercise/words/thrust.hpp"

#include <algorithm>
#include <cmath>

#include "coxa/exercise/words/feet.hpp"
#include "coxa/exercise/words/goals.hpp"
#include "coxa/exercise/words/holding.hpp"
#include "coxa/exercise/words/parameters.hpp"
#include "coxa/math/error.hpp"

#include "exercise/words/shared.hpp"
#include "motion/equations.hpp"

namespace coxa {
namespace {

constexpr double kClearance =
    0.05;  // m, buttocks above the floor at the bottom; a controlled descent never touches it
constexpr double kLoadClearance = 0.01;  // m, plates above the floor
constexpr double kFootClearance = 0.02;  // m, lifted foot above the floor
constexpr double kLeastTravel = 0.02;    // m, least travel of the hips
constexpr double kEndSlack = 1e-9;       // rad, tolerance for rounding at the limit of a joint
constexpr double kFirstBend = 0.05;      // rad, second guess of hip flexion for hips in line
constexpr double kStraight = 1e-9;       // rad, tolerance of knee, hip and shoulder in line
constexpr int kBendSteps = 8;            // maximum number of secant steps

// parameter to change if the back rests too high or too low
const char* height_parameter(const ScenarioBuilder& s) {
  return s.declares("bench_height") ? "bench_height" : "foot_distance";
}

// posture of a goal with both feet translated together so that the working shank is vertical
Posture vertical_shank(const ScenarioBuilder& s, const NamedTask& goal, Side working) {
  std::vector<NamedTask> all = all_tasks(s, false);
  all.push_back({"shank vertical", shank(s, working, 90 * kDegree)});
  if (foot(s, other(working))) {
    const auto [a, place_a] = footing(s, other(working));
    const auto [b, place_b] = footing(s, working);
    all.push_back(
        {"feet as far apart as they stand",
         JoinPoints{a.body, a.p_B, b.body, b.p_B, {true, false, false}, place_a - place_b}});
  }
  all.push_back(goal);
  return solve_posture(s.skeleton(), all, preferences_of(s.wishes), s.first_guess, 1);
}

// translates both feet so that the working shank is vertical at the top
void find_feet(
    ScenarioBuilder& s, const NamedTask& goal, Side working, const std::string& help = "") {
  const Posture best = vertical_shank(s, goal, working);
  require<InfeasibleMotion>(
      best.solved, s.exercise(), ": no foot_distance makes the shank vertical at the top ('",
      best.worst_task, "' cannot be met); ", help, help.empty() ? "" : ", ",
      "give foot_distance, or change ", height_parameter(s));
  const auto [fixed, expected] = footing(s, working);
  const double shift = place_at(s, best, fixed).x() - expected.x();
  for (std::optional<FootPlace>& place : s.feet)
    if (place) place->x += shift;
}

// reports which parameter to change, and its direction, if no posture meets the goal
[[noreturn]] void explain_top(const ScenarioBuilder& s, const NamedTask& goal, Side working) {
  require<InfeasibleMotion>(
      foot(s, working).has_value(), s.exercise(), ": no posture has the ", goal.name,
      "; change foot_distance");
  const Posture vertical = vertical_shank(s, goal, working);
  if (vertical.solved) {
    ScenarioBuilder best = s;
    find_feet(best, goal, working);
    const double natural = foot(best, working)->x;
    const double given = foot(s, working)->x;
    throw InfeasibleMotion(message(
        s.exercise(), ": feet ", given, " m from the back's support cannot be reached with the ",
        goal.name, "; ", given > natural ? "decrease" : "increase",
        " foot_distance (the shank is vertical at ", natural, " m)"));
  }
  throw InfeasibleMotion(message(
      s.exercise(), ": no posture has the ", goal.name, " with a stance of ", stance_width(s),
      " m and toes ", s.value("toe_out_deg", 0) / kDegree, " deg out ('", vertical.worst_task,
      "' cannot be met); move stance_width or toe_out_deg toward their defaults, or change ",
      height_parameter(s)));
}

// posture at the top: with feet found (foot_distance not given) or as they stand, if they stand
Posture hips_at(const ScenarioBuilder& s, const NamedTask& goal, Side working) {
  const bool find = foot(s, working) && std::isnan(s.value("foot_distance", kFound));
  return find ? vertical_shank(s, goal, working) : posture(s, {goal}, 1);
}

// with foot_distance given, translates both feet so that the working heel is there
void move_feet_to_given(ScenarioBuilder& s, Side working) {
  const double distance = s.value("foot_distance", kFound);
  if (!foot(s, working) || std::isnan(distance)) return;
  const double shift = distance - foot(s, working)->x;
  for (std::optional<FootPlace>& place : s.feet)
    if (place) place->x += shift;
}

// lowest hips with neither buttocks, loads nor lifted feet on the floor: the limiting goal and its
// posture
std::pair<NamedTask, Posture> lowest_hips(const ScenarioBuilder& s) {
  NamedTask low{
      "buttocks above the floor", height(s, "buttock", s.value("bottom_clearance", kClearance))};
  Posture down = posture(s, {low}, 0);
  for (const Load& load : s.scenario.setting.loads) {
    double radius = 0;
    for (const LoadShape& shape : load.shapes) radius = std::max(radius, shape.radius);
    const PointHeight center{{{load.carrier, load.X_BL.p}}, radius + kLoadClearance};
    const double now =
        down.solved ? measure(s.skeleton(), with_value(center, 0), down.q) : center.value;
    if (now >= center.value) continue;
    require<InfeasibleMotion>(
        std::isnan(s.value("bottom_clearance", kFound)), s.exercise(), ": the ", load.name,
        " would be ", now, " m high at the bottom and, of ", radius,
        " m radius, would hit the floor; increase bottom_clearance, or leave it out");
    low = {"plates above the floor", center};
    down = posture(s, {low}, 0);
  }
  for (const auto& [side, help] : s.lifted) {
    for (const char* part : {"heel_medial", "heel_lateral", "toe_medial", "toe_lateral"}) {
      const PointHeight sole = height(s, part + suffix(side), kFootClearance);
      const double now = down.solved ? measure(s.skeleton(), sole, down.q) : sole.value;
      if (now >= sole.value) continue;
      require<InfeasibleMotion>(
          std::isnan(s.value("bottom_clearance", kFound)), s.exercise(),
          ": the lifted foot would be ", now, " m high at the bottom and hit the floor; ",
          help.empty() ? "increase" : help + " or", " bottom_clearance");
      low = {"lifted foot above the floor", sole};
      down = posture(s, {low}, 0);
    }
  }
  return {low, down};
}

struct HighestHips {
  NamedTask goal;
  Posture posture;
  bool stopped = false;  // at the limit of hip extension, before the goal
};

// the goal, or the limit of hip extension if that is reached first
HighestHips highest_hips(const ScenarioBuilder& s, const NamedTask& goal, Side working) {
  HighestHips up{goal, {}};
  up.goal.name += " at the top";
  up.posture = posture(s, {up.goal}, 1);
  if (!up.posture.solved && foot(s, working)) explain_top(s, goal, working);
  for (const Side side : {working, other(working)}) {
    const std::string name = "hip_flexion" + suffix(side);
    const double limit = s.skeleton().coordinate(s.skeleton().coordinate_index(name)).lower;
    if (!up.posture.solved || coordinate_at(s, up.posture, name) > limit - kEndSlack) continue;
    up.stopped = true;
    up.goal = {"hip extension limit at the top", coordinate(s, name, limit)};
    up.posture = posture(s, {up.goal}, 1);
  }
  return up;
}

void note_ends(ScenarioBuilder& s, const std::string& top, Side working) {
  const Posture& up = *s.top;
  const Posture& down = *s.bottom;
  const auto degrees = [&](const char* name, const Posture& at) {
    return coordinate_at(s, at, name + suffix(working)) / kDegree;
  };
  note(s, "top", top);
  note(s, "trunk_inclination_top_deg", measure(s.skeleton(), trunk(s), up.q) / kDegree);
  note(s, "hip_flexion_top_deg", degrees("hip_flexion", up));
  note(s, "knee_flexion_top_deg", degrees("knee_angle", up));
  note(s, "hip_flexion_bottom_deg", degrees("hip_flexion", down));
  note(s, "knee_flexion_bottom_deg", degrees("knee_angle", down));
  if (foot(s, working)) {
    note(s, "foot_distance", foot(s, working)->x);
    if (s.declares("stance_width")) note(s, "stance_width", stance_width(s));
  }
  if (!s.scenario.setting.loads.empty()) {
    const Load& load = s.scenario.setting.loads.front();
    const ContactPoint center{load.carrier, load.X_BL.p};
    note(s, "bar_travel", place_at(s, up, center).y() - place_at(s, down, center).y());
  }
  note(s, "bottom_clearance", measure(s.skeleton(), height(s, "buttock"), down.q));
}

void advise_on_ranges(ScenarioBuilder& s) {
  advise(
      s, "hip_flexion",
      s.declares("bench_height") ? "increase foot_distance or lower bench_height"
                                 : "increase foot_distance",
      "increase bottom_clearance or foot_distance");
  advise(s, "knee_angle", "decrease foot_distance", "increase foot_distance or bottom_clearance");
  advise(s, "ankle_angle", "decrease foot_distance", "increase foot_distance or heel_height");
  advise(s, "hip_adduction", "decrease stance_width", "increase stance_width");
  advise(s, "hip_rotation", "decrease toe_out_deg", "increase toe_out_deg");
  advise(
      s, "subtalar_angle", "increase stance_width or decrease toe_out_deg",
      "decrease stance_width or increase toe_out_deg");
}

void raise_hips(
    ScenarioBuilder& s, const NamedTask& goal, Side working, const std::string& help = "") {
  const std::string& reached = goal.name;
  move_feet_to_given(s, working);
  if (foot(s, working) && std::isnan(s.value("foot_distance", kFound)))
    find_feet(s, goal, working, help);

  const HighestHips up = highest_hips(s, goal, working);
  require_end(
      s, s.top, s.scenario.plan.end, {up.goal}, up.posture, "top",
      up.stopped
          ? message(
              "the hips pass the end of their extension before the ", reached,
              " and no lower posture ends there; increase foot_distance or lower bench_height")
          : message("with the ", reached, "; change foot_distance or ", height_parameter(s)));

  const double clearance = s.value("bottom_clearance", kClearance);
  const double highest = measure(s.skeleton(), height(s, "buttock"), up.posture.q);
  require<InfeasibleMotion>(
      highest > clearance + kLeastTravel, s.exercise(), ": the hips are ", highest,
      " m above the floor at the top and would start at ", clearance,
      " m: nowhere to go; decrease bottom_clearance",
      s.declares("bench_height") ? " or raise bench_height" : "");
  const auto [low, down] = lowest_hips(s);
  require_end(
      s, s.bottom, s.scenario.plan.start, {low}, down, "bottom",
      message(
          "the hips would be ", clearance,
          " m above the floor; increase foot_distance or bottom_clearance"));
  driven_by(s, "trunk inclination", trunk(s));
  note_ends(s, up.stopped ? "hip extension limit reached before the " + reached : reached, working);
  advise_on_ranges(s);
}

}  // namespace

NamedTask low_hips(const ScenarioBuilder& s) { return lowest_hips(s).first; }

void drive_hips_up(ScenarioBuilder& s, double inclination, Side working, const std::string& help) {
  raise_hips(s, {"trunk level", trunk(s, inclination)}, working, help);
}

void drive_hips_into_line(ScenarioBuilder& s, Side working) {
  move_feet_to_given(s, working);

  // secant iteration on hip flexion until trunk and thigh have the same inclination
  const std::string hip = "hip_flexion" + suffix(working);
  NamedTask goal{"hips in line", coordinate(s, hip, 0)};
  const auto bend = [&](double flexion) {
    std::get<HoldCoordinate>(goal.task).value = flexion;
    const Posture at = hips_at(s, goal, working);
    if (!at.solved) explain_top(s, goal, working);
    return measure(s.skeleton(), trunk(s), at.q) - measure(s.skeleton(), thigh(s, working), at.q);
  };
  double before = 0;
  double bend_before = bend(before);
  double flexion = kFirstBend;
  for (int step = 0; step < kBendSteps; ++step) {
    const double now = bend(flexion);
    if (std::abs(now) < kStraight) break;
    const double next = flexion - now * (flexion - before) / (now - bend_before);
    before = flexion;
    bend_before = now;
    flexion = next;
  }
  raise_hips(s, goal, working);
}

}  // namespace coxa
