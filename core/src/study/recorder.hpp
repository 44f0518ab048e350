#pragma once

#include <cstdint>
#include <vector>

#include "study/recorded_variables.hpp"

namespace coxa {

/// Collects the frames of one trial into the dataset of format "coxa-1".
class Recorder {
 public:
  Recorder(const Trial& trial, const SimulateOptions& options, const MusclePlan& plan);

  /// Stores one frame. In an unsolved frame only kinematic variables have values; the others are
  /// NaN.
  void record(int frame, FrameSolver& solver, bool solved);

  /// The dataset, with summaries.
  Dataset finish();

 private:
  // destination of one variable's rows; the pointer stays valid when variables are added to the
  // dataset
  struct Series {
    const RecordedVariable* variable;
    double* first;
    std::size_t stride;
  };

  bool declared(const RecordedVariable& variable);
  void declare(const RecordedVariable& variable);
  void find_support_ranges(FrameSolver& solver);

  Recording recording_;
  std::vector<char> fiber_left_range_;  // [muscles] whether in any frame
  Dataset dataset_;
  std::vector<Series> series_;
  std::int32_t* status_ = nullptr;
};

/// Adds scalar summaries (peaks, their times, impulses, travel), each with the attribute role =
/// "summary".
void add_summaries(Dataset& dataset, const Trial& trial);

}  // namespace coxa
