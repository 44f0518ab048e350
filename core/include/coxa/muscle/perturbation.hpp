#pragma once

#include <map>
#include <string>
#include <vector>

#include "coxa/export.hpp"
#include "coxa/muscle/model.hpp"

namespace coxa {

/// One property of a model that `perturb` can change.
struct Perturbation {
  std::string name;
  std::string unit;  // "1" for a factor, "m" for a shift
  std::string description;
  double neutral = 1;  // value that leaves the model unchanged
  double minimum = 0;
  double maximum = 0;
  bool independent = true;  // false: overlaps with other perturbations, those of its parts
};

/// Everything that can be changed about a model; each change acts on both sides alike.
///
///     strength_<group>              factor on the maximum isometric force of a group's muscles
///     strength_actuators            factor on the bounds of every actuator
///     strength_all                  factor on all of these
///     optimal_fiber_length_<group>  factor
///     tendon_slack_length_<group>   factor
///     segment_mass_<segment>        factor on mass and inertia before the total is restored
///     joint_center_<joint>_<x|y|z>  shift of a joint in its parent, m
///
/// Strength is active: passive forces stay as they are in N (coxa/muscle/strength.hpp).
///
/// Groups. The model's own, made into a partition of all muscles: a muscle in several groups counts
/// in the smallest of them (rectus femoris in the quadriceps, not the hip flexors), and one in none
/// is in `other`. A group that consists of smaller ones (`glutes`) and `all` can be named too and
/// act on all their muscles. These are not `independent`.
///
/// Segments. head, trunk (torso), pelvis, upper_arm, forearm, hand, thigh (femur, patella), shank
/// (tibia, fibula), foot (talus, calcaneus, toes); any other body is its own segment.
///
/// Joints. Those of the model without side, and named lumbar, shoulder, wrist and knee where the
/// model has back, acromial, radius_hand and walker_knee; the joint to the ground is excluded.
COXA_EXPORT std::vector<Perturbation> perturbations(const Model& model);

/// Groups for `strength_<group>`, in the order of `perturbations`.
COXA_EXPORT std::vector<std::string> strength_groups(const Model& model);

/// A model with some of its properties changed. Neutral values give an equal model; factors on the
/// same property multiply, in one call or over several.
///
/// Total body mass is preserved, because it is measured while its distribution is not. After the
/// masses and inertias of some segments have been multiplied, those of all bodies are multiplied by
/// one factor that restores the total: the ratio of two segments is as their factors say, and a
/// segment's own mass changes by less than its factor.
///
/// A joint is shifted in the axes of its parent body: x forward, y up, z lateral, away from the
/// midline, on either side (to the right for joints on the midline). The child moves with
/// everything attached to it. On the parent, only sites at the joint's centre move; muscle paths
/// and other joints stay (a shifted knee leaves the patella on the femur).
///
/// @param changes  names of `perturbations` and their values
/// @throws UnknownName for a name that does not exist; InvalidArgument for a value out of range
COXA_EXPORT Model perturb(const Model& model, const std::map<std::string, double>& changes);

}  // namespace coxa
