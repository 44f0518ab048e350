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
  double neutral = 1;  // leaves the model as it is
  double minimum = 0;
  double maximum = 0;
  bool independent = true;  // false: other perturbations act on the same things, as those of parts
};

/// What can be changed about a model; every one acts on right and left alike.
///
///     strength_<group>              factor on the maximum isometric force of a group's muscles
///     strength_actuators            factor on the bounds of every actuator
///     strength_all                  factor on all of these
///     optimal_fiber_length_<group>  factor
///     tendon_slack_length_<group>   factor
///     segment_mass_<segment>        factor on mass and inertia before the total is restored
///     joint_center_<joint>_<x|y|z>  shift of a joint in its parent, m
///
/// Groups. The model's own, made a partition of all muscles: a muscle in several groups counts in
/// the smallest of them (rectus femoris: the quadriceps, not the hip flexors), and one in none is in
/// `other`. A group that consists of smaller ones (`glutes`) can be named too and acts on all its
/// muscles; so can `all`. These are not `independent`.
///
/// Segments. head, trunk (torso), pelvis, upper_arm, forearm, hand, thigh (femur, patella), shank
/// (tibia, fibula), foot (talus, calcaneus, toes); any other body is a segment by itself.
///
/// Joints. Those of the model without side and under the names lumbar, shoulder, wrist and knee
/// where the model calls them back, acromial, radius_hand and walker_knee; not the one to the
/// ground.
COXA_EXPORT std::vector<Perturbation> perturbations(const Model& model);

/// Groups that `strength_<group>` takes, in the order of `perturbations`.
COXA_EXPORT std::vector<std::string> strength_groups(const Model& model);

/// A model with some of its properties changed. Neutral changes give an equal model; factors on the
/// same thing multiply, in one call or in several.
///
/// The mass of the body is kept: it is measured, its distribution is not. After the masses and
/// inertias of some segments were multiplied, those of all bodies are multiplied by the same number
/// that restores the total, so the ratio of two segments is what their factors say, and a segment's
/// own mass changes by less than its factor.
///
/// A joint is shifted in the axes of its parent body: x forward, y up, z outward, away from the
/// midline, on either side (to the right for joints of the midline). The child moves with all that
/// is on it; of what is on the parent, sites at the joint's centre move too and nothing else does:
/// neither muscle paths nor other joints (a shifted knee leaves the patella at the femur).
///
/// @param changes  names of `perturbations` and their values
/// @throws UnknownName for a name that does not exist; InvalidArgument for a value out of range
COXA_EXPORT Model perturb(const Model& model, const std::map<std::string, double>& changes);

}  // namespace coxa
