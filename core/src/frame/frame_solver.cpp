#include "coxa/frame/frame_solver.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "coxa/math/error.hpp"

namespace coxa {
namespace {

constexpr int kWorld = 0;  // index of the world body

// a timing law reaches its ends to rounding
constexpr double kPathTolerance = 1e-9;

std::vector<FrictionCone> cones_of_supports(const Trial& trial) {
  std::vector<FrictionCone> cones;
  for (const Support& support : trial.setting.supports)
    for (const ContactPoint& point : support.points)
      cones.push_back({support.name, point.body, point.p_B, support.normal, support.friction});
  return cones;
}

// grips, then anchors
std::vector<BoundedTie> ties_of(const Trial& trial) {
  std::vector<BoundedTie> ties;
  for (const Grip& grip : trial.setting.grips)
    ties.push_back(
        {grip.name, grip.hand.body, grip.hand.p_B, grip.load.body, grip.load.p_B,
         Vec3::Constant(grip.strength)});
  for (const Anchor& anchor : trial.setting.anchors)
    ties.push_back(
        {anchor.name, anchor.point.body, anchor.point.p_B, kWorld, Vec3::Zero(), anchor.strength});
  return ties;
}

std::vector<ConeShare> shares_of(const Trial& trial) {
  std::string list;
  for (const Support& support : trial.setting.supports) list += " '" + support.name + "'";
  const auto cones_of = [&](const std::string& name) {
    std::vector<int> cones;
    int cone = 0;
    for (const Support& support : trial.setting.supports)
      for (std::size_t i = 0; i < support.points.size(); ++i, ++cone)
        if (support.name == name) cones.push_back(cone);
    require<UnknownName>(
        !cones.empty(), "a share of support '", name, "', which the trial lacks; it has", list);
    return cones;
  };
  std::vector<ConeShare> shares;
  for (const SupportShare& share : trial.setting.shares) {
    require(
        share.support_a != share.support_b, "a share of support '", share.support_a,
        "' in itself; name two supports");
    shares.push_back(
        {share.support_a + " and " + share.support_b, cones_of(share.support_a),
         cones_of(share.support_b), share.share});
  }
  return shares;
}

bool on_body(const ContactPoint& point) { return point.body != kWorld; }

const Model& model_of(const Trial& trial) {
  require(trial.model != nullptr, "a trial needs a model; given none");
  return *trial.model;
}

}  // namespace

std::vector<std::string> load_names(const Trial& trial) {
  const auto& bodies = model_of(trial).skeleton.bodies();
  std::vector<std::string> names;
  for (const Load& load : trial.setting.loads) names.push_back(load.name);
  for (const Band& band : trial.setting.bands)
    for (const ContactPoint& end : {band.a, band.b})
      if (on_body(end)) names.push_back(band.name + "_on_" + bodies[end.body].name);
  for (const Cable& cable : trial.setting.cables) names.push_back(cable.name);
  return names;
}

FrameSolver::FrameSolver(const Trial& trial, const SimulateOptions& options)
    : trial_(trial),
      options_(options),
      plan_(model_of(trial)),
      fibers_(fiber_geometries(*trial.model)),
      body_(trial.model->skeleton),
      reactions_(trial.model->skeleton),
      geometry_(plan_),
      states_(trial.model->muscles.size()),
      recruitment_(
          *trial.model,
          plan_,
          cones_of_supports(trial),
          ties_of(trial),
          options.criterion,
          options.volume_weights,
          shares_of(trial)),
      loads_(load_names(trial).size()),
      external_(trial.model->skeleton.bodies().size()),
      from_loads_(external_.size()),
      required_(Eigen::VectorXd::Zero(trial.model->skeleton.nq())),
      net_(required_),
      tension_(Eigen::VectorXd::Zero(static_cast<long>(trial.model->muscles.size()))),
      still_(required_) {
  int cone = 0;
  for (const Support& support : trial.setting.supports) {
    cones_of_.emplace_back();
    for (std::size_t i = 0; i < support.points.size(); ++i) cones_of_.back().push_back(cone++);
  }
}

void FrameSolver::prepare(
    const VectorRef& q, const VectorRef& v, const VectorRef& vdot, double path) {
  const Skeleton& skeleton = trial_.model->skeleton;
  const Eigen::Ref<const Eigen::VectorXd> speed = options_.inertia ? v : VectorRef(still_);
  motion(skeleton, body_, q, speed, options_.inertia ? vdot : VectorRef(still_));
  apply_loads();
  forces(skeleton, body_, from_loads_);
  required_ = body_.tau;
  muscle_geometry(*trial_.model, plan_, body_, geometry_);
  muscle_speeds(plan_, speed, geometry_);
  muscle_states(*trial_.model, fibers_, geometry_, states_);
  touch(path);
  recruitment_.assemble(body_, geometry_, states_, required_);
}

void FrameSolver::prepare(const Motion& motion, int frame) {
  const double path = motion.path.size() > 0 ? motion.path[frame] : kAnywhere;
  prepare(motion.q.col(frame), motion.v.col(frame), motion.vdot.col(frame), path);
}

bool FrameSolver::solve(
    const VectorRef& q, const VectorRef& v, const VectorRef& vdot, double path) {
  prepare(q, v, vdot, path);
  return share_out();
}

bool FrameSolver::solve(const Motion& motion, int frame) {
  prepare(motion, frame);
  return share_out();
}

bool FrameSolver::share_out() {
  status_ = 0;
  if (!recruitment_.solve()) {
    status_ = kUnsolved;
    return false;
  }
  share();
  react();
  return true;
}

// activates the supports that touch at this place on the path
void FrameSolver::touch(double path) {
  for (std::size_t s = 0; s < trial_.setting.supports.size(); ++s) {
    const Support& support = trial_.setting.supports[s];
    const bool touches =
        std::isnan(path)
        || (path >= support.path_from - kPathTolerance && path <= support.path_to + kPathTolerance);
    for (const int cone : cones_of_[s]) recruitment_.set_active(cone, touches);
  }
}

// forces of loads, bands and cables on the bodies
void FrameSolver::apply_loads() {
  for (Wrench& wrench : from_loads_) wrench = Wrench{};
  std::size_t next = 0;
  for (const Load& load : trial_.setting.loads) loads_[next++] = carry(load);
  for (const Band& band : trial_.setting.bands) {
    stretch(band, next);
    next += on_body(band.a) + on_body(band.b);
  }
  for (const Cable& cable : trial_.setting.cables) loads_[next++] = pull(cable);
}

// weight and inertial force of a load, applied to the body that carries it
LoadState FrameSolver::carry(const Load& load) {
  const BodyState& carrier = body_.bodies[load.carrier];
  if (load.hangs) {
    const Skeleton& skeleton = trial_.model->skeleton;
    const Vec3 p = carrier.X_WB * load.X_BL.p;
    const Vec3 acceleration = point_acceleration(skeleton, body_, load.carrier, p);
    const Vec3 force = load.mass * (skeleton.gravity() - acceleration);
    from_loads_[load.carrier] += Wrench::at(p, force);
    return {p, force, Vec3::Zero()};
  }
  const Pose X_WL = carrier.X_WB * load.X_BL;
  const Vec3 center = X_WL * load.center_of_mass;
  const Wrench on_body = required_wrench(carrier, X_WL.R, center, load.mass, load.inertia) * -1.0;
  from_loads_[load.carrier] += on_body;
  return {center, on_body.force, on_body.moment_about(center)};
}

// a band pulls the two points towards each other
void FrameSolver::stretch(const Band& band, std::size_t first) {
  const Vec3 a = world_point(body_, band.a.body, band.a.p_B);
  const Vec3 b = world_point(body_, band.b.body, band.b.p_B);
  const double distance = (b - a).norm();
  const double elongation = (distance + band.wrap_a + band.wrap_b) / band.rest_length - 1;
  const double tension = band.strands * strand_tension(band.material, elongation);
  // the direction is undefined if the points coincide
  const Vec3 on_a = distance > 0 ? Vec3(tension / distance * (b - a)) : Vec3::Zero();
  const auto act = [&](const ContactPoint& end, const Vec3& p, const Vec3& force) {
    if (!on_body(end)) return;
    loads_[first++] = {p, force, Vec3::Zero()};
    from_loads_[end.body] += Wrench::at(p, force);
  };
  act(band.a, a, on_a);
  act(band.b, b, -on_a);
}

// weight and inertial force of the stack, along the cable
LoadState FrameSolver::pull(const Cable& cable) {
  const Skeleton& skeleton = trial_.model->skeleton;
  const BodyState& body = body_.bodies[cable.point.body];
  const Vec3 p = body.X_WB * cable.point.p_B;
  const Vec3 velocity = body.V.at(p);
  const Vec3 acceleration = point_acceleration(skeleton, body_, cable.point.body, p);
  const double length = (p - cable.anchor).norm();
  LoadState state{p, Vec3::Zero(), Vec3::Zero()};
  if (length > 0) {
    const Vec3 away = (p - cable.anchor) / length;
    const double speed = away.dot(velocity);
    const double second_rate =
        away.dot(acceleration) + (velocity.squaredNorm() - speed * speed) / length;
    const double tension =
        cable.ratio * cable.mass * (skeleton.gravity().norm() + cable.ratio * second_rate);
    state.force = -std::max(0.0, tension) * away;
  }
  from_loads_[cable.point.body] += Wrench::at(p, state.force);
  return state;
}

// muscle tensions, and the net generalized forces once support and grip forces are applied
void FrameSolver::share() {
  const Skeleton& skeleton = trial_.model->skeleton;
  for (int m = 0; m < plan_.muscles(); ++m)
    tension_[m] = recruitment_.activation(m) * states_[m].active_force + states_[m].passive_force;

  external_ = from_loads_;
  for (std::size_t c = 0; c < recruitment_.cones().size(); ++c) {
    const FrictionCone& cone = recruitment_.cones()[c];
    external_[cone.body] += Wrench::at(
        world_point(body_, cone.body, cone.p_B), recruitment_.cone_force(static_cast<int>(c)));
  }
  for (std::size_t t = 0; t < recruitment_.ties().size(); ++t) {
    const BoundedTie& tie = recruitment_.ties()[t];
    const Vec3 force = recruitment_.tie_force(static_cast<int>(t));
    external_[tie.body_a] += Wrench::at(world_point(body_, tie.body_a, tie.p_A), force);
    if (tie.body_b != kWorld)
      external_[tie.body_b] -= Wrench::at(world_point(body_, tie.body_b, tie.p_B), force);
  }
  reactions_ = body_;
  forces(skeleton, reactions_, external_);
  net_ = reactions_.tau;

  if (recruitment_.reserve_used()) status_ |= kReserveUsed;
  for (const MuscleState& state : states_)
    if (state.flags & (kFiberTooShort | kFiberTooLong | kFiberOverstretched))
      status_ |= kFiberOutOfRange;
  for (std::size_t j = 0; j < trial_.model->actuators.size(); ++j)
    if (recruitment_.actuator_at_bound(static_cast<int>(j))) status_ |= kActuatorAtBound;
  if (outside_spline_domain()) status_ |= kOutsideSplineDomain;
}

// joint reactions with muscle tensions applied
void FrameSolver::react() {
  for (int m = 0; m < plan_.muscles(); ++m)
    add_tension(plan_, geometry_, m, tension_[m], external_);
  forces(trial_.model->skeleton, reactions_, external_);
}

bool FrameSolver::outside_spline_domain() const {
  const auto outside = [&](const Function& function, int coordinate) {
    const double x = body_.q_full[coordinate];
    return x < function.domain_lower() || x > function.domain_upper();
  };
  const Skeleton& skeleton = trial_.model->skeleton;
  for (const Body& body : skeleton.bodies())
    for (const JointAxis& axis : body.axes)
      if (axis.coordinate >= 0 && outside(axis.function, axis.coordinate)) return true;
  for (const Coupling& coupling : skeleton.couplings())
    if (outside(coupling.function, coupling.independent)) return true;
  return false;
}

Vec3 FrameSolver::support_force(int support) const {
  Vec3 force = Vec3::Zero();
  for (const int cone : cones_of_[support]) force += recruitment_.cone_force(cone);
  return force;
}

Vec3 FrameSolver::grip_position(int grip) const {
  const BoundedTie& tie = recruitment_.ties()[grip];
  return world_point(body_, tie.body_a, tie.p_A);
}

Vec3 FrameSolver::support_moment(int support) const {
  Vec3 moment = Vec3::Zero();
  for (const int cone : cones_of_[support]) {
    const FrictionCone& c = recruitment_.cones()[cone];
    moment += (world_point(body_, c.body, c.p_B) - trial_.setting.supports[support].origin)
                  .cross(recruitment_.cone_force(cone));
  }
  return moment;
}

Vec3 FrameSolver::center_of_pressure(int support) const {
  Vec3 weighted = Vec3::Zero();
  double total = 0;
  for (const int cone : cones_of_[support]) {
    const FrictionCone& c = recruitment_.cones()[cone];
    const double normal = recruitment_.cone_force(cone).dot(c.normal);
    weighted += normal * world_point(body_, c.body, c.p_B);
    total += normal;
  }
  if (total <= 0) return Vec3::Constant(std::numeric_limits<double>::quiet_NaN());
  return weighted / total;
}

Momentum FrameSolver::momentum() const {
  Momentum total = coxa::momentum(trial_.model->skeleton, body_);
  for (std::size_t i = 0; i < trial_.setting.loads.size(); ++i) {
    const Load& load = trial_.setting.loads[i];
    const BodyState& carrier = body_.bodies[load.carrier];
    if (load.hangs) {
      const Vec3& p = loads_[i].position;
      const Vec3 linear = load.mass * carrier.V.at(p);
      total += {load.mass, p, linear, p.cross(linear)};
      continue;
    }
    total += coxa::momentum(
        carrier, carrier.X_WB.R * load.X_BL.R, loads_[i].position, load.mass, load.inertia);
  }
  return total;
}

}  // namespace coxa
