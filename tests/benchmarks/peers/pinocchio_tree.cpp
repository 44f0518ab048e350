// The plain tree in Pinocchio, with its own joint types, recursion and workspace.

#include <benchmark/benchmark.h>
#include <pinocchio/algorithm/joint-configuration.hpp>
#include <pinocchio/algorithm/rnea.hpp>
#include <pinocchio/multibody.hpp>

#include "benchmarks/tree.hpp"

namespace coxa::bench {
namespace {

namespace pin = pinocchio;

pin::Model make_model() {
  pin::Model model;
  model.gravity.linear(Eigen::Vector3d(0, -9.80665, 0));
  std::vector<pin::JointIndex> joints;
  for (const TreeBody& part : plain_tree()) {
    const pin::JointIndex parent = part.parent < 0 ? 0 : joints[part.parent];
    const pin::SE3 placement(Eigen::Matrix3d::Identity(), part.p_PF);
    pin::JointIndex joint = 0;
    if (part.joint == TreeBody::Joint::free) {
      joint = model.addJoint(parent, pin::JointModelFreeFlyer(), placement, part.name);
    } else if (part.joint == TreeBody::Joint::ball) {
      joint = model.addJoint(parent, pin::JointModelSpherical(), placement, part.name);
    } else if (part.axis == 0) {
      joint = model.addJoint(parent, pin::JointModelRX(), placement, part.name);
    } else if (part.axis == 1) {
      joint = model.addJoint(parent, pin::JointModelRY(), placement, part.name);
    } else {
      joint = model.addJoint(parent, pin::JointModelRZ(), placement, part.name);
    }
    model.appendBodyToJoint(
        joint,
        pin::Inertia(part.mass, part.center_of_mass, part.inertia.asDiagonal().toDenseMatrix()));
    joints.push_back(joint);
  }
  return model;
}

void plain_tree_pinocchio(benchmark::State& state) {
  const pin::Model model = make_model();
  pin::Data data(model);
  std::srand(1);
  Eigen::VectorXd q = pin::neutral(model);
  q = pin::integrate(model, q, Eigen::VectorXd::Random(model.nv).eval());
  const Eigen::VectorXd v = Eigen::VectorXd::Random(model.nv);
  const Eigen::VectorXd vdot = Eigen::VectorXd::Random(model.nv);
  for (auto _ : state) benchmark::DoNotOptimize(pin::rnea(model, data, q, v, vdot).data());
}
BENCHMARK(plain_tree_pinocchio)->Name("rnea/plain_tree/pinocchio");

}  // namespace

std::vector<double> pinocchio_hinge_torques() {
  const pin::Model model = make_model();
  pin::Data data(model);
  const Eigen::VectorXd still = Eigen::VectorXd::Zero(model.nv);
  Eigen::VectorXd vdot = still;
  const std::vector<TreeBody> tree = plain_tree();
  int hinge = 0;
  for (std::size_t i = 0; i < tree.size(); ++i)
    if (tree[i].joint == TreeBody::Joint::hinge) vdot[model.joints[i + 1].idx_v()] = 0.1 * ++hinge;
  const Eigen::VectorXd& tau = pin::rnea(model, data, pin::neutral(model), still, vdot);
  std::vector<double> torques;
  for (std::size_t i = 0; i < tree.size(); ++i)
    if (tree[i].joint == TreeBody::Joint::hinge)
      torques.push_back(tau[model.joints[i + 1].idx_v()]);
  return torques;
}

}  // namespace coxa::bench
