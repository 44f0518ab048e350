#pragma once

#include <map>
#include <string>
#include <vector>

#include "coxa/body/skeleton.hpp"
#include "coxa/muscle/subject.hpp"

#include "subject_tables.hpp"

namespace coxa {

/// The bodies of a stretched full-body skeleton with the masses, mass centres and inertias of a person: de Leva's segments
/// distributed over them.
///
/// @param generic   the skeleton before it was stretched
/// @param factors   by which its bodies were, along their axes
/// @param expected  segment lengths that the person's stature gives
/// @param wanted    those that the person has
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
