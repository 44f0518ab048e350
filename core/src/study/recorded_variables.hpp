#pragma once

#include <functional>
#include <string>
#include <vector>

#include "coxa/frame/frame_solver.hpp"
#include "coxa/frame/trial.hpp"
#include "coxa/study/result_format.hpp"

#include "study/roles.hpp"

namespace coxa {

/// Data about a trial that recorded variables use, determined once.
struct Recording {
  struct HipArm {
    int muscle, arm, side;
  };

  Recording(const Trial& trial, const SimulateOptions& options, const MusclePlan& plan);

  const Trial& trial;
  const Model& model;
  SimulateOptions options;
  Roles roles;
  std::vector<std::string> group_names;          // without the side
  std::vector<std::vector<int>> group_muscles;   // [side x group]
  std::vector<HipArm> hip_arms;                  // moment arms about hip flexion
  std::vector<double> support_min, support_max;  // [support x axis] N, of the present frame
};

/// One frame of a recording.
struct RecordedFrame {
  const Recording& of;
  const FrameSolver& solver;
  int index;
  Momentum momentum;  // of body and carried loads
};

/// One variable of format "coxa-1": its description in the file, and the source of its values.
struct RecordedVariable {
  using Values = decltype(Variable::data);
  using Whole = std::function<Values(const Recording&)>;
  using Fill = std::function<void(const RecordedFrame&, double* row)>;
  enum class Known {
    before_the_frames,  // `whole` returns all values
    in_every_frame,     // `fill` writes a row, from the motion
    in_solved_frames,   // `fill` writes a row; NaN in unsolved frames
  };

  VariableDescription description;
  Known known = Known::in_solved_frames;
  Whole whole{};
  Fill fill{};                  // must not allocate
  Role Roles::*role = nullptr;  // absent if the model has none of its coordinates
  bool (*exists)(const Recording&) =
      nullptr;  // null: always. A variable that lacks a dimension is absent, too
};

/// Every variable, in the dataset's order; a new variable is a new row of its group
/// (`recorded_rows.hpp`).
const std::vector<RecordedVariable>& recorded_variable_table();

}  // namespace coxa
