#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "coxa/frame/frame_solver.hpp"
#include "coxa/frame/trial.hpp"
#include "coxa/study/dataset.hpp"

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
  Recorder(const Trial& trial, const SimulateOptions& options, const MusclePlan& plan);

  /// Takes one frame from the solver. An unsolved frame keeps what kinematics says; the rest of it is NaN.
  void record(int frame, FrameSolver& solver, bool solved);

  /// The dataset, with summaries.
  Dataset finish();

 private:
  // the numbers of one variable that the dataset holds: they stay where they are, whatever is added to it
  struct Series {
    double* first = nullptr;
    std::size_t stride = 0;

    double* row(int frame) const { return first + stride * static_cast<std::size_t>(frame); }
  };
  struct MomentSeries {
    const int* coordinate;  // right, left
    Series moment, power;
  };
  struct HipArm {
    int muscle, arm, side;
  };

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
  std::vector<int> fiber_seen_;   // [muscles] flags met so far
  std::vector<HipArm> hip_arms_;  // moment arms about hip flexion
  Dataset dataset_;

  // where the frames go
  std::int32_t* status_ = nullptr;
  Series position_, velocity_, acceleration_, generalized_force_;
  std::vector<MomentSeries> moments_;
  Series lumbar_extension_moment_;
  Series activation_, muscle_force_, passive_force_, fiber_length_, fiber_velocity_;
  Series muscle_tendon_length_, actuator_, reserve_, hip_extension_contribution_;
  Series group_force_, group_activation_;
  Series support_force_, support_moment_, center_of_pressure_;
  Series support_force_min_, support_force_max_;
  Series grip_force_, grip_position_, load_force_, load_position_, load_moment_;
  Series center_of_mass_, linear_momentum_, angular_momentum_, site_position_;
  Series joint_reaction_force_, joint_reaction_moment_, lumbar_compression_, lumbar_shear_;
};

/// Adds scalar summaries (peaks, when, impulses, travel), each with the attribute role = "summary".
void add_summaries(Dataset& dataset, const Trial& trial);

}  // namespace coxa
