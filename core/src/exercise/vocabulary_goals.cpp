#include <algorithm>
#include <cmath>

#include "coxa/exercise/vocabulary.hpp"
#include "coxa/math/error.hpp"
#include "coxa/motion/limits.hpp"

#include "frame/effort.hpp"

namespace coxa {
namespace {

constexpr double kClearance =
    0.05;  // m, buttocks above the floor at the bottom; a controlled descent never touches
constexpr double kLoadClearance = 0.01;         // m, plates above the floor
constexpr double kFootClearance = 0.02;         // m, lifted foot above the floor
constexpr double kLeastTravel = 0.02;           // m, of the hips
constexpr double kSpreadFriction = 0.6;         // 1, rubber soles on a gym floor; assumed
constexpr double kEndSlack = 1e-9;              // rad, rounding at the end of a joint's range
constexpr double kFirstBend = 0.05;             // rad, second guess of the hip's angle in line
constexpr double kStraight = 1e-9;              // rad: knee, hip and shoulder lie in one line
constexpr int kBendSteps = 8;                   // secant steps to that
constexpr int kSteps = 12;                      // from one posture to another that is far away
constexpr int kEffortSamples = 9;               // of the range that is searched
constexpr double kEffortBracket = 1 * kDegree;  // where golden section ends and a parabola answers

std::vector<Preference> preferences_of(const std::map<int, Preference>& wishes) {
  std::vector<Preference> list;
  for (const auto& [index, wish] : wishes) list.push_back(wish);
  return list;
}

// what a goal wants of a posture, if it is one that `measure` knows
std::optional<double> wanted(const Task& task) {
  if (const auto* t = std::get_if<PointHeight>(&task)) return t->value;
  if (const auto* t = std::get_if<LineInclination>(&task)) return t->value;
  if (const auto* t = std::get_if<HoldCoordinate>(&task)) return t->value;
  return std::nullopt;
}

Task with_value(Task task, double value) {
  if (auto* t = std::get_if<PointHeight>(&task)) t->value = value;
  if (auto* t = std::get_if<LineInclination>(&task)) t->value = value;
  if (auto* t = std::get_if<HoldCoordinate>(&task)) t->value = value;
  return task;
}

bool in_range(const Skeleton& skeleton, const Eigen::VectorXd& q) {
  const double slack = 1e-6;  // rad or m: rounding at an end of the range
  for (int i = 0; i < skeleton.nq(); ++i)
    if (q[i] < skeleton.coordinate(i).lower - slack || q[i] > skeleton.coordinate(i).upper + slack)
      return false;
  return true;
}

}  // namespace

Posture ScenarioBuilder::posture(const std::vector<NamedTask>& goals, double path) const {
  const std::vector<Preference> wishes = preferences_of(wishes_);
  std::vector<NamedTask> all = tasks();
  const std::size_t first = all.size();
  all.insert(all.end(), goals.begin(), goals.end());
  const Eigen::VectorXd& from = top_ ? top_->q : bottom_ ? bottom_->q : guess_;
  Posture direct = solve_posture(*skeleton_, all, wishes, from, path);
  if (direct.solved && in_range(*skeleton_, direct.q)) return direct;
  if (!top_ && !bottom_) return direct;

  // far away: goals move there in steps from what they are now
  Posture posture;
  posture.q = from;
  for (int step = 1; step <= kSteps; ++step) {
    const double share = static_cast<double>(step) / kSteps;
    for (std::size_t i = 0; i < goals.size(); ++i) {
      const std::optional<double> end = wanted(goals[i].task);
      if (!end) continue;
      const double now = measure(*skeleton_, goals[i].task, from);
      all[first + i].task = with_value(goals[i].task, now + share * (*end - now));
    }
    const double here = top_ ? 1 - share * (1 - path) : share * path;
    posture = solve_posture(*skeleton_, all, wishes, posture.q, here);
    if (!posture.solved) break;
  }
  return posture.solved ? posture : direct;
}

const Posture& ScenarioBuilder::require_end(
    std::optional<Posture>& end,
    NamedTask& named,
    const std::vector<NamedTask>& goals,
    const Posture& found,
    const char* where,
    const std::string& help) {
  require(!goals.empty(), exercise_, ": the ", where, " needs at least one goal; given none");
  require<InfeasibleMotion>(
      found.solved, exercise_, ": no posture exists at the ", where, " ('", found.worst_task,
      "' cannot be met, ", found.error, " m or rad remain); ", help);
  end = found;
  named = goals.front();
  return *end;
}

const Posture& ScenarioBuilder::top(const std::vector<NamedTask>& goals, const std::string& help) {
  return require_end(top_, scenario_.plan.end, goals, posture(goals, 1), "top", help);
}

const Posture& ScenarioBuilder::bottom(
    const std::vector<NamedTask>& goals, const std::string& help) {
  return require_end(bottom_, scenario_.plan.start, goals, posture(goals, 0), "bottom", help);
}

void ScenarioBuilder::driven_by(const std::string& name, const Task& quantity) {
  scenario_.plan.drive = {name, quantity};
}

void ScenarioBuilder::evenly(const std::string& name, const Task& quantity) {
  lagging(name, quantity, 0);
}

void ScenarioBuilder::lagging(const std::string& name, const Task& quantity, double lag) {
  require(
      top_ && bottom_, exercise_, ": '", name,
      "' can follow evenly once top and bottom are found; say both first");
  const double from = measure(*skeleton_, quantity, bottom_->q);
  const double to = measure(*skeleton_, quantity, top_->q);
  if (const auto* line = std::get_if<LineInclination>(&quantity)) {
    task(name, DriveLine{*line, from, to, lag});
  } else if (const auto* coordinate = std::get_if<HoldCoordinate>(&quantity);
             coordinate && lag == 0) {
    task(name, DriveCoordinate{coordinate->coordinate, from, to});
  } else {
    throw InvalidArgument(
        exercise_ + ": '" + name
        + "' must be a line's inclination, or to follow evenly a coordinate");
  }
}

double ScenarioBuilder::least_effort(
    const std::vector<NamedTask>& goals,
    const NamedTask& measure,
    double lower,
    double upper,
    double path,
    const std::function<bool(const Posture&)>& allowed,
    const std::string& help) const {
  require(lower < upper, exercise_, ": an empty range of ", measure.name);
  StillEffort still({.model = model_, .motion = {}, .setting = scenario_.setting});
  std::vector<NamedTask> all = tasks();
  all.insert(all.end(), goals.begin(), goals.end());
  all.push_back(measure);
  const std::vector<Preference> wishes = preferences_of(wishes_);
  Posture last;
  std::string hardest;
  const auto effort = [&](double value) {
    all.back().task = with_value(measure.task, value);
    Posture found;
    if (last.solved) found = solve_posture(*skeleton_, all, wishes, last.q, path);
    if (!found.solved) {
      std::vector<NamedTask> wanted = goals;
      wanted.push_back(all.back());
      found = posture(wanted, path);
    }
    hardest = found.worst_task;
    if (!found.solved) return std::numeric_limits<double>::infinity();
    last = found;
    if (!in_range(*skeleton_, found.q) || (allowed && !allowed(found)))
      return std::numeric_limits<double>::infinity();
    return still(found.q, path);
  };

  // the best of a few values, then golden section between its neighbours
  double best = lower;
  double least = std::numeric_limits<double>::infinity();
  const double step = (upper - lower) / (kEffortSamples - 1);
  for (int i = 0; i < kEffortSamples; ++i) {
    const double value = lower + i * step;
    const double cost = effort(value);
    if (cost < least) {
      least = cost;
      best = value;
    }
  }
  require<InfeasibleMotion>(
      std::isfinite(least), exercise_, ": no ", measure.name, " between ", lower / kDegree, " and ",
      upper / kDegree, " deg gives a posture that the joints allow ('", hardest,
      "' was the hardest to meet)", help.empty() ? "" : "; ", help);
  const double ratio = (std::sqrt(5.0) - 1) / 2;
  double a = std::max(lower, best - step);
  double b = std::min(upper, best + step);
  double c = b - ratio * (b - a);
  double d = a + ratio * (b - a);
  double at_c = effort(c);
  double at_d = effort(d);
  while (b - a > kEffortBracket) {
    if (at_c <= at_d) {
      b = d;
      d = c;
      at_d = at_c;
      c = b - ratio * (b - a);
      at_c = effort(c);
    } else {
      a = c;
      c = d;
      at_c = at_d;
      d = a + ratio * (b - a);
      at_d = effort(d);
    }
  }

  // lowest point of the parabola through the last three, which follows the parameters smoothly
  const double middle = (a + b) / 2;
  const double at_a = effort(a);
  const double at_middle = effort(middle);
  const double at_b = effort(b);
  const double bend = at_a - 2 * at_middle + at_b;
  if (std::isfinite(bend) && bend > 0)
    return std::clamp(middle + (at_a - at_b) / (2 * bend) * (b - a) / 2, a, b);
  return at_c <= at_d ? c : d;
}

// ---- hips driven up on a back that rests

// the posture of a goal with all feet moved together so that the working shank stands vertical
Posture ScenarioBuilder::vertical_shank(const NamedTask& goal, Side working) const {
  std::vector<NamedTask> all = tasks(false);
  all.push_back({"shank vertical", shank(working, 90 * kDegree)});
  if (foot(other(working))) {
    const auto [a, place_a] = footing(other(working));
    const auto [b, place_b] = footing(working);
    all.push_back(
        {"feet as far apart as they stand",
         JoinPoints{a.body, a.p_B, b.body, b.p_B, {true, false, false}, place_a - place_b}});
  }
  all.push_back(goal);
  return solve_posture(*skeleton_, all, preferences_of(wishes_), guess_, 1);
}

// moves all feet together to where the working shank is vertical at the top
void ScenarioBuilder::find_feet(const NamedTask& goal, Side working) {
  const Posture best = vertical_shank(goal, working);
  require<InfeasibleMotion>(
      best.solved, exercise_, ": no foot_distance makes the shank vertical at the top ('",
      best.worst_task, "' cannot be met); ", declares("stagger") ? "decrease stagger, " : "",
      "give foot_distance, or change ", height_parameter());
  const auto [fixed, expected] = footing(working);
  const double shift = place_at(best, fixed).x() - expected.x();
  for (std::optional<FootPlace>& place : feet_)
    if (place) place->x += shift;
}

// says which way to move what when no posture has the hips where they should be
void ScenarioBuilder::explain_top(const NamedTask& goal, Side working) const {
  require<InfeasibleMotion>(
      foot(working).has_value(), exercise_, ": no posture has the ", goal.name,
      "; change foot_distance");
  const Posture vertical = vertical_shank(goal, working);
  if (vertical.solved) {
    ScenarioBuilder best = *this;
    best.find_feet(goal, working);
    const double natural = best.foot(working)->x;
    const double given = foot(working)->x;
    throw InfeasibleMotion(message(
        exercise_, ": feet ", given, " m from the back's support cannot be reached with the ",
        goal.name, "; ", given > natural ? "decrease" : "increase",
        " foot_distance (the shank is vertical at ", natural, " m)"));
  }
  throw InfeasibleMotion(message(
      exercise_, ": no posture has the ", goal.name, " with a stance of ", stance_width(),
      " m and toes ", value("toe_out_deg", 0) / kDegree, " deg out ('", vertical.worst_task,
      "' cannot be met); move stance_width or toe_out_deg toward their defaults, or change ",
      height_parameter()));
}

// what to change when the back rests too high or too low
const char* ScenarioBuilder::height_parameter() const {
  return declares("bench_height") ? "bench_height" : "foot_distance";
}

// the top of a goal: feet where foot_distance says, or found, or not on the floor as soles at all
Posture ScenarioBuilder::hips_at(const NamedTask& goal, Side working) const {
  const bool find = foot(working) && std::isnan(value("foot_distance", kFound));
  return find ? vertical_shank(goal, working) : posture({goal}, 1);
}

void ScenarioBuilder::drive_hips_up(double inclination, Side working) {
  raise_hips({"trunk level", trunk(inclination)}, working);
}

void ScenarioBuilder::drive_hips_into_line(Side working) {
  move_feet_to_given(working);

  // secant steps on the hip's angle until trunk and thigh are inclined alike
  const std::string hip = "hip_flexion" + suffix(working);
  NamedTask goal{"hips in line", coordinate(hip, 0)};
  const auto bend = [&](double flexion) {
    std::get<HoldCoordinate>(goal.task).value = flexion;
    const Posture at = hips_at(goal, working);
    if (!at.solved) explain_top(goal, working);
    return measure(*skeleton_, trunk(), at.q) - measure(*skeleton_, thigh(working), at.q);
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
  raise_hips(goal, working);
}

// where foot_distance is given, the working heel stands there and the other foot as far from it as before
void ScenarioBuilder::move_feet_to_given(Side working) {
  const double distance = value("foot_distance", kFound);
  if (!foot(working) || std::isnan(distance)) return;
  const double shift = distance - foot(working)->x;
  for (std::optional<FootPlace>& place : feet_)
    if (place) place->x += shift;
}

NamedTask ScenarioBuilder::low_hips() const { return lowest_hips().first; }

// hips low, never on the floor, nor a load: the goal that says so, and its posture
std::pair<NamedTask, Posture> ScenarioBuilder::lowest_hips() const {
  NamedTask low{
      "buttocks above the floor", height("buttock", value("bottom_clearance", kClearance))};
  Posture down = posture({low}, 0);
  for (const Load& load : scenario_.setting.loads) {
    double radius = 0;
    for (const LoadShape& shape : load.shapes) radius = std::max(radius, shape.radius);
    const PointHeight center{{{load.carrier, load.X_BL.p}}, radius + kLoadClearance};
    const double now =
        down.solved ? measure(*skeleton_, with_value(center, 0), down.q) : center.value;
    if (now >= center.value) continue;
    require<InfeasibleMotion>(
        std::isnan(value("bottom_clearance", kFound)), exercise_, ": the ", load.name, " would be ",
        now, " m high at the bottom and, of ", radius,
        " m radius, would hit the floor; increase bottom_clearance, or leave it out");
    low = {"plates above the floor", center};
    down = posture({low}, 0);
  }
  for (const Side side : lifted_) {
    for (const char* part : {"heel_medial", "heel_lateral", "toe_medial", "toe_lateral"}) {
      const PointHeight sole = height(part + suffix(side), kFootClearance);
      const double now = down.solved ? measure(*skeleton_, sole, down.q) : sole.value;
      if (now >= sole.value) continue;
      require<InfeasibleMotion>(
          std::isnan(value("bottom_clearance", kFound)), exercise_, ": the lifted foot would be ",
          now,
          " m high at the bottom and hit the floor; increase free_hip_deg or bottom_clearance");
      low = {"lifted foot above the floor", sole};
      down = posture({low}, 0);
    }
  }
  return {low, down};
}

void ScenarioBuilder::raise_hips(const NamedTask& goal, Side working) {
  const std::string& reached = goal.name;
  move_feet_to_given(working);
  if (foot(working) && std::isnan(value("foot_distance", kFound))) find_feet(goal, working);

  // the top, or the end of hip extension if that comes first
  NamedTask end = goal;
  end.name += " at the top";
  Posture up = posture({end}, 1);
  if (!up.solved && foot(working)) explain_top(goal, working);
  bool stopped = false;
  for (const Side side : {working, other(working)}) {
    const std::string name = "hip_flexion" + suffix(side);
    const double limit = skeleton_->coordinate(skeleton_->coordinate_index(name)).lower;
    if (!up.solved || coordinate_at(up, name) > limit - kEndSlack) continue;
    stopped = true;
    end = {"hip extension limit at the top", coordinate(name, limit)};
    up = posture({end}, 1);
  }
  require_end(
      top_, scenario_.plan.end, {end}, up, "top",
      stopped ? message(
          "the hips pass the end of their extension before the ", reached,
          " and no lower posture ends there; increase foot_distance or lower bench_height")
              : message("with the ", reached, "; change foot_distance or ", height_parameter()));

  const double clearance = value("bottom_clearance", kClearance);
  const double highest = measure(*skeleton_, height("buttock"), up.q);
  require<InfeasibleMotion>(
      highest > clearance + kLeastTravel, exercise_, ": the hips are ", highest,
      " m above the floor at the top and would start at ", clearance,
      " m: nowhere to go; decrease bottom_clearance",
      declares("bench_height") ? " or raise bench_height" : "");
  const auto [low, down] = lowest_hips();
  require_end(
      bottom_, scenario_.plan.start, {low}, down, "bottom",
      message(
          "the hips would be ", clearance,
          " m above the floor; increase foot_distance or bottom_clearance"));
  driven_by("trunk inclination", trunk());

  const auto degrees = [&](const char* name, const Posture& at) {
    return coordinate_at(at, name + suffix(working)) / kDegree;
  };
  note("top", stopped ? "hip extension limit reached before the " + reached : reached);
  note("trunk_inclination_top_deg", measure(*skeleton_, trunk(), up.q) / kDegree);
  note("hip_flexion_top_deg", degrees("hip_flexion", up));
  note("knee_flexion_top_deg", degrees("knee_angle", up));
  note("hip_flexion_bottom_deg", degrees("hip_flexion", down));
  note("knee_flexion_bottom_deg", degrees("knee_angle", down));
  if (foot(working)) {
    note("foot_distance", foot(working)->x);
    if (declares("stance_width")) note("stance_width", stance_width());
  }
  if (!scenario_.setting.loads.empty()) {
    const Load& load = scenario_.setting.loads.front();
    const ContactPoint center{load.carrier, load.X_BL.p};
    note("bar_travel", place_at(up, center).y() - place_at(down, center).y());
  }
  note("bottom_clearance", measure(*skeleton_, height("buttock"), down.q));

  advise(
      "hip_flexion",
      declares("bench_height") ? "increase foot_distance or lower bench_height"
                               : "increase foot_distance",
      "increase bottom_clearance or foot_distance");
  advise("knee_angle", "decrease foot_distance", "increase foot_distance or bottom_clearance");
  advise("ankle_angle", "decrease foot_distance", "increase foot_distance or heel_height");
  advise("hip_adduction", "decrease stance_width", "increase stance_width");
  advise("hip_rotation", "decrease toe_out_deg", "increase toe_out_deg");
  advise(
      "subtalar_angle", "increase stance_width or decrease toe_out_deg",
      "decrease stance_width or increase toe_out_deg");
}

void ScenarioBuilder::stand_spread(double abduction) {
  std::vector<NamedTask> goals{{"trunk level", trunk()}};
  const double distance = value("foot_distance", kFound);
  for (const Side side : {Side::right, Side::left}) {
    const std::string whose = side == Side::right ? "right " : "left ";
    const auto [calcn, medial] = site("heel_medial" + suffix(side));
    const Vec3 heel = (medial + site("heel_lateral" + suffix(side)).p_B) / 2;
    const bool given = !std::isnan(distance);
    goals.push_back(
        {whose + "thigh spread", coordinate("hip_adduction" + suffix(side), -abduction)});
    goals.push_back({whose + "thigh not turned", coordinate("hip_rotation" + suffix(side), 0)});
    goals.push_back({whose + "sole flat", HoldDirection{calcn, Vec3::UnitY(), Vec3::UnitY()}});
    goals.push_back(
        {whose + "heel in its place",
         HoldPoint{calcn, heel, Vec3(given ? distance : 0, 0, 0), {given, true, false}}});
    if (!given) goals.push_back({whose + "shank vertical", shank(side, 90 * kDegree)});
  }
  const Posture spread = posture(goals, 1);
  require<InfeasibleMotion>(
      spread.solved, exercise_, ": no posture has the trunk level and the hips spread by ",
      abduction / kDegree, " deg ('", spread.worst_task,
      "' cannot be met); decrease abduction_deg, or leave out foot_distance");

  const double friction = value("floor_friction", kSpreadFriction);
  for (const Side side : {Side::right, Side::left}) {
    const ContactPoint medial = site("heel_medial" + suffix(side));
    const ContactPoint lateral = site("heel_lateral" + suffix(side));
    const Vec3 heel = (place_at(spread, medial) + place_at(spread, lateral)) / 2;
    const Vec3 ahead =
        place_at(spread, {medial.body, medial.p_B + Vec3::UnitX()}) - place_at(spread, medial);
    const double out = std::atan2(sign(side) * ahead.z(), ahead.x());
    stand(side, {.x = heel.x(), .z = heel.z(), .toe_out = out, .friction = friction});
  }
  note("stance_width", foot(Side::right)->z - foot(Side::left)->z);
  note("toe_out_deg", foot(Side::right)->toe_out / kDegree);
}

// ---- timing, notes and the end

void ScenarioBuilder::tempo(StartAt start) {
  const Phase up{Phase::Kind::concentric, value("concentric", 1), 0, 1};
  const Phase down{Phase::Kind::eccentric, value("eccentric", 1.5), 1, 0};
  const double hold = value("hold", 1);
  if (start == StartAt::bottom)
    scenario_.plan.repetition = {up, {Phase::Kind::hold, hold, 1, 1}, down};
  else
    scenario_.plan.repetition = {down, up, {Phase::Kind::hold, hold, 1, 1}};
  const double repetitions = value("repetitions", 1);
  require(
      repetitions <= kMaxRepetitions, "a movement has at most ", kMaxRepetitions,
      " repetitions; given ", repetitions, "; simulate one and multiply");
  scenario_.plan.repetitions = static_cast<int>(repetitions);
  timed_ = true;
}

void ScenarioBuilder::advise(
    const std::string& coordinate, const std::string& if_low, const std::string& if_high) {
  for (const Side side : {Side::right, Side::left})
    scenario_.plan.advice.push_back({coordinate + suffix(side), if_low, if_high});
}

void ScenarioBuilder::note(const std::string& name, const std::string& sentence) {
  scenario_.setting.notes.emplace_back(name, sentence);
}

void ScenarioBuilder::note(const std::string& name, double value) { note(name, message(value)); }

double ScenarioBuilder::coordinate_at(const Posture& posture, const std::string& name) const {
  return posture.q[skeleton_->coordinate_index(name)];
}

Vec3 ScenarioBuilder::place_at(const Posture& posture, const ContactPoint& point) const {
  BodyWorkspace work(*skeleton_);
  positions(*skeleton_, work, posture.q);
  return world_point(work, point.body, point.p_B);
}

Scenario ScenarioBuilder::finish() const {
  require(
      top_ && bottom_ && timed_, exercise_,
      ": a scenario needs a top, a bottom and a tempo; say them before finish");
  Scenario scenario = scenario_;
  scenario.plan.tasks = tasks();
  scenario.plan.preferences = preferences_of(wishes_);
  scenario.plan.guess = bottom_->q;
  return scenario;
}

}  // namespace coxa
