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

/// Where one sole stands, flat or on its ball.
struct FootPlace {
  double x = 0;            // m, middle of the heel when the foot is flat
  double z = 0;            // m, to the right
  double y = 0;            // m, height of what it stands on
  double toe_out = 0;      // rad, turned away from straight ahead
  double heel_height = 0;  // m, heel lifted, toes staying flat
  double toe_lift = 0;     // rad, on the heel alone, ball and toes lifted; not with heel_height
  double friction = 0.6;   // 1
};

/// A leg held in the air.
struct LiftedLeg {
  Side side = Side::right;
  std::string help{};  // what to change where its foot would touch the floor
};

/// A scenario under construction: what the words of an exercise have said so far. A word is a function that adds what it
/// says (tasks, supports, loads, a first guess); they are in `coxa/exercise/words`, one header a subject. An exercise calls
/// them in the order in which a coach would say them: feet, back, spine, load, hands, then top and bottom.
///
/// World: the person faces +x, or lies with the feet toward +x; the floor is y = 0.
struct COXA_EXPORT ScenarioBuilder {
  /// @param model must outlive it
  ScenarioBuilder(const Model& model, const Parameters& parameters);

  const Skeleton& skeleton() const { return model->skeleton; }
  const std::string& exercise() const { return parameters.exercise(); }
  /// True if the exercise has a parameter of that name.
  bool declares(const std::string& name) const;
  /// Value of a parameter, SI and radians; `otherwise` if the exercise does not declare it or it is to be found.
  double value(const std::string& name, double otherwise) const;

  /// A scenario that is whole already, of an exercise that needs no words; `finish` gives it back.
  void take(Scenario whole);

  const Model* model;
  Parameters parameters;
  Scenario scenario{};                 // setting, ends, drive, advice and timing so far
  std::optional<FootPlace> feet[2]{};  // right, left
  std::vector<NamedTask> tasks{};      // all but those of standing feet
  std::map<int, Preference> wishes{};  // by coordinate
  Eigen::VectorXd first_guess;         // [nq]
  std::optional<ContactPoint> bar{};   // the one that was named last
  std::optional<Posture> top{};
  std::optional<Posture> bottom{};
  std::vector<LiftedLeg> lifted{};
  bool lying = false;
  bool timed = false;
  bool whole = false;  // by `take`
};

}  // namespace coxa
