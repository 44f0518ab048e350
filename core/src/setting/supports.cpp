#include "coxa/setting/supports.hpp"

#include "coxa/math/error.hpp"

namespace coxa {
namespace {

ContactPoint contact(const Model& model, const std::string& site) {
  const Site& s = model.skeleton.site(site);
  return {s.body, s.p_B};
}

}  // namespace

Support foot_support(const Model& model, Side side, double friction, bool heel_on_floor) {
  require(side != Side::both, "foot_support makes one foot; given both sides");
  const std::string suffix = side == Side::right ? "_r" : "_l";
  Support support{.name = side == Side::right ? "right_foot" : "left_foot", .friction = friction};
  std::vector<std::string> sites{"ball_medial", "ball_lateral", "toe_medial", "toe_lateral"};
  if (heel_on_floor) sites.insert(sites.end(), {"heel_medial", "heel_lateral"});
  for (const std::string& site : sites) support.points.push_back(contact(model, site + suffix));
  return support;
}

}  // namespace coxa
