#include "coxa/body/dynamics.hpp"

#include <Eigen/Cholesky>

#include "coxa/math/error.hpp"

namespace coxa {
namespace {

using Rotation = Skeleton::AxisPlan::Rotation;

// R <- R * rotation about a coordinate axis: only the other two columns change
template <int I, int J>
void rotate_columns(Mat3& R, double angle) {
  const double c = std::cos(angle);
  const double s = std::sin(angle);
  const Vec3 first = R.col(I);
  R.col(I) = c * first + s * R.col(J);
  R.col(J) = c * R.col(J) - s * first;
}

void rotate(Mat3& R, Rotation kind, const Vec3& direction, double angle) {
  switch (kind) {
    case Rotation::x: return rotate_columns<1, 2>(R, angle);
    case Rotation::y: return rotate_columns<2, 0>(R, angle);
    case Rotation::z: return rotate_columns<0, 1>(R, angle);
    default: R *= rotation(direction, angle);
  }
}

Vec3 world_direction(const Mat3& R, Rotation kind, const Vec3& direction) {
  switch (kind) {
    case Rotation::x: return R.col(0);
    case Rotation::y: return R.col(1);
    case Rotation::z: return R.col(2);
    default: return R * direction;
  }
}

// expands [nq] or [nq_full] values to the full set; couplings and locks apply only to the former
void set_positions(const Skeleton& skeleton, BodyWorkspace& work, const VectorRef& q) {
  work.factor.setOnes();
  if (q.size() == skeleton.nq_full() && skeleton.nq() != skeleton.nq_full()) {
    work.q_full = q;
    return;
  }
  require_size("q", q.size(), skeleton.nq());
  for (int c = 0; c < skeleton.nq_full(); ++c) {
    const Coordinate& coordinate = skeleton.full_coordinates()[c];
    work.q_full[c] = coordinate.default_value;
    if (coordinate.locked) work.factor[c] = 0;
  }
  for (int i = 0; i < skeleton.nq(); ++i) work.q_full[skeleton.independent()[i]] = q[i];
  for (const Coupling& coupling : skeleton.couplings()) {
    const Derivatives g = coupling.function(work.q_full[coupling.independent]);
    work.q_full[coupling.dependent] = g.value;
    work.factor[coupling.dependent] = g.first * work.factor[coupling.independent];
  }
}

void set_motion(
    const Skeleton& skeleton,
    BodyWorkspace& work,
    const VectorRef& q,
    const VectorRef& v,
    const VectorRef& vdot) {
  set_positions(skeleton, work, q);
  require_size("v", v.size(), q.size());
  require_size("vdot", vdot.size(), q.size());
  if (q.size() == skeleton.nq_full() && skeleton.nq() != skeleton.nq_full()) {
    work.v_full = v;
    work.vdot_full = vdot;
    return;
  }
  work.v_full.setZero();
  work.vdot_full.setZero();
  for (int i = 0; i < skeleton.nq(); ++i) {
    work.v_full[skeleton.independent()[i]] = v[i];
    work.vdot_full[skeleton.independent()[i]] = vdot[i];
  }
  for (const Coupling& coupling : skeleton.couplings()) {
    const Derivatives g = coupling.function(work.q_full[coupling.independent]);
    const double speed = work.v_full[coupling.independent];
    work.v_full[coupling.dependent] = g.first * speed;
    work.vdot_full[coupling.dependent] =
        g.first * work.vdot_full[coupling.independent] + g.second * speed * speed;
  }
}

// outward pass; without motion, only poses and columns are computed
template <bool with_motion>
void outward(const Skeleton& skeleton, BodyWorkspace& work) {
  for (Twist& column : work.columns) column = Twist{};

  // hanging in gravity is the same as standing on a world that accelerates upwards
  work.bodies[0] = BodyState{};
  work.bodies[0].A.linear = -skeleton.gravity();

  const auto& bodies = skeleton.bodies();
  for (std::size_t i = 1; i < bodies.size(); ++i) {
    const Body& body = bodies[i];
    const BodyState& parent = work.bodies[body.parent];
    BodyState& state = work.bodies[i];
    Pose X = parent.X_WB * body.X_PF;
    Twist V = parent.V;
    Twist A = parent.A;

    const Skeleton::AxisPlan* plan =
        skeleton.axis_plans().data() + skeleton.first_axis(static_cast<int>(i));
    for (const JointAxis& axis : body.axes) {
      Derivatives f{0, 1, 0};
      if (plan->coordinate < 0) {
        f = axis.function(0);
      } else if (plan->linear) {
        f.value = work.q_full[plan->coordinate];
      } else {
        f = axis.function(work.q_full[plan->coordinate]);
      }

      const Vec3 direction = world_direction(X.R, plan->rotation, axis.direction);
      Twist S;
      if (axis.rotational) {
        S = {direction, X.p.cross(direction)};
        rotate(X.R, plan->rotation, axis.direction, f.value);
      } else {
        S = {Vec3::Zero(), direction};
        X.p += direction * f.value;
      }
      if (plan->coordinate >= 0) {
        work.columns[plan->column] += S * f.first;
        if constexpr (with_motion) {
          const double speed = work.v_full[plan->coordinate];
          const double rate = f.first * speed;
          A += S * (f.first * work.vdot_full[plan->coordinate] + f.second * speed * speed);
          A += cross(V, S) * rate;
          V += S * rate;
        }
      }
      ++plan;
    }
    state.X_WB = X * body.X_BM.inverse();
    state.V = V;
    state.A = A;
  }
}

}  // namespace

BodyWorkspace::BodyWorkspace(const Skeleton& skeleton)
    : bodies(skeleton.bodies().size()),
      columns(skeleton.columns().size()),
      q_full(Eigen::VectorXd::Zero(skeleton.nq_full())),
      v_full(Eigen::VectorXd::Zero(skeleton.nq_full())),
      vdot_full(Eigen::VectorXd::Zero(skeleton.nq_full())),
      factor(Eigen::VectorXd::Ones(skeleton.nq_full())),
      tau_full(Eigen::VectorXd::Zero(skeleton.nq_full())),
      tau(Eigen::VectorXd::Zero(skeleton.nq())) {}

void positions(const Skeleton& skeleton, BodyWorkspace& work, const VectorRef& q) {
  set_positions(skeleton, work, q);
  outward<false>(skeleton, work);
}

void motion(
    const Skeleton& skeleton,
    BodyWorkspace& work,
    const VectorRef& q,
    const VectorRef& v,
    const VectorRef& vdot) {
  set_motion(skeleton, work, q, v, vdot);
  outward<true>(skeleton, work);
}

Wrench required_wrench(
    const BodyState& state, const Mat3& R, const Vec3& center, double mass, const Mat3& inertia) {
  const Vec3& omega = state.V.angular;
  const Vec3 force = mass * (state.A.at(center) + omega.cross(state.V.at(center)));
  const Vec3 spin = R * (inertia * (R.transpose() * omega));
  const Vec3 moment = R * (inertia * (R.transpose() * state.A.angular)) + omega.cross(spin);
  return {moment + center.cross(force), force};
}

void forces(const Skeleton& skeleton, BodyWorkspace& work, std::span<const Wrench> f_ext) {
  const auto& bodies = skeleton.bodies();
  const int n = static_cast<int>(bodies.size());
  if (!f_ext.empty()) require_size("f_ext", std::ssize(f_ext), n);

  // wrench required by each body's own motion (Newton and Euler about the centre of mass)
  work.bodies[0].F = f_ext.empty() ? Wrench{} : f_ext[0] * -1.0;
  for (int i = 1; i < n; ++i) {
    const Body& body = bodies[i];
    BodyState& state = work.bodies[i];
    state.F = required_wrench(
        state, state.X_WB.R, state.X_WB * body.center_of_mass, body.mass, body.inertia);
    if (!f_ext.empty()) state.F -= f_ext[i];
  }

  // inward: wrenches about one common origin simply add
  work.tau_full.setZero();
  for (int i = n - 1; i >= 1; --i) {
    const BodyState& state = work.bodies[i];
    for (int c = skeleton.first_column(i); c < skeleton.first_column(i + 1); ++c)
      work.tau_full[skeleton.columns()[c].full] += dot(work.columns[c], state.F);
    work.bodies[bodies[i].parent].F += state.F;
  }

  work.tau.setZero();
  for (const Skeleton::Column& column : skeleton.columns())
    if (column.independent >= 0)
      work.tau[column.independent] += work.factor[column.full] * work.tau_full[column.full];
}

const Eigen::VectorXd& inverse_dynamics(
    const Skeleton& skeleton,
    BodyWorkspace& work,
    const VectorRef& q,
    const VectorRef& v,
    const VectorRef& vdot,
    std::span<const Wrench> f_ext) {
  motion(skeleton, work, q, v, vdot);
  forces(skeleton, work, f_ext);
  return work.tau;
}

Eigen::MatrixXd mass_matrix(const Skeleton& skeleton, BodyWorkspace& work, const VectorRef& q) {
  const bool full = q.size() == skeleton.nq_full() && skeleton.nq() != skeleton.nq_full();
  positions(skeleton, work, q);

  // composite inertia of each subtree about the world's origin
  struct Composite {
    double mass = 0;
    Vec3 first_moment = Vec3::Zero();
    Mat3 second_moment = Mat3::Zero();  // rotational inertia about the origin
  };
  const auto& bodies = skeleton.bodies();
  std::vector<Composite> composite(bodies.size());
  for (std::size_t i = bodies.size() - 1; i >= 1; --i) {
    const Body& body = bodies[i];
    const Mat3& R = work.bodies[i].X_WB.R;
    const Vec3 c = work.bodies[i].X_WB * body.center_of_mass;
    composite[i].mass += body.mass;
    composite[i].first_moment += body.mass * c;
    composite[i].second_moment +=
        R * body.inertia * R.transpose()
        + body.mass * (c.squaredNorm() * Mat3::Identity() - c * c.transpose());
    if (body.parent > 0) {
      Composite& parent = composite[body.parent];
      parent.mass += composite[i].mass;
      parent.first_moment += composite[i].first_moment;
      parent.second_moment += composite[i].second_moment;
    }
  }

  const int n = full ? skeleton.nq_full() : skeleton.nq();
  const auto& columns = skeleton.columns();
  const auto row_of = [&](int c) { return full ? columns[c].full : columns[c].independent; };
  const auto factor_of = [&](int c) { return full ? 1.0 : work.factor[columns[c].full]; };
  Eigen::MatrixXd M = Eigen::MatrixXd::Zero(n, n);
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const int i = columns[c].body;
    const int row = row_of(static_cast<int>(c));
    if (row < 0) continue;
    const Twist S = work.columns[c] * factor_of(static_cast<int>(c));
    const Composite& I = composite[i];
    const Wrench momentum{
        I.second_moment * S.angular + I.first_moment.cross(S.linear),
        I.mass * S.linear + S.angular.cross(I.first_moment)};
    for (const int other : skeleton.support(i)) {
      if (row_of(other) < 0) continue;
      // a pair of columns of different bodies is visited once, a pair of the same body twice
      const double product = factor_of(other) * dot(work.columns[other], momentum);
      M(row, row_of(other)) += product;
      if (columns[other].body != i) M(row_of(other), row) += product;
    }
  }
  return M;
}

Eigen::VectorXd forward_dynamics(
    const Skeleton& skeleton,
    BodyWorkspace& work,
    const VectorRef& q,
    const VectorRef& v,
    const VectorRef& tau) {
  require_size("q", q.size(), skeleton.nq());
  require_size("tau", tau.size(), skeleton.nq());
  const Eigen::VectorXd bias =
      inverse_dynamics(skeleton, work, q, v, Eigen::VectorXd::Zero(skeleton.nq()));
  const Eigen::LLT<Eigen::MatrixXd> M(mass_matrix(skeleton, work, q));
  require(
      M.info() == Eigen::Success,
      "the mass matrix is singular at this posture: a coordinate moves no mass; lock it");
  return M.solve(tau - bias);
}

Vec3 point_acceleration(
    const Skeleton& skeleton, const BodyWorkspace& work, int body, const Vec3& p_W) {
  const BodyState& state = work.bodies[body];
  return state.A.at(p_W) + state.V.angular.cross(state.V.at(p_W)) + skeleton.gravity();
}

void add_projected_wrench(
    const Skeleton& skeleton,
    const BodyWorkspace& work,
    int body,
    const Wrench& wrench,
    double factor,
    Eigen::Ref<Eigen::VectorXd> row) {
  for (const int c : skeleton.support(body)) {
    const Skeleton::Column& column = skeleton.columns()[c];
    if (column.independent >= 0)
      row[column.independent] += factor * work.factor[column.full] * dot(work.columns[c], wrench);
  }
}

void add_point_jacobian(
    const Skeleton& skeleton,
    const BodyWorkspace& work,
    int body,
    const Vec3& p_W,
    double factor,
    Eigen::Ref<Eigen::MatrixXd> J) {
  for (const int c : skeleton.support(body)) {
    const Skeleton::Column& column = skeleton.columns()[c];
    if (column.independent >= 0)
      J.col(column.independent) += factor * work.factor[column.full] * work.columns[c].at(p_W);
  }
}

void add_angular_jacobian(
    const Skeleton& skeleton,
    const BodyWorkspace& work,
    int body,
    double factor,
    Eigen::Ref<Eigen::MatrixXd> J) {
  for (const int c : skeleton.support(body)) {
    const Skeleton::Column& column = skeleton.columns()[c];
    if (column.independent >= 0)
      J.col(column.independent) += factor * work.factor[column.full] * work.columns[c].angular;
  }
}

Momentum& Momentum::operator+=(const Momentum& other) {
  const double total = mass + other.mass;
  if (total > 0)
    center_of_mass = (mass * center_of_mass + other.mass * other.center_of_mass) / total;
  mass = total;
  linear += other.linear;
  angular += other.angular;
  return *this;
}

Momentum momentum(
    const BodyState& state, const Mat3& R, const Vec3& center, double mass, const Mat3& inertia) {
  const Vec3 linear = mass * state.V.at(center);
  const Vec3 spin = R * (inertia * (R.transpose() * state.V.angular));
  return {mass, center, linear, center.cross(linear) + spin};
}

Momentum momentum(const Skeleton& skeleton, const BodyWorkspace& work) {
  Momentum total;
  const auto& bodies = skeleton.bodies();
  for (std::size_t i = 1; i < bodies.size(); ++i) {
    const Body& body = bodies[i];
    const BodyState& state = work.bodies[i];
    total +=
        momentum(state, state.X_WB.R, state.X_WB * body.center_of_mass, body.mass, body.inertia);
  }
  return total;
}

}  // namespace coxa
