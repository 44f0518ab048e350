#include "exercise/scenario_check.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "coxa/math/error.hpp"

namespace coxa {
namespace {

// reports what is wrong with a scenario, in the name of its exercise
class ScenarioCheck {
 public:
  ScenarioCheck(const Model& model, const std::string& exercise)
      : model_(model), exercise_(exercise) {}

  void operator()(const Scenario& scenario) {
    for (const Support& support : scenario.setting.supports) check(support);
    for (const SupportShare& share : scenario.setting.shares)
      check(share, scenario.setting.supports);
    for (const Grip& grip : scenario.setting.grips) {
      what_ = "grip '" + grip.name + "'";
      unique(grip.name, grips_);
      body(grip.hand);
      body(grip.load);
      holds(
          std::isfinite(grip.strength) && grip.strength >= 0, "has a strength of ", grip.strength,
          " N; it must be 0 or more");
    }
    for (const Anchor& anchor : scenario.setting.anchors) {
      what_ = "anchor '" + anchor.name + "'";
      unique(anchor.name, grips_);
      moving(anchor.point);
      holds(
          anchor.strength.allFinite() && anchor.strength.minCoeff() >= 0, "has a strength of ",
          anchor.strength.minCoeff(), " N; it must be 0 or more on every axis");
    }
    for (const Load& load : scenario.setting.loads) check(load);
    for (const Band& band : scenario.setting.bands) check(band);
    for (const Cable& cable : scenario.setting.cables) check(cable);
    what_ = "its first guess";
    holds(
        scenario.plan.guess.size() == model_.skeleton.nq(), "has ", scenario.plan.guess.size(),
        " coordinates; the model has ", model_.skeleton.nq());
  }

 private:
  template <typename... Parts>
  void holds(bool condition, const Parts&... parts) const {
    require<PluginError>(condition, "exercise '", exercise_, "': ", what_, " ", parts...);
  }
  void unique(const std::string& name, std::set<std::string>& taken) const {
    holds(!name.empty(), "needs a name");
    holds(taken.insert(name).second, "has a name that is taken; give it another");
  }
  void body(const ContactPoint& point) const {
    const int bodies = static_cast<int>(model_.skeleton.bodies().size());
    holds(
        point.body >= 0 && point.body < bodies, "is on body number ", point.body,
        "; the model has ", bodies);
    holds(point.p_B.allFinite(), "is at a point that is not a number");
  }
  void moving(const ContactPoint& point) const {
    body(point);
    holds(point.body != 0, "is on the world; it must be on a body of the model");
  }
  void positive(double x, const char* quantity, const char* unit) const {
    holds(
        std::isfinite(x) && x > 0, "has a ", quantity, " of ", x, " ", unit,
        "; it must be greater than 0");
  }
  void not_negative(double x, const char* quantity, const char* unit) const {
    holds(
        std::isfinite(x) && x >= 0, "has a ", quantity, " of ", x, " ", unit,
        "; it must be 0 or more");
  }

  void check(const Support& support) {
    what_ = "support '" + support.name + "'";
    unique(support.name, supports_);
    for (const ContactPoint& point : support.points) body(point);
    holds(
        support.path_from <= support.path_to, "touches from ", support.path_from, " to ",
        support.path_to, " on the path; 0 is the bottom, 1 the top, and from is not above to");
  }

  void check(const SupportShare& share, const std::vector<Support>& supports) {
    what_ = "a share of '" + share.support_a + "' with '" + share.support_b + "'";
    for (const std::string& name : {share.support_a, share.support_b})
      holds(
          std::any_of(
              supports.begin(), supports.end(), [&](const Support& s) { return s.name == name; }),
          "needs a support '", name, "', which there is not");
    holds(share.support_a != share.support_b, "needs two supports");
    holds(share.share >= 0 && share.share <= 1, "is ", share.share, "; it must be from 0 to 1");
  }

  void check(const Load& load) {
    what_ = "load '" + load.name + "'";
    unique(load.name, loads_);
    body({load.carrier, load.X_BL.p});
    not_negative(load.mass, "mass", "kg");
    holds(
        !load.hangs || load.center_of_mass.isZero(),
        "hangs with its mass centre away from the point that it hangs on; put X_BL.p at its mass "
        "centre");
  }

  void check(const Band& band) {
    what_ = "band '" + band.name + "'";
    unique(band.name, loads_);
    body(band.a);
    body(band.b);
    holds(band.a.body != band.b.body, "joins a body to itself; it needs two");
    positive(band.rest_length, "rest length", "m");
    holds(band.strands >= 1, "has ", band.strands, " strands; it needs 1 or more");
    not_negative(band.wrap_a, "wrap_a", "m");
    not_negative(band.wrap_b, "wrap_b", "m");
    const std::vector<double>& x = band.material.elongation;
    const std::vector<double>& y = band.material.force;
    holds(
        !x.empty() && x.size() == y.size(), "has a material of ", x.size(), " elongations and ",
        y.size(), " forces; it needs as many of each, and one or more");
    for (std::size_t i = 0; i < x.size(); ++i) {
      holds(
          std::isfinite(x[i]) && x[i] > (i == 0 ? 0 : x[i - 1]), "has a material whose elongation ",
          i + 1, " is ", x[i], "; they must ascend from above 0");
      holds(
          std::isfinite(y[i]) && y[i] >= (i == 0 ? 0 : y[i - 1]), "has a material whose force ",
          i + 1, " is ", y[i], " N; a longer band never pulls less");
    }
  }

  void check(const Cable& cable) {
    what_ = "cable '" + cable.name + "'";
    unique(cable.name, loads_);
    moving(cable.point);
    holds(cable.anchor.allFinite(), "has an anchor that is not a number");
    not_negative(cable.mass, "mass", "kg");
    positive(cable.ratio, "ratio", "");
  }

  const Model& model_;
  const std::string& exercise_;
  std::string what_;  // element being checked
  std::set<std::string> supports_, grips_, loads_;
};

}  // namespace

void check_scenario(const Model& model, const std::string& exercise, const Scenario& scenario) {
  ScenarioCheck(model, exercise)(scenario);
}

}  // namespace coxa
