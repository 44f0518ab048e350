#pragma once

#include <string>

#include "coxa/body/skeleton.hpp"

// How the full-body model measures, in its default posture, m.

namespace coxa {

const Body& find_body(const Skeleton& skeleton, const std::string& name);

/// Joint centre of `child` from that of `parent`, in the axes of the parent.
Vec3 between(const Skeleton& skeleton, const std::string& parent, const std::string& child);

/// From the right elbow to the wrist.
Vec3 forearm_vector(const Skeleton& skeleton);

/// How far forward in the frame of the right calcn its heel is.
double heel(const Skeleton& skeleton);

/// Height of C7 in the frame of the pelvis.
double cervicale(const Skeleton& skeleton);

/// Length of one of segment_names().
double measure(const Skeleton& skeleton, const std::string& name);

}  // namespace coxa
