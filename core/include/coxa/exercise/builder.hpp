#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "coxa/exercise/parameter.hpp"
#include "coxa/exercise/scenario.hpp"
#include "coxa/export.hpp"
#include "coxa/motion/posture.hpp"
#include "coxa/muscle/model.hpp"

namespace coxa {

/// Position of a foot that stands flat, on its ball, or on its heel.
struct FootPlace {
  double x = 0;            // m, middle of the heel when the foot is flat
  double z = 0;            // m, to the right of the midline
  double y = 0;            // m, height of the surface
  double toe_out = 0;      // rad, rotated outwards from straight ahead
  double heel_height = 0;  // m, of the lifted heel, toes flat on the surface
  double toe_lift = 0;     // rad, ball and toes lifted, standing on the heel; not with heel_height
  double friction = 0.6;   // 1
};

/// A leg held in the air.
struct LiftedLeg {
  Side side = Side::right;
  std::string help{};  // what to change if its foot would touch the floor
};

/// A scenario under construction. The words of an exercise fill it: free functions that add tasks,
/// supports, loads or initial guesses, declared in `coxa/exercise/words`, one header per subject.
/// An exercise calls them in the order in which a coach would give instructions: feet, back, spine,
/// load, hands, then top and bottom.
///
/// World: the person faces +x, or lies with the feet towards +x; the floor is y = 0.
struct COXA_EXPORT ScenarioBuilder {
  /// @param model must outlive the builder
  ScenarioBuilder(const Model& model, const Parameters& parameters);

  const Skeleton& skeleton() const { return model->skeleton; }
  const std::string& exercise() const { return parameters.exercise(); }
  /// Whether the exercise has a parameter of that name.
  bool declares(const std::string& name) const;
  /// Value of a parameter in SI units and radians; `otherwise` if the exercise does not declare it
  /// or its value is to be found.
  double value(const std::string& name, double otherwise) const;

  /// Adopts a complete scenario, for an exercise that uses no words; `finish` returns it unchanged.
  void take(Scenario whole);

  const Model* model;
  Parameters parameters;
  Scenario scenario{};                 // setting, ends, drive, advice and timing so far
  std::optional<FootPlace> feet[2]{};  // right, left; set by `stand`
  std::vector<NamedTask> tasks{};      // except those of standing feet
  std::map<int, Preference> wishes{};  // by index of the coordinate
  Eigen::VectorXd first_guess;         // [nq]
  std::optional<ContactPoint> bar{};   // attachment of the last bar
  std::optional<Posture> top{};
  std::optional<Posture> bottom{};
  std::vector<LiftedLeg> lifted{};
  bool lying = false;
  bool timed = false;
  bool whole = false;  // set by `take`
};

}  // namespace coxa
