#pragma once

#include <map>
#include <string>
#include <vector>

#include "coxa/trial/dataset.hpp"
#include "coxa/trial/frame_solver.hpp"
#include "coxa/trial/simulate.hpp"

namespace coxa {

/// Where the variables of format "coxa-1" find what they report in a model: indices of coordinates, -1 where absent.
struct Roles {
  explicit Roles(const Model& model);

  int hip_flexion[2], hip_adduction[2], hip_rotation[2], knee_angle[2],
      ankle_angle[2];  // right, left
  int lumbar_extension;
  int pelvis;  // body
  int torso;   // body
};

/// Collects the frames of one trial into the dataset of format "coxa-1".
class Recorder {
 public:
  Recorder(const Trial& trial, const SimulateOptions& options);

  /// Takes one frame from the solver. An unsolved frame keeps what kinematics says; the rest of it is NaN.
  void record(int frame, FrameSolver& solver, bool solved);

  /// The dataset, with summaries.
  Dataset finish();

 private:
  double* row(const std::string& variable, int frame);
  void declare();
  void record_motion(int frame, const FrameSolver& solver);
  void record_moments(int frame, const FrameSolver& solver);
  void record_muscles(int frame, const FrameSolver& solver);
  void record_supports(int frame, FrameSolver& solver);
  void record_reactions(int frame, const FrameSolver& solver);

  const Trial& trial_;
  const Model& model_;
  SimulateOptions options_;
  Roles roles_;
  std::vector<int> joint_bodies_;  // child bodies of the reported joints
  std::vector<std::string> group_names_;
  std::vector<std::vector<int>> group_muscles_;  // [side x group]
  std::vector<std::string> fibers_out_of_range_;
  std::vector<int> fiber_seen_;  // [muscles] flags met so far
  Dataset dataset_;
  std::map<std::string, std::size_t> index_;  // variable name to its place in dataset_
};

/// Adds scalar summaries (peaks, when, impulses, travel), each with the attribute role = "summary".
void add_summaries(Dataset& dataset, const Trial& trial);

}  // namespace coxa
