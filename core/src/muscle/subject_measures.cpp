#include "subject_measures.hpp"

#include <algorithm>
#include <cmath>

#include "coxa/math/error.hpp"

namespace coxa {

const Body& find_body(const Skeleton& skeleton, const std::string& name) {
  return skeleton.bodies()[skeleton.body_index(name)];
}

Vec3 between(const Skeleton& skeleton, const std::string& parent, const std::string& child) {
  return find_body(skeleton, child).X_PF.p - find_body(skeleton, parent).X_BM.p;
}

Vec3 forearm_vector(const Skeleton& skeleton) {
  // ulna and radius are parallel where the forearm is not turned
  return between(skeleton, "ulna_r", "radius_r") + between(skeleton, "radius_r", "hand_r");
}

// bounds of the sites on a body along one of its axes
static std::pair<double, double> site_bounds(
    const Skeleton& skeleton, const std::string& body, int axis) {
  const int index = skeleton.body_index(body);
  double lower = INFINITY;
  double upper = -INFINITY;
  for (const Site& site : skeleton.sites()) {
    if (site.body != index) continue;
    lower = std::min(lower, site.p_B[axis]);
    upper = std::max(upper, site.p_B[axis]);
  }
  require(
      lower <= upper, "body '", body,
      "' has no sites; a model to be scaled needs the corners of the ",
      "sole on calcn_r and toes_r to measure its foot");
  return {lower, upper};
}

double heel(const Skeleton& skeleton) { return site_bounds(skeleton, "calcn_r", 0).first; }

double cervicale(const Skeleton& skeleton) {
  const Body& torso = find_body(skeleton, "torso");
  return torso.X_PF.p.y() - torso.X_BM.p.y() + skeleton.site("c7").p_B.y();
}

double measure(const Skeleton& skeleton, const std::string& name) {
  if (name == "thigh") return between(skeleton, "femur_r", "tibia_r").norm();
  if (name == "shank") return between(skeleton, "tibia_r", "talus_r").norm();
  if (name == "upper_arm") return between(skeleton, "humerus_r", "ulna_r").norm();
  if (name == "forearm") return forearm_vector(skeleton).norm();
  if (name == "trunk") return cervicale(skeleton) - find_body(skeleton, "femur_r").X_PF.p.y();
  if (name == "head") {
    const Body& head = find_body(skeleton, "head");
    return head.X_PF.p.y() - head.X_BM.p.y() + skeleton.site("head_vertex").p_B.y()
           - skeleton.site("c7").p_B.y();
  }
  if (name == "foot") {
    const Body& toes = find_body(skeleton, "toes_r");
    return toes.X_PF.p.x() - toes.X_BM.p.x() + site_bounds(skeleton, "toes_r", 0).second
           - heel(skeleton);
  }
  if (name == "ankle_height")
    return find_body(skeleton, "calcn_r").X_BM.p.y() - between(skeleton, "talus_r", "calcn_r").y()
           - site_bounds(skeleton, "calcn_r", 1).first;
  const bool hip = name == "hip_width";
  return find_body(skeleton, hip ? "femur_r" : "humerus_r").X_PF.p.z()
         - find_body(skeleton, hip ? "femur_l" : "humerus_l").X_PF.p.z();
}

}  // namespace coxa
