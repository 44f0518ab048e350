// Barbell hip thrust: shoulder blades on a bench, bar in the hip crease, hips driven up until the back is level.

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "coxa/trial/exercise.hpp"

namespace {

using namespace coxa;

constexpr double kFound = std::numeric_limits<double>::quiet_NaN();  // found from the body
constexpr double kDegree = std::numbers::pi / 180;
constexpr double kPadThickness = 0.03;  // m, foam pad squeezed between bar and hip; assumed
constexpr double kClearance =
    0.05;  // m, buttocks above the floor at the bottom; a controlled descent never touches it
constexpr double kPlateClearance = 0.01;  // m
constexpr double kGripBeyondHip = 0.20;   // m, hands outside the hip centres; assumed
constexpr double kGripStrength =
    500;                      // N, each way: hand grip of young men, Mathiowetz et al. (1985)
constexpr double kFloor = 0;  // m
constexpr double kEdge = 0;   // m, the bench's edge along the floor; the feet stand at +x

std::pair<int, Vec3> point(const Model& model, const std::string& site) {
  const Site& s = model.skeleton.site(site);
  return {s.body, s.p_B};
}

std::vector<std::pair<int, Vec3>> both(const Model& model, const std::string& site) {
  return {point(model, site + "_r"), point(model, site + "_l")};
}

// everything that geometry and parameters say, before any posture is sought
class Setup {
 public:
  Setup(const Model& model, const Parameters& p) : model_(model), skeleton_(model.skeleton), p_(p) {
    const Site& crease = skeleton_.site("hip_crease");
    pelvis_ = crease.body;
    bar_ = crease.p_B + Vec3(kPadThickness + kShaftRadius, -p_["bar_position"], 0);
    grip_ = std::abs(hip_offset()) + kGripBeyondHip;
  }

  // the line whose level defines the top: middle of the hips to middle of the shoulders
  LineInclination trunk(double inclination) const {
    return {both(model_, "hip"), both(model_, "shoulder"), -1, inclination};
  }
  LineInclination shank(const std::string& side, double inclination) const {
    return {{point(model_, "ankle" + side)}, {point(model_, "knee" + side)}, 1, inclination};
  }
  PointHeight bar_at(double height) const { return {{{pelvis_, bar_}}, height}; }
  PointHeight buttocks(double height) const { return {both(model_, "buttock"), height}; }

  std::vector<NamedTask> tasks(double foot_x, bool feet_held) const {
    std::vector<NamedTask> tasks;
    for (const Side side : {Side::right, Side::left}) foot(tasks, side, foot_x, feet_held);
    bench(tasks);
    const int lumbar = skeleton_.coordinate_index("lumbar_extension");
    tasks.push_back({"lumbar extension", DriveCoordinate{lumbar, 0, p_["lumbar_extension_deg"]}});
    hold(tasks, "lumbar_bending", 0);
    hold(tasks, "lumbar_rotation", 0);
    hold(tasks, "neck_extension", -p_["neck_flexion_deg"]);
    hold(tasks, "neck_bending", 0);
    hold(tasks, "neck_rotation", 0);
    for (const Side side : {Side::right, Side::left}) {
      const double z = side == Side::right ? grip_ : -grip_;
      const auto [hand, palm] = point(model_, side == Side::right ? "palm_r" : "palm_l");
      tasks.push_back(
          {side == Side::right ? "right hand on the bar" : "left hand on the bar",
           JoinPoints{hand, palm, pelvis_, bar_ + Vec3(0, 0, z)}});
    }
    return tasks;
  }

  // where arms, legs and pelvis are looked for: seated before the bench, hands at the hips
  std::vector<Preference> preferences() const {
    std::vector<Preference> wishes;
    const auto wish = [&](const std::string& name, double degrees) {
      wishes.push_back({skeleton_.coordinate_index(name), degrees * kDegree, 1});
    };
    for (const std::string side : {"_r", "_l"}) {
      wish("arm_flex" + side, 0);
      wish("arm_add" + side, -25);
      wish("arm_rot" + side, 0);
      wish("elbow_flex" + side, 40);
      wish("pro_sup" + side, 80);
      wish("wrist_flex" + side, 0);
      wish("wrist_dev" + side, 0);
    }
    return wishes;
  }

  Eigen::VectorXd guess() const {
    Eigen::VectorXd q = skeleton_.default_position();
    const auto set = [&](const std::string& name, double value) {
      q[skeleton_.coordinate_index(name)] = value;
    };
    set("pelvis_tilt", 50 * kDegree);
    set("pelvis_tx", kEdge + 0.35);
    set("pelvis_ty", 0.3);
    for (const std::string side : {"_r", "_l"}) {
      set("hip_flexion" + side, 70 * kDegree);
      set("knee_angle" + side, 110 * kDegree);
      set("ankle_angle" + side, 10 * kDegree);
      set("arm_add" + side, -25 * kDegree);
      set("elbow_flex" + side, 40 * kDegree);
      set("pro_sup" + side, 80 * kDegree);
    }
    return q;
  }

  Posture solve(
      const std::vector<NamedTask>& tasks,
      const NamedTask& goal,
      const Eigen::VectorXd& from,
      double path) const {
    std::vector<NamedTask> all = tasks;
    all.push_back(goal);
    return solve_posture(skeleton_, all, preferences(), from, path);
  }

  Vec3 site_at(const std::string& site, const Eigen::VectorXd& q) const {
    BodyWorkspace work(skeleton_);
    positions(skeleton_, work, q);
    const auto [body, p_B] = point(model_, site);
    return world_point(work, body, p_B);
  }

  // where the flat right foot's heel is, from where its ball is
  double foot_x(const Eigen::VectorXd& q) const {
    const Vec3 ball = (site_at("ball_medial_r", q) + site_at("ball_lateral_r", q)) / 2;
    return ball.x() - heel_to_ball(Side::right).x();
  }

  // posture with the trunk level and both shanks vertical, wherever that puts the feet
  Posture vertical_shanks() const {
    std::vector<NamedTask> all = tasks(0, false);
    for (const std::string side : {"_r", "_l"})
      all.push_back({"shank vertical", shank(side, 90 * kDegree)});
    return solve(all, {"trunk level", trunk(0)}, guess(), 1);
  }

  double coordinate(const std::string& name, const Eigen::VectorXd& q) const {
    return q[skeleton_.coordinate_index(name)];
  }
  const Coordinate& range(const std::string& name) const {
    return skeleton_.coordinate(skeleton_.coordinate_index(name));
  }

  Load bar() const { return barbell(p_["load"], pelvis_, bar_); }

  std::vector<Grip> grips() const {
    std::vector<Grip> grips;
    for (const Side side : {Side::right, Side::left}) {
      const bool right = side == Side::right;
      const auto [hand, palm] = point(model_, right ? "palm_r" : "palm_l");
      grips.push_back(
          {right ? "right_hand" : "left_hand",
           {hand, palm},
           {pelvis_, bar_ + Vec3(0, 0, right ? grip_ : -grip_)},
           kGripStrength});
    }
    return grips;
  }

  double bar_height(const Eigen::VectorXd& q) const {
    BodyWorkspace work(skeleton_);
    positions(skeleton_, work, q);
    return world_point(work, pelvis_, bar_).y();
  }

 private:
  double hip_offset() const { return skeleton_.site("hip_crease_r").p_B.z(); }

  void hold(std::vector<NamedTask>& tasks, const std::string& name, double value) const {
    tasks.push_back({name, HoldCoordinate{skeleton_.coordinate_index(name), value}});
  }

  Mat3 turned_out(Side side) const {
    const double angle = p_["toe_out_deg"];
    return rotation(Vec3::UnitY(), side == Side::right ? -angle : angle);
  }

  // from the middle of the heel to the middle of the ball of a flat, turned foot, m, world axes
  Vec3 heel_to_ball(Side side) const {
    const std::string suffix = side == Side::right ? "_r" : "_l";
    const auto middle = [&](const std::string& part) -> Vec3 {
      return (point(model_, part + "_medial" + suffix).second
              + point(model_, part + "_lateral" + suffix).second)
             / 2;
    };
    return turned_out(side) * (middle("ball") - middle("heel"));
  }

  // sole on the floor, turned out; with the heel raised it turns about the line of the ball, toes staying flat
  void foot(std::vector<NamedTask>& tasks, Side side, double foot_x, bool held) const {
    const bool right = side == Side::right;
    const std::string suffix = right ? "_r" : "_l";
    const std::string name = right ? "right foot" : "left foot";
    const auto [body, heel_medial] = point(model_, "heel_medial" + suffix);
    const Vec3 heel = (heel_medial + point(model_, "heel_lateral" + suffix).second) / 2;
    const Vec3 medial = point(model_, "ball_medial" + suffix).second;
    const Vec3 lateral = point(model_, "ball_lateral" + suffix).second;
    const Vec3 ball = (medial + lateral) / 2;

    const Vec3 axis = (right ? lateral - medial : medial - lateral).normalized();
    const double lever = (heel - ball).cross(axis).norm();
    const double pitch = std::asin(std::min(1.0, p_["heel_height"] / lever));
    const Mat3 R_WB = turned_out(side) * rotation(axis, -pitch);

    // the flat foot says where the ball is; it stays there when the heel rises
    const double z = (right ? 0.5 : -0.5) * p_["stance_width"];
    const Vec3 ball_W = Vec3(foot_x, kFloor, z) + heel_to_ball(side);
    tasks.push_back({name + " flat on the floor", HoldOrientation{body, R_WB}});
    tasks.push_back({name + " in its place", HoldPoint{body, ball, ball_W, {held, true, true}}});
    const auto [toes, toe_medial] = point(model_, "toe_medial" + suffix);
    const Vec3 toe = (toe_medial + point(model_, "toe_lateral" + suffix).second) / 2;
    tasks.push_back({name + "'s toes on the floor", PointHeight{{{toes, toe}}, kFloor}});
  }

  // both pads on the bench's edge, the person in its middle
  void bench(std::vector<NamedTask>& tasks) const {
    for (const Side side : {Side::right, Side::left}) {
      const bool right = side == Side::right;
      const auto [body, p_B] = point(model_, right ? "scapula_r" : "scapula_l");
      tasks.push_back(
          {right ? "right shoulder blade on the bench" : "left shoulder blade on the bench",
           HoldPoint{body, p_B, Vec3(kEdge, p_["bench_height"], p_B.z()), {true, true, right}}});
    }
  }

  const Model& model_;
  const Skeleton& skeleton_;
  const Parameters& p_;
  int pelvis_ = 0;
  Vec3 bar_ = Vec3::Zero();  // m, in the pelvis
  double grip_ = 0;          // m, from the middle
};

// what to change when the movement asks for more than a joint has; the other side's is the same
std::vector<RangeAdvice> range_advice() {
  const RangeAdvice right[] = {
      {"hip_flexion", "increase foot_distance or lower bench_height",
       "increase bottom_clearance or foot_distance"},
      {"knee_angle", "decrease foot_distance", "increase foot_distance or bottom_clearance"},
      {"ankle_angle", "decrease foot_distance", "increase foot_distance or heel_height"},
      {"hip_adduction", "decrease stance_width", "increase stance_width"},
      {"hip_rotation", "decrease toe_out_deg", "increase toe_out_deg"},
      {"subtalar_angle", "increase stance_width or decrease toe_out_deg",
       "decrease stance_width or increase toe_out_deg"}};
  std::vector<RangeAdvice> advice;
  for (const std::string side : {"_r", "_l"})
    for (const RangeAdvice& a : right) advice.push_back({a.coordinate + side, a.if_low, a.if_high});
  return advice;
}

class BarbellHipThrust final : public Exercise {
 public:
  ExerciseInfo info() const override {
    return {
        "barbell_hip_thrust",
        "Barbell hip thrust",
        "Shoulder blades on the edge of a bench, feet flat on the floor, a barbell in the hip "
        "crease. The hips are "
        "driven up from just above the floor until the back is level, held, and lowered under "
        "control.",
        {"glutes", "hamstrings", "adductors", "quadriceps"},
        {"Contreras B, Cronin J, Schoenfeld B (2011) Barbell hip thrust. Strength Cond J "
         "33(5):58-61",
         "Brazil A et al. (2021) A comprehensive biomechanical analysis of the barbell hip thrust. "
         "PLoS ONE "
         "16(3):e0249307",
         "Zabaleta-Korta A, Fernandez-Pena E (2024) Cultura Ciencia y Deporte 19(59)"}};
  }

  std::vector<Parameter> parameters() const override {
    return {
        {"load", 60, 0, 500, "kg", "bar and plates together"},
        {"bench_height", 0.40, 0.20, 0.60, "m",
         "floor to the bench's edge under the shoulder blades"},
        {"foot_distance", kFound, 0.20, 1.20, "m",
         "bench edge to heels, along the floor; default: the one that makes the shank vertical at "
         "the top"},
        {"stance_width", kFound, 0.05, 1.00, "m",
         "between the heels' middles; default: the width of the hip centres"},
        {"toe_out_deg", 0, -15, 45, "deg", "feet turned out from straight ahead"},
        {"bar_position", 0, -0.06, 0.10, "m",
         "bar from the hip crease along the trunk-thigh line, toward the knees"},
        {"concentric", 0.8, 0.2, 10, "s", "time up"},
        {"hold", 2, 0.05, 30, "s", "time at the top"},
        {"eccentric", 1.5, 0.2, 20, "s", "time down"},
        {"repetitions", 1, 1, 50, "1", "how many", true},
        {"bottom_clearance", kFound, 0.01, 0.40, "m",
         "lowest point of the buttocks above the floor at the bottom; default: 0.05 m, or what "
         "keeps the plates off it"},
        {"lumbar_extension_deg", 0, -15, 20, "deg",
         "of the lumbar joint at the top, growing from neutral at the bottom"},
        {"neck_flexion_deg", 0, -30, 45, "deg", "chin toward the chest"},
        {"heel_height", 0, 0, 0.12, "m", "heels lifted, on the balls of the feet; 0 is flat"},
        {"floor_friction", 0.6, 0, 1.5, "1", "Coulomb coefficient of feet on floor"},
        {"bench_friction", 0.6, 0, 1.5, "1", "Coulomb coefficient of back on bench"},
    };
  }

  Scenario build(const Model& model, const Parameters& given) const override {
    const Parameters p = with_stance(model, given);
    const Setup setup(model, p);
    const double foot_x =
        kEdge + (p.automatic("foot_distance") ? vertical_shank(setup) : p["foot_distance"]);
    const std::vector<NamedTask> tasks = setup.tasks(foot_x, true);
    Scenario s;

    // the top: level trunk, or the end of hip extension if that comes first
    NamedTask top{"trunk level at the top", setup.trunk(0)};
    Posture up = setup.solve(tasks, top, setup.guess(), 1);
    if (!up.solved) explain_top(setup, foot_x, p);
    const Coordinate& hip = setup.range("hip_flexion_r");
    const bool stopped = setup.coordinate("hip_flexion_r", up.q) < hip.lower;
    if (stopped) {
      top = {
          "hip extension limit at the top",
          HoldCoordinate{model.skeleton.coordinate_index("hip_flexion_r"), hip.lower}};
      up = setup.solve(tasks, top, setup.guess(), 1);
      require<InfeasibleMotion>(
          up.solved, "barbell_hip_thrust: with the feet ", foot_x - kEdge,
          " m from the bench the hips pass the end of "
          "their extension before the trunk is level, and no lower posture ends there ('",
          up.worst_task, "' cannot be met); increase foot_distance or lower bench_height");
    }

    // the bottom: hips low, never on the floor, nor the plates
    const double clearance = p.automatic("bottom_clearance") ? kClearance : p["bottom_clearance"];
    const double top_clearance = measure(model.skeleton, setup.buttocks(0), up.q);
    require<InfeasibleMotion>(
        top_clearance > clearance + 0.02, "barbell_hip_thrust: the hips are ", top_clearance,
        " m above the floor at the top and would start at ", clearance,
        " m: nowhere to go; decrease bottom_clearance or raise bench_height");
    NamedTask bottom{"buttocks above the floor", setup.buttocks(kFloor + clearance)};
    Posture down = setup.solve(tasks, bottom, up.q, 0);
    const bool plates = p["load"] > kBarMass;
    const double lowest_bar = kFloor + kPlateRadius + kPlateClearance;
    if (plates && down.solved && setup.bar_height(down.q) < lowest_bar) {
      require<InfeasibleMotion>(
          p.automatic("bottom_clearance"), "barbell_hip_thrust: the bar would be ",
          setup.bar_height(down.q), " m high at the bottom and its plates of ", kPlateRadius,
          " m radius would hit the floor; increase "
          "bottom_clearance, or leave it out");
      bottom = {"plates above the floor", setup.bar_at(lowest_bar)};
      down = setup.solve(tasks, bottom, up.q, 0);
    }
    require<InfeasibleMotion>(
        down.solved, "barbell_hip_thrust: no posture has the hips ", clearance,
        " m above the floor ('", down.worst_task, "' cannot be met); increase bottom_clearance");

    s.supports = {
        foot_support(model, Side::right, p["floor_friction"], p["heel_height"] == 0),
        foot_support(model, Side::left, p["floor_friction"], p["heel_height"] == 0),
        bench_support(model, p)};
    s.grips = setup.grips();
    s.loads = {setup.bar()};
    s.furniture = {
        {"bench", Vec3(kEdge - 0.35, kFloor, -0.6), Vec3(kEdge, p["bench_height"], 0.6)}};
    s.plan.tasks = tasks;
    s.plan.start = bottom;
    s.plan.end = top;
    s.plan.drive = {"trunk inclination", setup.trunk(0)};
    s.plan.preferences = setup.preferences();
    s.plan.advice = range_advice();
    s.plan.guess = down.q;
    s.plan.repetition = {
        {Phase::Kind::concentric, p["concentric"], 0, 1},
        {Phase::Kind::hold, p["hold"], 1, 1},
        {Phase::Kind::eccentric, p["eccentric"], 1, 0}};
    s.plan.repetitions = static_cast<int>(p["repetitions"]);
    s.notes = {
        {"top", stopped ? "hip extension limit reached before the trunk was level" : "trunk level"},
        {"trunk_inclination_top_deg",
         message(measure(model.skeleton, setup.trunk(0), up.q) / kDegree)},
        {"hip_flexion_top_deg", message(setup.coordinate("hip_flexion_r", up.q) / kDegree)},
        {"knee_flexion_top_deg", message(setup.coordinate("knee_angle_r", up.q) / kDegree)},
        {"hip_flexion_bottom_deg", message(setup.coordinate("hip_flexion_r", down.q) / kDegree)},
        {"knee_flexion_bottom_deg", message(setup.coordinate("knee_angle_r", down.q) / kDegree)},
        {"foot_distance", message(foot_x - kEdge)},
        {"stance_width", message(p["stance_width"])},
        {"bar_travel", message(setup.bar_height(up.q) - setup.bar_height(down.q))},
        {"bottom_clearance", message(measure(model.skeleton, setup.buttocks(0), down.q))}};
    return s;
  }

 private:
  // the hip centres' width where no stance was given
  Parameters with_stance(const Model& model, const Parameters& given) const {
    if (!given.automatic("stance_width")) return given;
    std::map<std::string, double> values;
    for (const auto& [name, value] : given.given_units())
      if (!given.automatic(name)) values[name] = value;
    values["stance_width"] = 2 * std::abs(model.skeleton.site("hip_crease_r").p_B.z());
    return {"barbell_hip_thrust", parameters(), values};
  }

  // the feet where both shanks are vertical when the trunk is level
  static double vertical_shank(const Setup& setup) {
    const Posture top = setup.vertical_shanks();
    require<InfeasibleMotion>(
        top.solved, "barbell_hip_thrust: no foot_distance makes the shank vertical at the top ('",
        top.worst_task, "' cannot be met); give foot_distance, or change bench_height");
    return setup.foot_x(top.q) - kEdge;
  }

  static Support bench_support(const Model& model, const Parameters& p) {
    Support bench{.name = "bench", .friction = p["bench_friction"]};
    bench.origin = Vec3(kEdge, p["bench_height"], 0);
    for (const auto& [body, p_B] : both(model, "scapula")) bench.points.push_back({body, p_B});
    return bench;
  }

  // says which way to move what when no posture has the trunk level
  [[noreturn]] static void explain_top(const Setup& setup, double foot_x, const Parameters& p) {
    const Posture best = setup.vertical_shanks();
    if (best.solved) {
      const double natural = setup.foot_x(best.q) - kEdge;
      const bool far = foot_x - kEdge > natural;
      throw InfeasibleMotion(message(
          "barbell_hip_thrust: feet ", foot_x - kEdge,
          " m from the bench cannot be reached with the trunk level; ",
          far ? "decrease" : "increase", " foot_distance (the shank is vertical at ", natural,
          " m)"));
    }
    throw InfeasibleMotion(message(
        "barbell_hip_thrust: no posture has the trunk level on a bench of ", p["bench_height"],
        " m with a stance of ", p["stance_width"], " m and toes ", p["toe_out_deg"] / kDegree,
        " deg out ('", best.worst_task,
        "' cannot be met); move stance_width or toe_out_deg toward their defaults, or change "
        "bench_height"));
  }
};

}  // namespace

COXA_EXERCISE(BarbellHipThrust, "barbell_hip_thrust");
