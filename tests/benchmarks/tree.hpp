#pragma once

#include <random>
#include <string>
#include <vector>

#include "coxa/math/spatial.hpp"

namespace coxa::bench {

/// One body of a plain tree and its joint, in terms that every rigid-body library supports.
struct TreeBody {
  enum class Joint { free, ball, hinge };

  std::string name;
  int parent = -1;  // index into the tree; -1 is the world
  Joint joint = Joint::hinge;
  int axis = 2;     // of a hinge: 0 x, 1 y, 2 z
  Vec3 p_PF;        // m, joint in the parent
  double mass = 0;  // kg
  Vec3 center_of_mass;
  Vec3 inertia;  // kg m2, principal, about the centre of mass, body axes
};

/// A person with hinge, ball and free joints and as many degrees of freedom as the full-body model:
/// 40.
inline std::vector<TreeBody> plain_tree() {
  using Joint = TreeBody::Joint;
  std::vector<TreeBody> tree;
  const auto add = [&](const std::string& name, int parent, Joint joint, int axis, Vec3 p,
                       double mass) {
    const double length = 0.35;
    tree.push_back(
        {name, parent, joint, axis, p, mass, Vec3(0, -length / 2, 0.01),
         mass * length * length * Vec3(0.09, 0.02, 0.085)});
    return static_cast<int>(tree.size()) - 1;
  };
  const int pelvis = add("pelvis", -1, Joint::free, 0, Vec3::Zero(), 11.8);
  for (const double side : {1.0, -1.0}) {
    const std::string s = side > 0 ? "_r" : "_l";
    const int thigh = add("femur" + s, pelvis, Joint::ball, 0, {-0.056, -0.078, 0.077 * side}, 9.3);
    const int shank = add("tibia" + s, thigh, Joint::hinge, 2, {0, -0.41, 0}, 3.7);
    const int talus = add("talus" + s, shank, Joint::hinge, 2, {-0.01, -0.4, 0}, 0.1);
    const int foot = add("calcn" + s, talus, Joint::hinge, 0, {-0.049, -0.042, 0.008 * side}, 1.25);
    add("toes" + s, foot, Joint::hinge, 2, {0.179, -0.002, 0.001 * side}, 0.217);
  }
  const int torso = add("torso", pelvis, Joint::ball, 0, {-0.1, 0.0815, 0}, 21.6);
  add("head", torso, Joint::ball, 0, {-0.013, 0.414, 0}, 5.2);
  for (const double side : {1.0, -1.0}) {
    const std::string s = side > 0 ? "_r" : "_l";
    const int upper = add("humerus" + s, torso, Joint::ball, 0, {0.003, 0.37, 0.17 * side}, 2.0);
    const int ulna = add("ulna" + s, upper, Joint::hinge, 2, {0.013, -0.286, -0.0096 * side}, 0.6);
    const int radius =
        add("radius" + s, ulna, Joint::hinge, 1, {-0.007, -0.013, 0.026 * side}, 0.6);
    const int carpus =
        add("carpus" + s, radius, Joint::hinge, 2, {-0.009, -0.236, 0.014 * side}, 0.1);
    add("hand" + s, carpus, Joint::hinge, 0, Vec3::Zero(), 0.46);
  }
  return tree;
}

inline int degrees_of_freedom(TreeBody::Joint joint) {
  return joint == TreeBody::Joint::free ? 6 : joint == TreeBody::Joint::ball ? 3 : 1;
}

/// Hinge torques, N m, of the tree at its zero posture, at rest, under gravity and the hinge
/// accelerations 0.1, 0.2, ... rad/s2, in tree order; to check that every engine has the same tree.
std::vector<double> coxa_hinge_torques();

std::vector<double> pinocchio_hinge_torques();

std::vector<double> mujoco_hinge_torques();

}  // namespace coxa::bench
