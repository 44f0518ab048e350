#include "coxa/trial/frame_solver.hpp"

#include <cmath>
#include <limits>

#include "coxa/math/error.hpp"

namespace coxa {
namespace {

std::vector<FrictionCone> cones_of_supports(const Trial& trial) {
  std::vector<FrictionCone> cones;
  for (const Support& support : trial.supports)
    for (const ContactPoint& point : support.points)
      cones.push_back({support.name, point.body, point.p_B, support.normal, support.friction});
  return cones;
}

std::vector<BoundedTie> ties_of_grips(const Trial& trial) {
  std::vector<BoundedTie> ties;
  for (const Grip& grip : trial.grips)
    ties.push_back(
        {grip.name, grip.hand.body, grip.hand.p_B, grip.load.body, grip.load.p_B, grip.strength});
  return ties;
}

const Model& model_of(const Trial& trial) {
  require(trial.model != nullptr, "a trial needs a model; given none");
  return *trial.model;
}

}  // namespace

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
          ties_of_grips(trial),
          options.criterion,
          options.volume_weights),
      loads_(trial.loads.size()),
      external_(trial.model->skeleton.bodies().size()),
      from_loads_(external_.size()),
      required_(Eigen::VectorXd::Zero(trial.model->skeleton.nq())),
      net_(required_),
      tension_(Eigen::VectorXd::Zero(static_cast<long>(trial.model->muscles.size()))),
      still_(required_) {
  int cone = 0;
  for (const Support& support : trial.supports) {
    cones_of_.emplace_back();
    for (std::size_t i = 0; i < support.points.size(); ++i) cones_of_.back().push_back(cone++);
  }
}

void FrameSolver::prepare(const VectorRef& q, const VectorRef& v, const VectorRef& vdot) {
  const Skeleton& skeleton = trial_.model->skeleton;
  const Eigen::Ref<const Eigen::VectorXd> speed = options_.inertia ? v : VectorRef(still_);
  motion(skeleton, body_, q, speed, options_.inertia ? vdot : VectorRef(still_));
  apply_loads();
  forces(skeleton, body_, from_loads_);
  required_ = body_.tau;
  muscle_geometry(*trial_.model, plan_, body_, geometry_);
  muscle_speeds(plan_, speed, geometry_);
  muscle_states(*trial_.model, fibers_, geometry_, states_);
  recruitment_.assemble(body_, geometry_, states_, required_);
}

bool FrameSolver::solve(const VectorRef& q, const VectorRef& v, const VectorRef& vdot) {
  prepare(q, v, vdot);
  status_ = 0;
  if (!recruitment_.solve()) {
    status_ = kUnsolved;
    return false;
  }
  share();
  react();
  return true;
}

// weight and inertia of each load, handed to the body that carries it
void FrameSolver::apply_loads() {
  for (Wrench& wrench : from_loads_) wrench = Wrench{};
  for (std::size_t i = 0; i < trial_.loads.size(); ++i) {
    const Load& load = trial_.loads[i];
    const BodyState& carrier = body_.bodies[load.carrier];
    const Pose X_WL = carrier.X_WB * load.X_BL;
    LoadState& state = loads_[i];
    state.position = X_WL * load.center_of_mass;
    const Wrench on_body =
        required_wrench(carrier, X_WL.R, state.position, load.mass, load.inertia) * -1.0;
    state.force = on_body.force;
    state.moment = on_body.moment_about(state.position);
    from_loads_[load.carrier] += on_body;
  }
}

// tensions, and what they and the actuators must give once supports and grips have given theirs
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

// what each joint carries once the muscles that cross it pull
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

Vec3 FrameSolver::support_moment(int support) const {
  Vec3 moment = Vec3::Zero();
  for (const int cone : cones_of_[support]) {
    const FrictionCone& c = recruitment_.cones()[cone];
    moment += (world_point(body_, c.body, c.p_B) - trial_.supports[support].origin)
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
  for (std::size_t i = 0; i < trial_.loads.size(); ++i) {
    const Load& load = trial_.loads[i];
    const BodyState& carrier = body_.bodies[load.carrier];
    total += coxa::momentum(
        carrier, carrier.X_WB.R * load.X_BL.R, loads_[i].position, load.mass, load.inertia);
  }
  return total;
}

}  // namespace coxa
