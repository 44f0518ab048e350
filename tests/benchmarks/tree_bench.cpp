// Inverse dynamics of the plain tree in coxa; the peers do the same computation in the same run.

#include <benchmark/benchmark.h>

#include "coxa/body/dynamics.hpp"

#include "tree.hpp"

namespace coxa::bench {
namespace {

Skeleton make_skeleton() {
  std::vector<Body> bodies(1);
  bodies[0].name = "world";
  std::vector<Coordinate> coordinates;
  for (const TreeBody& part : plain_tree()) {
    Body body;
    body.name = body.joint = part.name;
    body.parent = part.parent + 1;
    body.mass = part.mass;
    body.center_of_mass = part.center_of_mass;
    body.inertia = part.inertia.asDiagonal();
    body.X_PF.p = part.p_PF;
    const auto add_axis = [&](bool rotational, int axis) {
      body.axes.push_back({rotational, Vec3::Unit(axis), static_cast<int>(coordinates.size())});
      coordinates.push_back({part.name + std::to_string(coordinates.size()), rotational});
    };
    if (part.joint == TreeBody::Joint::free)
      for (int i = 0; i < 3; ++i) add_axis(false, i);
    if (part.joint == TreeBody::Joint::hinge) {
      add_axis(true, part.axis);
    } else {
      for (int i = 0; i < 3; ++i) add_axis(true, i);
    }
    bodies.push_back(body);
  }
  return {bodies, coordinates, {}, {}, Vec3(0, -9.80665, 0)};
}

void plain_tree_coxa(benchmark::State& state) {
  const Skeleton skeleton = make_skeleton();
  BodyWorkspace work(skeleton);
  std::srand(1);
  const Eigen::VectorXd q = Eigen::VectorXd::Random(skeleton.nq());
  const Eigen::VectorXd v = Eigen::VectorXd::Random(skeleton.nq());
  const Eigen::VectorXd vdot = Eigen::VectorXd::Random(skeleton.nq());
  for (auto _ : state)
    benchmark::DoNotOptimize(inverse_dynamics(skeleton, work, q, v, vdot).data());
}
BENCHMARK(plain_tree_coxa)->Name("rnea/plain_tree/coxa");

}  // namespace

std::vector<double> coxa_hinge_torques() {
  const Skeleton skeleton = make_skeleton();
  BodyWorkspace work(skeleton);
  const Eigen::VectorXd still = Eigen::VectorXd::Zero(skeleton.nq());
  Eigen::VectorXd vdot = still;
  int row = 0;
  int hinge = 0;
  for (const TreeBody& part : plain_tree()) {
    if (part.joint == TreeBody::Joint::hinge) vdot[row] = 0.1 * ++hinge;
    row += degrees_of_freedom(part.joint);
  }
  const Eigen::VectorXd& tau = inverse_dynamics(skeleton, work, still, still, vdot);
  std::vector<double> torques;
  row = 0;
  for (const TreeBody& part : plain_tree()) {
    if (part.joint == TreeBody::Joint::hinge) torques.push_back(tau[row]);
    row += degrees_of_freedom(part.joint);
  }
  return torques;
}

}  // namespace coxa::bench
