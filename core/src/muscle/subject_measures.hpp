#pragma once

#include <string>

#include "coxa/body/skeleton.hpp"

// Dimensions of the full-body model in its default posture, m.

namespace coxa {

const Body& find_body(const Skeleton& skeleton, const std::string& name);

/// Vector from the joint centre of `parent` to that of `child`, in the axes of `parent`.
Vec3 between(const Skeleton& skeleton, const std::string& parent, const std::string& child);

/// Vector from the right elbow to the wrist.
Vec3 forearm_vector(const Skeleton& skeleton);

/// Forward position of the heel in the frame of the right calcn.
double heel(const Skeleton& skeleton);

/// Height of C7 in the frame of the pelvis.
double cervicale(const Skeleton& skeleton);

/// Length of one of segment_names().
double measure(const Skeleton& skeleton, const std::string& name);

}  // namespace coxa
