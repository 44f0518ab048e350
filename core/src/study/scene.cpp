#include "study/scene.hpp"

#include <nlohmann/json.hpp>

namespace coxa {
namespace {

using Json = nlohmann::ordered_json;

Json json(const Vec3& v) { return {v.x(), v.y(), v.z()}; }

template <typename Items, typename Write>
Json list(const Items& items, const Write& write) {
  Json array = Json::array();
  for (const auto& item : items) array.push_back(write(item));
  return array;
}

}  // namespace

std::string scene_json(const Trial& trial) {
  // long because it is the complete format of a scene: one object per kind of element
  const auto& bodies = trial.model->skeleton.bodies();
  const auto point = [&](const ContactPoint& p) {
    return Json{{"body", bodies[p.body].name}, {"point", json(p.p_B)}};
  };
  const auto cylinder = [](const LoadShape& shape) {
    return Json{{"center", json(shape.center)}, {"radius", shape.radius}, {"length", shape.length}};
  };
  const auto load = [&](const Load& load) {
    const Mat3& R = load.X_BL.R;
    return Json{
        {"name", load.name},
        {"body", bodies[load.carrier].name},
        {"position", json(load.X_BL.p)},
        {"axes", {json(R.col(0)), json(R.col(1)), json(R.col(2))}},
        {"mass", load.mass},
        {"hangs", load.hangs},
        {"cylinders", list(load.shapes, cylinder)}};
  };
  const auto box = [](const Furniture& box) {
    return Json{{"name", box.name}, {"lower", json(box.lower)}, {"upper", json(box.upper)}};
  };
  const auto support = [&](const Support& support) {
    return Json{{"name", support.name}, {"points", list(support.points, point)}};
  };
  const auto grip = [&](const Grip& grip) {
    return Json{
        {"name", grip.name},
        {"body", bodies[grip.hand.body].name},
        {"point", json(grip.hand.p_B)},
        {"load_body", bodies[grip.load.body].name},
        {"load_point", json(grip.load.p_B)}};
  };
  const auto band = [&](const Band& band) {
    return Json{
        {"name", band.name},
        {"material", band.material.name},
        {"rest_length", band.rest_length},
        {"strands", band.strands},
        {"ends", {point(band.a), point(band.b)}}};
  };
  const auto cable = [&](const Cable& cable) {
    return Json{
        {"name", cable.name},
        {"end", point(cable.point)},
        {"anchor", json(cable.anchor)},
        {"mass", cable.mass},
        {"ratio", cable.ratio}};
  };
  const auto anchor = [&](const Anchor& anchor) {
    return Json{
        {"name", anchor.name}, {"end", point(anchor.point)}, {"strength", json(anchor.strength)}};
  };
  const Json scene{
      {"loads", list(trial.setting.loads, load)},
      {"furniture", list(trial.setting.furniture, box)},
      {"supports", list(trial.setting.supports, support)},
      {"grips", list(trial.setting.grips, grip)},
      {"bands", list(trial.setting.bands, band)},
      {"cables", list(trial.setting.cables, cable)},
      {"anchors", list(trial.setting.anchors, anchor)}};
  return scene.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace coxa
