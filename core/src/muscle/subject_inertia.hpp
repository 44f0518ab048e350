#pragma once

#include <map>
#include <string>
#include <vector>

#include "coxa/body/skeleton.hpp"
#include "coxa/muscle/subject.hpp"

#include "subject_tables.hpp"

namespace coxa {

/// The bodies of a scaled full-body skeleton with the masses, mass centres and inertias of a
/// person: de Leva's segments distributed over the bodies.
///
/// @param generic   the unscaled skeleton
/// @param skeleton  the scaled one
/// @param factors   [bodies] its scale factors along the bodies' axes
/// @param expected  m, segment lengths expected from the person's stature
/// @param wanted    m, the person's segment lengths
/// @throws InvalidArgument if a body would have an inertia that no rigid body has
std::vector<Body> distribute_mass(
    const Skeleton& generic,
    const Skeleton& skeleton,
    const std::vector<Vec3>& factors,
    const Anthropometry& tables,
    const Subject& subject,
    const std::map<std::string, double>& expected,
    const std::map<std::string, double>& wanted);

}  // namespace coxa
