#include "coxa/exercise/words/parameters.hpp"

#include <algorithm>
#include <cmath>

#include "exercise/words/shared.hpp"

namespace coxa {

Parameter load_parameter(double kg, const std::string& what) {
  return {"load", kg, 0, 500, "kg", what};
}

std::vector<Parameter> tempo_parameters(double concentric, double hold, double eccentric) {
  return {
      {"concentric", concentric, 0.2, 10, "s", "time up"},
      {"hold", hold, 0.05, 30, "s", "time at the top"},
      {"eccentric", eccentric, 0.2, 20, "s", "time down"},
      {"repetitions", 1, 1, 50, "1", "how many", true}};
}

std::vector<Parameter> feet_parameters(double stance_width, double toe_out_deg) {
  return {
      {"stance_width", stance_width, 0.05, 1.00, "m",
       std::isnan(stance_width)
           ? "between the heels' middles; default: the width of the hip centres"
           : "between the heels' middles"},
      {"toe_out_deg", toe_out_deg, -15, 45, "deg", "feet turned out from straight ahead"},
      {"heel_height", 0, 0, 0.12, "m", "heels lifted, on the balls of the feet; 0 is flat"},
      {"floor_friction", kFrictionOtherwise, 0, 1.5, "1", "Coulomb coefficient of feet on floor"}};
}

std::vector<Parameter> spine_parameters() {
  return {
      {"lumbar_extension_deg", 0, -15, 20, "deg",
       "of the lumbar joint at the top, growing from neutral at the bottom"},
      {"neck_flexion_deg", 0, -30, 45, "deg", "chin toward the chest"}};
}

std::vector<Parameter> bench_parameters() {
  return {
      {"bench_height", 0.40, 0.20, 0.60, "m",
       "floor to the bench's edge under the shoulder blades"},
      {"bench_friction", kFrictionOtherwise, 0, 1.5, "1", "Coulomb coefficient of back on bench"}};
}

std::vector<Parameter> thrust_parameters() {
  return {
      {"foot_distance", kFound, 0.20, 1.20, "m",
       "bench edge to heels, along the floor; default: the one that makes the shank vertical at "
       "the top"},
      {"bottom_clearance", kFound, 0.01, 0.40, "m",
       "lowest point of the buttocks above the floor at the bottom; default: 0.05 m, or what "
       "keeps the plates off it"}};
}

Parameter side_parameter(const std::string& what) {
  return {"side", 0, 0, 1, "1", what, true, {"right", "left"}};
}

Parameter bar_position_parameter() {
  return {
      "bar_position", 0,   -0.06,
      0.10,           "m", "bar from the hip crease along the trunk-thigh line, toward the knees"};
}

std::vector<Parameter> without(const std::vector<std::string>& names, std::vector<Parameter> list) {
  std::erase_if(list, [&](const Parameter& p) {
    return std::find(names.begin(), names.end(), p.name) != names.end();
  });
  return list;
}

std::vector<Parameter> join(std::vector<std::vector<Parameter>> lists) {
  std::vector<Parameter> all;
  for (std::vector<Parameter>& list : lists) all.insert(all.end(), list.begin(), list.end());
  return all;
}

Parameter lumbar_flexion_parameter(double deg) {
  return {
      "lumbar_flexion_deg",
      deg,
      0,
      50,
      "deg",
      "of the lumbar joint at the bottom, from upright standing; it straightens toward the top"};
}

Parameter trunk_bend_parameter(double deg) {
  return {
      "trunk_bend_deg",
      deg,
      0,
      30,
      "deg",
      std::isnan(deg)
          ? "lumbar joint bent sideways toward the working leg at the bottom; default: what costs "
            "the muscles least, at most 15"
          : "lumbar joint bent sideways toward the working leg at the bottom"};
}

Parameter trunk_lean_parameter() {
  return {
      "trunk_lean_deg",
      kFound,
      0,
      85,
      "deg",
      "line from hips to shoulders leant forward from upright at the bottom; default: what costs "
      "the muscles least"};
}

}  // namespace coxa
