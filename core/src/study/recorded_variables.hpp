#pragma once

#include <functional>
#include <string>
#include <vector>

#include "coxa/frame/frame_solver.hpp"
#include "coxa/frame/trial.hpp"
#include "coxa/study/result_format.hpp"

#include "study/roles.hpp"

namespace coxa {

/// What the recorded variables of a trial are taken from, found once.
struct Recording {
  struct HipArm {
    int muscle, arm, side;
  };

  Recording(const Trial& trial, const SimulateOptions& options, const MusclePlan& plan);

  const Trial& trial;
  const Model& model;
  SimulateOptions options;
  Roles roles;
  std::vector<std::string> group_names;          // without their sides
  std::vector<std::vector<int>> group_muscles;   // [side x group]
  std::vector<HipArm> hip_arms;                  // moment arms about hip flexion
  std::vector<double> support_min, support_max;  // [support x axis] N, of the frame at hand
};

/// One frame of it.
struct RecordedFrame {
  const Recording& of;
  const FrameSolver& solver;
  int index;
  Momentum momentum;  // of body and carried loads
};

/// One variable of format "coxa-1": what the file says of it, and where its numbers come from.
struct RecordedVariable {
  using Values = decltype(Variable::data);
  using Whole = std::function<Values(const Recording&)>;
  using Fill = std::function<void(const RecordedFrame&, double* row)>;
  enum class Known {
    before_the_frames,  // `whole` gives all of it
    in_every_frame,     // `fill` writes a row from the motion
    in_solved_frames,   // `fill` writes a row; NaN in frames without a solution
  };

  VariableDescription description;
  Known known = Known::in_solved_frames;
  Whole whole{};
  Fill fill{};                  // allocates nothing
  Role Roles::*role = nullptr;  // absent if the model has none of its coordinates
  bool (*exists)(const Recording&) =
      nullptr;  // null: always. Whatever lacks a dimension is absent too
};

/// Every variable, in the order of the dataset. To add one, add a row to its group
/// (`recorded_rows.hpp`).
const std::vector<RecordedVariable>& recorded_variable_table();

}  // namespace coxa
