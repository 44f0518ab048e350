#pragma once

#include <vector>

#include "coxa/export.hpp"
#include "coxa/muscle/geometry.hpp"
#include "coxa/muscle/model.hpp"

namespace coxa {

/// Limits of the range in which a fibre's curves are valid; bits of MuscleState::flags.
enum FiberFlag : unsigned {
  kFiberSound = 0,
  kFiberAtMinimum = 1,      // the tendon is slack: length kept at its minimum, force 0
  kFiberTooShort = 2,       // below the active curve's lower end: no active force
  kFiberTooLong = 4,        // above the active curve's upper end: no active force
  kFiberOverstretched = 8,  // passive force above the maximum isometric force
  kFiberTooFast = 16,       // beyond the maximum contraction velocity, shortening or lengthening
};

/// Pennation model: a parallelogram of constant height in which the fibre rotates as it shortens.
///
/// The pennation angle is limited to acos(0.1) and the fibre length to the start of the active
/// curve; below either limit the tendon is slack. Reference: Millard et al. (2013); limits as in
/// OpenSim 4.5.
struct COXA_EXPORT FiberGeometry {
  explicit FiberGeometry(const Muscle& muscle);

  double height;                // m, of the parallelogram
  double minimum_length;        // m
  double minimum_along_tendon;  // m

  /// Fibre length, m, from its projection on the tendon's line of action, m.
  double fiber_length(double along_tendon) const;
};

/// State of one fibre with a rigid tendon, and the forces it can produce.
///
///     tension(a) = a active_force + passive_force = Fmax (a fL fV + fPE) cos(alpha)
///
/// The fibre damping of OpenSim's muscle (0.1 Fmax times normalised velocity, included there for
/// numerical reasons) is omitted.
struct MuscleState {
  double fiber_length = 0;          // optimal fibre lengths
  double fiber_velocity = 0;        // of the maximum contraction velocity, lengthening positive
  double active_force_length = 0;   // fL
  double force_velocity = 1;        // fV
  double passive_force_length = 0;  // fPE
  double cos_pennation = 1;
  double active_force = 0;       // N along the tendon at activation 1: Fmax fL fV cos(alpha)
  double passive_force = 0;      // N along the tendon: Fmax fPE cos(alpha)
  unsigned flags = kFiberSound;  // FiberFlag
};

/// State of a muscle with a rigid tendon.
/// @param length of muscle and tendon, m
/// @param speed lengthening speed of muscle and tendon, m/s
COXA_EXPORT MuscleState
muscle_state(const Muscle& muscle, const FiberGeometry& fiber, double length, double speed);

/// Fibre geometry of all muscles of a model; independent of its state.
COXA_EXPORT std::vector<FiberGeometry> fiber_geometries(const Model& model);

/// States of all muscles from current lengths and speeds. Does not allocate once `states` has its
/// size.
COXA_EXPORT void muscle_states(
    const Model& model,
    const std::vector<FiberGeometry>& fibers,
    const MuscleGeometry& geometry,
    std::vector<MuscleState>& states);

/// Equilibrium of fibre and elastic tendon.
struct ElasticEquilibrium {
  double fiber_length = 0;  // m
  double tendon_force = 0;  // N
  bool at_minimum = false;  // the fibre is at its minimum length: the tendon is slack, or carries
                            // its force at that length
};

/// Fibre length at which fibre and elastic tendon are in equilibrium, with the whole lengthening
/// speed taken by the fibre (quasi-static tendon):
///
///     (a fL(l) fV(v) + fPE(l)) cos(alpha) = fT(lT),   lT = length - l cos(alpha)
///
/// Solved between the fibre's minimum length and its length on a slack tendon by bracketed secant
/// and bisection steps, so that it cannot diverge.
/// @param activation 0 to 1
/// @param length of muscle and tendon, m
/// @param speed lengthening speed of muscle and tendon, m/s
/// @throws InvalidArgument for an activation outside 0 to 1 or a slack length that is not positive
COXA_EXPORT ElasticEquilibrium elastic_equilibrium(
    const Muscle& muscle,
    const FiberGeometry& fiber,
    double activation,
    double length,
    double speed = 0);

}  // namespace coxa
