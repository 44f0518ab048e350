#include "coxa/exercise/vocabulary.hpp"

#include <algorithm>
#include <cmath>

#include "coxa/math/error.hpp"

namespace coxa {
namespace {

constexpr double kGripBeyondHip = 0.20;  // m, hands on a bar outside the hip centres; assumed
constexpr double kBorder = 0.015;        // m, sole to the flesh of the foot's outer border; assumed
constexpr double kFloor = 0;             // m
constexpr double kHalfHeadLength =
    0.0985;  // m, half of 197 mm, forehead to occiput of men: Gordon et al. (1989), measure 62
constexpr double kPadThickness = 0.03;  // m, foam pad squeezed between bar and hip; assumed
constexpr double kGripStrength = 541;   // N, each way: hand grip of young men, Leyk et al. (2007)
constexpr double kPointedFoot =
    -40 * kDegree;  // ankle of a foot on its laces; the range ends at -50
constexpr double kWristOnFloor = -60 * kDegree;  // the range ends at -70
constexpr double kBenchDepth = 0.35;             // m, for drawing
constexpr double kBenchHalfWidth = 0.6;          // m, for drawing
// the model's shoulders sit high and do not drop under a load: at 1.75 m its palms hang 0.82 m above the floor, knuckles
// of men of 1.74 m at 0.755 m (Pheasant 1996); a bar is hung lower by the difference, in the same plumb line
constexpr double kHandsTooHigh = 0.06;      // m
constexpr double kFrictionOtherwise = 0.6;  // 1, rubber soles on a gym floor; assumed

std::string words(Side side) { return side == Side::right ? "right" : "left"; }

}  // namespace

Parameter load_parameter(double kg, const std::string& what) {
  return {"load", kg, 0, 500, "kg", what};
}

std::vector<Parameter> tempo_parameters(double concentric, double hold, double eccentric) {
  return {
      {"concentric", concentric, 0.2, 10, "s", "time up"},
      {"hold", hold, 0.05, 30, "s", "time at the top"},
      {"eccentric", eccentric, 0.2, 20, "s", "time down"},
      {"repetitions", 1, 1, 50, "1", "how many", true}};
}

std::vector<Parameter> feet_parameters(double stance_width, double toe_out_deg) {
  return {
      {"stance_width", stance_width, 0.05, 1.00, "m",
       std::isnan(stance_width)
           ? "between the heels' middles; default: the width of the hip centres"
           : "between the heels' middles"},
      {"toe_out_deg", toe_out_deg, -15, 45, "deg", "feet turned out from straight ahead"},
      {"heel_height", 0, 0, 0.12, "m", "heels lifted, on the balls of the feet; 0 is flat"},
      {"floor_friction", kFrictionOtherwise, 0, 1.5, "1", "Coulomb coefficient of feet on floor"}};
}

std::vector<Parameter> spine_parameters() {
  return {
      {"lumbar_extension_deg", 0, -15, 20, "deg",
       "of the lumbar joint at the top, growing from neutral at the bottom"},
      {"neck_flexion_deg", 0, -30, 45, "deg", "chin toward the chest"}};
}

std::vector<Parameter> bench_parameters() {
  return {
      {"bench_height", 0.40, 0.20, 0.60, "m",
       "floor to the bench's edge under the shoulder blades"},
      {"bench_friction", kFrictionOtherwise, 0, 1.5, "1", "Coulomb coefficient of back on bench"}};
}

std::vector<Parameter> thrust_parameters() {
  return {
      {"foot_distance", kFound, 0.20, 1.20, "m",
       "bench edge to heels, along the floor; default: the one that makes the shank vertical at "
       "the top"},
      {"bottom_clearance", kFound, 0.01, 0.40, "m",
       "lowest point of the buttocks above the floor at the bottom; default: 0.05 m, or what "
       "keeps the plates off it"}};
}

Parameter side_parameter(const std::string& what) {
  return {"side", 0, 0, 1, "1", what, true, {"right", "left"}};
}

Parameter bar_position_parameter() {
  return {
      "bar_position", 0,   -0.06,
      0.10,           "m", "bar from the hip crease along the trunk-thigh line, toward the knees"};
}

std::vector<Parameter> without(const std::vector<std::string>& names, std::vector<Parameter> list) {
  std::erase_if(list, [&](const Parameter& p) {
    return std::find(names.begin(), names.end(), p.name) != names.end();
  });
  return list;
}

std::vector<Parameter> join(std::vector<std::vector<Parameter>> lists) {
  std::vector<Parameter> all;
  for (std::vector<Parameter>& list : lists) all.insert(all.end(), list.begin(), list.end());
  return all;
}

ScenarioBuilder::ScenarioBuilder(
    const Model& model, const std::string& exercise, const Parameters& parameters)
    : model_(&model),
      skeleton_(&model.skeleton),
      exercise_(exercise),
      parameters_(parameters),
      guess_(model.skeleton.default_position()) {}

bool ScenarioBuilder::declares(const std::string& name) const {
  return parameters_.given_units().count(name) > 0;
}

double ScenarioBuilder::value(const std::string& name, double otherwise) const {
  return declares(name) && !parameters_.automatic(name) ? parameters_[name] : otherwise;
}

std::string ScenarioBuilder::suffix(Side side) {
  require(side != Side::both, "a suffix belongs to one side; given both");
  return side == Side::right ? "_r" : "_l";
}

// ---- points and measures

ContactPoint ScenarioBuilder::site(const std::string& name) const {
  const Site& s = skeleton_->site(name);
  return {s.body, s.p_B};
}

std::vector<std::pair<int, Vec3>> ScenarioBuilder::sites(const std::string& name) const {
  const auto& all = skeleton_->sites();
  const auto named = [&](const std::string& wanted) {
    return std::find_if(all.begin(), all.end(), [&](const Site& s) { return s.name == wanted; });
  };
  const auto right = named(name + "_r");
  const auto left = named(name + "_l");
  if (right != all.end() && left != all.end())
    return {{right->body, right->p_B}, {left->body, left->p_B}};
  const ContactPoint middle = site(name);
  return {{middle.body, middle.p_B}};
}

LineInclination ScenarioBuilder::trunk(double inclination) const {
  return {sites("hip"), sites("shoulder"), lying_ ? -1.0 : 1.0, inclination};
}

LineInclination ScenarioBuilder::thigh(Side side, double inclination) const {
  return {sites("knee" + suffix(side)), sites("hip" + suffix(side)), -1, inclination};
}

LineInclination ScenarioBuilder::shank(Side side, double inclination) const {
  return {sites("ankle" + suffix(side)), sites("knee" + suffix(side)), 1, inclination};
}

PointHeight ScenarioBuilder::height(const std::string& site, double value) const {
  return {sites(site), value};
}

HoldCoordinate ScenarioBuilder::coordinate(const std::string& name, double value) const {
  return {skeleton_->coordinate_index(name), value};
}

double ScenarioBuilder::hip_half_width() const {
  return std::abs(skeleton_->site("hip_crease_r").p_B.z());
}

// ---- how the body is held

void ScenarioBuilder::task(const std::string& name, const Task& task) {
  tasks_.push_back({name, task});
}

void ScenarioBuilder::hold(const std::string& name, double value) {
  task(name, coordinate(name, value));
  guess(name, value);
}

void ScenarioBuilder::drive(const std::string& name, double bottom, double top) {
  task(name, DriveCoordinate{skeleton_->coordinate_index(name), bottom, top});
}

void ScenarioBuilder::wish(const std::string& name, double value, double weight) {
  const int index = skeleton_->coordinate_index(name);
  wishes_[index] = {index, value, weight};
  guess(name, value);
}

void ScenarioBuilder::guess(const std::string& name, double value) {
  guess_[skeleton_->coordinate_index(name)] = value;
}

void ScenarioBuilder::lie_down(double pelvis_height) {
  lying_ = true;
  guess("pelvis_tilt", 50 * kDegree);
  guess("pelvis_tx", 0.35);
  guess("pelvis_ty", pelvis_height);
  for (const Side side : {Side::right, Side::left}) {
    guess("hip_flexion" + suffix(side), 70 * kDegree);
    guess("knee_angle" + suffix(side), 110 * kDegree);
    guess("ankle_angle" + suffix(side), 10 * kDegree);
  }
}

double ScenarioBuilder::stance_width() const { return value("stance_width", 2 * hip_half_width()); }

void ScenarioBuilder::stand(Side side, const FootPlace& place) {
  feet_[side == Side::left] = place;
  require(
      place.heel_height == 0 || place.toe_lift == 0, exercise_, ": the ", words(side),
      " foot can stand on its ball or on its heel, not on both with neither down; set heel_height "
      "or "
      "toe_lift to 0");
  Support sole = foot_support(*model_, side, place.friction, place.heel_height == 0);
  if (place.toe_lift != 0)
    sole.points = {site("heel_medial" + suffix(side)), site("heel_lateral" + suffix(side))};
  sole.origin = Vec3(0, place.y, 0);
  support(sole);
}

void ScenarioBuilder::stand(double x) {
  FootPlace place{
      .x = x,
      .toe_out = value("toe_out_deg", 0),
      .heel_height = value("heel_height", 0),
      .friction = value("floor_friction", kFrictionOtherwise)};
  for (const Side side : {Side::right, Side::left}) {
    place.z = (side == Side::right ? 0.5 : -0.5) * stance_width();
    stand(side, place);
  }
}

const std::optional<FootPlace>& ScenarioBuilder::foot(Side side) const {
  return feet_[side == Side::left];
}

namespace {

struct Sole {
  int body;
  Vec3 heel, medial, lateral, ball;  // m, in the foot
};

Sole sole_of(const Skeleton& skeleton, Side side) {
  const std::string suffix = ScenarioBuilder::suffix(side);
  const auto at = [&](const std::string& part) { return skeleton.site(part + suffix).p_B; };
  const Vec3 medial = at("ball_medial");
  const Vec3 lateral = at("ball_lateral");
  return {
      skeleton.site("ball_medial" + suffix).body, (at("heel_medial") + at("heel_lateral")) / 2,
      medial, lateral, (medial + lateral) / 2};
}

Mat3 turned_out(Side side, double angle) {
  return rotation(Vec3::UnitY(), side == Side::right ? -angle : angle);
}

}  // namespace

std::string ScenarioBuilder::sole_name(Side side) { return words(side) + "_foot"; }

void ScenarioBuilder::rest_foot_behind(Side side, const Vec3& laces, double friction) {
  const ContactPoint instep = site("instep" + suffix(side));
  const std::string name = words(side) + " foot";
  task(name + "'s laces on what is behind", HoldPoint{instep.body, instep.p_B, laces});
  task(name + " straight", HoldDirection{instep.body, Vec3::UnitZ(), Vec3::UnitZ()});
  hold("ankle_angle" + suffix(side), kPointedFoot);
  hold("mtp_angle" + suffix(side), 0);
  guess("knee_angle" + suffix(side), 80 * kDegree);
  support({.name = sole_name(side), .points = {instep}, .friction = friction, .origin = laces});
}

void ScenarioBuilder::kneel(Side side, double x, double friction) {
  const ContactPoint knee = site("knee_front" + suffix(side));
  const ContactPoint instep = site("instep" + suffix(side));
  const Vec3 place(x, kFloor, sign(side) * hip_half_width());
  const std::string name = words(side);
  task(name + " knee on the floor", HoldPoint{knee.body, knee.p_B, place});
  task(name + " shin straight", HoldDirection{knee.body, Vec3::UnitZ(), Vec3::UnitZ()});
  task(name + " foot's laces on the floor", PointHeight{{{instep.body, instep.p_B}}, kFloor});
  hold("ankle_angle" + suffix(side), kPointedFoot);
  hold("subtalar_angle" + suffix(side), 0);
  hold("mtp_angle" + suffix(side), 0);
  guess("knee_angle" + suffix(side), 90 * kDegree);
  guess("hip_flexion" + suffix(side), 85 * kDegree);
  guess("pelvis_tilt", -85 * kDegree);
  guess("pelvis_ty", 0.5);
  support({.name = words(side) + "_knee", .points = {knee}, .friction = friction, .origin = place});
  support({.name = sole_name(side), .points = {instep}, .friction = friction, .origin = place});
}

void ScenarioBuilder::hands_on_floor(double friction) {
  for (const Side side : {Side::right, Side::left}) {
    wish("arm_flex" + suffix(side), 90 * kDegree);
    wish("arm_add" + suffix(side), 0);
    wish("arm_rot" + suffix(side), 0);
    wish("elbow_flex" + suffix(side), 10 * kDegree);
    wish("pro_sup" + suffix(side), 90 * kDegree);
    hold("wrist_flex" + suffix(side), kWristOnFloor);
    hold("wrist_dev" + suffix(side), 0);
  }
  // where the shoulders are does not depend on the hands
  const Posture still = posture({}, 0);
  for (const Side side : {Side::right, Side::left}) {
    const ContactPoint palm = site("palm" + suffix(side));
    Vec3 place = place_at(still, site("shoulder" + suffix(side)));
    place.y() = kFloor;
    const std::string name = words(side) + "_hand";
    task(words(side) + " hand on the floor", HoldPoint{palm.body, palm.p_B, place});
    support({.name = name, .points = {palm}, .friction = friction, .origin = place});
  }
}

Side ScenarioBuilder::side() const {
  return parameters_.choice("side") == "right" ? Side::right : Side::left;
}

Vec3 ScenarioBuilder::ball(Side side) const {
  const FootPlace& place = *foot(side);
  const Sole sole = sole_of(*skeleton_, side);
  return Vec3(place.x, place.y, place.z)
         + turned_out(side, place.toe_out) * (sole.ball - sole.heel);
}

Vec3 ScenarioBuilder::mid_sole(Side side) const {
  const std::optional<FootPlace>& place = foot(side);
  require(place.has_value(), "the ", words(side), " foot stands nowhere yet; call stand first");
  const Sole sole = sole_of(*skeleton_, side);
  const ContactPoint medial = site("toe_medial" + suffix(side));
  const Vec3 toes = (medial.p_B + site("toe_lateral" + suffix(side)).p_B) / 2;
  const Vec3 tips = skeleton_->bodies()[medial.body].X_PF * toes;
  Vec3 middle = Vec3(place->x, place->y, place->z)
                + turned_out(side, place->toe_out) * (tips - sole.heel) / 2;
  middle.y() = place->y;
  return middle;
}

// the middle of the ball or, with toes lifted, of the heel, and where it stays
std::pair<ContactPoint, Vec3> ScenarioBuilder::footing(Side side) const {
  const FootPlace& place = *foot(side);
  const Sole sole = sole_of(*skeleton_, side);
  const Vec3 heel(place.x, place.y, place.z);
  if (place.toe_lift != 0) return {{sole.body, sole.heel}, heel};
  // the flat foot says where the ball is; it stays there when the heel rises
  return {{sole.body, sole.ball}, heel + turned_out(side, place.toe_out) * (sole.ball - sole.heel)};
}

// sole where it stands, turned out; with the heel raised it turns about the line of the ball, toes staying flat
void ScenarioBuilder::add_foot(std::vector<NamedTask>& tasks, Side side, bool held) const {
  const FootPlace& place = *foot(side);
  const Sole sole = sole_of(*skeleton_, side);
  const std::string name = words(side) + " foot";
  const Vec3 across = side == Side::right ? sole.lateral - sole.medial : sole.medial - sole.lateral;
  const Vec3 axis = across.normalized();
  const double lever = (sole.heel - sole.ball).cross(axis).norm();
  const double pitch = std::asin(std::min(1.0, place.heel_height / lever));
  const Mat3 flat = turned_out(side, place.toe_out);

  const auto [fixed, stays] = footing(side);
  const Vec3 tip = place.toe_lift != 0 ? Vec3(0, 0, place.toe_lift) : axis * -pitch;
  const Mat3 tipped = rotation(tip.norm() > 0 ? tip.normalized() : axis, tip.norm());
  tasks.push_back({name + " flat on the floor", HoldOrientation{sole.body, flat * tipped}});
  tasks.push_back(
      {name + " in its place", HoldPoint{fixed.body, fixed.p_B, stays, {held, true, true}}});
  if (place.toe_lift != 0) {
    tasks.push_back({name + "'s toes straight", coordinate("mtp_angle" + suffix(side), 0)});
    return;
  }
  const auto [toes, toe_medial] = site("toe_medial" + suffix(side));
  const Vec3 toe = (toe_medial + site("toe_lateral" + suffix(side)).p_B) / 2;
  tasks.push_back({name + "'s toes on the floor", PointHeight{{{toes, toe}}, place.y}});
}

void ScenarioBuilder::stand_on_border(Side side, double x, double turn, double friction) {
  const auto [foot, heel] = site("heel_lateral" + suffix(side));
  const Vec3 ball = site("ball_lateral" + suffix(side)).p_B;
  const double out = sign(side);

  // the border points ahead; the back of the foot, which is up when it stands, turns outwards
  const Vec3 border = (ball - heel).normalized();
  const Vec3 up = Vec3::UnitY();
  const Vec3 back(0, std::cos(turn), out * std::sin(turn));
  Mat3 in_foot;
  Mat3 in_world;
  in_foot << border, up, border.cross(up);
  in_world << Vec3::UnitX(), back, Vec3::UnitX().cross(back);
  const Vec3 flesh = kBorder * up;
  const bool given = !std::isnan(x);
  const std::string name = words(side);
  task(name + " sole turned up", HoldOrientation{foot, in_world * in_foot.transpose()});
  task(
      name + " foot in its place",
      HoldPoint{
          foot, heel + flesh, Vec3(given ? x : 0, kFloor, out * kBorder), {given, true, true}});
  hold("mtp_angle" + suffix(side), 0);
  guess("hip_adduction" + suffix(side), -35 * kDegree);
  guess("hip_rotation" + suffix(side), -30 * kDegree);
  guess("subtalar_angle" + suffix(side), 25 * kDegree);
  support(
      {.name = name + "_foot",
       .points = {{foot, heel + flesh}, {foot, ball + flesh}},
       .friction = friction});
  support(
      {.name = name + "_sole",
       .points = {{foot, heel}, {foot, ball}},
       .normal = Vec3(0, 0, out),
       .friction = 0});
}

void ScenarioBuilder::hold_leg(
    Side side, double hip_flexion, double hip_rotation, double knee_flexion) {
  lifted_.push_back(side);
  hold("hip_flexion" + suffix(side), hip_flexion);
  hold("hip_rotation" + suffix(side), hip_rotation);
  hold("knee_angle" + suffix(side), knee_flexion);
  for (const char* rest : {"hip_adduction", "ankle_angle", "subtalar_angle", "mtp_angle"})
    hold(rest + suffix(side), 0);
}

void ScenarioBuilder::square_pelvis() {
  hold("pelvis_list", 0);
  hold("pelvis_rotation", 0);
  hold("pelvis_tz", 0);
}

void ScenarioBuilder::neutral_spine() { spine(0, 0); }

void ScenarioBuilder::spine(double bending, double rotation) {
  drive("lumbar_extension", -value("lumbar_flexion_deg", 0), value("lumbar_extension_deg", 0));
  hold("lumbar_bending", bending);
  hold("lumbar_rotation", rotation);
  hold("neck_extension", -value("neck_flexion_deg", 0));
  hold("neck_bending", 0);
  hold("neck_rotation", 0);
}

void ScenarioBuilder::rest(
    const std::string& name,
    const std::string& site,
    const Vec3& place,
    double friction,
    const Vec3& normal) {
  const auto points = sites(site);
  Support rest{.name = name, .normal = normal, .friction = friction, .origin = place};
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto& [body, p_B] = points[i];
    const bool pair = points.size() == 2;
    const std::string whose = pair ? (i == 0 ? "right " : "left ") : "";
    const double z = pair ? place.z() + p_B.z() : place.z();
    // of a pair on one body the right one says where it is sideways
    task(
        whose + site + " on the " + name,
        HoldPoint{body, p_B, Vec3(place.x(), place.y(), z), {true, true, !pair || i == 0}});
    rest.points.push_back({body, p_B});
  }
  support(rest);
}

void ScenarioBuilder::bench() {
  const double height = value("bench_height", 0.4);
  rest("bench", "scapula", Vec3(0, height, 0), value("bench_friction", kFrictionOtherwise));
  furniture(
      {"bench", Vec3(-kBenchDepth, kFloor, -kBenchHalfWidth), Vec3(0, height, kBenchHalfWidth)});
}

void ScenarioBuilder::slide_on_bench() {
  const double height = value("bench_height", 0.4);
  const auto blades = sites("scapula");
  const auto& [right, right_B] = blades.front();
  const auto& [left, left_B] = blades.back();
  task(
      "right scapula on the bench",
      HoldPoint{right, right_B, Vec3(0, height, right_B.z()), {false, true, true}});
  task(
      "left scapula on the bench",
      HoldPoint{left, left_B, Vec3(0, height, left_B.z()), {false, true, false}});
  task("shoulders square", JoinPoints{right, right_B, left, left_B, {true, false, false}});
  support(
      {.name = "bench",
       .points = {{right, right_B}, {left, left_B}},
       .friction = 0,
       .origin = Vec3(0, height, 0)});
  furniture(
      {"bench", Vec3(-kBenchDepth, kFloor, -kBenchHalfWidth), Vec3(0, height, kBenchHalfWidth)});
}

void ScenarioBuilder::shoulders_on_floor() {
  const double friction = value("floor_friction", kFrictionOtherwise);
  rest("shoulders", "shoulder_back", Vec3(0, kFloor, 0), friction);

  // the head lies on its back: the neck bends as much as the trunk rises
  const int head = skeleton_->body_index("head");
  const Vec3 center = skeleton_->bodies()[head].center_of_mass;
  const ContactPoint back{head, center - Vec3(kHalfHeadLength, 0, 0)};
  std::erase_if(tasks_, [](const NamedTask& t) { return t.name == "neck_extension"; });
  wish("neck_extension", 0);
  task("head on the floor", PointHeight{{{back.body, back.p_B}}, kFloor});
  // it slides as it goes, so it only presses
  support({.name = "head", .points = {back}, .friction = 0});
}

std::vector<PointMass> ScenarioBuilder::carried() const {
  std::vector<PointMass> masses;
  for (const Load& load : scenario_.setting.loads) {
    const Vec3 center = load.hangs ? load.X_BL.p : load.X_BL * load.center_of_mass;
    masses.push_back({load.carrier, center, load.mass});
  }
  return masses;
}

void ScenarioBuilder::balance(double x) {
  task(
      "body and load in balance", HoldCenterOfMass{carried(), Vec3(x, 0, 0), {true, false, false}});
}

void ScenarioBuilder::balance(double x, double z) {
  task("body and load in balance", HoldCenterOfMass{carried(), Vec3(x, 0, z), {true, false, true}});
}

// ---- loads and hands

void ScenarioBuilder::load(const Load& load) { scenario_.setting.loads.push_back(load); }

void ScenarioBuilder::bar_on(double mass, const ContactPoint& where) {
  bar_ = where;
  load(barbell(mass, where.body, where.p_B));
}

void ScenarioBuilder::arms_to_hips() {
  for (const Side side : {Side::right, Side::left}) {
    wish("arm_flex" + suffix(side), 0);
    wish("arm_add" + suffix(side), -25 * kDegree);
    wish("elbow_flex" + suffix(side), 40 * kDegree);
    wish("pro_sup" + suffix(side), 80 * kDegree);
  }
}

void ScenarioBuilder::bar_in_hip_crease(double mass, double along) {
  arms_to_hips();
  const ContactPoint crease = site("hip_crease");
  bar_on(mass, {crease.body, crease.p_B + Vec3(kPadThickness + kShaftRadius, -along, 0)});
}

void ScenarioBuilder::bar_on_hips() {
  const double mass = value("load", 0);
  if (mass == 0) return arms_across_chest();
  bar_in_hip_crease(mass, value("bar_position", 0));
  hands_on_bar(hip_half_width() + kGripBeyondHip);
}

void ScenarioBuilder::straight_arm(Side side) {
  hold("elbow_flex" + suffix(side), 0);
  hold("arm_rot" + suffix(side), 0);
}

// the wrist carries no moment: what the hand holds hangs below it
void ScenarioBuilder::hanging_hand(Side side) {
  const ContactPoint palm = site("palm" + suffix(side));
  const ContactPoint wrist = site("wrist" + suffix(side));
  straight_arm(side);
  hold("pro_sup" + suffix(side), 90 * kDegree);
  guess("wrist_flex" + suffix(side), -20 * kDegree);
  task(
      words(side) + " hand hangs",
      JoinPoints{palm.body, palm.p_B, wrist.body, wrist.p_B, {true, false, true}});
}

void ScenarioBuilder::bar_in_hands(double mass, double grip_width, double x) {
  for (const Side side : {Side::right, Side::left}) {
    const double z = (side == Side::right ? 0.5 : -0.5) * grip_width;
    const ContactPoint bar = hanging_bar(side);
    hanging_hand(side);
    task(
        words(side) + " hand on the bar",
        HoldPoint{bar.body, bar.p_B, Vec3(x, 0, z), {true, false, true}});
    load(half_barbell(mass, side, bar, z));
  }
}

// in line with wrist and palm, which hang plumb
ContactPoint ScenarioBuilder::hanging_bar(Side side) const {
  const ContactPoint palm = site("palm" + suffix(side));
  BodyWorkspace work(*skeleton_);
  positions(*skeleton_, work, skeleton_->default_position());
  const ContactPoint wrist = site("wrist" + suffix(side));
  const Pose& X_WH = work.bodies[palm.body].X_WB;
  const Vec3 fingers = X_WH * palm.p_B - world_point(work, wrist.body, wrist.p_B);
  return {palm.body, palm.p_B + kHandsTooHigh * (X_WH.R.transpose() * fingers).normalized()};
}

void ScenarioBuilder::dumbbells_in_hands(double mass) {
  for (const Side side : {Side::right, Side::left}) {
    const ContactPoint palm = site("palm" + suffix(side));
    const ContactPoint shoulder = site("shoulder" + suffix(side));
    hanging_hand(side);
    hold("arm_add" + suffix(side), -12 * kDegree);
    task(
        words(side) + " dumbbell below the shoulder",
        JoinPoints{palm.body, palm.p_B, shoulder.body, shoulder.p_B, {true, false, false}});
    load(dumbbell(mass / 2, palm, words(side) + "_dumbbell"));
  }
}

void ScenarioBuilder::carry(const std::string& how, double mass) {
  if (mass == 0) {
    arms_at_sides();
  } else if (how == "dumbbells") {
    dumbbells_in_hands(mass);
  } else {
    require(
        how == "barbell", exercise_, ": carried is '", how, "'; allowed are dumbbells and barbell");
    bar_on(mass, site("trapezius"));
    arms_to_bar_behind();
  }
}

void ScenarioBuilder::hands_on_bar(double half_width) {
  require(bar_.has_value(), "there is no bar for the hands to hold; name the bar first");
  for (const Side side : {Side::right, Side::left}) {
    const double z = side == Side::right ? half_width : -half_width;
    hand_on(side, {bar_->body, bar_->p_B + Vec3(0, 0, z)});
  }
}

void ScenarioBuilder::hand_on(Side side, const ContactPoint& place) {
  const ContactPoint palm = site("palm" + suffix(side));
  task(words(side) + " hand on the load", JoinPoints{palm.body, palm.p_B, place.body, place.p_B});
  scenario_.setting.grips.push_back({words(side) + "_hand", palm, place, kGripStrength});
  wish("arm_rot" + suffix(side), 0);
  wish("wrist_flex" + suffix(side), 0);
  wish("wrist_dev" + suffix(side), 0);
}

void ScenarioBuilder::arms_across_chest() {
  for (const Side side : {Side::right, Side::left}) {
    hold("arm_flex" + suffix(side), 40 * kDegree);
    hold("arm_add" + suffix(side), 10 * kDegree);
    hold("arm_rot" + suffix(side), 60 * kDegree);
    hold("elbow_flex" + suffix(side), 120 * kDegree);
    hold("pro_sup" + suffix(side), 90 * kDegree);
    hold("wrist_flex" + suffix(side), 0);
    hold("wrist_dev" + suffix(side), 0);
  }
}

void ScenarioBuilder::arms_forward(double raise) {
  for (const Side side : {Side::right, Side::left}) {
    wish("arm_flex" + suffix(side), raise);
    wish("arm_add" + suffix(side), 0);
    wish("arm_rot" + suffix(side), 0);
    wish("elbow_flex" + suffix(side), 60 * kDegree);
    wish("pro_sup" + suffix(side), 90 * kDegree);
    wish("wrist_flex" + suffix(side), 0);
    wish("wrist_dev" + suffix(side), 0);
  }
}

void ScenarioBuilder::hands_hold_fixed(const std::string& name, const Posture& where) {
  for (const Side side : {Side::right, Side::left}) {
    const ContactPoint palm = site("palm" + suffix(side));
    task(
        words(side) + " hand on the " + name,
        HoldPoint{palm.body, palm.p_B, place_at(where, palm)});
    scenario_.setting.anchors.push_back(
        {name + "_" + words(side), palm, Vec3::Constant(kGripStrength)});
  }
}

void ScenarioBuilder::arms_at_sides() {
  for (const Side side : {Side::right, Side::left}) {
    straight_arm(side);
    hold("wrist_flex" + suffix(side), 0);
    hold("wrist_dev" + suffix(side), 0);
    hold("arm_flex" + suffix(side), 0);
    hold("arm_add" + suffix(side), -12 * kDegree);
    hold("pro_sup" + suffix(side), 90 * kDegree);
  }
}

void ScenarioBuilder::support(const Support& support) {
  scenario_.setting.supports.push_back(support);
}

void ScenarioBuilder::furniture(const Furniture& furniture) {
  scenario_.setting.furniture.push_back(furniture);
}

std::vector<NamedTask> ScenarioBuilder::tasks(bool feet_held) const {
  std::vector<NamedTask> all;
  for (const Side side : {Side::right, Side::left})
    if (foot(side)) add_foot(all, side, feet_held);
  all.insert(all.end(), tasks_.begin(), tasks_.end());
  return all;
}

}  // namespace coxa
