#include "motion/equations.hpp"

#include <cmath>
#include <numbers>
#include <type_traits>

#include <Eigen/Geometry>

#include "coxa/math/error.hpp"

namespace coxa {
namespace {

Vec3 rotation_vector(const Mat3& R) {
  const Eigen::AngleAxisd turn(R);
  return turn.angle() * turn.axis();
}

Vec3 mean_point(const BodyWorkspace& work, const std::vector<std::pair<int, Vec3>>& points) {
  Vec3 sum = Vec3::Zero();
  for (const auto& [body, p_B] : points) sum += world_point(work, body, p_B);
  return sum / static_cast<double>(points.size());
}

// rows of one task; written at a posture whose poses and columns are current
struct Rows {
  const Skeleton& skeleton;
  const BodyWorkspace& work;
  const Eigen::VectorXd& q;
  double path;
  Eigen::Ref<Eigen::VectorXd> residual;
  Eigen::Ref<Eigen::MatrixXd> jacobian;

  void inclination(const LineInclination& t, double value) {
    const Vec3 line = mean_point(work, t.to) - mean_point(work, t.from);
    const double run = t.forward * line.x();
    residual[0] = std::remainder(std::atan2(line.y(), run) - value, 2 * std::numbers::pi);
    const Eigen::MatrixXd J = mean_jacobian(t.to) - mean_jacobian(t.from);
    const double squared = run * run + line.y() * line.y();
    jacobian.row(0) = (run * J.row(1) - line.y() * t.forward * J.row(0)) / squared;
  }

  void point(int body, const Vec3& p_B, const Vec3& wished, const bool (&axes)[3]) {
    const Vec3 p = world_point(work, body, p_B);
    Eigen::MatrixXd J = Eigen::MatrixXd::Zero(3, jacobian.cols());
    add_point_jacobian(skeleton, work, body, p, 1, J);
    chosen(axes, p - wished, J);
  }

  void chosen(const bool (&axes)[3], const Vec3& error, const Eigen::MatrixXd& J) {
    int row = 0;
    for (int axis = 0; axis < 3; ++axis) {
      if (!axes[axis]) continue;
      residual[row] = error[axis];
      jacobian.row(row++) = J.row(axis);
    }
  }

  void coordinate(int index, double value) {
    residual[0] = q[index] - value;
    jacobian(0, index) = 1;
  }

  Eigen::MatrixXd mean_jacobian(const std::vector<std::pair<int, Vec3>>& points) const {
    Eigen::MatrixXd J = Eigen::MatrixXd::Zero(3, jacobian.cols());
    const double share = 1.0 / static_cast<double>(points.size());
    for (const auto& [body, p_B] : points)
      add_point_jacobian(skeleton, work, body, world_point(work, body, p_B), share, J);
    return J;
  }
};

// bodies and coordinates of a task; a plugin may have given wrong indices
struct Subjects {
  std::vector<int> bodies{};
  std::vector<int> coordinates{};

  void add(const std::vector<std::pair<int, Vec3>>& points) {
    for (const auto& [body, p_B] : points) bodies.push_back(body);
  }
};

// All that the solver needs of a kind of task: number of equations, residual and Jacobian at a
// posture, bodies and coordinates. Where applicable also its target value, which makes it a measure
// that can drive a movement, and the task that moves this value along the path. A new kind is a
// struct, its name in `Task`, and one specialisation of this template.
template <typename T>
struct Kind;

int held(const bool (&axes)[3]) { return axes[0] + axes[1] + axes[2]; }

template <>
struct Kind<HoldOrientation> {
  static int rows(const HoldOrientation&) { return 3; }
  static void subjects(const HoldOrientation& t, Subjects& about) { about.bodies = {t.body}; }
  static void write(const HoldOrientation& t, Rows& at) {
    at.residual = rotation_vector(at.work.bodies[t.body].X_WB.R * t.R_WB.transpose());
    add_angular_jacobian(at.skeleton, at.work, t.body, 1, at.jacobian);
  }
};

template <>
struct Kind<HoldDirection> {
  static int rows(const HoldDirection&) { return 2; }
  static void subjects(const HoldDirection& t, Subjects& about) { about.bodies = {t.body}; }
  // zero components along two axes perpendicular to the target direction
  static void write(const HoldDirection& t, Rows& at) {
    const Vec3 axis = at.work.bodies[t.body].X_WB.R * t.axis_B.normalized();
    const Vec3 wished = t.direction_W.normalized();
    const Vec3 across = wished.unitOrthogonal();
    Eigen::MatrixXd J = Eigen::MatrixXd::Zero(3, at.jacobian.cols());
    add_angular_jacobian(at.skeleton, at.work, t.body, 1, J);
    const Vec3 others[] = {across, wished.cross(across)};
    for (int row = 0; row < 2; ++row) {
      at.residual[row] = others[row].dot(axis);
      at.jacobian.row(row) = axis.cross(others[row]).transpose() * J;
    }
  }
};

template <>
struct Kind<HoldPoint> {
  static int rows(const HoldPoint& t) { return held(t.axes); }
  static void subjects(const HoldPoint& t, Subjects& about) { about.bodies = {t.body}; }
  static void write(const HoldPoint& t, Rows& at) { at.point(t.body, t.p_B, t.p_W, t.axes); }
};

template <>
struct Kind<DrivePoint> {
  static int rows(const DrivePoint& t) { return held(t.axes); }
  static void subjects(const DrivePoint& t, Subjects& about) { about.bodies = {t.body}; }
  static void write(const DrivePoint& t, Rows& at) {
    at.point(t.body, t.p_B, t.p_W(at.path), t.axes);
  }
};

template <>
struct Kind<JoinPoints> {
  static int rows(const JoinPoints& t) { return held(t.axes); }
  static void subjects(const JoinPoints& t, Subjects& about) {
    about.bodies = {t.body_a, t.body_b};
  }
  static void write(const JoinPoints& t, Rows& at) {
    const Vec3 a = world_point(at.work, t.body_a, t.p_A);
    const Vec3 b = world_point(at.work, t.body_b, t.p_B);
    Eigen::MatrixXd J = Eigen::MatrixXd::Zero(3, at.jacobian.cols());
    add_point_jacobian(at.skeleton, at.work, t.body_a, a, 1, J);
    add_point_jacobian(at.skeleton, at.work, t.body_b, b, -1, J);
    at.chosen(t.axes, a - b - t.offset_W, J);
  }
};

template <>
struct Kind<HoldCoordinate> {
  static int rows(const HoldCoordinate&) { return 1; }
  static void subjects(const HoldCoordinate& t, Subjects& about) {
    about.coordinates = {t.coordinate};
  }
  static void write(const HoldCoordinate& t, Rows& at) { at.coordinate(t.coordinate, t.value); }
  static double& value(HoldCoordinate& t) { return t.value; }
  static std::optional<Task> follow(const HoldCoordinate& t, double from, double to, double lag) {
    if (lag != 0) return std::nullopt;
    return DriveCoordinate{t.coordinate, from, to};
  }
};

template <>
struct Kind<DriveCoordinate> {
  static int rows(const DriveCoordinate&) { return 1; }
  static void subjects(const DriveCoordinate& t, Subjects& about) {
    about.coordinates = {t.coordinate};
  }
  static void write(const DriveCoordinate& t, Rows& at) {
    at.coordinate(t.coordinate, t.from + (t.to - t.from) * at.path);
  }
};

template <>
struct Kind<PointHeight> {
  static int rows(const PointHeight&) { return 1; }
  static void subjects(const PointHeight& t, Subjects& about) { about.add(t.points); }
  static void write(const PointHeight& t, Rows& at) {
    at.residual[0] = mean_point(at.work, t.points).y() - t.value;
    at.jacobian.row(0) = at.mean_jacobian(t.points).row(1);
  }
  static double& value(PointHeight& t) { return t.value; }
};

template <>
struct Kind<LineInclination> {
  static int rows(const LineInclination&) { return 1; }
  static void subjects(const LineInclination& t, Subjects& about) {
    about.add(t.from);
    about.add(t.to);
  }
  static void write(const LineInclination& t, Rows& at) { at.inclination(t, t.value); }
  static double& value(LineInclination& t) { return t.value; }
  static std::optional<Task> follow(const LineInclination& t, double from, double to, double lag) {
    return DriveLine{t, from, to, lag};
  }
};

template <>
struct Kind<DriveLine> {
  static int rows(const DriveLine&) { return 1; }
  static void subjects(const DriveLine& t, Subjects& about) {
    Kind<LineInclination>::subjects(t.line, about);
  }
  static void write(const DriveLine& t, Rows& at) {
    const double share = at.path * (1 - t.lag + t.lag * at.path);
    at.inclination(t.line, t.from + (t.to - t.from) * share);
  }
};

template <>
struct Kind<HoldCenterOfMass> {
  static int rows(const HoldCenterOfMass& t) { return held(t.axes); }
  static void subjects(const HoldCenterOfMass& t, Subjects& about) {
    for (const PointMass& mass : t.carried) about.bodies.push_back(mass.body);
  }
  static void write(const HoldCenterOfMass& t, Rows& at) {
    Eigen::MatrixXd J = Eigen::MatrixXd::Zero(3, at.jacobian.cols());
    Vec3 first_moment = Vec3::Zero();
    double total = 0;
    const auto add = [&](int body, const Vec3& p_B, double mass) {
      const Vec3 p = world_point(at.work, body, p_B);
      first_moment += mass * p;
      total += mass;
      add_point_jacobian(at.skeleton, at.work, body, p, mass, J);
    };
    const std::vector<Body>& bodies = at.skeleton.bodies();
    for (std::size_t b = 1; b < bodies.size(); ++b)
      if (bodies[b].mass > 0) add(static_cast<int>(b), bodies[b].center_of_mass, bodies[b].mass);
    for (const PointMass& carried : t.carried) add(carried.body, carried.p_B, carried.mass);
    at.chosen(t.axes, first_moment / total - t.p_W, J / total);
  }
};

template <typename T>
using KindOf = Kind<std::decay_t<T>>;

int rows(const Task& task) {
  return std::visit([](const auto& t) { return KindOf<decltype(t)>::rows(t); }, task);
}

}  // namespace

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
    Rows at{
        skeleton,
        work,
        q,
        path,
        equations.residual.segment(first, count),
        equations.jacobian.middleRows(first, count)};
    std::visit([&](const auto& t) { KindOf<decltype(t)>::write(t, at); }, tasks[i].task);
  }
}

WorstTask worst_task(const std::vector<NamedTask>& tasks, const Equations& equations) {
  WorstTask worst;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const int first = equations.first_row[i];
    const int count = equations.first_row[i + 1] - first;
    const double error = equations.residual.segment(first, count).cwiseAbs().maxCoeff();
    if (worst.name.empty() || error > worst.error) worst = {tasks[i].name, error};
  }
  return worst;
}

void require_known(const Skeleton& skeleton, const std::string& name, const Task& task) {
  Subjects about;
  std::visit([&](const auto& t) { KindOf<decltype(t)>::subjects(t, about); }, task);
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

std::optional<double> wanted(const Task& task) {
  return std::visit(
      [](auto t) -> std::optional<double> {
        if constexpr (requires { KindOf<decltype(t)>::value(t); })
          return KindOf<decltype(t)>::value(t);
        return std::nullopt;
      },
      task);
}

Task with_value(Task task, double value) {
  std::visit(
      [&](auto& t) {
        if constexpr (requires { KindOf<decltype(t)>::value(t); }) {
          KindOf<decltype(t)>::value(t) = value;
        } else {
          throw InvalidArgument(
              "a movement can be driven by PointHeight, LineInclination or HoldCoordinate only");
        }
      },
      task);
  return task;
}

std::optional<Task> follow(const Task& quantity, double from, double to, double lag) {
  return std::visit(
      [&](const auto& t) -> std::optional<Task> {
        if constexpr (requires { KindOf<decltype(t)>::follow(t, from, to, lag); })
          return KindOf<decltype(t)>::follow(t, from, to, lag);
        return std::nullopt;
      },
      quantity);
}

}  // namespace coxa
