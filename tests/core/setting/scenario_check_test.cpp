// Invalid scenarios of a plugin, by name.

#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "coxa/exercise/scenario.hpp"
#include "coxa/math/error.hpp"

#include "core/setting/elements.hpp"
#include "core/support/hip_thrust.hpp"

namespace coxa {
namespace {

using test::full_body;
using test::hip_thrust;
using test::stack;
using test::thigh_band;

using Change = std::function<void(Scenario&)>;

class Changed final : public Exercise {
 public:
  explicit Changed(Change change) : change_(std::move(change)) {}
  ExerciseInfo info() const override { return {"changed", "Changed", "A changed thrust.", {}, {}}; }
  std::vector<Parameter> parameters() const override { return hip_thrust()->parameters(); }
  void build(ScenarioBuilder& s, const Parameters& parameters) const override {
    Scenario changed = scenario_of(*s.model, *hip_thrust(), parameters);
    change_(changed);
    s.take(changed);
  }

 private:
  Change change_;
};

std::string refusal(const Change& change) {
  const Changed exercise(change);
  try {
    build_trial(full_body(), exercise, Parameters("changed", exercise.parameters(), {}), 3);
  } catch (const PluginError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(ScenarioCheck, NamesWhatIsWrong) {
  const auto band = [](const std::function<void(Band&)>& change) {
    return [change](Scenario& s) {
      s.setting.bands = {thigh_band()};
      change(s.setting.bands[0]);
    };
  };
  const auto cable = [](const std::function<void(Cable&)>& change) {
    return [change](Scenario& s) {
      s.setting.cables = {stack(1)};
      change(s.setting.cables[0]);
    };
  };
  const std::vector<std::pair<Change, std::vector<std::string>>> wrong = {
      {[](Scenario& s) {
         s.setting.loads[0].hangs = true, s.setting.loads[0].center_of_mass.x() = 0.1;
       },
       {"barbell", "mass centre", "X_BL.p"}},
      {[](Scenario& s) { s.setting.loads.push_back(s.setting.loads[0]); }, {"barbell", "taken"}},
      {[](Scenario& s) { s.setting.loads[0].mass = -1; }, {"barbell", "-1", "0 or more"}},
      {[](Scenario& s) { s.setting.supports[0].path_from = 2; }, {"right_foot", "2", "path"}},
      {[](Scenario& s) { s.setting.supports[1].name = "right_foot"; }, {"right_foot", "taken"}},
      {[](Scenario& s) { s.setting.supports[1].points[0].body = 99; }, {"left_foot", "99"}},
      {[](Scenario& s) { s.setting.grips[0].strength = -3; }, {"right_hand", "-3"}},
      {[](Scenario& s) {
         s.setting.shares = {{"right_foot", "paw", 0.5}};
       },
       {"right_foot", "'paw'"}},
      {[](Scenario& s) {
         s.setting.shares = {{"bench", "bench", 0.5}};
       },
       {"bench", "two supports"}},
      {[](Scenario& s) {
         s.setting.shares = {{"bench", "left_foot", 1.2}};
       },
       {"bench", "1.2", "0 to 1"}},
      {[](Scenario& s) {
         s.setting.anchors = {{"rails", {0, Vec3::Zero()}, Vec3::Ones()}};
       },
       {"rails", "world"}},
      {[](Scenario& s) {
         s.setting.anchors = {{"rails", {3, Vec3::Zero()}, Vec3(1, -2, 1)}};
       },
       {"rails", "-2"}},
      {[](Scenario& s) {
         s.setting.anchors = {{"left_hand", {3, Vec3::Zero()}, Vec3::Ones()}};
       },
       {"left_hand", "taken"}},
      {band([](Band& b) { b.rest_length = 0; }), {"loop", "rest length", "greater than 0"}},
      {band([](Band& b) { b.b = b.a; }), {"loop", "itself"}},
      {band([](Band& b) { b.strands = 0; }), {"loop", "strands"}},
      {band([](Band& b) { b.wrap_b = -0.1; }), {"loop", "wrap_b", "-0.1"}},
      {band([](Band& b) { b.material.force.pop_back(); }), {"loop", "10", "9"}},
      {band([](Band& b) { b.material.force[3] = 1; }), {"loop", "force 4"}},
      {band([](Band& b) { b.material.elongation[0] = 0; }), {"loop", "elongation 1"}},
      {band([](Band& b) { b.name = ""; }), {"name"}},
      {cable([](Cable& c) { c.mass = -5; }), {"stack", "-5"}},
      {cable([](Cable& c) { c.ratio = 0; }), {"stack", "ratio"}},
      {cable([](Cable& c) { c.anchor.x() = std::nan(""); }), {"stack", "anchor"}},
      {cable([](Cable& c) { c.point.body = 0; }), {"stack", "world"}},
  };
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    const std::string text = refusal(wrong[i].first);
    EXPECT_NE(text.find("'changed'"), std::string::npos) << i << ": " << text;
    for (const std::string& word : wrong[i].second)
      EXPECT_NE(text.find(word), std::string::npos) << i << ": " << text << ", without " << word;
  }
  EXPECT_EQ(refusal(band([](Band&) {})), "accepted");
  EXPECT_EQ(refusal(cable([](Cable&) {})), "accepted");
}

}  // namespace
}  // namespace coxa
