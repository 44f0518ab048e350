#include "study/recorder.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "coxa/math/error.hpp"

namespace coxa {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kIntervalFraction =
    0.05;  // support ranges: all answers within 5 % of the least cost
const char* const kSides[] = {"right", "left"};
const char* const kSuffix[] = {"_r", "_l"};

// a number as JSON writes it
std::string json(double x) { return message(x); }
std::string json(const Vec3& v) {
  return "[" + json(v.x()) + "," + json(v.y()) + "," + json(v.z()) + "]";
}
std::string json(const std::string& s) { return "\"" + s + "\""; }  // names hold no quotes
template <typename Items, typename Write>
std::string json_list(const Items& items, const Write& write) {
  std::string text = "[";
  for (const auto& item : items) text += (text.size() > 1 ? "," : "") + write(item);
  return text + "]";
}

// loads' shapes and furniture, for whoever draws the trial
std::string scene(const Trial& trial) {
  const auto& bodies = trial.model->skeleton.bodies();
  const std::string loads = json_list(trial.setting.loads, [&](const Load& load) {
    const Mat3& R = load.X_BL.R;
    return "{\"name\":" + json(load.name) + ",\"body\":" + json(bodies[load.carrier].name)
           + ",\"position\":" + json(load.X_BL.p) + ",\"axes\":[" + json(Vec3(R.col(0))) + ","
           + json(Vec3(R.col(1))) + "," + json(Vec3(R.col(2))) + "],\"mass\":" + json(load.mass)
           + ",\"hangs\":" + (load.hangs ? "true" : "false") + ",\"cylinders\":"
           + json_list(
               load.shapes,
               [](const LoadShape& shape) {
                 return "{\"center\":" + json(shape.center) + ",\"radius\":" + json(shape.radius)
                        + ",\"length\":" + json(shape.length) + "}";
               })
           + "}";
  });
  const std::string boxes = json_list(trial.setting.furniture, [](const Furniture& box) {
    return "{\"name\":" + json(box.name) + ",\"lower\":" + json(box.lower)
           + ",\"upper\":" + json(box.upper) + "}";
  });
  const std::string supports = json_list(trial.setting.supports, [&](const Support& support) {
    return "{\"name\":" + json(support.name) + ",\"points\":"
           + json_list(
               support.points,
               [&](const ContactPoint& point) {
                 return "{\"body\":" + json(bodies[point.body].name)
                        + ",\"point\":" + json(point.p_B) + "}";
               })
           + "}";
  });
  const std::string grips = json_list(trial.setting.grips, [&](const Grip& grip) {
    return "{\"name\":" + json(grip.name) + ",\"body\":" + json(bodies[grip.hand.body].name)
           + ",\"point\":" + json(grip.hand.p_B) + ",\"load_body\":"
           + json(bodies[grip.load.body].name) + ",\"load_point\":" + json(grip.load.p_B) + "}";
  });
  const auto point = [&](const ContactPoint& p) {
    return "{\"body\":" + json(bodies[p.body].name) + ",\"point\":" + json(p.p_B) + "}";
  };
  const std::string bands = json_list(trial.setting.bands, [&](const Band& band) {
    return "{\"name\":" + json(band.name) + ",\"material\":" + json(band.material.name)
           + ",\"rest_length\":" + json(band.rest_length)
           + ",\"strands\":" + json(static_cast<double>(band.strands)) + ",\"ends\":["
           + point(band.a) + "," + point(band.b) + "]}";
  });
  const std::string cables = json_list(trial.setting.cables, [&](const Cable& cable) {
    return "{\"name\":" + json(cable.name) + ",\"end\":" + point(cable.point)
           + ",\"anchor\":" + json(cable.anchor) + ",\"mass\":" + json(cable.mass)
           + ",\"ratio\":" + json(cable.ratio) + "}";
  });
  const std::string anchors = json_list(trial.setting.anchors, [&](const Anchor& anchor) {
    return "{\"name\":" + json(anchor.name) + ",\"end\":" + point(anchor.point)
           + ",\"strength\":" + json(anchor.strength) + "}";
  });
  return "{\"loads\":" + loads + ",\"furniture\":" + boxes + ",\"supports\":" + supports
         + ",\"grips\":" + grips + ",\"bands\":" + bands + ",\"cables\":" + cables
         + ",\"anchors\":" + anchors + "}";
}

template <typename Items>
std::vector<std::string> names_of(const Items& items) {
  std::vector<std::string> names;
  for (const auto& item : items) names.push_back(item.name);
  return names;
}

}  // namespace

Roles::Roles(const Model& model) {
  std::string missing;
  const auto coordinate = [&](const std::string& name) {
    try {
      return model.skeleton.coordinate_index(name);
    } catch (const UnknownName&) {
      missing += (missing.empty() ? "" : ", ") + name;
      return -1;
    }
  };
  for (int side = 0; side < 2; ++side) {
    hip_flexion[side] = coordinate(std::string("hip_flexion") + kSuffix[side]);
    hip_adduction[side] = coordinate(std::string("hip_adduction") + kSuffix[side]);
    hip_rotation[side] = coordinate(std::string("hip_rotation") + kSuffix[side]);
    knee_angle[side] = coordinate(std::string("knee_angle") + kSuffix[side]);
    ankle_angle[side] = coordinate(std::string("ankle_angle") + kSuffix[side]);
  }
  lumbar_extension = coordinate("lumbar_extension");
  require(
      missing.empty(), "model '", model.name, "' has no free coordinate ", missing,
      "; results need them under these names: rename its coordinates");
  pelvis = model.skeleton.body_index("pelvis");
  torso = model.skeleton.body_index("torso");
}

Recorder::Recorder(const Trial& trial, const SimulateOptions& options, const MusclePlan& plan)
    : trial_(trial), model_(*trial.model), options_(options), roles_(*trial.model) {
  fiber_seen_.assign(model_.muscles.size(), 0);
  for (const MuscleGroup& group : model_.groups)
    if (group.side != Side::both
        && std::find(group_names_.begin(), group_names_.end(), group.name) == group_names_.end())
      group_names_.push_back(group.name);
  group_muscles_.resize(2 * group_names_.size());
  for (const MuscleGroup& group : model_.groups) {
    if (group.side == Side::both) continue;
    const auto place = std::find(group_names_.begin(), group_names_.end(), group.name);
    const std::size_t g = place - group_names_.begin();
    group_muscles_[(group.side == Side::right ? 0 : group_names_.size()) + g] = group.muscles;
  }
  for (int m = 0; m < plan.muscles(); ++m)
    for (int k = plan.first_arm(m); k < plan.first_arm(m + 1); ++k)
      for (int side = 0; side < 2; ++side)
        if (plan.arm_coordinates()[k] == roles_.hip_flexion[side])
          hip_arms_.push_back({m, k, side});
  declare();
}

void Recorder::declare() {
  const Skeleton& skeleton = model_.skeleton;
  const std::size_t frames = trial_.motion.frames();
  const int nq = skeleton.nq();
  Dataset& d = dataset_;
  d.variables.reserve(256);

  d.add_dimension("time", frames);
  d.add_labels("coordinate", skeleton.coordinate_names(), "independent coordinate");
  d.add_labels("side", {kSides[0], kSides[1]}, "side of the body");
  d.add_labels("muscle", names_of(model_.muscles), "muscle");
  d.add_labels("group", group_names_, "muscle group");
  d.add_labels("support", names_of(trial_.setting.supports), "where the world pushes on the body");
  d.add_labels("load", load_names(trial_), "carried load, end of a band on a body, or cable");
  std::vector<std::string> held = names_of(trial_.setting.grips);
  for (const Anchor& anchor : trial_.setting.anchors) held.push_back(anchor.name);
  if (!held.empty())
    d.add_labels("grip", held, "hand that holds a load, or body held by something fixed");
  d.add_labels("site", names_of(skeleton.sites()), "named point of the body");
  d.add_labels(
      "axis", {"x", "y", "z"}, "axis of a vector, ground frame (forward, up, right) unless said");
  std::vector<std::string> joints;
  for (const std::string body :
       {"femur_r", "femur_l", "tibia_r", "tibia_l", "talus_r", "talus_l", "torso"}) {
    joint_bodies_.push_back(skeleton.body_index(body));
    joints.push_back(skeleton.bodies()[joint_bodies_.back()].joint);
  }
  d.add_labels("joint", joints, "joint");

  const auto add = [&](const std::string& name, std::vector<std::string> dims,
                       const std::string& units, const std::string& long_name,
                       Attributes more = {}) {
    std::size_t stride = 1;
    for (std::size_t i = 1; i < dims.size(); ++i) stride *= d.size(dims[i]);
    std::vector<double> data(d.size(dims[0]) * stride, kNaN);
    const Series series{data.data(), stride};
    more["units"] = units;
    more["long_name"] = long_name;
    d.add({name, std::move(dims), std::move(data), std::move(more)});
    return series;
  };
  const auto add_flags = [&](const std::string& name, std::vector<std::int32_t> values,
                             Attributes more) {
    d.add({name, {"time"}, std::move(values), std::move(more)});
  };

  d.add(
      {"time",
       {"time"},
       std::vector<double>(trial_.motion.time.begin(), trial_.motion.time.end()),
       {{"units", "s"}, {"long_name", "time"}}});
  add_flags(
      "phase", {trial_.motion.phase.begin(), trial_.motion.phase.end()},
      {{"units", "1"},
       {"long_name", "phase of the repetition"},
       {"flag_values", std::vector<std::int32_t>{0, 1, 2, 3}},
       {"flag_meanings", "concentric hold eccentric rest"}});
  add_flags(
      "repetition", {trial_.motion.repetition.begin(), trial_.motion.repetition.end()},
      {{"units", "1"}, {"long_name", "number of the repetition, from 1"}});
  std::vector<std::string> units;
  for (int i = 0; i < nq; ++i) units.push_back(skeleton.coordinate(i).rotational ? "rad" : "m");
  d.add(
      {"coordinate_units",
       {"coordinate"},
       units,
       {{"units", "1"}, {"long_name", "unit of each coordinate"}}});
  if (trial_.motion.path.size() > 0)
    d.add(
        {"path",
         {"time"},
         std::vector<double>(trial_.motion.path.begin(), trial_.motion.path.end()),
         {{"units", "1"}, {"long_name", "place on the path of the movement, 0 bottom to 1 top"}}});

  const Attributes mixed{{"unit_variable", "coordinate_units"}};
  position_ = add("position", {"time", "coordinate"}, "see coordinate_units", "coordinate", mixed);
  velocity_ =
      add("velocity", {"time", "coordinate"}, "see coordinate_units, per s",
          "rate of the coordinate", mixed);
  acceleration_ =
      add("acceleration", {"time", "coordinate"}, "see coordinate_units, per s2",
          "second rate of the coordinate", mixed);
  const Attributes torque{
      {"unit_variable", "coordinate_units"},
      {"comment", "N m where the coordinate is in rad, N where in m"}};
  generalized_force_ =
      add("generalized_force", {"time", "coordinate"}, "N m or N",
          "generalized force net of gravity, inertia, loads and supports", torque);
  // each coordinate is positive the other way: flexion, dorsiflexion, adduction, internal rotation
  const std::pair<std::string, const int*> moments[] = {
      {"hip_extension", roles_.hip_flexion},
      {"knee_extension", roles_.knee_angle},
      {"ankle_plantarflexion", roles_.ankle_angle},
      {"hip_abduction", roles_.hip_adduction},
      {"hip_external_rotation", roles_.hip_rotation}};
  for (const auto& [moment, coordinate] : moments) {
    std::string words = moment;
    std::replace(words.begin(), words.end(), '_', ' ');
    MomentSeries series{coordinate, {}, {}};
    series.moment = add(
        moment + "_moment", {"time", "side"}, "N m", "net " + words + " moment, positive as named");
    series.power =
        add(moment + "_power", {"time", "side"}, "W", "power of the " + words + " moment");
    moments_.push_back(series);
  }
  lumbar_extension_moment_ =
      add("lumbar_extension_moment", {"time"}, "N m",
          "net extension moment of the lumbar joint, positive as named");

  activation_ = add("activation", {"time", "muscle"}, "1", "activation");
  muscle_force_ =
      add("muscle_force", {"time", "muscle"}, "N", "tension of the tendon, active and passive");
  passive_force_ = add("passive_force", {"time", "muscle"}, "N", "passive part of the tension");
  fiber_length_ =
      add("fiber_length", {"time", "muscle"}, "1", "fibre length in optimal fibre lengths");
  fiber_velocity_ =
      add("fiber_velocity", {"time", "muscle"}, "s-1",
          "lengthening speed of the fibre in optimal fibre lengths per s");
  muscle_tendon_length_ =
      add("muscle_tendon_length", {"time", "muscle"}, "m", "length of muscle and tendon together");
  actuator_ =
      add("actuator", {"time", "coordinate"}, "N m",
          "bounded ideal actuator where the model has no muscles");
  reserve_ =
      add("reserve", {"time", "coordinate"}, "N m or N", "what nothing could supply", torque);
  hip_extension_contribution_ =
      add("hip_extension_contribution", {"time", "side", "muscle"}, "N m",
          "part of each muscle in the hip extension moment");
  group_force_ =
      add("group_force", {"time", "side", "group"}, "N", "sum of the tensions of a muscle group");
  group_activation_ =
      add("group_activation", {"time", "side", "group"}, "1",
          "volume-weighted activation of a muscle group");

  support_force_ =
      add("support_force", {"time", "support", "axis"}, "N", "force of the support on the body");
  support_moment_ =
      add("support_moment", {"time", "support", "axis"}, "N m",
          "moment of the support on the body about support_origin");
  const Series origin =
      add("support_origin", {"support", "axis"}, "m", "point about which support_moment is taken");
  for (std::size_t s = 0; s < trial_.setting.supports.size(); ++s)
    Vec3::Map(origin.row(static_cast<int>(s))) = trial_.setting.supports[s].origin;
  center_of_pressure_ =
      add("center_of_pressure", {"time", "support", "axis"}, "m", "centre of pressure");
  if (options_.intervals) {
    support_force_min_ =
        add("support_force_min", {"time", "support", "axis"}, "N",
            "least support force over all solutions within 5 % of the least cost");
    support_force_max_ =
        add("support_force_max", {"time", "support", "axis"}, "N",
            "greatest support force over all solutions within 5 % of the least cost");
  }
  if (!held.empty()) {
    grip_force_ =
        add("grip_force", {"time", "grip", "axis"}, "N",
            "force on the hand, its opposite acts on the load; or of what is fixed on the body");
    grip_position_ = add("grip_position", {"time", "grip", "axis"}, "m", "where grip_force acts");
  }
  load_force_ = add(
      "load_force", {"time", "load", "axis"}, "N",
      "force on the body: weight and inertia of a load or of a cable's stack, tension of a band");
  load_position_ =
      add("load_position", {"time", "load", "axis"}, "m",
          "mass centre of the load; point of the body that band or cable pulls");
  load_moment_ =
      add("load_moment", {"time", "load", "axis"}, "N m",
          "moment of the load on the body about load_position");
  center_of_mass_ =
      add("center_of_mass", {"time", "axis"}, "m", "mass centre of body and carried loads");
  linear_momentum_ =
      add("linear_momentum", {"time", "axis"}, "kg m s-1", "momentum of body and carried loads");
  angular_momentum_ =
      add("angular_momentum", {"time", "axis"}, "kg m2 s-1",
          "angular momentum of body and carried loads about center_of_mass");
  site_position_ = add("site_position", {"time", "site", "axis"}, "m", "position of a named point");
  const Attributes child{
      {"comment", "on the child body, in its frame, at the joint's frame in it"}};
  joint_reaction_force_ =
      add("joint_reaction_force", {"time", "joint", "axis"}, "N", "force that the joint transmits",
          child);
  joint_reaction_moment_ =
      add("joint_reaction_moment", {"time", "joint", "axis"}, "N m",
          "moment that the joint transmits", child);
  const Attributes axis{
      {"comment",
       "axis: y of the pelvis frame (upward along the lower lumbar spine); shear: its x (forward), "
       "on the trunk"}};
  lumbar_compression_ =
      add("lumbar_compression", {"time"}, "N", "compression of the lumbar joint", axis);
  lumbar_shear_ = add(
      "lumbar_shear", {"time"}, "N", "forward shear of the lumbar joint, pelvis on trunk", axis);
  d.add(
      {"status",
       {"time"},
       std::vector<std::int32_t>(frames, 0),
       {{"units", "1"},
        {"long_name", "what went on in the frame, 0 if nothing"},
        {"flag_masks",
         std::vector<std::int32_t>{
             kUnsolved, kReserveUsed, kFiberOutOfRange, kOutsideSplineDomain, kActuatorAtBound}},
        {"flag_meanings",
         "unsolved reserve_used fiber_out_of_range outside_spline_domain actuator_at_bound"}}});

  status_ = std::get<std::vector<std::int32_t>>(d.variables.back().data).data();
  d.attributes["total_mass"] = model_.skeleton.total_mass();
  d.attributes["constraint_error"] = trial_.motion.constraint_error;
  d.attributes["scene"] = scene(trial_);
  for (const auto& [name, sentence] : trial_.setting.notes) d.attributes["note_" + name] = sentence;
}

void Recorder::record(int frame, FrameSolver& solver, bool solved) {
  record_motion(frame, solver);
  status_[frame] = solver.status();
  if (!solved) return;
  record_moments(frame, solver);
  record_muscles(frame, solver);
  record_supports(frame, solver);
  record_reactions(frame, solver);
}

void Recorder::record_motion(int frame, const FrameSolver& solver) {
  const Skeleton& skeleton = model_.skeleton;
  const int nq = skeleton.nq();
  Eigen::VectorXd::Map(position_.row(frame), nq) = trial_.motion.q.col(frame);
  Eigen::VectorXd::Map(velocity_.row(frame), nq) = trial_.motion.v.col(frame);
  Eigen::VectorXd::Map(acceleration_.row(frame), nq) = trial_.motion.vdot.col(frame);

  double* site = site_position_.row(frame);
  for (const Site& s : skeleton.sites()) {
    Vec3::Map(site) = world_point(solver.body(), s.body, s.p_B);
    site += 3;
  }
  const Momentum total = solver.momentum();
  Vec3::Map(center_of_mass_.row(frame)) = total.center_of_mass;
  Vec3::Map(linear_momentum_.row(frame)) = total.linear;
  Vec3::Map(angular_momentum_.row(frame)) = total.angular_about_center();
  for (std::size_t i = 0; i < solver.loads().size(); ++i) {
    const LoadState& load = solver.loads()[i];
    Vec3::Map(load_force_.row(frame) + 3 * i) = load.force;
    Vec3::Map(load_position_.row(frame) + 3 * i) = load.position;
    Vec3::Map(load_moment_.row(frame) + 3 * i) = load.moment;
  }
}

void Recorder::record_moments(int frame, const FrameSolver& solver) {
  const Eigen::VectorXd& tau = solver.generalized_force();
  const int nq = model_.skeleton.nq();
  Eigen::VectorXd::Map(generalized_force_.row(frame), nq) = tau;
  Eigen::VectorXd::Map(reserve_.row(frame), nq) = solver.recruitment().reserve();
  double* actuator = actuator_.row(frame);
  std::fill(actuator, actuator + nq, 0.0);
  for (std::size_t j = 0; j < model_.actuators.size(); ++j)
    actuator[model_.actuators[j].coordinate] = solver.recruitment().actuator(static_cast<int>(j));

  for (const MomentSeries& series : moments_)
    for (int side = 0; side < 2; ++side) {
      const int c = series.coordinate[side];
      series.moment.row(frame)[side] = -tau[c];
      series.power.row(frame)[side] = tau[c] * trial_.motion.v(c, frame);
    }
  lumbar_extension_moment_.row(frame)[0] = tau[roles_.lumbar_extension];
}

void Recorder::record_muscles(int frame, const FrameSolver& solver) {
  const int muscles = static_cast<int>(model_.muscles.size());
  double* activation = activation_.row(frame);
  double* force = muscle_force_.row(frame);
  double* passive = passive_force_.row(frame);
  double* length = fiber_length_.row(frame);
  double* velocity = fiber_velocity_.row(frame);
  double* whole = muscle_tendon_length_.row(frame);
  double* contribution = hip_extension_contribution_.row(frame);
  std::fill(contribution, contribution + 2 * muscles, 0.0);
  for (int m = 0; m < muscles; ++m) {
    const MuscleState& state = solver.muscles()[m];
    activation[m] = solver.recruitment().activation(m);
    force[m] = solver.tension(m);
    passive[m] = state.passive_force;
    length[m] = state.fiber_length;
    velocity[m] = state.fiber_velocity * model_.muscles[m].max_contraction_velocity;
    whole[m] = solver.geometry().length[m];
    fiber_seen_[m] |=
        static_cast<int>(state.flags & (kFiberTooShort | kFiberTooLong | kFiberOverstretched));
  }

  for (const HipArm& arm : hip_arms_)
    contribution[arm.side * muscles + arm.muscle] =
        -solver.geometry().moment_arm[arm.arm] * force[arm.muscle];

  double* group_force = group_force_.row(frame);
  double* group_activation = group_activation_.row(frame);
  for (std::size_t g = 0; g < group_muscles_.size(); ++g) {
    double sum = 0;
    double volume = 0;
    double active = 0;
    for (const int m : group_muscles_[g]) {
      const double v =
          model_.muscles[m].max_isometric_force * model_.muscles[m].optimal_fiber_length;
      sum += force[m];
      volume += v;
      active += v * activation[m];
    }
    group_force[g] = sum;
    group_activation[g] = volume > 0 ? active / volume : kNaN;
  }
}

void Recorder::record_supports(int frame, FrameSolver& solver) {
  for (std::size_t s = 0; s < trial_.setting.supports.size(); ++s) {
    const int support = static_cast<int>(s);
    Vec3::Map(support_force_.row(frame) + 3 * s) = solver.support_force(support);
    Vec3::Map(support_moment_.row(frame) + 3 * s) = solver.support_moment(support);
    Vec3::Map(center_of_pressure_.row(frame) + 3 * s) = solver.center_of_pressure(support);
  }
  for (std::size_t g = 0; g < trial_.setting.grips.size() + trial_.setting.anchors.size(); ++g) {
    Vec3::Map(grip_force_.row(frame) + 3 * g) = solver.grip_force(static_cast<int>(g));
    Vec3::Map(grip_position_.row(frame) + 3 * g) = solver.grip_position(static_cast<int>(g));
  }
  if (!options_.intervals) return;
  for (std::size_t s = 0; s < trial_.setting.supports.size(); ++s)
    for (int axis = 0; axis < 3; ++axis) {
      double least = kNaN;
      double greatest = kNaN;
      if (solver.recruitment().cone_force_range(
              solver.cones_of(static_cast<int>(s)), Vec3::Unit(axis), kIntervalFraction, least,
              greatest)) {
        support_force_min_.row(frame)[3 * s + axis] = least;
        support_force_max_.row(frame)[3 * s + axis] = greatest;
      }
    }
}

void Recorder::record_reactions(int frame, const FrameSolver& solver) {
  const Skeleton& skeleton = model_.skeleton;
  for (std::size_t j = 0; j < joint_bodies_.size(); ++j) {
    const int body = joint_bodies_[j];
    const Pose& X_WB = solver.body().bodies[body].X_WB;
    const Wrench& F = solver.joint_wrench(body);
    const Vec3 center = X_WB * skeleton.bodies()[body].X_BM.p;
    Vec3::Map(joint_reaction_force_.row(frame) + 3 * j) = X_WB.R.transpose() * F.force;
    Vec3::Map(joint_reaction_moment_.row(frame) + 3 * j) =
        X_WB.R.transpose() * F.moment_about(center);
  }
  const Vec3 force = solver.body().bodies[roles_.pelvis].X_WB.R.transpose()
                     * solver.joint_wrench(roles_.torso).force;
  lumbar_compression_.row(frame)[0] = force.y();
  lumbar_shear_.row(frame)[0] = force.x();
}

Dataset Recorder::finish() {
  std::string out;
  for (std::size_t m = 0; m < fiber_seen_.size(); ++m)
    if (fiber_seen_[m]) out += (out.empty() ? "" : " ") + model_.muscles[m].name;
  dataset_.attributes["fibers_out_of_range"] = out;
  add_summaries(dataset_, trial_);
  return std::move(dataset_);
}

}  // namespace coxa
