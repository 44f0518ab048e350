#include "coxa/motion/movement.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include <Eigen/Dense>

#include "coxa/math/error.hpp"
#include "coxa/motion/limits.hpp"

namespace coxa {
namespace {

constexpr double kSolved = 1e-10;        // m or rad: a posture is found
constexpr double kPathTolerance = 1e-7;  // m or rad: the interpolated path obeys its tasks
constexpr double kFreeWeight = 1e-3;     // of coordinates without a preference, towards the guess
constexpr int kMaxIterations = 300;
constexpr double kLargestStep = 0.3;  // rad or m in one iteration

// coordinates that no longer move while a posture is sought come to this, rad or m
constexpr double kSettled = 1e-12;

// residuals and Jacobian of a list of tasks, one block of rows after the other
struct Equations {
  Eigen::VectorXd residual;
  Eigen::MatrixXd jacobian;
  std::vector<int> first_row;  // of each task, and the total at the end
};

int rows(const Task& task) {
  struct Count {
    int operator()(const HoldOrientation&) const { return 3; }
    int operator()(const HoldDirection&) const { return 2; }
    int operator()(const HoldPoint& t) const { return held(t.axes); }
    int operator()(const DrivePoint& t) const { return held(t.axes); }
    int operator()(const JoinPoints& t) const { return held(t.axes); }
    int operator()(const HoldCoordinate&) const { return 1; }
    int operator()(const DriveCoordinate&) const { return 1; }
    int operator()(const PointHeight&) const { return 1; }
    int operator()(const LineInclination&) const { return 1; }
    int operator()(const DriveLine&) const { return 1; }
    int operator()(const HoldCenterOfMass& t) const { return held(t.axes); }

    static int held(const bool (&axes)[3]) { return axes[0] + axes[1] + axes[2]; }
  };
  return std::visit(Count{}, task);
}

Vec3 rotation_vector(const Mat3& R) {
  const Eigen::AngleAxisd turn(R);
  return turn.angle() * turn.axis();
}

Vec3 mean_point(const BodyWorkspace& work, const std::vector<std::pair<int, Vec3>>& points) {
  Vec3 sum = Vec3::Zero();
  for (const auto& [body, p_B] : points) sum += world_point(work, body, p_B);
  return sum / static_cast<double>(points.size());
}

// fills the rows of one task at a posture whose poses and columns are current
class TaskRows {
 public:
  TaskRows(
      const Skeleton& skeleton,
      const BodyWorkspace& work,
      const Eigen::VectorXd& q,
      double path,
      Eigen::Ref<Eigen::VectorXd> residual,
      Eigen::Ref<Eigen::MatrixXd> jacobian)
      : skeleton_(skeleton), work_(work), q_(q), path_(path), r_(residual), J_(jacobian) {}

  void operator()(const HoldOrientation& t) {
    r_ = rotation_vector(work_.bodies[t.body].X_WB.R * t.R_WB.transpose());
    add_angular_jacobian(skeleton_, work_, t.body, 1, J_);
  }

  // the direction has no part along two axes across the wished one
  void operator()(const HoldDirection& t) {
    const Vec3 axis = work_.bodies[t.body].X_WB.R * t.axis_B.normalized();
    const Vec3 wished = t.direction_W.normalized();
    const Vec3 across = wished.unitOrthogonal();
    Eigen::MatrixXd J = Eigen::MatrixXd::Zero(3, J_.cols());
    add_angular_jacobian(skeleton_, work_, t.body, 1, J);
    const Vec3 others[] = {across, wished.cross(across)};
    for (int row = 0; row < 2; ++row) {
      r_[row] = others[row].dot(axis);
      J_.row(row) = axis.cross(others[row]).transpose() * J;
    }
  }

  void operator()(const HoldPoint& t) { point(t.body, t.p_B, t.p_W, t.axes); }

  void operator()(const DrivePoint& t) { point(t.body, t.p_B, t.p_W(path_), t.axes); }

  void operator()(const JoinPoints& t) {
    const Vec3 a = world_point(work_, t.body_a, t.p_A);
    const Vec3 b = world_point(work_, t.body_b, t.p_B);
    Eigen::MatrixXd J = Eigen::MatrixXd::Zero(3, J_.cols());
    add_point_jacobian(skeleton_, work_, t.body_a, a, 1, J);
    add_point_jacobian(skeleton_, work_, t.body_b, b, -1, J);
    chosen(t.axes, a - b - t.offset_W, J);
  }

  void operator()(const HoldCoordinate& t) { coordinate(t.coordinate, t.value); }

  void operator()(const DriveCoordinate& t) {
    coordinate(t.coordinate, t.from + (t.to - t.from) * path_);
  }

  void operator()(const PointHeight& t) {
    r_[0] = mean_point(work_, t.points).y() - t.value;
    J_.row(0) = mean_jacobian(t.points).row(1);
  }

  void operator()(const LineInclination& t) { inclination(t, t.value); }

  void operator()(const DriveLine& t) {
    const double share = path_ * (1 - t.lag + t.lag * path_);
    inclination(t.line, t.from + (t.to - t.from) * share);
  }

  void operator()(const HoldCenterOfMass& t) {
    Eigen::MatrixXd J = Eigen::MatrixXd::Zero(3, J_.cols());
    Vec3 first_moment = Vec3::Zero();
    double total = 0;
    const auto add = [&](int body, const Vec3& p_B, double mass) {
      const Vec3 p = world_point(work_, body, p_B);
      first_moment += mass * p;
      total += mass;
      add_point_jacobian(skeleton_, work_, body, p, mass, J);
    };
    const std::vector<Body>& bodies = skeleton_.bodies();
    for (std::size_t b = 1; b < bodies.size(); ++b)
      if (bodies[b].mass > 0) add(static_cast<int>(b), bodies[b].center_of_mass, bodies[b].mass);
    for (const PointMass& carried : t.carried) add(carried.body, carried.p_B, carried.mass);
    chosen(t.axes, first_moment / total - t.p_W, J / total);
  }

 private:
  void inclination(const LineInclination& t, double value) {
    const Vec3 line = mean_point(work_, t.to) - mean_point(work_, t.from);
    const double run = t.forward * line.x();
    r_[0] = std::remainder(std::atan2(line.y(), run) - value, 2 * std::numbers::pi);
    const Eigen::MatrixXd J = mean_jacobian(t.to) - mean_jacobian(t.from);
    const double squared = run * run + line.y() * line.y();
    J_.row(0) = (run * J.row(1) - line.y() * t.forward * J.row(0)) / squared;
  }

  void point(int body, const Vec3& p_B, const Vec3& wished, const bool (&axes)[3]) {
    const Vec3 p = world_point(work_, body, p_B);
    Eigen::MatrixXd J = Eigen::MatrixXd::Zero(3, J_.cols());
    add_point_jacobian(skeleton_, work_, body, p, 1, J);
    chosen(axes, p - wished, J);
  }

  void chosen(const bool (&axes)[3], const Vec3& residual, const Eigen::MatrixXd& J) {
    int row = 0;
    for (int axis = 0; axis < 3; ++axis) {
      if (!axes[axis]) continue;
      r_[row] = residual[axis];
      J_.row(row++) = J.row(axis);
    }
  }

  void coordinate(int index, double value) {
    r_[0] = q_[index] - value;
    J_(0, index) = 1;
  }

  Eigen::MatrixXd mean_jacobian(const std::vector<std::pair<int, Vec3>>& points) const {
    Eigen::MatrixXd J = Eigen::MatrixXd::Zero(3, J_.cols());
    const double share = 1.0 / static_cast<double>(points.size());
    for (const auto& [body, p_B] : points)
      add_point_jacobian(skeleton_, work_, body, world_point(work_, body, p_B), share, J);
    return J;
  }

  const Skeleton& skeleton_;
  const BodyWorkspace& work_;
  const Eigen::VectorXd& q_;
  double path_;
  Eigen::Ref<Eigen::VectorXd> r_;
  Eigen::Ref<Eigen::MatrixXd> J_;
};

void evaluate(
    const Skeleton& skeleton,
    BodyWorkspace& work,
    const std::vector<NamedTask>& tasks,
    const Eigen::VectorXd& q,
    double path,
    Equations& equations) {
  positions(skeleton, work, q);
  equations.first_row.assign(1, 0);
  for (const NamedTask& named : tasks)
    equations.first_row.push_back(equations.first_row.back() + rows(named.task));
  equations.residual.setZero(equations.first_row.back());
  equations.jacobian.setZero(equations.first_row.back(), skeleton.nq());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const int first = equations.first_row[i];
    const int count = equations.first_row[i + 1] - first;
    std::visit(
        TaskRows(
            skeleton, work, q, path, equations.residual.segment(first, count),
            equations.jacobian.middleRows(first, count)),
        tasks[i].task);
  }
}

void note_worst(const std::vector<NamedTask>& tasks, const Equations& equations, Posture& posture) {
  posture.error = 0;
  posture.worst_task.clear();
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const int first = equations.first_row[i];
    const int count = equations.first_row[i + 1] - first;
    const double error = equations.residual.segment(first, count).cwiseAbs().maxCoeff();
    if (posture.worst_task.empty() || error > posture.error) {
      posture.error = error;
      posture.worst_task = tasks[i].name;
    }
  }
}

// bodies and coordinates that a task is about, which a plugin may have counted wrongly
struct Subjects {
  std::vector<int> bodies;
  std::vector<int> coordinates;

  void add(const std::vector<std::pair<int, Vec3>>& points) {
    for (const auto& [body, p_B] : points) bodies.push_back(body);
  }
  void operator()(const HoldOrientation& t) { bodies = {t.body}; }
  void operator()(const HoldDirection& t) { bodies = {t.body}; }
  void operator()(const HoldPoint& t) { bodies = {t.body}; }
  void operator()(const DrivePoint& t) { bodies = {t.body}; }
  void operator()(const JoinPoints& t) { bodies = {t.body_a, t.body_b}; }
  void operator()(const HoldCoordinate& t) { coordinates = {t.coordinate}; }
  void operator()(const DriveCoordinate& t) { coordinates = {t.coordinate}; }
  void operator()(const PointHeight& t) { add(t.points); }
  void operator()(const LineInclination& t) {
    add(t.from);
    add(t.to);
  }
  void operator()(const DriveLine& t) { (*this)(t.line); }
  void operator()(const HoldCenterOfMass& t) {
    for (const PointMass& mass : t.carried) bodies.push_back(mass.body);
  }
};

void require_known(const Skeleton& skeleton, const std::string& name, const Task& task) {
  Subjects about;
  std::visit(about, task);
  const int count = static_cast<int>(skeleton.bodies().size());
  for (const int body : about.bodies) {
    require(
        body >= 0 && body < count, "the task '", name, "' is about body number ", body,
        "; the model has 0 ... ", count - 1);
  }
  for (const int c : about.coordinates) {
    require(
        c >= 0 && c < skeleton.nq(), "the task '", name, "' is about coordinate number ", c,
        "; the model has 0 ... ", skeleton.nq() - 1);
  }
}

void set_value(Task& task, double value) {
  if (auto* height = std::get_if<PointHeight>(&task)) {
    height->value = value;
  } else if (auto* line = std::get_if<LineInclination>(&task)) {
    line->value = value;
  } else if (auto* coordinate = std::get_if<HoldCoordinate>(&task)) {
    coordinate->value = value;
  } else {
    throw InvalidArgument(
        "a movement can be driven by PointHeight, LineInclination or HoldCoordinate only");
  }
}

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

// polynomial per coordinate on the path [0, 1], as Chebyshev coefficients [nq x terms]
struct PathPolynomial {
  Eigen::MatrixXd coefficients;

  // value and derivatives by path, from the three-term recurrence and its derivatives
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
      // the points run from path 0, where x = -1: T_j(x_k) = cos(j (pi - angle_k))
      const double angle = std::numbers::pi * (1 - (k + 0.5) / n);
      polynomial.coefficients.col(j) += std::cos(j * angle) * values.col(k);
    }
    polynomial.coefficients.col(j) *= (j == 0 ? 1.0 : 2.0) / n;
  }
  return polynomial;
}

// where on the path a moment of the repetition is, how fast, and how that changes
struct Course {
  double path = 0;
  double rate = 0;
  double acceleration = 0;
  int phase = 0;
};

// minimum-jerk course of each phase (Flash & Hogan 1985, eq. 3)
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
    const double slack = 1e-6;  // rad or m: rounding at an end of the range
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

}  // namespace

Posture solve_posture(
    const Skeleton& skeleton,
    const std::vector<NamedTask>& tasks,
    const std::vector<Preference>& preferences,
    const Eigen::VectorXd& guess,
    double path) {
  require_size("guess", guess.size(), skeleton.nq());
  for (const NamedTask& named : tasks) require_known(skeleton, named.name, named.task);
  Eigen::VectorXd target = guess;
  Eigen::VectorXd weight = Eigen::VectorXd::Constant(skeleton.nq(), kFreeWeight);
  for (const Preference& preference : preferences) {
    require_known(skeleton, "preference", HoldCoordinate{preference.coordinate, 0});
    target[preference.coordinate] = preference.value;
    weight[preference.coordinate] = preference.weight;
  }

  // minimise (q - target)' W (q - target) / 2 on the linearised tasks, again and again
  BodyWorkspace work(skeleton);
  Equations equations;
  Posture posture;
  posture.q = guess;
  double previous_step = std::numeric_limits<double>::infinity();
  for (int iteration = 0; iteration < kMaxIterations; ++iteration) {
    evaluate(skeleton, work, tasks, posture.q, path, equations);
    const Eigen::MatrixXd& J = equations.jacobian;
    const Eigen::VectorXd wish = target - posture.q;
    const Eigen::VectorXd root = weight.cwiseSqrt().cwiseInverse();
    const Eigen::MatrixXd scaled = J * root.asDiagonal();
    const Eigen::VectorXd correction = Eigen::VectorXd(equations.residual + J * wish);
    const Eigen::VectorXd step =
        wish - root.asDiagonal() * scaled.completeOrthogonalDecomposition().solve(correction);
    const double size = step.cwiseAbs().maxCoeff();
    posture.q += step * std::min(1.0, kLargestStep / size);
    // rounding keeps the last digits moving: stop once a step no longer gets smaller
    if (size < kSettled || (size < 1e-9 && size > 0.5 * previous_step)) break;
    previous_step = size;
  }
  evaluate(skeleton, work, tasks, posture.q, path, equations);
  note_worst(tasks, equations, posture);
  posture.solved = posture.q.allFinite() && posture.error < kSolved;
  return posture;
}

double measure(const Skeleton& skeleton, const Task& task, const Eigen::VectorXd& q) {
  require_known(skeleton, "measured", task);
  Task at_zero = task;
  set_value(at_zero, 0);
  BodyWorkspace work(skeleton);
  Equations equations;
  evaluate(skeleton, work, {{"measured", at_zero}}, q, 0, equations);
  return equations.residual[0];
}

Motion solve_motion(const Skeleton& skeleton, const MovementPlan& plan, int frames) {
  require(frames >= 2, "a motion needs at least 2 frames; given ", frames);
  require(
      frames <= kMaxFrames, "a motion has at most ", kMaxFrames, " frames; given ", frames,
      "; 101 show a repetition");
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

  require_known(skeleton, plan.drive.name, plan.drive.task);
  const Posture bottom = require_posture(skeleton, plan, plan.start, plan.guess, 0, "the bottom");
  const Posture top = require_posture(skeleton, plan, plan.end, bottom.q, 1, "the top");
  const double from = measure(skeleton, plan.drive.task, bottom.q);
  const double to = measure(skeleton, plan.drive.task, top.q);
  require<InfeasibleMotion>(
      std::abs(to - from) > 1e-6, "the movement goes nowhere: '", plan.drive.name, "' is ", from,
      " at the bottom and at the top");

  // more points on the path until the polynomial between them obeys the tasks, too
  BodyWorkspace work(skeleton);
  Equations equations;
  PathPolynomial polynomial;
  Eigen::VectorXd q, dq, ddq;
  std::vector<NamedTask> driven = with(plan.tasks, plan.drive);
  Posture worst;
  double worst_path = 0;
  for (int n = 12; n <= 48; n += 12) {
    Eigen::MatrixXd nodes(skeleton.nq(), n);
    Eigen::VectorXd guess = bottom.q;
    for (int k = 0; k < n; ++k) {
      const double path = chebyshev_point(k, n);
      set_value(driven.back().task, from + (to - from) * path);
      const Posture posture = solve_posture(skeleton, driven, plan.preferences, guess, path);
      require<InfeasibleMotion>(
          posture.solved, "no posture exists ", 100 * path, " % of the way up: '",
          posture.worst_task, "' cannot be met, ", posture.error, " m or rad remain");
      nodes.col(k) = guess = posture.q;
    }
    polynomial = interpolate(nodes);

    worst.error = 0;
    for (int k = 0; k <= 2 * n; ++k) {
      const double path = static_cast<double>(k) / (2 * n);
      polynomial.evaluate(path, q, dq, ddq);
      set_value(driven.back().task, from + (to - from) * path);
      evaluate(skeleton, work, driven, q, path, equations);
      Posture here;
      note_worst(driven, equations, here);
      if (here.error > worst.error) {
        worst = here;
        worst_path = path;
      }
      require_in_range(skeleton, plan.advice, q, path);
    }
    if (worst.error < kPathTolerance) break;
  }
  require<InfeasibleMotion>(
      worst.error < kPathTolerance, "the postures along the path do not join smoothly: '",
      worst.worst_task, "' is missed by ", worst.error, " m or rad ", 100 * worst_path,
      " % of the way up");

  Motion motion;
  const double duration = period * plan.repetitions;
  motion.time = Eigen::VectorXd::LinSpaced(frames, 0, duration);
  motion.q.resize(skeleton.nq(), frames);
  motion.v.resize(skeleton.nq(), frames);
  motion.vdot.resize(skeleton.nq(), frames);
  motion.path.resize(frames);
  motion.phase.resize(frames);
  motion.repetition.resize(frames);
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
  motion.constraint_error = worst.error;
  return motion;
}

}  // namespace coxa
