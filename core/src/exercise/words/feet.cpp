#include "coxa/exercise/words/feet.hpp"

#include <algorithm>
#include <cmath>

#include "coxa/exercise/words/goals.hpp"
#include "coxa/exercise/words/holding.hpp"
#include "coxa/exercise/words/parameters.hpp"
#include "coxa/math/error.hpp"

#include "exercise/words/shared.hpp"

namespace coxa {
namespace {

constexpr double kBorder = 0.015;  // m, from the sole to the skin of the foot's lateral border;
                                   // assumed
constexpr double kPointedFoot =
    -40 * kDegree;                    // rad, ankle with the dorsum down; the range ends at -50
                                      // degrees
constexpr double kSteppingAnkle = 0;  // rad, preferred ankle angle of the stepping foot; assumed
constexpr double kSteppingToes = -45 * kDegree;  // rad, toes fully extended on the floor

struct Sole {
  int body;
  Vec3 heel, medial, lateral, ball;  // m, in the foot's frame
};

Sole sole_of(const Skeleton& skeleton, Side side) {
  const std::string suffix = coxa::suffix(side);
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

double stance_width(const ScenarioBuilder& s) {
  return s.value("stance_width", 2 * hip_half_width(s));
}

const std::optional<FootPlace>& foot(const ScenarioBuilder& s, Side side) {
  return s.feet[side == Side::left];
}

std::string sole_name(Side side) { return word(side) + "_foot"; }

void stand(ScenarioBuilder& s, Side side, const FootPlace& place) {
  s.feet[side == Side::left] = place;
  require(
      place.heel_height == 0 || place.toe_lift == 0, s.exercise(), ": the ", word(side),
      " foot can stand on its ball or on its heel, not on both with neither down; set heel_height "
      "or "
      "toe_lift to 0");
  Support sole = foot_support(*s.model, side, place.friction, place.heel_height == 0);
  if (place.toe_lift != 0)
    sole.points = {site(s, "heel_medial" + suffix(side)), site(s, "heel_lateral" + suffix(side))};
  sole.origin = Vec3(0, place.y, 0);
  support(s, sole);
}

void stand(ScenarioBuilder& s, double x) {
  FootPlace place{
      .x = x,
      .toe_out = s.value("toe_out_deg", 0),
      .heel_height = s.value("heel_height", 0),
      .friction = s.value("floor_friction", kFrictionOtherwise)};
  for (const Side side : {Side::right, Side::left}) {
    place.z = (side == Side::right ? 0.5 : -0.5) * stance_width(s);
    stand(s, side, place);
  }
}

Vec3 ball(const ScenarioBuilder& s, Side side) {
  const FootPlace& place = *foot(s, side);
  const Sole sole = sole_of(s.skeleton(), side);
  return Vec3(place.x, place.y, place.z)
         + turned_out(side, place.toe_out) * (sole.ball - sole.heel);
}

Vec3 mid_sole(const ScenarioBuilder& s, Side side) {
  const std::optional<FootPlace>& place = foot(s, side);
  require(place.has_value(), "the ", word(side), " foot stands nowhere yet; call stand first");
  const Sole sole = sole_of(s.skeleton(), side);
  const ContactPoint medial = site(s, "toe_medial" + suffix(side));
  const Vec3 toes = (medial.p_B + site(s, "toe_lateral" + suffix(side)).p_B) / 2;
  const Vec3 tips = s.skeleton().bodies()[medial.body].X_PF * toes;
  Vec3 middle = Vec3(place->x, place->y, place->z)
                + turned_out(side, place->toe_out) * (tips - sole.heel) / 2;
  middle.y() = place->y;
  return middle;
}

std::pair<ContactPoint, Vec3> footing(const ScenarioBuilder& s, Side side) {
  const FootPlace& place = *foot(s, side);
  const Sole sole = sole_of(s.skeleton(), side);
  const Vec3 heel(place.x, place.y, place.z);
  if (place.toe_lift != 0) return {{sole.body, sole.heel}, heel};
  // the ball of a raised foot is where it would be if the foot were flat
  return {{sole.body, sole.ball}, heel + turned_out(side, place.toe_out) * (sole.ball - sole.heel)};
}

void add_foot(const ScenarioBuilder& s, std::vector<NamedTask>& tasks, Side side, bool held) {
  const FootPlace& place = *foot(s, side);
  const Sole sole = sole_of(s.skeleton(), side);
  const std::string name = word(side) + " foot";
  const Vec3 across = side == Side::right ? sole.lateral - sole.medial : sole.medial - sole.lateral;
  const Vec3 axis = across.normalized();
  const double lever = (sole.heel - sole.ball).cross(axis).norm();
  const double pitch = std::asin(std::min(1.0, place.heel_height / lever));
  const Mat3 flat = turned_out(side, place.toe_out);

  const auto [fixed, stays] = footing(s, side);
  const Vec3 tip = place.toe_lift != 0 ? Vec3(0, 0, place.toe_lift) : axis * -pitch;
  const Mat3 tipped = rotation(tip.norm() > 0 ? tip.normalized() : axis, tip.norm());
  tasks.push_back({name + " flat on the floor", HoldOrientation{sole.body, flat * tipped}});
  tasks.push_back(
      {name + " in its place", HoldPoint{fixed.body, fixed.p_B, stays, {held, true, true}}});
  if (place.toe_lift != 0) {
    tasks.push_back({name + "'s toes straight", coordinate(s, "mtp_angle" + suffix(side), 0)});
    return;
  }
  const auto [toes, toe_medial] = site(s, "toe_medial" + suffix(side));
  const Vec3 toe = (toe_medial + site(s, "toe_lateral" + suffix(side)).p_B) / 2;
  tasks.push_back({name + "'s toes on the floor", PointHeight{{{toes, toe}}, place.y}});
}

void stand_spread(ScenarioBuilder& s, double abduction, const std::string& help) {
  std::vector<NamedTask> goals{{"trunk level", trunk(s)}};
  const double distance = s.value("foot_distance", kFound);
  for (const Side side : {Side::right, Side::left}) {
    const std::string whose = side == Side::right ? "right " : "left ";
    const auto [calcn, medial] = site(s, "heel_medial" + suffix(side));
    const Vec3 heel = (medial + site(s, "heel_lateral" + suffix(side)).p_B) / 2;
    const bool given = !std::isnan(distance);
    goals.push_back(
        {whose + "thigh spread", coordinate(s, "hip_adduction" + suffix(side), -abduction)});
    goals.push_back({whose + "thigh not turned", coordinate(s, "hip_rotation" + suffix(side), 0)});
    goals.push_back({whose + "sole flat", HoldDirection{calcn, Vec3::UnitY(), Vec3::UnitY()}});
    goals.push_back(
        {whose + "heel in its place",
         HoldPoint{calcn, heel, Vec3(given ? distance : 0, 0, 0), {given, true, false}}});
    if (!given) goals.push_back({whose + "shank vertical", shank(s, side, 90 * kDegree)});
  }
  const Posture spread = posture(s, goals, 1);
  require<InfeasibleMotion>(
      spread.solved, s.exercise(), ": no posture has the trunk level and the hips spread by ",
      abduction / kDegree, " deg ('", spread.worst_task, "' cannot be met); ", help,
      ", or leave out foot_distance");

  const double friction = s.value("floor_friction", kFrictionOtherwise);
  for (const Side side : {Side::right, Side::left}) {
    const ContactPoint medial = site(s, "heel_medial" + suffix(side));
    const ContactPoint lateral = site(s, "heel_lateral" + suffix(side));
    const Vec3 heel = (place_at(s, spread, medial) + place_at(s, spread, lateral)) / 2;
    const Vec3 ahead = place_at(s, spread, {medial.body, medial.p_B + Vec3::UnitX()})
                       - place_at(s, spread, medial);
    const double out = std::atan2(sign(side) * ahead.z(), ahead.x());
    stand(s, side, {.x = heel.x(), .z = heel.z(), .toe_out = out, .friction = friction});
  }
  note(s, "stance_width", foot(s, Side::right)->z - foot(s, Side::left)->z);
  note(s, "toe_out_deg", foot(s, Side::right)->toe_out / kDegree);
}

void stand_on_border(ScenarioBuilder& s, Side side, double x, double turn, double friction) {
  const auto [foot, heel] = site(s, "heel_lateral" + suffix(side));
  const Vec3 ball = site(s, "ball_lateral" + suffix(side)).p_B;
  const double out = sign(side);

  // the border points forward; the dorsal direction of the standing foot (up) turns outwards
  const Vec3 border = (ball - heel).normalized();
  const Vec3 up = Vec3::UnitY();
  const Vec3 back(0, std::cos(turn), out * std::sin(turn));
  Mat3 in_foot;
  Mat3 in_world;
  in_foot << border, up, border.cross(up);
  in_world << Vec3::UnitX(), back, Vec3::UnitX().cross(back);
  const Vec3 flesh = kBorder * up;
  const bool given = !std::isnan(x);
  const std::string name = word(side);
  task(s, name + " sole turned up", HoldOrientation{foot, in_world * in_foot.transpose()});
  task(
      s, name + " foot in its place",
      HoldPoint{
          foot, heel + flesh, Vec3(given ? x : 0, kFloor, out * kBorder), {given, true, true}});
  hold(s, "mtp_angle" + suffix(side), 0);
  guess(s, "hip_adduction" + suffix(side), -35 * kDegree);
  guess(s, "hip_rotation" + suffix(side), -30 * kDegree);
  guess(s, "subtalar_angle" + suffix(side), 25 * kDegree);
  support(
      s, {.name = name + "_foot",
          .points = {{foot, heel + flesh}, {foot, ball + flesh}},
          .friction = friction});
  support(
      s, {.name = name + "_sole",
          .points = {{foot, heel}, {foot, ball}},
          .normal = Vec3(0, 0, out),
          .friction = 0});
}

void step(
    ScenarioBuilder& s, Side side, const Vec3& from, const Vec3& to, double lift, double knee) {
  const ContactPoint medial = site(s, "ball_medial" + suffix(side));
  const Vec3 ball = (medial.p_B + site(s, "ball_lateral" + suffix(side)).p_B) / 2;
  const std::string name = side == Side::right ? "right foot" : "left foot";
  task(s, name + " on its way", DrivePoint{medial.body, ball, [=](double path) -> Vec3 {
                                             return from + path * (to - from)
                                                    + Vec3(0, 4 * path * (1 - path) * lift, 0);
                                           }});
  task(s, name + " straight", HoldDirection{medial.body, Vec3::UnitZ(), Vec3::UnitZ()});
  wish(s, "knee_angle" + suffix(side), knee);
  wish(s, "ankle_angle" + suffix(side), kSteppingAnkle);
  drive(s, "mtp_angle" + suffix(side), kSteppingToes, 0);
}

void rest_foot_behind(ScenarioBuilder& s, Side side, const Vec3& laces, double friction) {
  const ContactPoint instep = site(s, "instep" + suffix(side));
  const std::string name = word(side) + " foot";
  task(s, name + "'s laces on what is behind", HoldPoint{instep.body, instep.p_B, laces});
  task(s, name + " straight", HoldDirection{instep.body, Vec3::UnitZ(), Vec3::UnitZ()});
  hold(s, "ankle_angle" + suffix(side), kPointedFoot);
  hold(s, "mtp_angle" + suffix(side), 0);
  guess(s, "knee_angle" + suffix(side), 80 * kDegree);
  support(s, {.name = sole_name(side), .points = {instep}, .friction = friction, .origin = laces});
}

void kneel(ScenarioBuilder& s, Side side, double x, double friction) {
  const ContactPoint knee = site(s, "knee_front" + suffix(side));
  const ContactPoint instep = site(s, "instep" + suffix(side));
  const Vec3 place(x, kFloor, sign(side) * hip_half_width(s));
  const std::string name = word(side);
  task(s, name + " knee on the floor", HoldPoint{knee.body, knee.p_B, place});
  task(s, name + " shin straight", HoldDirection{knee.body, Vec3::UnitZ(), Vec3::UnitZ()});
  task(s, name + " foot's laces on the floor", PointHeight{{{instep.body, instep.p_B}}, kFloor});
  hold(s, "ankle_angle" + suffix(side), kPointedFoot);
  hold(s, "subtalar_angle" + suffix(side), 0);
  hold(s, "mtp_angle" + suffix(side), 0);
  guess(s, "knee_angle" + suffix(side), 90 * kDegree);
  guess(s, "hip_flexion" + suffix(side), 85 * kDegree);
  guess(s, "pelvis_tilt", -85 * kDegree);
  guess(s, "pelvis_ty", 0.5);
  support(
      s, {.name = word(side) + "_knee", .points = {knee}, .friction = friction, .origin = place});
  support(s, {.name = sole_name(side), .points = {instep}, .friction = friction, .origin = place});
}

void hold_leg(
    ScenarioBuilder& s,
    Side side,
    double hip_flexion,
    double hip_rotation,
    double knee_flexion,
    const std::string& help) {
  s.lifted.push_back({side, help});
  hold(s, "hip_flexion" + suffix(side), hip_flexion);
  hold(s, "hip_rotation" + suffix(side), hip_rotation);
  hold(s, "knee_angle" + suffix(side), knee_flexion);
  for (const char* rest : {"hip_adduction", "ankle_angle", "subtalar_angle", "mtp_angle"})
    hold(s, rest + suffix(side), 0);
}

}  // namespace coxa
