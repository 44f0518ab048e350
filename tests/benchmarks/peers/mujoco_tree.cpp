// The plain tree in MuJoCo: only the rigid-body stages of its inverse dynamics.

#include <functional>
#include <memory>
#include <sstream>
#include <stdexcept>

#include <benchmark/benchmark.h>
#include <mujoco/mujoco.h>

#include "benchmarks/tree.hpp"

namespace coxa::bench {
namespace {

using ModelPointer = std::unique_ptr<mjModel, void (*)(mjModel*)>;
using DataPointer = std::unique_ptr<mjData, void (*)(mjData*)>;

std::string vector_text(const Vec3& v) {
  std::ostringstream text;
  text.precision(17);
  text << v.x() << ' ' << v.y() << ' ' << v.z();
  return text.str();
}

std::string xml() {
  const std::vector<TreeBody> tree = plain_tree();
  const std::function<std::string(int)> children = [&](int parent) {
    std::ostringstream text;
    text.precision(17);
    for (std::size_t i = 0; i < tree.size(); ++i) {
      const TreeBody& part = tree[i];
      if (part.parent != parent) continue;
      text << "<body name='" << part.name << "' pos='" << vector_text(part.p_PF)
           << "'><inertial pos='" << vector_text(part.center_of_mass) << "' mass='" << part.mass
           << "' diaginertia='" << vector_text(part.inertia) << "'/>";
      if (part.joint == TreeBody::Joint::free) text << "<freejoint/>";
      if (part.joint == TreeBody::Joint::ball) text << "<joint type='ball'/>";
      if (part.joint == TreeBody::Joint::hinge)
        text << "<joint type='hinge' axis='" << vector_text(Vec3::Unit(part.axis)) << "'/>";
      text << children(static_cast<int>(i)) << "</body>";
    }
    return text.str();
  };
  return "<mujoco><compiler angle='radian' balanceinertia='true'/><option gravity='0 -9.80665 "
         "0'/><worldbody>"
         + children(-1) + "</worldbody></mujoco>";
}

ModelPointer make_model() {
  const std::string text = xml();
  mjVFS vfs;
  mj_defaultVFS(&vfs);
  mj_addBufferVFS(&vfs, "tree.xml", text.data(), static_cast<int>(text.size()));
  char error[1000] = "";
  mjModel* model = mj_loadXML("tree.xml", &vfs, error, sizeof error);
  mj_deleteVFS(&vfs);
  if (!model) throw std::runtime_error(error);
  return {model, mj_deleteModel};
}

void inverse(const mjModel* model, mjData* data, mjtNum* tau) {
  mj_kinematics(model, data);
  mj_comPos(model, data);
  mj_comVel(model, data);
  mj_rne(model, data, 1, tau);
}

void plain_tree_mujoco(benchmark::State& state) {
  const ModelPointer model = make_model();
  const DataPointer data(mj_makeData(model.get()), mj_deleteData);
  std::srand(1);
  const Eigen::VectorXd step = Eigen::VectorXd::Random(model->nv);
  mj_integratePos(model.get(), data->qpos, step.data(), 1);
  for (int i = 0; i < model->nv; ++i) {
    data->qvel[i] = 0.3 * step[i];
    data->qacc[i] = -step[i];
  }
  std::vector<mjtNum> tau(model->nv);
  for (auto _ : state) {
    inverse(model.get(), data.get(), tau.data());
    benchmark::DoNotOptimize(tau.data());
  }
}
BENCHMARK(plain_tree_mujoco)->Name("rnea/plain_tree/mujoco");

}  // namespace

std::vector<double> mujoco_hinge_torques() {
  const ModelPointer model = make_model();
  const DataPointer data(mj_makeData(model.get()), mj_deleteData);
  const std::vector<TreeBody> tree = plain_tree();
  const auto row = [&](const TreeBody& part) {
    return model->body_dofadr[mj_name2id(model.get(), mjOBJ_BODY, part.name.c_str())];
  };
  int hinge = 0;
  for (const TreeBody& part : tree)
    if (part.joint == TreeBody::Joint::hinge) data->qacc[row(part)] = 0.1 * ++hinge;
  std::vector<mjtNum> tau(model->nv);
  inverse(model.get(), data.get(), tau.data());
  std::vector<double> torques;
  for (const TreeBody& part : tree)
    if (part.joint == TreeBody::Joint::hinge) torques.push_back(tau[row(part)]);
  return torques;
}

}  // namespace coxa::bench
