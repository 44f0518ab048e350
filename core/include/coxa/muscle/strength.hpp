#pragma once

#include "coxa/export.hpp"
#include "coxa/muscle/curves.hpp"
#include "coxa/muscle/model.hpp"

namespace coxa {

/// The passive curve of a muscle whose maximum isometric force was multiplied by `strength` while
/// its passive force, in N, stayed what it was:
///
///     f'(l) = f(l) / strength
///
/// as nearly as a curve of the same family allows, so that files and OpenSim hold it. The straight
/// part above the normalised force 1 is the same line in N, the stiffness at low force is the same
/// in N, and the curviness is chosen so that the forces agree at 60 % of the strain at one norm
/// force. Between these the forces differ by at most 2 % of the unchanged maximum isometric force
/// for strengths of 0.7 to 2, and 4.4 % at 0.5.
///
/// @throws InvalidArgument if `strength` is not above 0, or for parameters that give no curve
COXA_EXPORT PassiveForceLengthParameters
passive_at_strength(const PassiveForceLengthParameters& unchanged, double strength);

/// Multiplies a muscle's maximum isometric force, but not its passive force (`passive_at_strength`).
/// Several factors act as their product. A factor of 1 changes nothing.
///
/// @param curves  holds the new passive curves, so that muscles with equal ones share them
COXA_EXPORT void multiply_strength(Muscle& muscle, double factor, CurveCache& curves);

}  // namespace coxa
