#include "coxa/motion/movement.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "coxa/math/error.hpp"
#include "coxa/motion/limits.hpp"

#include "motion/equations.hpp"

namespace coxa {
namespace {

constexpr double kPathTolerance = 1e-7;  // m or rad: largest residual of the interpolated path

std::vector<NamedTask> with(const std::vector<NamedTask>& tasks, const NamedTask& one_more) {
  std::vector<NamedTask> all = tasks;
  all.push_back(one_more);
  return all;
}

Posture require_posture(
    const Skeleton& skeleton,
    const MovementPlan& plan,
    const NamedTask& goal,
    const Eigen::VectorXd& guess,
    double path,
    const char* where) {
  const Posture posture =
      solve_posture(skeleton, with(plan.tasks, goal), plan.preferences, guess, path);
  require<InfeasibleMotion>(
      posture.solved, "no posture exists at ", where, ": '", posture.worst_task,
      "' cannot be met, ", posture.error, " m or rad remain");
  return posture;
}

// one polynomial per coordinate on the path [0, 1], as Chebyshev coefficients [nq x terms]
struct PathPolynomial {
  Eigen::MatrixXd coefficients;

  // value and derivatives with respect to path, by the three-term recurrence and its derivatives
  void evaluate(double path, Eigen::VectorXd& q, Eigen::VectorXd& dq, Eigen::VectorXd& ddq) const {
    const double x = 2 * path - 1;
    const int terms = static_cast<int>(coefficients.cols());
    double t[3] = {1, 0, 0};       // T_k and its first two derivatives
    double before[3] = {x, 1, 0};  // T_{-1} = T_1
    q.setZero(coefficients.rows());
    dq.setZero(coefficients.rows());
    ddq.setZero(coefficients.rows());
    for (int k = 0; k < terms; ++k) {
      q += t[0] * coefficients.col(k);
      dq += 2 * t[1] * coefficients.col(k);
      ddq += 4 * t[2] * coefficients.col(k);
      const double next[3] = {
          2 * x * t[0] - before[0], 2 * x * t[1] + 2 * t[0] - before[1],
          2 * x * t[2] + 4 * t[1] - before[2]};
      std::copy(t, t + 3, before);
      std::copy(next, next + 3, t);
    }
  }
};

double chebyshev_point(int k, int n) {
  return 0.5 * (1 - std::cos(std::numbers::pi * (k + 0.5) / n));
}

// discrete cosine transform of values at the n Chebyshev points
PathPolynomial interpolate(const Eigen::MatrixXd& values) {
  const int n = static_cast<int>(values.cols());
  PathPolynomial polynomial{Eigen::MatrixXd::Zero(values.rows(), n)};
  for (int j = 0; j < n; ++j) {
    for (int k = 0; k < n; ++k) {
      // the points run from path 0, x = -1: T_j(x_k) = cos(j (pi - angle_k))
      const double angle = std::numbers::pi * (1 - (k + 0.5) / n);
      polynomial.coefficients.col(j) += std::cos(j * angle) * values.col(k);
    }
    polynomial.coefficients.col(j) *= (j == 0 ? 1.0 : 2.0) / n;
  }
  return polynomial;
}

// place on the path at an instant of the repetition, with its first and second time derivatives
struct Course {
  double path = 0;
  double rate = 0;
  double acceleration = 0;
  int phase = 0;
};

// minimum-jerk time course of each phase (Flash & Hogan 1985, eq. 3)
Course timing(const std::vector<Phase>& phases, double time) {
  double start = 0;
  for (std::size_t i = 0; i < phases.size(); ++i) {
    const Phase& phase = phases[i];
    if (time < start + phase.duration || i + 1 == phases.size()) {
      const double T = phase.duration;
      const double x = std::clamp((time - start) / T, 0.0, 1.0);
      const double range = phase.to - phase.from;
      return {
          phase.from + range * x * x * x * (10 + x * (-15 + 6 * x)),
          range * 30 * x * x * (1 - x) * (1 - x) / T,
          range * 60 * x * (1 - x) * (1 - 2 * x) / (T * T), static_cast<int>(phase.kind)};
    }
    start += phase.duration;
  }
  return {};
}

void require_in_range(
    const Skeleton& skeleton,
    const std::vector<RangeAdvice>& advice,
    const Eigen::VectorXd& q,
    double path) {
  for (int i = 0; i < skeleton.nq(); ++i) {
    const Coordinate& c = skeleton.coordinate(i);
    const double slack = 1e-6;  // rad or m: tolerance for rounding at the limits
    const bool low = q[i] < c.lower - slack;
    if (!low && q[i] <= c.upper + slack) continue;
    const double unit = c.rotational ? 180 / std::numbers::pi : 1;
    const auto known = std::find_if(
        advice.begin(), advice.end(), [&](const RangeAdvice& a) { return a.coordinate == c.name; });
    throw InfeasibleMotion(message(
        "the movement needs ", c.name, " = ", q[i] * unit, c.rotational ? " deg" : " m", " at ",
        std::round(100 * path), " % of the way up; its range is ", c.lower * unit, " ... ",
        c.upper * unit, known == advice.end() ? "" : "; ",
        known == advice.end() ? ""
        : low                 ? known->if_low
                              : known->if_high));
  }
}

// duration of one repetition, s
double checked_period(const MovementPlan& plan) {
  require(!plan.repetition.empty(), "a movement needs at least one phase; given none");
  require(
      plan.repetitions >= 1, "a movement needs at least 1 repetition; given ", plan.repetitions);
  require(
      plan.repetitions <= kMaxRepetitions, "a movement has at most ", kMaxRepetitions,
      " repetitions; given ", plan.repetitions, "; simulate one and multiply");
  double period = 0;
  for (const Phase& phase : plan.repetition) {
    require(
        phase.duration > 0 && std::isfinite(phase.duration), "a phase lasts ", phase.duration,
        " s; it must last longer than 0 s");
    period += phase.duration;
  }
  return period;
}

// postures of a plan along its path
class Path {
 public:
  Path(const Skeleton& skeleton, const MovementPlan& plan)
      : skeleton_(skeleton), plan_(plan), work_(skeleton), driven_(with(plan.tasks, plan.drive)) {
    require_known(skeleton, plan.drive.name, plan.drive.task);
    bottom_ = require_posture(skeleton, plan, plan.start, plan.guess, 0, "the bottom");
    const Posture top = require_posture(skeleton, plan, plan.end, bottom_.q, 1, "the top");
    from_ = measure(skeleton, plan.drive.task, bottom_.q);
    to_ = measure(skeleton, plan.drive.task, top.q);
    require<InfeasibleMotion>(
        std::abs(to_ - from_) > 1e-6, "the movement goes nowhere: '", plan.drive.name, "' is ",
        from_, " at the bottom and at the top");
  }

  // adds points until the interpolating polynomial also meets the tasks between them
  PathPolynomial solve() {
    PathPolynomial polynomial;
    for (int n = 12; n <= 48; n += 12) {
      polynomial = interpolate(nodes(n));
      find_worst(polynomial, 2 * n);
      if (worst_.error < kPathTolerance) break;
    }
    require<InfeasibleMotion>(
        worst_.error < kPathTolerance, "the postures along the path do not join smoothly: '",
        worst_.name, "' is missed by ", worst_.error, " m or rad ", 100 * worst_path_,
        " % of the way up");
    return polynomial;
  }

  // largest residual of a task on the polynomial, m or rad
  double error() const { return worst_.error; }

 private:
  void drive_to(double path) {
    NamedTask& drive = driven_.back();
    drive.task = with_value(drive.task, from_ + (to_ - from_) * path);
  }

  // postures at n Chebyshev points of the path, [nq x n]
  Eigen::MatrixXd nodes(int n) {
    Eigen::MatrixXd nodes(skeleton_.nq(), n);
    Eigen::VectorXd guess = bottom_.q;
    for (int k = 0; k < n; ++k) {
      const double path = chebyshev_point(k, n);
      drive_to(path);
      const Posture posture = solve_posture(skeleton_, driven_, plan_.preferences, guess, path);
      require<InfeasibleMotion>(
          posture.solved, "no posture exists ", 100 * path, " % of the way up: '",
          posture.worst_task, "' cannot be met, ", posture.error, " m or rad remain");
      nodes.col(k) = guess = posture.q;
    }
    return nodes;
  }

  void find_worst(const PathPolynomial& polynomial, int intervals) {
    Eigen::VectorXd q, dq, ddq;
    worst_.error = 0;
    for (int k = 0; k <= intervals; ++k) {
      const double path = static_cast<double>(k) / intervals;
      polynomial.evaluate(path, q, dq, ddq);
      drive_to(path);
      evaluate(skeleton_, work_, driven_, q, path, equations_);
      const WorstTask here = worst_task(driven_, equations_);
      if (here.error > worst_.error) {
        worst_ = here;
        worst_path_ = path;
      }
      require_in_range(skeleton_, plan_.advice, q, path);
    }
  }

  const Skeleton& skeleton_;
  const MovementPlan& plan_;
  BodyWorkspace work_;
  Equations equations_;
  std::vector<NamedTask> driven_;  // the drive last
  Posture bottom_;
  double from_ = 0;  // value of the drive at the bottom, rad or m
  double to_ = 0;    // and at the top
  WorstTask worst_;
  double worst_path_ = 0;
};

}  // namespace

Motion solve_motion(const Skeleton& skeleton, const MovementPlan& plan, int frames) {
  require(frames >= 2, "a motion needs at least 2 frames; given ", frames);
  require(
      frames <= kMaxFrames, "a motion has at most ", kMaxFrames, " frames; given ", frames,
      "; 101 show a repetition");
  const double period = checked_period(plan);
  Path path(skeleton, plan);
  const PathPolynomial polynomial = path.solve();

  Motion motion;
  const double duration = period * plan.repetitions;
  motion.time = Eigen::VectorXd::LinSpaced(frames, 0, duration);
  motion.q.resize(skeleton.nq(), frames);
  motion.v.resize(skeleton.nq(), frames);
  motion.vdot.resize(skeleton.nq(), frames);
  motion.path.resize(frames);
  motion.phase.resize(frames);
  motion.repetition.resize(frames);
  Eigen::VectorXd q, dq, ddq;
  for (int k = 0; k < frames; ++k) {
    const int repetition =
        std::min(plan.repetitions - 1, static_cast<int>(motion.time[k] / period));
    const Course at = timing(plan.repetition, motion.time[k] - repetition * period);
    polynomial.evaluate(at.path, q, dq, ddq);
    motion.q.col(k) = q;
    motion.v.col(k) = dq * at.rate;
    motion.vdot.col(k) = ddq * at.rate * at.rate + dq * at.acceleration;
    motion.path[k] = at.path;
    motion.phase[k] = at.phase;
    motion.repetition[k] = repetition + 1;
  }
  motion.constraint_error = path.error();
  return motion;
}

}  // namespace coxa
