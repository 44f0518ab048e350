#include "coxa/muscle/recruitment.hpp"

#include <algorithm>
#include <cmath>

#include "coxa/math/error.hpp"

#include "friction_edge.hpp"

namespace coxa {
namespace {

// cost of a support that carries the body weight at one generator, relative to 1 for full
// activation of every muscle: it resolves what muscles leave undetermined and changes activations
// by less than 1e-3
constexpr double kSupportCost = 1e-4;

// tolerance of the load limit by bisection, relative to the range searched: rows are met to 1e-10
constexpr double kLimitTolerance = 1e-9;

// upper bound of one edge of a friction cone, in body weights: never reached, it keeps the
// programme bounded
constexpr double kLargestSupport = 20;

// rad, fibre length over moment arm of the muscles that an actuator represents: a joint's working
// range
constexpr double kActuatorStroke = 2.5;

// natural size of a reserve: 1 N m, or the force with that moment on a lever of 0.1 m
constexpr double kReserveTorque = 1;
constexpr double kReserveForce = 10;

// relative to the maximum: activations closer than this are equal for the min-max criterion
constexpr double kMinMaxTieBreak = 1e-4;

// independent coordinates that move a body, ascending
std::vector<int> rows_of(const Skeleton& skeleton, int body) {
  std::vector<int> rows;
  for (const int c : skeleton.support(body))
    if (skeleton.columns()[c].independent >= 0) rows.push_back(skeleton.columns()[c].independent);
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

std::vector<int> rows_of_either(const Skeleton& skeleton, int a, int b) {
  const std::vector<int> rows_a = rows_of(skeleton, a);
  const std::vector<int> rows_b = rows_of(skeleton, b);
  std::vector<int> rows;
  std::set_union(
      rows_a.begin(), rows_a.end(), rows_b.begin(), rows_b.end(), std::back_inserter(rows));
  return rows;
}

// visits the cones of both sides of a share with their coefficients in its row
template <typename Visit>
void for_each_cone(const ConeShare& share, const Visit& visit) {
  for (const int cone : share.a) visit(cone, 1 - share.share);
  for (const int cone : share.b) visit(cone, -share.share);
}

// sparsity pattern. Columns: muscles, cone edges, tie components, actuators, slacks; rows:
// coordinates, then one per share
SeparableProgram make_program(
    const Model& model,
    const MusclePlan& plan,
    const std::vector<FrictionCone>& cones,
    const std::vector<BoundedTie>& ties,
    const std::vector<ConeShare>& shares) {
  const int nq = model.skeleton.nq();
  std::vector<std::vector<int>> share_rows(cones.size());
  for (std::size_t s = 0; s < shares.size(); ++s)
    for_each_cone(shares[s], [&](int cone, double) {
      share_rows.at(cone).push_back(nq + static_cast<int>(s));
    });
  std::vector<int> start{0};
  std::vector<int> index;
  const auto add = [&](const auto& first, const auto& last) {
    index.insert(index.end(), first, last);
    start.push_back(static_cast<int>(index.size()));
  };
  const auto& arms = plan.arm_coordinates();
  for (int m = 0; m < plan.muscles(); ++m)
    add(arms.begin() + plan.first_arm(m), arms.begin() + plan.first_arm(m + 1));
  for (std::size_t c = 0; c < cones.size(); ++c) {
    std::vector<int> rows = rows_of(model.skeleton, cones[c].body);
    rows.insert(rows.end(), share_rows[c].begin(), share_rows[c].end());
    for (int edge = 0; edge < Recruitment::kEdges; ++edge) add(rows.begin(), rows.end());
  }
  for (const BoundedTie& tie : ties) {
    const std::vector<int> rows = rows_of_either(model.skeleton, tie.body_a, tie.body_b);
    for (int axis = 0; axis < 3; ++axis) add(rows.begin(), rows.end());
  }
  for (const Actuator& actuator : model.actuators)
    add(&actuator.coordinate, &actuator.coordinate + 1);
  const int rows = nq + static_cast<int>(shares.size());
  for (int row = nq; row < rows; ++row) add(&row, &row + 1);
  return SeparableProgram::with_pattern(rows, start, index);
}

double strength_of(const Actuator& actuator) { return std::max(-actuator.lower, actuator.upper); }

double volume_of(const Model& model) {
  double volume = 0;
  for (const Muscle& muscle : model.muscles)
    volume += muscle.max_isometric_force * muscle.optimal_fiber_length;
  // without muscles, the actuators' own volumes normalise the cost
  if (model.muscles.empty())
    for (const Actuator& actuator : model.actuators)
      volume += strength_of(actuator) * kActuatorStroke;
  return volume;
}

// costs and bounds of activations, weighted by muscle volume if `volume` > 0
void set_muscles(SeparableProgram& program, const Model& model, double volume) {
  const int muscles = static_cast<int>(model.muscles.size());
  for (int m = 0; m < muscles; ++m) {
    const Muscle& muscle = model.muscles[m];
    program.weight[m] = volume > 0
                            ? muscle.max_isometric_force * muscle.optimal_fiber_length / volume
                            : 1.0 / muscles;
    program.lower[m] = muscle.minimum_activation;
    program.upper[m] = 1;
  }
}

std::vector<Vec3> edges_of(const std::vector<FrictionCone>& cones) {
  std::vector<Vec3> edges;
  for (const FrictionCone& cone : cones) {
    require(
        cone.friction >= 0 && std::isfinite(cone.friction), "support '", cone.name,
        "' has friction ", cone.friction, "; it must be 0 or more");
    require(
        std::abs(cone.normal.norm() - 1) < 1e-9, "support '", cone.name,
        "' has a normal of length ", cone.normal.norm(), "; it must be 1");
    for (int edge = 0; edge < Recruitment::kEdges; ++edge)
      edges.push_back(friction_edge(cone, edge));
  }
  return edges;
}

void set_ties(
    SeparableProgram& program, int first, const std::vector<BoundedTie>& ties, double cost) {
  for (std::size_t t = 0; t < ties.size(); ++t) {
    const Vec3& strength = ties[t].strength;
    require(
        strength.allFinite() && strength.minCoeff() >= 0, "'", ties[t].name,
        "' holds with a strength of ", strength.minCoeff(), " N; it must be 0 or more");
    for (int axis = 0; axis < 3; ++axis) {
      const int i = first + 3 * static_cast<int>(t) + axis;
      program.lower[i] = -strength[axis];
      program.upper[i] = strength[axis];
      program.quadratic[i] = cost;
    }
  }
}

void set_actuators(SeparableProgram& program, int first, const Model& model, double volume) {
  const double muscles = std::max<double>(1, model.muscles.size());
  for (std::size_t j = 0; j < model.actuators.size(); ++j) {
    const Actuator& actuator = model.actuators[j];
    const int i = first + static_cast<int>(j);
    const double strength = strength_of(actuator);
    // the specific tension cancels
    const double share = volume > 0 ? strength * kActuatorStroke / volume : 1.0 / muscles;
    program.lower[i] = actuator.lower;
    program.upper[i] = actuator.upper;
    program.quadratic[i] = 2 * share / (strength * strength);
    program.values[program.col_start[i]] = 1;
  }
}

void set_shares(
    SeparableProgram& program, int first, const std::vector<ConeShare>& shares, double cost) {
  for (std::size_t s = 0; s < shares.size(); ++s) {
    const ConeShare& share = shares[s];
    require(
        share.share >= 0 && share.share <= 1, "'", share.name, "' carries a share of ", share.share,
        "; it must be from 0 to 1");
    const int slack = first + static_cast<int>(s);
    program.values[program.col_start[slack]] = 1;
    program.quadratic[slack] = cost;
  }
}

}  // namespace

Recruitment::Recruitment(
    const Model& model,
    const MusclePlan& plan,
    std::vector<FrictionCone> cones,
    std::vector<BoundedTie> ties,
    double criterion,
    bool volume_weights,
    std::vector<ConeShare> shares)
    : model_(&model),
      plan_(&plan),
      cones_(std::move(cones)),
      ties_(std::move(ties)),
      shares_(std::move(shares)),
      active_(cones_.size(), 1),
      pull_(cones_.size(), 0),
      criterion_(criterion),
      weight_(model.skeleton.total_mass() * model.skeleton.gravity().norm()),
      program_(make_program(model, plan, cones_, ties_, shares_)),
      work_(program_) {
  require(
      (criterion >= 1 && criterion <= 5) || criterion == std::numeric_limits<double>::infinity(),
      "criterion = ", criterion, "; allowed is a power from 1 to 5, or infinity for min-max");
  const Skeleton& skeleton = model.skeleton;
  const int muscles = plan.muscles();
  first_cone_ = muscles;
  first_tie_ = first_cone_ + kEdges * static_cast<int>(cones_.size());
  first_actuator_ = first_tie_ + 3 * static_cast<int>(ties_.size());
  first_slack_ = first_actuator_ + static_cast<int>(model.actuators.size());

  const double volume = volume_of(model);
  const double support_cost = 2 * kSupportCost / (weight_ * weight_);
  program_.power = std::isfinite(criterion) ? criterion : 2;
  set_muscles(program_, model, volume_weights ? volume : 0);
  edges_ = edges_of(cones_);
  for (int i = first_cone_; i < first_tie_; ++i) {
    program_.lower[i] = 0;
    program_.upper[i] = kLargestSupport * weight_;
    program_.quadratic[i] = support_cost;
  }
  set_ties(program_, first_tie_, ties_, support_cost);
  set_actuators(program_, first_actuator_, model, volume_weights ? volume : 0);
  set_shares(program_, first_slack_, shares_, support_cost);

  const int columns = program_.columns();
  for (SeparableSolution* s : {&solution_, &range_}) {
    s->x = Eigen::VectorXd::Zero(columns);
    s->lambda = Eigen::VectorXd::Zero(program_.rows);
  }
  counts_.assign(columns, 0);
  std::fill(counts_.begin(), counts_.begin() + muscles, 1);
  direction_ = Eigen::VectorXd::Zero(columns);
  reserve_ = Eigen::VectorXd::Zero(skeleton.nq());
  missing_ = Eigen::VectorXd::Zero(program_.rows);
  along_ = missing_;
  reserve_scale_ = missing_;  // no reserves in the rows of shares
  for (int i = 0; i < skeleton.nq(); ++i)
    reserve_scale_[i] = skeleton.coordinate(i).rotational ? kReserveTorque : kReserveForce;
  row_scratch_.resize(skeleton.nq());
}

void Recruitment::set_active(int cone, bool active) {
  active_[cone] = active;
  for (int edge = 0; edge < kEdges; ++edge) {
    const int column = first_cone_ + kEdges * cone + edge;
    program_.upper[column] = active ? kLargestSupport * weight_ : 0;
    program_.lower[column] = active ? -pull_[cone] : 0;
  }
}

bool Recruitment::any_active(std::span<const int> cones) const {
  return std::any_of(cones.begin(), cones.end(), [&](int cone) { return active_[cone] != 0; });
}

// if one side has no active cone, its row contains only the slack
void Recruitment::assemble_share(std::size_t share) {
  const bool holds = any_active(shares_[share].a) && any_active(shares_[share].b);
  const int row = model_->skeleton.nq() + static_cast<int>(share);
  for_each_cone(shares_[share], [&](int cone, double part) {
    for (int edge = 0; edge < kEdges; ++edge) {
      const int column = first_cone_ + kEdges * cone + edge;
      // every edge has a normal component of 1
      for (int k = program_.col_start[column]; k < program_.col_start[column + 1]; ++k)
        if (program_.row_index[k] == row) program_.values[k] = holds ? part : 0;
    }
  });
  const int slack = first_slack_ + static_cast<int>(share);
  program_.upper[slack] = holds ? 0 : weight_;
  program_.lower[slack] = -program_.upper[slack];
}

void Recruitment::assemble(
    const BodyWorkspace& body,
    const MuscleGeometry& geometry,
    const std::vector<MuscleState>& states,
    const VectorRef& tau) {
  const Skeleton& skeleton = model_->skeleton;
  require_size("tau", tau.size(), skeleton.nq());
  program_.b.setZero();
  program_.b.head(skeleton.nq()) = tau;
  for (int m = 0; m < plan_->muscles(); ++m) {
    const MuscleState& state = states[m];
    double* value = &program_.values[program_.col_start[m]];
    for (int k = plan_->first_arm(m); k < plan_->first_arm(m + 1); ++k) {
      const double arm = geometry.moment_arm[k];
      *value++ = arm * state.active_force;
      program_.b[plan_->arm_coordinates()[k]] -= arm * state.passive_force;
    }
  }

  // velocity of a point per unit rate of each coordinate that moves it
  const auto add_point = [&](int b, const Vec3& p_B, double sign) {
    const Vec3 p = world_point(body, b, p_B);
    for (const int c : skeleton.support(b)) {
      const Skeleton::Column& column = skeleton.columns()[c];
      if (column.independent >= 0)
        row_scratch_[column.independent] += sign * body.factor[column.full] * body.columns[c].at(p);
    }
  };
  const int nq = skeleton.nq();
  const auto clear = [&](int column) {
    for (int k = program_.col_start[column]; k < program_.col_start[column + 1]; ++k)
      if (program_.row_index[k] < nq) row_scratch_[program_.row_index[k]].setZero();
  };

  for (std::size_t c = 0; c < cones_.size(); ++c) {
    const int first = first_cone_ + kEdges * static_cast<int>(c);
    clear(first);
    add_point(cones_[c].body, cones_[c].p_B, 1);
    for (int edge = 0; edge < kEdges; ++edge) {
      const Vec3& force = edges_[kEdges * c + edge];
      for (int k = program_.col_start[first + edge]; k < program_.col_start[first + edge + 1]; ++k)
        if (program_.row_index[k] < nq)
          program_.values[k] = force.dot(row_scratch_[program_.row_index[k]]);
    }
  }
  for (std::size_t s = 0; s < shares_.size(); ++s) assemble_share(s);
  for (std::size_t t = 0; t < ties_.size(); ++t) {
    const BoundedTie& tie = ties_[t];
    const int first = first_tie_ + 3 * static_cast<int>(t);
    clear(first);
    add_point(tie.body_a, tie.p_A, 1);
    add_point(tie.body_b, tie.p_B, -1);
    for (int axis = 0; axis < 3; ++axis)
      for (int k = program_.col_start[first + axis]; k < program_.col_start[first + axis + 1]; ++k)
        program_.values[k] = row_scratch_[program_.row_index[k]][axis];
  }
}

bool Recruitment::solve() {
  reserve_.setZero();
  reserve_used_ = false;
  SolveStatus status;
  if (std::isfinite(criterion_)) {
    status = coxa::solve(program_, work_, solution_, warm_ ? Start::warm : Start::cold);
  } else {
    double maximum = 0;
    status = minimise_maximum(program_, counts_, kMinMaxTieBreak, work_, solution_, maximum);
  }
  warm_ = status == SolveStatus::solved;
  if (status == SolveStatus::infeasible) {
    status = least_reserves(program_, reserve_scale_, work_, solution_, missing_);
    reserve_ = missing_.head(reserve_.size());
    reserve_used_ = true;
  }
  return status == SolveStatus::solved;
}

Vec3 Recruitment::cone_force(int cone) const {
  Vec3 force = Vec3::Zero();
  for (int edge = 0; edge < kEdges; ++edge)
    force += solution_.x[first_cone_ + kEdges * cone + edge] * edges_[kEdges * cone + edge];
  return force;
}

bool Recruitment::actuator_at_bound(int index) const {
  const int i = first_actuator_ + index;
  const double x = solution_.x[i];
  // an actuator that cannot act in that direction is not at its bound
  return (program_.lower[i] < 0 && x <= program_.lower[i])
         || (program_.upper[i] > 0 && x >= program_.upper[i]);
}

bool Recruitment::cone_force_range(
    std::span<const int> cones,
    const Vec3& direction,
    double fraction,
    double& least,
    double& greatest) {
  if (reserve_used_ || !std::isfinite(criterion_)) return false;
  if (!any_active(cones)) {
    least = greatest = 0;
    return true;
  }
  direction_.setZero();
  for (const int cone : cones)
    for (int edge = 0; edge < kEdges; ++edge)
      direction_[first_cone_ + kEdges * cone + edge] = edges_[kEdges * cone + edge].dot(direction);
  return extremum(program_, direction_, Sense::minimise, fraction, solution_, work_, range_, least)
             == SolveStatus::solved
         && extremum(
                program_, direction_, Sense::maximise, fraction, solution_, work_, range_, greatest)
                == SolveStatus::solved;
}

SolveStatus Recruitment::limit_along(
    const VectorRef& along, double t_min, double t_max, FeasibleLimit& limit) {
  require_size("along", along.size(), model_->skeleton.nq());
  along_.head(along.size()) = along;
  // the linear programme is degenerate if nothing limits t: try t_max first
  if (solve_along(t_max) == SolveStatus::solved) {
    limit.t = limit.bound = t_max;
    limit.x = range_.x;
    limit.lambda.setZero(program_.rows);
    limit.multiplier.setZero(program_.columns());
    limit.residual = range_.residual;
    return limit.status = SolveStatus::solved;
  }
  base_ = program_.b;
  program_.b += t_min * along_;
  SolveStatus status = maximise_along(program_, along_, t_max - t_min, work_, limit);
  program_.b = base_;
  limit.t += t_min;
  limit.bound += t_min;
  if (status == SolveStatus::iteration_limit) status = halve_to_limit(t_min, t_max, limit);
  if (status == SolveStatus::infeasible && solve_along(0) == SolveStatus::infeasible)
    lean_on(range_.lambda, limit);
  return limit.status = status;
}

bool Recruitment::possible_along(const VectorRef& along, double t) {
  require_size("along", along.size(), model_->skeleton.nq());
  along_.head(along.size()) = along;
  return solve_along(t) == SolveStatus::solved;
}

SolveStatus Recruitment::solve_along(double t) {
  base_ = program_.b;
  program_.b += t * along_;
  const SolveStatus status = coxa::solve(program_, work_, range_, Start::cold);
  program_.b = base_;
  return status;
}

// if the interior point method stalls: bisection; the certificate that one t is infeasible shows on
// which side feasible ones lie, if there are any
SolveStatus Recruitment::halve_to_limit(double t_min, double t_max, FeasibleLimit& limit) {
  bool found = false;
  double least = t_min;
  double most = t_max;
  limit.lambda.setZero(program_.rows);
  const auto look_at = [&](double t) {
    const SolveStatus status = solve_along(t);
    if (status == SolveStatus::solved) {
      found = true;
      least = t;
      limit.x = range_.x;
    } else if (found || status != SolveStatus::infeasible || range_.lambda.dot(along_) > 0) {
      most = t;
      if (status == SolveStatus::infeasible) limit.lambda = range_.lambda;
    } else {
      least = t;
    }
  };
  if (t_min < 0 && 0 < t_max) look_at(0);
  while (most - least > kLimitTolerance * (t_max - t_min)) look_at((least + most) / 2);
  if (!found) look_at(t_min);
  limit.t = least;
  limit.bound = most;
  if (!found) return SolveStatus::infeasible;
  // so near to the limit every solve may stall: the nearest t with a certificate shows what limits
  for (double step = kLimitTolerance * (t_max - t_min);
       limit.lambda.isZero(0) && least + step / 2 < t_max; step *= 2)
    if (solve_along(std::min(least + step, t_max)) == SolveStatus::infeasible)
      limit.lambda = range_.lambda;
  lean_on(Eigen::VectorXd(limit.lambda), limit);
  return SolveStatus::solved;
}

// the bounds with nonzero multipliers in a certificate of infeasibility are what limits; where more
// load made it infeasible, the multipliers are growths of t
void Recruitment::lean_on(const Eigen::VectorXd& lambda, FeasibleLimit& limit) const {
  const double rate = lambda.dot(along_);
  const double scale = limit.status == SolveStatus::infeasible || rate <= 0 ? 1 : 1 / rate;
  limit.lambda = -scale * lambda;
  limit.multiplier.setZero(program_.columns());
  for (int i = 0; i < program_.columns(); ++i)
    for (int k = program_.col_start[i]; k < program_.col_start[i + 1]; ++k)
      limit.multiplier[i] -= limit.lambda[program_.row_index[k]] * program_.values[k];
}

}  // namespace coxa
